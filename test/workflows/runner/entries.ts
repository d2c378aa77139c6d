import { readFileSync } from 'node:fs'

/** Reads the `name=value` and `name<<END` entries that steps write to GITHUB_OUTPUT, GITHUB_STATE and GITHUB_ENV. */
export function readEntries(file: string): Record<string, string> {
  const entries: Record<string, string> = {}
  const lines = readFileSync(file, 'utf8').split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const [, block, end] = /^([^=]+?)<<(.+)$/.exec(line) ?? []
    if (block !== undefined && end !== undefined) {
      const close = lines.indexOf(end, at + 1)
      entries[block] = lines.slice(at + 1, close).join('\n')
      at = close
      continue
    }
    const [, name, value] = /^([^=]+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) entries[name] = value
  }
  return entries
}
