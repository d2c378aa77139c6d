import type { Config } from '../../config/schema.ts'
import { selectTargets, type Target } from '../../config/select-target.ts'
import type { JsonObject } from '../../ports.ts'
import { namedSource } from '../../task-definition/definition-source.ts'
import type { Given } from '../command.ts'
import { optionValue, optionValues } from '../given.ts'
import type { NewFile } from '../write-files.ts'
import type { Asking } from './asking.ts'
import type { ImageFacts } from './container-facts.ts'
import type { Circumstances } from './decide-environments.ts'
import { readLive } from './decide-services.ts'
import { fileOf, newDefinition, plainSecrets } from './definition-text.ts'
import { jsonText } from './json-text.ts'
import { arePublic, defaultPlacing, type Placing } from './placing.ts'
import { type Account, roleName } from './read-account.ts'
import { newService } from './service-text.ts'
import type { Survey } from './survey.ts'

type FileCircumstances = Pick<Circumstances, 'given' | 'survey' | 'account' | 'asking'>

/** A file with JSON, and what a person has to do in it. */
export interface DefinitionText extends NewFile {
  readonly value: JsonObject
  readonly notes: readonly string[]
  /** A service whose containers listen and that no load balancer sends requests to. */
  readonly isUnreachable?: boolean
}

/** The task definitions and service definitions that slipway.yml names and that do not exist. */
export async function missingFiles(config: Config, around: FileCircumstances): Promise<readonly DefinitionText[]> {
  const files = new Map<string, DefinitionText>()
  const isMissing = (path: string | undefined): path is string =>
    path !== undefined && !around.survey.files.has(path) && !files.has(path)
  for (const target of selectTargets(config, Object.keys(config.environments))) {
    const { taskDefinition: task, serviceDefinition: service } = target
    if (isMissing(task) && namedSource(task, false).kind === 'file')
      files.set(task, await taskDefinition(task, target, around))
    if (isMissing(service)) {
      const written = await serviceDefinition(service, target, around)
      if (written) files.set(service, written)
    }
  }
  return [...files.values()]
}

function asFile(path: string, value: JsonObject, notes: readonly string[] = []): DefinitionText {
  return { path, value, content: jsonText(value), notes }
}

/** The image of a service: of its name, or the only one. */
function imageOf({ name }: Target, { images }: Survey): ImageFacts | undefined {
  return images.find((image) => image.name === name) ?? (images.length === 1 ? images[0] : undefined)
}

/** The account, where it is that of the target. */
function accountOf({ accountId, region }: Target, { account }: FileCircumstances): Account | undefined {
  return account?.id === accountId && account.region === region ? account : undefined
}

async function taskDefinition(path: string, target: Target, around: FileCircumstances): Promise<DefinitionText> {
  const account = accountOf(target, around)
  const live = account && (await readLive(target.cluster, target.service, account))
  const container = target.container ?? target.name
  if (account && live?.definition && plainSecrets(live.definition).length === 0)
    return asFile(
      path,
      fileOf(live.definition, container, (arn) => roleName(arn, account)),
    )
  const image = imageOf(target, around.survey)
  const facts = image?.container ?? { ports: [], environment: [], secrets: [] }
  const executionRole = optionValue(around.given, 'execution-role') ?? 'ecsTaskExecutionRole'
  const { region, name } = target
  const value = newDefinition({ name, container, region, executionRole, platform: image?.platform, facts })
  return asFile(path, value, secretNotes(path, facts.secrets, executionRole))
}

function secretNotes(path: string, secrets: readonly string[], executionRole: string): readonly string[] {
  if (secrets.length === 0) return []
  const [first] = secrets
  return [
    `${path}: ${secrets.join(', ')} may be secret, so no value is copied. Replace <ARN of the secret ${first}>${secrets.length > 1 ? ' and the others' : ''} by the ARN of a secret or parameter that ${executionRole} is authorized to read, or write what is not secret under environment.`,
  ]
}

async function serviceDefinition(
  path: string,
  target: Target,
  around: FileCircumstances,
): Promise<DefinitionText | undefined> {
  const account = accountOf(target, around)
  const { given, asking } = around
  const placing = await placingFor(given, account, asking)
  const targetGroup = optionValue(given, 'target-group')
  const port = imageOf(target, around.survey)?.container.ports[0]
  if (targetGroup !== undefined && port === undefined)
    asking.refuse(`--target-group needs a port of the container: neither EXPOSE nor a Compose file names one`)
  if (placing === undefined) return undefined
  const value = newService({ placing, targetGroup, container: target.container ?? target.name, port })
  return { ...asFile(path, value), isUnreachable: port !== undefined && targetGroup === undefined }
}

async function placingFor(given: Given, account: Account | undefined, asking: Asking): Promise<Placing | undefined> {
  const publicly = optionValue(given, 'assign-public-ip')
  const groups = optionValues(given, 'security-group')
  const subnets = optionValues(given, 'subnet')
  const found = subnets.length === 0 && account ? await defaultPlacing(account) : undefined
  const chosen = found?.subnets ?? (subnets.length > 0 ? subnets : await askForSubnets(account, asking))
  if (chosen.length === 0) return undefined
  return {
    subnets: chosen,
    securityGroups: groups.length > 0 ? groups : (found?.securityGroups ?? []),
    isPublic: publicly === undefined ? (found?.isPublic ?? (await arePublic(chosen, account))) : publicly === 'ENABLED',
  }
}

async function askForSubnets(account: Account | undefined, asking: Asking): Promise<readonly string[]> {
  const existing = await account?.read(() => account.aws.inventory.subnets())
  const answer = await asking.choose({
    option: '--subnet',
    what: 'Subnets of the new service, separated by spaces',
    why: 'there is no default VPC with a way to the internet',
    ...(existing && { candidates: existing.map(({ id, vpcId }) => `${id} (${vpcId})`) }),
  })
  return (answer ?? '').split(/[\s,]+/).filter((id) => id !== '')
}
