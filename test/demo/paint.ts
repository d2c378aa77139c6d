/** Colours for people; plain text for files, pipes and NO_COLOR (https://no-color.org). */
const codes = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
} as const

export type Colour = keyof typeof codes
export type Paint = (colour: Colour, text: string) => string

export function choosePaint(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const isColourful = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
  return isColourful ? (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m` : (_, text) => text
}

const byMark: readonly (readonly [RegExp, Colour])[] = [
  [/^\S+\s+(✔|✅)/u, 'green'],
  [/^\S+\s+(✖|❌)/u, 'red'],
  [/^\S+\s+(⏪|⚠)/u, 'yellow'],
  [/^\S+\s+▶/u, 'cyan'],
  [/^\S+\s+traffic/u, 'magenta'],
  [/^\S+\s+(·|console)/u, 'dim'],
]

/** A line of a job's log as GitHub shows it: workflow commands are obeyed, not shown. Undefined when nothing is left of it. */
export function paintLogLine(line: string, paint: Paint): string | undefined {
  const [, command, message = ''] = /^::(\w[\w-]*)(?: [^:]*)?::(.*)$/.exec(line) ?? []
  switch (command) {
    case undefined:
      break
    case 'error':
      return paint('red', `Error: ${decode(message)}`)
    case 'warning':
      return paint('yellow', `Warning: ${decode(message)}`)
    case 'notice':
      return paint('blue', `Notice: ${decode(message)}`)
    case 'group':
      return paint('dim', `▸ ${decode(message)}`)
    default:
      return undefined
  }
  const found = byMark.find(([mark]) => mark.test(line))
  return found ? paint(found[1], line) : line
}

function decode(message: string): string {
  return message.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%')
}
