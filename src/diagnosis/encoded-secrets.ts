import type { Span } from './span.ts'

/** Words that may be Base64 of a text; shorter ones hold no name with a value. */
const word = /(?<![\w+/-])[\w+/-]{16,}={0,2}/g

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Words that are Base64 of a text in which a secret is found. They are secret as a whole. */
export function encodedSecrets(text: string, isSecret: (decoded: string) => boolean): readonly Span[] {
  return [...text.matchAll(word)].flatMap(({ 0: found, index }): Span[] => {
    const decoded = textInBase64(found)
    return decoded !== undefined && isSecret(decoded) ? [[index, index + found.length]] : []
  })
}

/** What is encoded, where that is a text. Most words of this shape are names, which their first letters show. */
export function textInBase64(encoded: string): string | undefined {
  const plain = encoded.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (plain.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(plain)) return undefined
  if (!isText(atob(plain.slice(0, 8)))) return undefined
  const bytes = atob(plain)
  try {
    return isText(bytes) ? utf8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))) : undefined
  } catch {
    return undefined
  }
}

/** No control characters but tabs and ends of lines. */
function isText(bytes: string): boolean {
  return !/[^\t\n\r\x20-\x7e\x80-\xff]/.test(bytes)
}
