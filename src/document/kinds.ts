import type { Json } from '../ports.ts'
import type { Kind } from './file-kind.ts'
import { type TextSign, texts } from './kinds-of-texts.ts'
import { isMap, kindOfList, kindOfObject } from './kinds-of-values.ts'

/** What a text is, where it is known by its signs. `value`: what was parsed, if it could be. */
export function kindOf(content: string, file: string | undefined, value?: Json): Kind | undefined {
  const known = Array.isArray(value) ? kindOfList(value) : isMap(value) ? kindOfObject(value) : undefined
  if (known) return known
  for (const sign of texts) {
    const kind = kindByText(sign, content, file)
    if (kind) return kind
  }
  return undefined
}

function kindByText({ name, fix, text, path }: TextSign, content: string, file = ''): Kind | undefined {
  if (path?.test(file)) return { name, fix }
  const found = text?.exec(content)
  return found ? { name, fix, offset: found.index + found[0].length - found[0].trimStart().length } : undefined
}
