/** Shorter pieces of Base64 and of hexadecimal digits are in every text. */
const shortestEncoded = 8

/** How programs write a value where nothing is escaped. Escapes are undone in the text instead (`readings.ts`). */
export function plainFormsOf(value: string): readonly string[] {
  return [...new Set([value, value.toWellFormed()])].filter((form) => form !== '')
}

/** A value in hexadecimal digits, and in Base64 at any place in what is encoded (`user:password` of a header). */
export function encodedFormsOf(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value)
  return [...new Set([...hex(bytes), ...base64(bytes)])].filter((form) => form.length >= shortestEncoded)
}

/** No encoded form of a value of so many characters is shorter: four characters for three bytes, without those at both ends. */
export function leastEncoded(characters: number): number {
  return Math.max(shortestEncoded, Math.floor((characters * 4) / 3) - 2)
}

function hex(bytes: Uint8Array): readonly string[] {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [digits, digits.toUpperCase()]
}

/**
 * Base64 of three bytes is four characters, so a value has three encodings by offset; characters that also hold bits of other
 * bytes are left out.
 */
function base64(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const binary = '\0'.repeat(offset) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    const form = btoa(binary).slice(Math.ceil((offset * 8) / 6), Math.floor((binary.length * 8) / 6))
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
