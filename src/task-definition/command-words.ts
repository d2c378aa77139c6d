/**
 * Reads a command: a JSON list, or words as a POSIX shell splits them (quotes and backslashes, no expansion of anything).
 * Throws an `Error` to follow the name of the input.
 */
export function parseCommand(given: string): readonly string[] | undefined {
  const trimmed = given.trim()
  if (trimmed === '') return undefined
  return trimmed.startsWith('[') ? parseList(trimmed) : splitWords(trimmed)
}

function parseList(given: string): readonly string[] {
  let list: unknown
  try {
    list = JSON.parse(given)
  } catch {
    throw new Error(
      'must be a JSON list of texts such as ["sh", "-c", "echo hi"], or words; this list is not valid JSON',
    )
  }
  if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return list
  throw new Error('must be a JSON list of texts; some of its entries are not texts')
}

const word = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)/gsy

function splitWords(given: string): readonly string[] {
  const words: string[] = []
  let current: string | undefined
  word.lastIndex = 0
  while (word.lastIndex < given.length) {
    const match = word.exec(given)
    if (!match) throw new Error('must have its quotes closed')
    const [, single, double, escaped, plain, space] = match
    if (space !== undefined) {
      if (current !== undefined) words.push(current)
      current = undefined
      continue
    }
    current = (current ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
  }
  return current === undefined ? words : [...words, current]
}
