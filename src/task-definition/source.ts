import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { isList, isObject } from './members.ts'
import { parse } from './parse.ts'

/** Where a definition comes from. */
export type DefinitionSource =
  /** A JSON or YAML file of the workspace; `input` names the action's input that names it. */
  | { readonly kind: 'file'; readonly path: string; readonly input: string }
  /** `family` (its latest active revision), `family:7` or an ARN. */
  | { readonly kind: 'revision'; readonly reference: string }
  /** What a service runs now, or is on its way to. */
  | { readonly kind: 'service'; readonly cluster: string; readonly service: string }

export interface SourcePorts {
  readonly ecs: Pick<Ecs, 'describeService' | 'describeTaskDefinition' | 'explainMissingService'>
  readonly files: { readText(path: string, input: string): Promise<string> }
}

/** The definition as it was written, or as AWS stores it, with its tags. Throws a `Failure` that names the source. */
export async function readDefinition(source: DefinitionSource, { ecs, files }: SourcePorts): Promise<JsonObject> {
  switch (source.kind) {
    case 'file':
      return definitionIn(await files.readText(source.path, source.input), source.path)
    case 'revision':
      return describe(source.reference, ecs)
    case 'service':
      return describe(await runningIn(source, ecs), ecs)
  }
}

/** A definition in the text of a file, also when it is the answer of `aws ecs describe-task-definition`. */
export function definitionIn(content: string, file: string): JsonObject {
  const written = parse(content, file)
  const { taskDefinition, tags } = written
  const wrapped = isObject(taskDefinition) && written.containerDefinitions === undefined
  const definition = wrapped ? { ...taskDefinition, ...(isList(tags) ? { tags } : {}) } : written
  const { containerDefinitions: containers } = definition
  if (isList(containers) && containers.every((container) => isObject(container))) return definition
  const similar = nearest('containerDefinitions', Object.keys(definition))
  throw new Failure({
    code: 'file-invalid',
    what: text`${untrusted(file)} is not a task definition`,
    why:
      containers === undefined
        ? text`it has no "containerDefinitions"${similar === undefined ? '' : text` (but "${untrusted(similar)}")`}`
        : text`its "containerDefinitions" must be a list of objects`,
    fix: text`Give a task definition in the form of "aws ecs register-task-definition --generate-cli-skeleton".`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html',
  })
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
