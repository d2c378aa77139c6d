/** Words that YAML reads as another type than a string, and numbers whose notation would change. */
const otherTypes = /^(?:null|~|yes|no|on|off|0\d+|[-+]?[\d.]+e[-+]?\d+|\d+\.\d*0)$/i
const plain = /^(?:[\w./$]|-(?=[\w.]))(?:(?!: | #|:$)[^\r\n])*$/

/** A string as a scalar of YAML in one line, in quotes where it needs them. */
export function yamlScalar(value: string): string {
  if (plain.test(value) && value === value.trim() && !otherTypes.test(value) && !/^\d{12}$/.test(value)) return value
  if (/\p{Cc}/u.test(value)) return JSON.stringify(value)
  return `'${value.replaceAll("'", "''")}'`
}

/** The lines of `name: value` at an indentation; a value of several lines is a literal block. */
export function yamlPair(name: string, value: string, indent: number): readonly string[] {
  const space = ' '.repeat(indent)
  const lines = value.replace(/\n+$/, '').split('\n')
  if (lines.length === 1) return [`${space}${name}: ${yamlScalar(lines[0] ?? '')}`]
  return [`${space}${name}: |`, ...lines.map((line) => (line === '' ? '' : `${space}  ${line}`))]
}
