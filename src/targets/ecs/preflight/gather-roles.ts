import { parseArn, roleArn } from '../../../arn.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { parseReference } from '../../../image/reference.ts'
import { partitionOf } from '../../../partitions.ts'
import type { Decision, Identity, JsonObject, Role, RoleSources } from '../../../ports.ts'
import { containersOf, objectIn, textIn } from '../../../task-definition/members.ts'
import type { RoleFact } from '../facts/preflight-facts.ts'
import type { SecretUse } from '../facts/secret-uses.ts'
import { isRole } from './judge-roles.ts'
import { callerOf } from './simulated-caller.ts'
import { isTrusting, principalOf } from './task-trust.ts'

const passable = 'whether the roles can be passed and the execution role is authorized to do what a task needs'

/** ECS takes the name of a role for its ARN (API_RegisterTaskDefinition, taskRoleArn). */
const roleMembers = ['executionRoleArn', 'taskRoleArn'] as const

/** Where roles are read, and how thoroughly. */
export interface RolePlace {
  readonly region: string
  readonly accountId: string | undefined
  /** True: IAM's policy simulator is used, too, which needs more permissions and time. */
  readonly isSimulated: boolean
  /** Values that are placeholders. */
  readonly blank: ReadonlySet<string>
  /** Of volumes that are configured at launch. */
  readonly volumeRoles: readonly string[]
  /** The identity that deploys. */
  identity(): Promise<Identity>
}

/** Actions that the execution role needs on the same resources. */
interface Use {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** The roles of a definition and its volumes: whether they exist, their trust policies, whether the caller may pass them, what they allow. */
export async function gatherRoles(
  definition: JsonObject,
  secrets: readonly SecretUse[],
  place: RolePlace,
  sources: RoleSources,
  readFact: ReadFact,
): Promise<readonly RoleFact[]> {
  const { accountId, region } = place
  if (accountId === undefined) return []
  const caller = once(() => callerOf(place.identity, passable, sources, readFact))
  const named = [
    ...roleMembers.map((member) => ({ member, given: textIn(definition, member) ?? '' })),
    ...place.volumeRoles.map((given) => ({ member: 'managedEBSVolume.roleArn' as const, given })),
  ]
  const facts = named.map(async ({ member, given }): Promise<readonly RoleFact[]> => {
    const arn = roleArn(given.replace(/^\//, ''), accountId, region)
    // Those of another account are judged by their names; they cannot be read from here.
    if (!isRole(given) || place.blank.has(given) || parseArn(arn)?.accountId !== accountId) return []
    const name = arn.split('/').at(-1) ?? ''
    const shows = 'whether the roles exist and trust Amazon ECS'
    const isSuspect = (role: Role | undefined) => role === undefined || !isTrusting(member, role.trust)
    const found = await readFact('iam:GetRole', shows, () => sources.role(name), isSuspect)
    if (found === undefined) return [{ member, arn, standing: 'unread', passing: undefined, doing: [] }]
    if (found.value === undefined) return [{ member, arn, standing: 'missing', passing: undefined, doing: [] }]
    const { trust } = found.value
    if (!place.isSimulated) return [{ member, arn, standing: { trust }, passing: undefined, doing: [] }]
    const [passing, doing] = await Promise.all([
      passingOf(arn, principalOf(member), caller, sources, readFact),
      member === 'executionRoleArn' ? doingOf(arn, usesOf(definition, secrets, place), sources, readFact) : [],
    ])
    return [{ member, arn, standing: { trust }, passing, doing }]
  })
  return (await Promise.all(facts)).flat()
}

/** Started by its first reader: an unawaited call would have an unhandledRejection. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}

async function passingOf(
  arn: string,
  service: string,
  callerOnce: () => Promise<string | undefined>,
  sources: RoleSources,
  readFact: ReadFact,
): Promise<RoleFact['passing']> {
  const caller = await callerOnce()
  if (caller === undefined) return undefined
  const simulated = await readFact('iam:SimulatePrincipalPolicy', passable, () =>
    sources.simulate(caller, ['iam:PassRole'], [arn], { 'iam:PassedToService': service }),
  )
  const [decision] = simulated?.value ?? []
  return decision && { caller, decision }
}

async function doingOf(arn: string, uses: readonly Use[], sources: RoleSources, readFact: ReadFact) {
  const simulated = await Promise.all(
    uses.map(async ({ actions, resources }) => {
      const read = () => sources.simulate(arn, actions, resources)
      return (await readFact('iam:SimulatePrincipalPolicy', passable, read))?.value ?? []
    }),
  )
  return simulated.flat().filter(({ decision }: Decision) => decision !== 'allowed')
}

/** What Amazon ECS does in the name of the execution role (ECS developer guide, "Task execution IAM role"). */
function usesOf(definition: JsonObject, secrets: readonly SecretUse[], place: RolePlace): readonly Use[] {
  const images = containersOf(definition).flatMap((container) => repositoryArn(textIn(container, 'image'), place) ?? [])
  const idsOf = (kind: 'secret' | 'parameter') =>
    secrets.flatMap(({ reference }) =>
      reference.kind === kind && reference.id
        ? [kind === 'secret' ? reference.id : parameterArn(reference.id, place)]
        : [],
    )
  const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage']
  const uses: readonly Use[] = [
    { actions: ['ecr:GetAuthorizationToken'], resources: images.length > 0 ? ['*'] : [] },
    { actions: pull, resources: images },
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: logGroups(definition, place, false) },
    { actions: ['logs:CreateLogGroup'], resources: logGroups(definition, place, true) },
    { actions: ['secretsmanager:GetSecretValue'], resources: idsOf('secret') },
    { actions: ['ssm:GetParameters'], resources: idsOf('parameter') },
  ]
  return uses
    .map(({ actions, resources }) => ({ actions, resources: [...new Set(resources)] }))
    .filter(({ resources }) => resources.length > 0)
}

function repositoryArn(image: string | undefined, { region }: RolePlace): string | undefined {
  const reference = parseReference(image ?? '')
  const ecr = ecrPlaceOf(reference?.registry)
  return (
    reference &&
    ecr &&
    `arn:${partitionOf(region).id}:ecr:${ecr.region}:${ecr.accountId}:repository/${reference.repository}`
  )
}

function parameterArn(id: string, { region, accountId }: RolePlace): string {
  if (parseArn(id)) return id
  return `arn:${partitionOf(region).id}:ssm:${region}:${accountId}:parameter/${id.replace(/^\//, '').replace(/:[\w.-]+$/, '')}`
}

function logGroups(definition: JsonObject, { region, accountId }: RolePlace, onlyCreated: boolean): readonly string[] {
  return containersOf(definition).flatMap((container) => {
    const configuration = objectIn(container, 'logConfiguration')
    const options = objectIn(configuration, 'options')
    const group = textIn(options, 'awslogs-group')
    const isCreated = textIn(options, 'awslogs-create-group') === 'true'
    if (textIn(configuration, 'logDriver') !== 'awslogs' || !group || (onlyCreated && !isCreated)) return []
    const at = textIn(options, 'awslogs-region') || region
    return [`arn:${partitionOf(region).id}:logs:${at}:${accountId}:log-group:${group}:*`]
  })
}
