/** Values of variables by name; undefined for one that is not set. Throws for one whose value cannot be known. */
export type Variables = (name: string) => string | undefined

/** Deeper than a person nests `${A:-${B}}`. */
const deepest = 20

/**
 * Words of an instruction with their quotes, as BuildKit splits them for flags, ARG and heredocs (frontend/dockerfile/parser,
 * `parseWords`). Throws an `Error` for a quote without its end.
 */
export function splitWords(line: string, escaping: string): readonly string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') words.push(word)
      word = ''
      continue
    }
    word += char
    if (char === escaping && quote !== "'") word += line.charAt(++at)
    else if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
  }
  if (quote !== '') throw new Error(`a ${quote} has no end`)
  return word === '' ? words : [...words, word]
}

/**
 * A word with its variables replaced and its quotes removed, as BuildKit does it (frontend/dockerfile/shell/lex.go): `$A`, `${A}`,
 * `${A:-word}`, `${A-word}`, `${A:+word}`, `${A+word}`. Throws an `Error` for anything else.
 */
export function expandWord(word: string, variables: Variables, escaping: string): string {
  const reader = { text: word, at: 0, variables, escaping }
  return expandUntil(reader, '', 0)
}

interface Reader {
  readonly text: string
  at: number
  readonly variables: Variables
  readonly escaping: string
}

/** Up to the character, which is consumed; to the end where it is empty. */
function expandUntil(reader: Reader, end: string, depth: number): string {
  if (depth > deepest) throw new Error('its variables are nested too deeply')
  let result = ''
  let quote = ''
  while (reader.at < reader.text.length) {
    const char = reader.text.charAt(reader.at++)
    if (char === end && quote === '') return result
    if (char === quote) quote = ''
    else if (quote === "'") result += char
    else if (char === '$') result += variable(reader, depth)
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === reader.escaping) throw new Error(`it has the escape character ${char}`)
    else result += char
  }
  if (end !== '' || quote !== '') throw new Error(`a ${end || quote} is missing`)
  return result
}

function variable(reader: Reader, depth: number): string {
  const rest = reader.text.slice(reader.at, reader.at + longestName)
  const [plain] = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest) ?? []
  if (plain !== undefined) {
    // BuildKit takes the letters of all languages into a name.
    if (plain.length === longestName || rest.charCodeAt(plain.length) > 127)
      throw new Error('a variable has no valid name')
    reader.at += plain.length
    return reader.variables(plain) ?? ''
  }
  const [whole, name = '', operator = ''] = /^\{([A-Za-z_][A-Za-z0-9_]*)(\}|:?[-+])/.exec(rest) ?? []
  if (whole === undefined) throw new Error('it has an expression that is not supported')
  reader.at += whole.length
  const value = reader.variables(name)
  if (operator === '}') return value ?? ''
  const word = expandUntil(reader, '}', depth + 1)
  const isSet = value !== undefined && !(operator.startsWith(':') && value === '')
  if (operator.endsWith('+')) return isSet ? word : ''
  return isSet ? value : word
}

/** Of a variable, to which the text is cut. */
const longestName = 200
