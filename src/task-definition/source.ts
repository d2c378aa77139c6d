import { parseObject } from '../document.ts'
import { Failure } from '../failure.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { registrable } from './registrable.ts'

/** Where a task definition comes from. */
export type DefinitionSource =
  /** A JSON or YAML file of the workspace. */
  | { readonly kind: 'file'; readonly path: string; readonly input: string }
  /** `family`, `family:7` or an ARN. */
  | { readonly kind: 'revision'; readonly nameOrArn: string; readonly input: string }
  /** What a service runs now. */
  | { readonly kind: 'service'; readonly cluster: string; readonly service: string }

export interface DefinitionPorts {
  readonly ecs: Pick<Ecs, 'describeTaskDefinition' | 'describeService'>
  readText(path: string, input: string): Promise<string>
}

/** Reads a definition from its source, in the form in which it could be registered, tags included. */
export async function readDefinition(source: DefinitionSource, ports: DefinitionPorts): Promise<JsonObject> {
  if (source.kind === 'file')
    return registrable(parseObject(await ports.readText(source.path, source.input), source.path).value)
  if (source.kind === 'revision') return registrable(await describe(source.nameOrArn, ports))
  const service = await ports.ecs.describeService(source.cluster, source.service)
  if (service?.taskDefinition) return registrable(await describe(service.taskDefinition, ports))
  throw new Failure({
    code: 'service-not-found',
    what: text`The service ${untrusted(source.service)} does not exist in the cluster ${untrusted(source.cluster)}`,
    fix: text`Check service, cluster, aws-region and the account of the credentials.`,
  })
}

/**
 * What the input `task-definition` means: an ARN or `family:7` is a revision; a path with a folder or an ending is a
 * file; a bare word is a file if there is one, else a family.
 */
export async function sourceOf(
  given: string,
  input: string,
  exists: (path: string) => Promise<boolean>,
): Promise<DefinitionSource> {
  const isRevision = given.startsWith('arn:') || /^[\w-]+:\d+$/.test(given)
  const isPath = /[./\\]/.test(given)
  if (isRevision || (!isPath && !(await exists(given)))) return { kind: 'revision', nameOrArn: given, input }
  return { kind: 'file', path: given, input }
}

async function describe(nameOrArn: string, { ecs }: DefinitionPorts): Promise<JsonObject> {
  const definition = await ecs.describeTaskDefinition(nameOrArn)
  if (definition) return definition
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`The task definition ${untrusted(nameOrArn)} does not exist`,
    fix: text`Check the name, aws-region and the account of the credentials. If a file is meant, give its path, such as deploy/api.json.`,
  })
}
