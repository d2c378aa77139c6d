import { invalid, parseObject, type Wanted } from '../../../document/document.ts'
import { findMisfits } from '../../../document/shape.ts'
import { tidied } from '../../../document/tidy.ts'
import type { JsonObject } from '../../../ports.ts'
import { isList, isObject } from '../../../task-definition/members.ts'
import { quoted, setting, text } from '../../../text.ts'
import type { ServiceDefinition } from './service-request.ts'
import { shapes } from './service-shapes.ts'

const request = 'CreateServiceRequest'
const kept: ReadonlySet<string> = new Set()

/** Members that DescribeServices answers and CreateService refuses, such as `runningCount`. */
const readOnly = new Set(
  [...(shapes.get('Service')?.keys() ?? [])].filter((member) => !shapes.get(request)?.has(member)),
)

/** What is wrong with a service definition. */
export const wantedServiceDefinition: Wanted = {
  name: 'The service definition',
  fix: text`Correct the file of ${setting('service-definition')}; ${quoted('aws ecs create-service --generate-cli-skeleton')} prints its shape. Nothing has been changed.`,
  docs: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html',
  accepts: (value) => !('containerDefinitions' in value) && !('taskDefinitionArns' in value) && isService(value),
}

/**
 * The service definition in the text of a file, also when it is the answer of `aws ecs describe-services`: without what only
 * AWS writes, and without empty lists and words. Throws `file-invalid` with everything that CreateService does not take.
 */
export function serviceDefinitionIn(content: string, file: string): Omit<ServiceDefinition, 'idempotencyKey'> {
  const { value, at } = parseObject(content, { file }, wantedServiceDefinition)
  const [path, written] = unwrapped(value)
  const place = (inside: readonly PropertyKey[]) => at([...path, ...inside])
  const members = Object.entries(written).filter(([member]) => !readOnly.has(member))
  const definition = creatable(tidied(Object.fromEntries(members), shapes, request, kept))
  // The name is that of the input service, where the file has none.
  const misfits = findMisfits(definition, shapes, request).filter(
    ({ kind, path: [member] }) => kind !== 'missing' || member !== 'serviceName',
  )
  const wrong = misfits.filter(({ certain }) => certain)
  if (wrong.length > 0)
    throw invalid(
      wrong.map(({ path: inside, message }) => ({ ...place(inside), message })),
      wantedServiceDefinition,
    )
  return { file, content: definition, at: place }
}

/** A definition alone has at least one of the members that make a service. */
function isService(value: JsonObject): boolean {
  const [, written] = unwrapped(value)
  return Object.keys(written).some((name) => shapes.get(request)?.has(name) || readOnly.has(name))
}

/** The service in an answer of `create-service` or `describe-services`, and the path to it. */
function unwrapped(value: JsonObject): readonly [readonly PropertyKey[], JsonObject] {
  const { service, services } = value
  if (isObject(service)) return [['service'], service]
  const [only, ...others] = isList(services) ? services : []
  return isObject(only) && others.length === 0 ? [['services', 0], only] : [[], value]
}

/** AWS answers a grace period of 0 for every service, and takes none for one without a load balancer. */
function creatable(definition: JsonObject): JsonObject {
  const { healthCheckGracePeriodSeconds: period, ...rest } = definition
  const isNothing = period === undefined || (period === 0 && rest.loadBalancers === undefined)
  return isNothing ? rest : definition
}
