/** Compares what AWS's clients believe about the wire with AWS's published models. */
import { loadModel, type Model, nameOf, type Reference, shapeOf } from './model.ts'
import { type ClientShape, type ClientType, loadClientOperations } from './schema.ts'

const numeric = new Set(['integer', 'long', 'float', 'double'])

function isSameType(model: Model, reference: Reference, type: ClientType): boolean {
  const shape = shapeOf(model, reference)
  if (shape.document) return type === 'document'
  return numeric.has(shape.type) ? type === 'number' : shape.type === type
}

interface Comparison {
  readonly model: Model
  readonly seen: Set<string>
  readonly differences: Set<string>
}

function compareShapes(comparison: Comparison, reference: Reference, client: ClientShape, at: string): void {
  const { model, seen, differences } = comparison
  const shape = shapeOf(model, reference)
  const say = (what: string) => differences.add(`${model.service} ${at}: ${what}`)
  if (!isSameType(model, reference, client.type)) {
    say(`is ${shape.type} in AWS's model, ${client.type} in the client`)
    return
  }
  if (shape.type === 'list' && shape.member !== undefined && client.element)
    compareShapes(comparison, shape.member, client.element(), `${at}[]`)
  if (shape.type === 'map' && shape.value !== undefined && client.element)
    compareShapes(comparison, shape.value, client.element(), `${at}{}`)
  if (shape.type !== 'structure' || seen.has(nameOf(reference))) return
  seen.add(nameOf(reference))
  const name = nameOf(reference)
  const members = shape.members ?? {}
  for (const member of Object.keys(members))
    if (!client.members.has(member)) differences.add(`${model.service} ${name}.${member}: only in AWS's model`)
  for (const member of client.members.keys())
    if (!(member in members)) differences.add(`${model.service} ${name}.${member}: only in the client`)
  const required = shape.required ?? []
  for (const member of required)
    if (client.members.has(member) && !client.required.includes(member))
      differences.add(`${model.service} ${name}.${member}: required in AWS's model alone`)
  for (const member of client.required)
    if (member in members && !required.includes(member))
      differences.add(`${model.service} ${name}.${member}: required in the client alone`)
  for (const [member, inner] of Object.entries(members)) {
    const known = client.members.get(member)
    if (known) compareShapes(comparison, inner, known(), `${name}.${member}`)
  }
}

/** Every difference in operations, members, types and required members, as sorted sentences. */
export async function findDrift(service: string, model: Model = loadModel(service)): Promise<readonly string[]> {
  const client = await loadClientOperations(service)
  const comparison: Comparison = { model, seen: new Set(), differences: new Set() }
  for (const name of client.keys())
    if (!(name in model.operations)) comparison.differences.add(`${service} ${name}: only in the client`)
  for (const [name, operation] of Object.entries(model.operations)) {
    if (operation === null) continue
    const known = client.get(name)
    if (!known) {
      comparison.differences.add(`${service} ${name}: only in AWS's model`)
      continue
    }
    if (operation.input !== undefined) compareShapes(comparison, operation.input, known.input, `${name} input`)
    if (operation.output !== undefined) compareShapes(comparison, operation.output, known.output, `${name} output`)
  }
  return [...comparison.differences].sort()
}
