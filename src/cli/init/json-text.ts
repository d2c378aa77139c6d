import type { Json } from '../../ports.ts'

/** Width up to which a list or an object stays on one line. Characters. */
const width = 100

/** JSON as a person writes it: what is short is on one line. Ends with a line feed. */
export function jsonText(value: Json): string {
  return `${lines(value, '')}\n`
}

function lines(value: Json, indent: string): string {
  const short = inline(value)
  const isRoot = indent === ''
  if (typeof value !== 'object' || value === null || (!isRoot && indent.length + short.length <= width)) return short
  const inner = `${indent}  `
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + lines(item, inner)).join(',\n')}\n${indent}]`
  const members = Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${lines(item, inner)}`)
  return `{\n${members.join(',\n')}\n${indent}}`
}

function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inline(item)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
