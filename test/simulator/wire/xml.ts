import { type Model, type Reference, type Shape, shapeOf } from '../model.ts'
import { isFlattened, locationName } from './form.ts'

/** Text as it stands between tags. */
export const escapeXml = (text: string) => text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`)

function encodeXml(model: Model, reference: Reference, value: unknown, tag: string): string {
  const shape = shapeOf(model, reference)
  if (Array.isArray(value) && shape.member !== undefined) {
    const { member } = shape
    if (isFlattened(reference, shape)) return value.map((item) => encodeXml(model, member, item, tag)).join('')
    return `<${tag}>${value.map((item) => encodeXml(model, member, item, locationName(member) ?? 'member')).join('')}</${tag}>`
  }
  if (shape.type === 'map' && shape.key !== undefined && shape.value !== undefined) {
    const { key, value: inner } = shape
    const entries = Object.entries(value as object).map(
      ([name, content]) =>
        `<entry>${encodeXml(model, key, name, locationName(key) ?? 'key')}${encodeXml(model, inner, content, locationName(inner) ?? 'value')}</entry>`,
    )
    return `<${tag}>${entries.join('')}</${tag}>`
  }
  if (shape.type === 'structure')
    return `<${tag}>${encodeMembers(model, shape, value as Record<string, unknown>)}</${tag}>`
  if (value instanceof Date) return `<${tag}>${value.toISOString()}</${tag}>`
  if (value instanceof Uint8Array) return `<${tag}>${Buffer.from(value).toString('base64')}</${tag}>`
  return `<${tag}>${escapeXml(String(value))}</${tag}>`
}

/** The members of an output, in their order in the model. */
export function encodeMembers(model: Model, shape: Shape, value: Record<string, unknown>): string {
  return Object.entries(shape.members ?? {})
    .filter(([name]) => value[name] !== undefined && value[name] !== null)
    .map(([name, member]) => encodeXml(model, member, value[name], locationName(member) ?? name))
    .join('')
}
