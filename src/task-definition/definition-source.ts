import { invalid, parseObject, type Source, type Wanted } from '../document/document.ts'
import { Failure } from '../failure.ts'
import type { Place } from '../mistake.ts'
import { nearest } from '../nearest.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { isList, isObject } from './members.ts'

/** The source of a definition. */
export type DefinitionSource =
  /** A JSON or YAML file of the workspace; `input` names the action's input that names it. */
  | { readonly kind: 'file'; readonly path: string; readonly input: string }
  /** `family` (its latest active revision), `family:7` or an ARN. */
  | { readonly kind: 'revision'; readonly reference: string }
  /** The definition that a service runs, or is being deployed with. */
  | { readonly kind: 'service'; readonly cluster: string; readonly service: string }

/**
 * The source that the input `task-definition` means. An ARN or `family:7` is a revision, a path with a folder or an extension is a
 * file; a bare word is a file if `isFile`, else a family.
 */
export function namedSource(given: string, isFile: boolean): DefinitionSource {
  const isRevision = given.startsWith('arn:') || /^[\w-]+:\d+$/.test(given)
  const isPath = isFile || /[./\\]/.test(given)
  if (isRevision || !isPath) return { kind: 'revision', reference: given }
  return { kind: 'file', path: given, input: 'task-definition' }
}

/** A definition as it was written, or as AWS stores it. */
export interface WrittenDefinition {
  readonly definition: JsonObject
  /** Positions of its members; undefined for a definition that is not from a file. */
  readonly at?: ((path: readonly PropertyKey[]) => Place) | undefined
}

/** Adapters from which a definition is read: ECS and the workspace's files. */
export interface SourcePorts {
  readonly ecs: Pick<Ecs, 'describeService' | 'describeTaskDefinition' | 'explainMissingService'>
  readonly files: { readText(path: string, input: string): Promise<string> }
}

/** The definition with its tags. Throws a `Failure` that names the source. */
export async function readDefinition(
  source: DefinitionSource,
  { ecs, files }: SourcePorts,
): Promise<WrittenDefinition> {
  switch (source.kind) {
    case 'file':
      return definitionIn(await files.readText(source.path, source.input), source.path)
    case 'revision':
      return { definition: await describe(source.reference, ecs) }
    case 'service':
      return { definition: await describe(await runningIn(source, ecs), ecs) }
  }
}

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html'

const wanted: Wanted = {
  name: 'The task definition',
  accepts: (value) => value.containerDefinitions !== undefined || isObject(value.taskDefinition),
}

/** A definition in the text of a file, also when it is the answer of `aws ecs describe-task-definition`. */
export function definitionIn(content: string, file: string): WrittenDefinition {
  const { value, at } = parseObject(content, { file }, wanted)
  const { taskDefinition, tags } = value
  if (!isObject(taskDefinition) || value.containerDefinitions !== undefined)
    return { definition: withContainers(value, { file }, at), at }
  const inside = (path: readonly PropertyKey[]) => at(path[0] === 'tags' ? path : ['taskDefinition', ...path])
  const definition = { ...taskDefinition, ...(isList(tags) ? { tags } : {}) }
  return { definition: withContainers(definition, { file }, inside), at: inside }
}

/** The definition, when it has what all others build on. */
function withContainers(
  definition: JsonObject,
  source: Source,
  at: (path: readonly PropertyKey[]) => Place,
): JsonObject {
  const { containerDefinitions: containers } = definition
  if (isList(containers) && containers.every((container) => isObject(container))) return definition
  const similar = nearest('containerDefinitions', Object.keys(definition))
  const fix = text`Give a task definition in the form of "aws ecs register-task-definition --generate-cli-skeleton".`
  if (containers !== undefined) {
    const message = text`containerDefinitions must be a list of objects`
    throw invalid([{ ...at(['containerDefinitions']), message }], { ...wanted, fix, docs })
  }
  const hint = similar === undefined ? [] : text` (but "${untrusted(similar)}")`
  const place = similar === undefined ? source : at([similar])
  throw invalid([{ ...place, message: text`it has no "containerDefinitions"${hint}` }], { ...wanted, fix, docs })
}

async function describe(reference: string, ecs: SourcePorts['ecs']): Promise<JsonObject> {
  const definition = await ecs.describeTaskDefinition(reference)
  if (definition) return definition
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`There is no task definition ${untrusted(reference)}`,
    why: text`the region and account of these credentials have no such family or revision`,
    fix: text`Check the name, aws-region and the role, or give the definition as a file.`,
  })
}

async function runningIn(
  { cluster, service }: Extract<DefinitionSource, { kind: 'service' }>,
  ecs: SourcePorts['ecs'],
): Promise<string> {
  const found = await ecs.describeService(cluster, service)
  const taskSet = found?.taskSets?.find(({ status }) => status === 'PRIMARY')
  const running = taskSet?.taskDefinition ?? found?.taskDefinition
  if (running !== undefined && found?.status !== 'INACTIVE') return running
  throw await ecs.explainMissingService(cluster, service, found ? 'INACTIVE' : 'MISSING')
}
