import { type Model, type Reference, type Shape, shapeOf } from '../model.ts'

/** The name on the wire, where it is another than the member's. */
export const locationName = (reference: Reference) =>
  typeof reference === 'string' ? undefined : reference.locationName
/** Whether the items of a list or map stand where it would stand itself. */
export const isFlattened = (reference: Reference, shape: Shape) =>
  shape.flattened === true || (typeof reference === 'object' && reference.flattened === true)

/** A relative of the query protocol: lists are always flat, names in requests are capitalised, replies are not wrapped. */
export const isEc2 = (model: Model | undefined) => model?.protocols.includes('ec2') ?? false
const ec2Name = (reference: Reference, name: string) => {
  const queryName = typeof reference === 'string' ? undefined : reference.queryName
  return queryName ?? locationName(reference)?.replace(/^./, (letter) => letter.toUpperCase()) ?? name
}

interface FormNode {
  value?: string
  readonly children: Map<string, FormNode>
}

/** The form of an awsQuery or EC2 request as an operation is given it. */
export function decodeForm(model: Model, form: URLSearchParams, shape: string): unknown {
  const root: FormNode = { children: new Map() }
  for (const [key, value] of form) {
    if (key === 'Action' || key === 'Operation' || key === 'Version') continue
    let node = root
    for (const part of key.split('.')) {
      const next = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, next)
      node = next
    }
    node.value = value
  }
  return decodeNode(model, shape, root)
}

/** A value of a form, an address, a header or XML, as the model has it; what does not fit stays a text, which validation refuses. */
export function decodeScalar(shape: Shape, value: string): unknown {
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value
    case 'timestamp': {
      const date = new Date(value.replace(basicFormat, '$1-$2-$3T$4:$5:$6'))
      return Number.isNaN(date.getTime()) ? value : date
    }
    case 'blob':
      return Buffer.from(value, 'base64')
    default:
      return value
  }
}

/** ISO 8601 without separators, which query services take as well. */
const basicFormat = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/

function decodeNode(model: Model, reference: Reference, node: FormNode): unknown {
  const shape = shapeOf(model, reference)
  if (shape.type === 'structure') return decodeMembers(model, shape, node)
  if (shape.type === 'list' && shape.member !== undefined) {
    const member = shape.member
    const items =
      isEc2(model) || isFlattened(reference, shape)
        ? node
        : (node.children.get(locationName(member) ?? 'member') ?? node.children.get('members'))
    if (!items) return node.value === '' ? [] : node.value
    return [...items.children]
      .sort(([left], [right]) => Number(left) - Number(right))
      .map(([, item]) => decodeNode(model, member, item))
  }
  if (shape.type === 'map' && shape.key !== undefined && shape.value !== undefined) {
    const { key, value } = shape
    const entries = isFlattened(reference, shape) ? node : node.children.get('entry')
    return Object.fromEntries(
      [...(entries?.children.values() ?? [])].map((entry) => [
        entry.children.get(locationName(key) ?? 'key')?.value ?? '',
        decodeNode(model, value, entry.children.get(locationName(value) ?? 'value') ?? { children: new Map() }),
      ]),
    )
  }
  return decodeScalar(shape, node.value ?? '')
}

function decodeMembers(model: Model, shape: Shape, node: FormNode): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  const taken = new Set<string>()
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const inner = shapeOf(model, member)
    const flatName =
      inner.type === 'list' && isFlattened(member, inner) && inner.member !== undefined
        ? locationName(inner.member)
        : undefined
    const wireName = isEc2(model) ? ec2Name(member, name) : (flatName ?? locationName(member) ?? name)
    const child = node.children.get(wireName)
    if (!child) continue
    taken.add(wireName)
    decoded[name] = decodeNode(model, member, child)
  }
  for (const [name, child] of node.children) if (!taken.has(name)) decoded[name] = child.value
  return decoded
}
