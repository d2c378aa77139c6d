import { type CST, Parser } from 'yaml'
import { text } from '../text.ts'
import { deepest, type Fault } from './reading.ts'

/**
 * The tokens of a YAML text. What is nested too deep is refused here: the library makes tokens without recursion, and
 * composes documents of them with it.
 */
export function tokensOf(
  source: string,
): { readonly tokens: readonly CST.Token[] } | { readonly faults: readonly Fault[] } {
  const tokens = [...new Parser().parse(source)]
  const offset = findDeep(tokens)
  return offset === undefined
    ? { tokens }
    : { faults: [{ message: text`it is nested deeper than ${deepest} levels`, offset }] }
}

/** Offset of the first token below the deepest level; undefined where there is none. */
function findDeep(roots: readonly CST.Token[]): number | undefined {
  const waiting = roots.map((token) => ({ token, depth: 0 })).reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next
    if (depth > deepest) return token.offset
    const children = childrenOf(token)
    const isCollection = 'items' in token
    for (const child of children.reverse()) waiting.push({ token: child, depth: depth + (isCollection ? 1 : 0) })
  }
  return undefined
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : []
  if (!('items' in token)) return []
  return token.items.flatMap(({ key, value }) => [key, value].filter((part) => part !== undefined && part !== null))
}
