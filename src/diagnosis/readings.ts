import type { Span } from './span.ts'

/** A text with its escapes undone, and the positions of its pieces in the original text. */
export interface Reading {
  readonly text: string
  place(span: Span): Span
}

/** One notation that writes characters as others. `read`: the decoded parts of one match, each with its length in the match. */
interface Escape {
  /** Contained in every text with such an escape; without it the text is not searched. */
  readonly sign: RegExp
  readonly pattern: RegExp
  read(match: RegExpExecArray): readonly (readonly [characters: string, length: number])[]
}

const named: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', 0: '\0' }
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** JSON (also with `\uXXXX` for everything), C, Python, JavaScript, Go and shells. */
const backslash: Escape = {
  sign: /\\/,
  pattern:
    /(?<hex>(?:\\x[\dA-Fa-f]{2})+)|(?<octal>(?:\\[0-3][0-7]{2})+)|\\(?:u(?<unit>[\dA-Fa-f]{4})|[ux]\{(?<braced>[\dA-Fa-f]{1,6})\}|U(?<point>[\dA-Fa-f]{8})|(?<mark>[bfnrtv0]|[^\w\s]| ))/g,
  read({ 0: { length }, groups: { hex, octal, unit, mark, braced, point } = {} }) {
    if (hex) return characters(hex.match(/[\dA-Fa-f]{2}/g) ?? [], 16, 4)
    if (octal) return characters(octal.match(/\d{3}/g) ?? [], 8, 4)
    const character = mark ? (named[mark] ?? mark) : characterOf(Number.parseInt(unit ?? braced ?? point ?? '', 16))
    return [[character, length]]
  },
}

/** Addresses (https://url.spec.whatwg.org/#percent-encoded-bytes). */
const percent: Escape = {
  sign: /%/,
  pattern: /(?:%[\dA-Fa-f]{2})+/g,
  read: ({ 0: bytes }) => characters(bytes.match(/[\dA-Fa-f]{2}/g) ?? [], 16, 3),
}

/** The same in forms, where `+` is a space (https://url.spec.whatwg.org/#urlencoded-parsing). */
const form: Escape = {
  sign: /[%+]/,
  pattern: /(?:%[\dA-Fa-f]{2})+|\+/g,
  read: (match) => (match[0] === '+' ? [[' ', 1]] : percent.read(match)),
}

/** HTML and XML. */
const entity: Escape = {
  sign: /&/,
  pattern: /&(?:#(?<decimal>\d{1,7})|#[xX](?<hex>[\dA-Fa-f]{1,6})|(?<name>amp|lt|gt|quot|apos));/g,
  read({ 0: { length }, groups: { decimal, hex = '', name } = {} }) {
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return [[name ? (entities[name] ?? '') : characterOf(code), length]]
  },
}

/** Colours of a terminal, other controls, and characters without width: no view shows them as they are, so they part no word. */
const unseen: Escape = {
  sign: /[^\t-\r -~\u0085\u00a0-\u{10ffff}]|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u,
  pattern:
    /[^\t-\r -~\u0085\u00a0-\u{10ffff}](?:\[[0-?]*[ -/]*[@-~])?|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu,
  read: ({ 0: { length } }) => [['', length]],
}

/** How often each may have been applied: a text of JSON may be in a text of JSON. */
const layers: readonly (readonly [way: Escape, times: number])[] = [
  [backslash, 3],
  [percent, 2],
  [entity, 1],
]

/** The text as it is, and as it reads when what programs escape is undone. */
export function readings(text: string): readonly Reading[] {
  return seen([plain(text), ...layers.flatMap(([way, times]) => undone(plain(text), way, times))])
}

/** The same, and as a form. */
export function readingsOfValues(text: string): readonly Reading[] {
  return [...readings(text), ...seen(undone(plain(text), form, 1))]
}

/** Each, and again without its invisible characters. */
function seen(all: readonly Reading[]): readonly Reading[] {
  return all.flatMap((reading) => [reading, ...undone(reading, unseen, 1)])
}

function plain(text: string): Reading {
  return { text, place: (span) => span }
}

function undone(reading: Reading, way: Escape, times: number): readonly Reading[] {
  const next = times === 0 || !way.sign.test(reading.text) ? undefined : undo(reading, way)
  return next ? [next, ...undone(next, way, times - 1)] : []
}

/** Undefined where there is nothing to undo. */
function undo({ text, place }: Reading, { pattern, read }: Escape): Reading | undefined {
  const starts: number[] = []
  const origins: number[] = []
  let [shown, done] = ['', 0]
  const add = (characters: string, origin: number) => {
    starts.push(shown.length)
    origins.push(origin)
    shown += characters
  }
  for (const match of text.matchAll(pattern)) {
    if (match.index > done) add(text.slice(done, match.index), done)
    done = match.index
    for (const [characters, length] of read(match)) {
      add(characters, done)
      done += length
    }
  }
  if (done === 0) return undefined
  add(text.slice(done), done)
  const originOf = (at: number) => {
    const piece = lastNotAfter(starts, at)
    return (origins[piece] ?? 0) + at - (starts[piece] ?? 0)
  }
  return { text: shown, place: ([start, end]) => place([originOf(start), originOf(end)]) }
}

/** Index of the last number that is not larger; the numbers ascend from 0. */
function lastNotAfter(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((numbers[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes of UTF-8 as characters; a byte that is none of them is a character of its own. `width`: of one byte as it is written. */
function characters(digits: readonly string[], radix: number, width: number): [characters: string, length: number][] {
  const bytes = Uint8Array.from(digits, (each) => Number.parseInt(each, radix))
  const found: [characters: string, length: number][] = []
  for (let at = 0; at < bytes.length; ) {
    const [character, count] = characterAt(bytes, at)
    found.push([character, count * width])
    at += count
  }
  return found
}

function characterAt(bytes: Uint8Array, at: number): readonly [character: string, count: number] {
  const first = bytes[at] ?? 0
  const count = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  try {
    return [utf8.decode(bytes.subarray(at, at + count)), count]
  } catch {
    return [String.fromCharCode(first), 1]
  }
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}
