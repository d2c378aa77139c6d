import { posix } from 'node:path'
import type { Json, JsonObject } from '../../ports.ts'
import { isList, isObject, objectIn, textIn } from '../../task-definition/members.ts'
import { environmentIn } from './compose-environment.ts'
import type { ContainerFacts, ImageFacts } from './container-facts.ts'
import { ecsHealthCheck, type HealthCheck } from './health-check.ts'
import { isPort } from './read-dockerfile.ts'

/** The services of a Compose file: those with `build`, and `others`, with an image of another repository. */
export interface ComposeFacts {
  readonly services: readonly ImageFacts[]
  readonly others: readonly { readonly name: string; readonly image: string }[]
}

/** Members that are read, or that mean nothing on Amazon ECS. */
const understood = new Set(
  'build image ports expose environment env_file healthcheck command entrypoint user working_dir platform container_name restart depends_on profiles init tty stdin_open labels'.split(
    ' ',
  ),
)

/** Reads a Compose file (https://compose-spec.io) that lies in `folder` of the repository. */
export function composeFacts(content: JsonObject, folder: string, envFile: (path: string) => string): ComposeFacts {
  const services = Object.entries(objectIn(content, 'services')).flatMap(([name, service]) =>
    isObject(service) ? [{ name, service }] : [],
  )
  return {
    services: services.flatMap(({ name, service }) => {
      const built = buildOf(service, folder)
      return built === undefined ? [] : [{ name, ...built, ...containerOf(name, service, folder, envFile) }]
    }),
    others: services.flatMap(({ name, service }) => {
      const image = service.build === undefined ? textIn(service, 'image') : undefined
      return image === undefined ? [] : [{ name, image }]
    }),
  }
}

function buildOf(service: JsonObject, folder: string) {
  const { build } = service
  const written = typeof build === 'string' ? { context: build } : isObject(build) ? build : undefined
  if (written === undefined || 'dockerfile_inline' in written) return undefined
  const given = textIn(written, 'context') ?? '.'
  const context = posix.normalize(posix.join(folder, given)).replace(/\/$/, '')
  // A URL of git, or a folder of another repository.
  if (/:\/\/|^git@|^github\.com\//.test(given) || posix.isAbsolute(given) || /^\.\.(\/|$)/.test(context))
    return undefined
  const dockerfile = textIn(written, 'dockerfile')
  const file = dockerfile === undefined ? undefined : posix.join(context, dockerfile)
  const usual = posix.join(context, 'Dockerfile')
  return {
    context,
    file: file === usual ? undefined : file,
    target: textIn(written, 'target'),
    buildArgs: Object.fromEntries(
      environmentIn(written.args ?? {}, '').environment.map(({ name, value }) => [name, value]),
    ),
    platform: textIn(service, 'platform'),
  }
}

function containerOf(name: string, service: JsonObject, folder: string, envFile: (path: string) => string) {
  const files = [service.env_file ?? []]
    .flat()
    .flatMap((one) => (isObject(one) ? (textIn(one, 'path') ?? []) : String(one)))
  const { environment, secrets } = environmentIn(
    service.environment ?? {},
    files.map((file) => envFile(posix.join(folder, file))).join('\n'),
  )
  const left = Object.keys(service).filter((member) => !understood.has(member) && !member.startsWith('x-'))
  const container: ContainerFacts = {
    ports: portsOf(service),
    environment,
    secrets,
    healthCheck: healthCheckOf(service.healthcheck),
    command: wordsOf(service.command),
    entryPoint: wordsOf(service.entrypoint),
    user: textIn(service, 'user'),
    workingDirectory: textIn(service, 'working_dir'),
  }
  const notes =
    left.length === 0
      ? []
      : [`${name}: ${left.join(', ')} of the Compose file ${left.length === 1 ? 'is' : 'are'} not translated.`]
  return { container, notes }
}

/** A text is split by a shell, whose rules a list avoids; what has quotes or variables runs in one. */
function wordsOf(given: Json | undefined): readonly string[] | undefined {
  if (isList(given)) return given.map((word) => String(word).replaceAll('$$', '$'))
  if (typeof given !== 'string' || given.trim() === '') return undefined
  return /["'\\$]/.test(given) ? ['sh', '-c', given.replaceAll('$$', '$')] : given.trim().split(/\s+/)
}

/** Ports of the container: `8080`, `80:8080`, `127.0.0.1:80:8080/tcp`, `{ target: 8080 }`. */
function portsOf(service: JsonObject): readonly number[] {
  const written = [service.ports ?? [], service.expose ?? []].flat()
  const ports = written.flatMap((one) => {
    const target = isObject(one) ? one.target : /(?:^|:)(\d+)(?:\/tcp)?$/.exec(String(one))?.[1]
    const port = Number(target)
    return isPort(port) && !(isObject(one) && one.protocol === 'udp') ? [port] : []
  })
  return [...new Set(ports)]
}

function healthCheckOf(written: Json | undefined): HealthCheck | undefined {
  if (!isObject(written) || written.disable === true) return undefined
  const { test } = written
  const command = isList(test) ? test.map(String) : typeof test === 'string' ? ['CMD-SHELL', test] : []
  if (command.length < 2 || command[0] === 'NONE') return undefined
  const given = (member: string) => (written[member] === undefined ? undefined : String(written[member]))
  return ecsHealthCheck({
    command: command.map((word) => word.replaceAll('$$', '$')),
    interval: given('interval'),
    timeout: given('timeout'),
    retries: given('retries'),
    startPeriod: given('start_period'),
  })
}
