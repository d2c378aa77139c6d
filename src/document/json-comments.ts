/**
 * Text or a comment, whichever begins first; `//` only where no address (`https://…`) can be meant, and commas before a
 * closing bracket. Every alternative starts with its own character, so the time is in proportion to the text.
 */
const parts = /"(?:[^"\\\n]|\\.)*"?|(?<![\w:/])\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
const trailingComma = /"(?:[^"\\\n]|\\.)*"?|,(?=\s{0,1000}[}\]])/g

/** JSON in which comments and trailing commas are replaced by spaces, so that every position stays what it was. */
export function withoutComments(json: string): string {
  const blank = (part: string) => (part.startsWith('"') ? part : part.replace(/[^\n]/g, ' '))
  return json.replace(parts, blank).replace(trailingComma, blank)
}
