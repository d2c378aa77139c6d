/** Words that YAML 1.2 (core schema) or YAML 1.1 reads as another type than a string. */
const otherTypes = /^(?:true|false|null|yes|no|on|off|y|n|\.\.|\.inf|\.nan|\.\d.*)$/i

/** A text in YAML, in quotes where it could be read as anything else. */
export function scalar(value: string): string {
  const isPlain = /^[A-Za-z_./][\w./-]*$/.test(value) && !otherTypes.test(value)
  return isPlain ? value : JSON.stringify(value)
}
