/**
 * What a source file says to people: its string and template literals of several words. Comments, regular expressions and
 * single words (names, codes, keys) are left out; `…` stands for the places of a template.
 */
export function sentencesIn(source: string): readonly string[] {
  const found: string[] = []
  readCode(source, 0, found)
  return found.filter((literal) => /\w \w/.test(literal))
}

/** Reads code up to the end, or to the brace that closes a place of a template. Returns where it stopped. */
function readCode(source: string, start: number, found: string[]): number {
  let depth = 0
  let at = start
  while (at < source.length) {
    const character = source[at] ?? ''
    if (source.startsWith('//', at)) at = endOf(source, '\n', at)
    else if (source.startsWith('/*', at)) at = endOf(source, '*/', at)
    else if (character === '/' && isRegExpStart(source, at)) at = skipRegExp(source, at)
    else if (character === "'" || character === '"') at = readString(source, at, found)
    else if (character === '`') at = readTemplate(source, at, found)
    else if (character === '}' && depth === 0 && start > 0) return at + 1
    else {
      depth += character === '{' ? 1 : character === '}' ? -1 : 0
      at++
    }
  }
  return at
}

function endOf(source: string, mark: string, at: number): number {
  const end = source.indexOf(mark, at)
  return end < 0 ? source.length : end + mark.length
}

/** A slash after a value divides; after anything else it begins a regular expression. */
function isRegExpStart(source: string, at: number): boolean {
  return !/[\w)\]}'"`]\s*$/.test(source.slice(Math.max(0, at - 80), at)) || /\breturn\s*$/.test(source.slice(0, at))
}

function skipRegExp(source: string, start: number): number {
  let isInSet = false
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at]
    if (character === '\\') at++
    else if (character === '[') isInSet = true
    else if (character === ']') isInSet = false
    else if (character === '/' && !isInSet) return at + 1
  }
  return source.length
}

function readString(source: string, start: number, found: string[]): number {
  let text = ''
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at] ?? ''
    if (character === source[start]) {
      found.push(text)
      return at + 1
    }
    text += character === '\\' ? (source[++at] ?? '') : character
  }
  return source.length
}

function readTemplate(source: string, start: number, found: string[]): number {
  let text = ''
  let at = start + 1
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) {
      text += '…'
      at = readCode(source, at + 2, found)
    } else if (source[at] === '\\') {
      text += source[at + 1] ?? ''
      at += 2
    } else text += source[at++]
  }
  found.push(text)
  return at + 1
}
