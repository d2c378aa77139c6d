import fc from 'fast-check'
import { anyText } from '../generated.ts'

const names = fc.constantFrom('add-mask', 'set-output name=x', 'error', 'stop-commands', 'add-matcher', 'ERROR')
const between = fc.constantFrom('', '', '', '\u200b', '\0', '\u001b[0m', '\u202e', ' ')
const commands = fc.oneof(
  fc
    .tuple(fc.constantFrom('\r', '\n', '\u2028', '\u0085', ''), between, names)
    .map(([end, hidden, name]) => `${end}${hidden}:${hidden}:${name}::x`),
  fc.tuple(between, between, names).map(([one, other, name]) => `#${one}#${other}[${name}]x`),
)

/** Strings that somebody would write to get through: pieces of commands, markup and invisible characters in any order. */
const hostile = fc
  .array(
    fc.oneof(
      commands,
      fc.constantFrom(
        '::',
        '##[',
        '##',
        '#',
        '[',
        ']',
        ':',
        '\r',
        '\n',
        '\r\n',
        '\u0085',
        '\u2028',
        '\u2029',
        '\v',
        '\f',
      ),
      fc.constantFrom(
        'add-mask',
        'set-output name=x',
        'error',
        'stop-commands',
        'add-matcher',
        'group',
        ' ',
        '\t',
        '\0',
      ),
      fc.constantFrom('\u200b', '\u200d', '\ufeff', '\u00ad', '\u202e', '\u2066', '\u061c', '\u{e0041}', '\ud800'),
      fc.constantFrom('\u001b[31m', '\u001b]8;;https://evil.example\u0007', '\u009b2J', '\u0007', '\u007f'),
      fc.constantFrom(
        '<!channel>',
        '<@U0123ABCD>',
        '<https://evil.example|x>',
        '&lt;',
        '&',
        '```',
        '`',
        '~~~',
        '|',
        '\\',
      ),
      fc.constantFrom(
        '<script>',
        '</details>',
        '<img src=x>',
        '[x](http://evil.example)',
        '![x](y)',
        'http://evil.example',
        'www.evil.example',
        '@ann',
      ),
      anyText({ maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** A character that changes what is seen without being seen. Line feeds are allowed where lines are. */
export const hidden = /(?!\n)[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u

/** Ten thousand of them. */
export const texts = fc.sample(
  fc.oneof(
    hostile,
    fc.tuple(commands, hostile).map(([first, rest]) => `${first}${rest}`),
  ),
  { numRuns: 10_000, seed: 20261120 },
)

/** The first of `texts` for which something is wrong, with what the view made of it. */
export function firstWrong(render: (theirs: string) => string, isWrong: (shown: string) => boolean, among = texts) {
  for (const theirs of among) {
    const shown = render(theirs)
    if (isWrong(shown)) return { theirs, shown }
  }
  return 'none'
}
