/** Shorter pieces of Base64 are in every text. */
const shortestBase64 = 8

/**
 * How programs write a value: as it is, escaped in JSON (once, and again in a text of JSON), in an address, in a form, in
 * HTML, and in Base64 at any place in what is encoded (`user:password` of a header). Of several lines, also the long ones.
 */
export function formsOf(value: string): readonly string[] {
  const lines = value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.trim().length >= 16) : []
  return [...new Set([value, ...lines].flatMap(written))].filter((form) => form !== '')
}

function written(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const address = encodeURIComponent(value.toWellFormed())
  return [
    value,
    json,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    address,
    small(address),
    inForm(value),
    small(inForm(value)),
    encodeURI(value.toWellFormed()),
    inHtml(value),
    ...base64(value),
  ]
}

/** `application/x-www-form-urlencoded` (https://url.spec.whatwg.org/#urlencoded-serializing). */
function inForm(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

function small(address: string): string {
  return address.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())
}

function inHtml(value: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return value.replace(/[&<>"']/g, (mark) => entities[mark] ?? mark)
}

/** Three bytes are four characters, so there are three ways to write it; characters that hold other bytes, too, are left out. */
function base64(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value)
  return [0, 1, 2].flatMap((offset) => {
    const binary = '\0'.repeat(offset) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    const start = Math.ceil((offset * 8) / 6)
    const form = btoa(binary).slice(start, Math.floor((binary.length * 8) / 6))
    return form.length < shortestBase64 ? [] : [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
