/** Terraform's language, as far as policies need it, in the form of `terraform fmt` (HCL native syntax specification). */

/** One argument: its name, and the lines of its value. */
export interface HclAttribute {
  readonly name: string
  readonly value: readonly string[]
}

/** A block with its labels, such as `resource "aws_iam_role" "deploy"`. */
export interface HclBlock {
  readonly type: string
  readonly labels: readonly string[]
  readonly attributes: readonly HclAttribute[]
  readonly comment?: string | undefined
}

type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value }

/** A block. */
export function block(
  type: string,
  labels: readonly string[],
  attributes: readonly HclAttribute[],
  comment?: string,
): HclBlock {
  return { type, labels, attributes, comment }
}

/** An argument with a literal value. */
export function attribute(name: string, value: Value): HclAttribute {
  return { name, value: linesOf(value) }
}

/** An argument that refers to something. */
export function expression(name: string, code: string): HclAttribute {
  return { name, value: [code] }
}

/** An argument whose value is JSON for AWS, by Terraform's jsonencode. */
export function jsonAttribute(name: string, document: object): HclAttribute {
  const lines = linesOf(document as Value)
  return { name, value: [`jsonencode(${lines[0]}`, ...lines.slice(1, -1), `${lines.at(-1)})`] }
}

/** A file of blocks. */
export function renderBlocks(blocks: readonly HclBlock[]): string {
  return blocks
    .map(({ type, labels, attributes, comment }) => {
      const head = [type, ...labels.map((label) => JSON.stringify(label)), '{'].join(' ')
      const body = aligned(attributes.map(({ name, value }) => ({ key: name, value }))).map(indented)
      return [...(comment === undefined ? [] : [`# ${comment}`]), head, ...body, '}', ''].join('\n')
    })
    .join('\n')
}

/** A value in lines; the first stands behind `=`. */
function linesOf(value: Value): readonly string[] {
  if (typeof value !== 'object') return [literal(value)]
  if (Array.isArray(value)) {
    const items = (value as readonly Value[]).map(linesOf)
    const inOne = `[${items.map(([only]) => only).join(', ')}]`
    if (items.every((item) => item.length === 1) && (items.length < 2 || inOne.length <= 60)) return [inOne]
    return ['[', ...items.flatMap((item) => withComma(item).map(indented)), ']']
  }
  const members = Object.entries(value).map(([key, member]) => ({ key: keyOf(key), value: linesOf(member) }))
  return members.length === 0 ? ['{}'] : ['{', ...aligned(members).map(indented), '}']
}

function withComma(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === lines.length - 1 ? `${line},` : line))
}

function indented(line: string): string {
  return `  ${line}`
}

/** `$${` and `%%{` keep `${` and `%{` from being templates; a policy variable is `${aws:…}`. */
function literal(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value).replaceAll(/[$%]\{/g, (mark) => `${mark.charAt(0)}${mark}`)
}

function keyOf(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : literal(key)
}

/** Equals signs of consecutive arguments of one line are in one column, as `terraform fmt` has them. */
function aligned(members: readonly { readonly key: string; readonly value: readonly string[] }[]): readonly string[] {
  const lines: string[] = []
  let run: typeof members = []
  const flush = () => {
    const width = Math.max(...run.map(({ key }) => key.length))
    for (const { key, value } of run) lines.push(`${key.padEnd(width)} = ${value[0]}`, ...value.slice(1))
    run = []
  }
  for (const member of members) {
    if (member.value.length > 1) flush()
    run = [...run, member]
    if (member.value.length > 1) flush()
  }
  flush()
  return lines
}
