/** The options and operands of a command line. */
export interface Options {
  readonly options: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
  /** The first option that is not in the table. */
  readonly unknown?: string | undefined
}

/** What an option is: `flag` has no value; its name is another name. */
export type OptionTable = Readonly<Record<string, { readonly name: string; readonly isFlag?: boolean }>>

/** Options by their names, without hyphens, in a table: `file/f platform no-cache!`. */
export function optionTable(names: string): OptionTable {
  return Object.fromEntries(
    names.split(/\s+/).flatMap((entry) => {
      const isFlag = entry.endsWith('!')
      const [name = '', short] = entry.replace('!', '').split('/')
      const known = { name, isFlag }
      return [[`--${name}`, known] as const, ...(short === undefined ? [] : [[`-${short}`, known] as const])]
    }),
  )
}

/** Reads the words behind the name of a command. */
export function readOptions(words: readonly string[], table: OptionTable): Options {
  const options = new Map<string, string[]>()
  const operands: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    const [, name = word, value] = /^(--[\w-]+)=([\s\S]*)$/.exec(word) ?? []
    const known = table[name]
    if (known === undefined) return { options, operands, unknown: name }
    const given = known.isFlag ? (value ?? 'true') : (value ?? words[++at] ?? '')
    options.set(known.name, [...(options.get(known.name) ?? []), given])
  }
  return { options, operands }
}
