import { type Text, untrusted } from './text.ts'

/** One word of a shell command, quoted where the shell would read more into it. */
export function shellWord(value: string): Text {
  return [untrusted(/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`)]
}
