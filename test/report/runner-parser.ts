/**
 * What the Actions runner would obey in a step's output: an independent rendering of the rules in actions/runner
 * (src/Runner.Common/ActionCommand.cs and the line splitting of .NET's StreamReader), used as the oracle of the escapes.
 *
 * Stricter than the runner in one point: .NET searches by culture and skips characters without width, so they are taken
 * out before the search.
 */
export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const registered = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
])

/** All commands in what a process printed, in order. */
export function commandsIn(output: string): Command[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => {
    const seen = line.replace(/[\p{Default_Ignorable_Code_Point}\0]/gu, '')
    return colonCommand(seen) ?? bracketCommand(seen) ?? []
  })
}

/** `::name key=value,key=value::data`, at the start of a line after white space. */
function colonCommand(line: string): Command | undefined {
  const match = /^::(?<info>.*?)::(?<data>.*)$/su.exec(line.trimStart())
  if (!match?.groups) return undefined
  const unescapeData = replacing([
    ['%0D', '\r'],
    ['%0A', '\n'],
    ['%25', '%'],
  ])
  const unescapeProperty = replacing([
    ['%0D', '\r'],
    ['%0A', '\n'],
    ['%3A', ':'],
    ['%2C', ','],
    ['%25', '%'],
  ])
  return command(match.groups.info ?? '', ',', unescapeProperty, unescapeData(match.groups.data ?? ''))
}

/** `##[name key=value;key=value]data`, anywhere in a line. Only the first one of a line is looked at. */
function bracketCommand(line: string): Command | undefined {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  if (start < 0 || end < 0) return undefined
  const decode = replacing([
    ['%3B', ';'],
    ['%0D', '\r'],
    ['%0A', '\n'],
    ['%5D', ']'],
    ['%25', '%'],
  ])
  return command(line.slice(start + 3, end), ';', decode, decode(line.slice(end + 1)))
}

function command(info: string, separator: string, decode: (value: string) => string, data: string) {
  const space = info.indexOf(' ')
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase()
  if (!registered.has(name)) return undefined
  const properties: Record<string, string> = {}
  for (const property of space > 0
    ? info
        .slice(space + 1)
        .trim()
        .split(separator)
    : []) {
    const [key, ...value] = property.split('=')
    if (key && value.length > 0) properties[key] = decode(value.join('='))
  }
  return { name, properties, data }
}

function replacing(pairs: readonly (readonly [string, string])[]) {
  return (value: string) => pairs.reduce((text, [from, to]) => text.replaceAll(from, to), value)
}
