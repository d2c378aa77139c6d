/** Shorter pieces of Base64 and of hexadecimal digits are in every text. */
const shortestEncoded = 8

/**
 * How programs write a value where nothing is escaped: as it is, in hexadecimal digits, and in Base64 at any place in what is
 * encoded (`user:password` of a header). Escapes are undone in the text instead (`readings.ts`).
 */
export function formsOf(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value)
  const encoded = [...hex(bytes), ...base64(bytes)].filter((form) => form.length >= shortestEncoded)
  return [...new Set([value, value.toWellFormed(), ...encoded])].filter((form) => form !== '')
}

function hex(bytes: Uint8Array): readonly string[] {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [digits, digits.toUpperCase()]
}

/** Three bytes are four characters, so there are three ways to write it; characters that hold other bytes, too, are left out. */
function base64(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const binary = '\0'.repeat(offset) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    const form = btoa(binary).slice(Math.ceil((offset * 8) / 6), Math.floor((binary.length * 8) / 6))
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
