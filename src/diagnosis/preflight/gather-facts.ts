import { parseArn } from '../../arn.ts'
import type { GroupWish } from '../../deployment/codedeploy/group-search.ts'
import { engineOf } from '../../deployment/engine.ts'
import type {
  Ecr,
  Identity,
  JsonObject,
  NetworkSources,
  PreflightSources,
  Registry,
  RoleSources,
  Service,
} from '../../ports.ts'
import { containersOf, objectIn, textIn } from '../../task-definition/members.ts'
import { gatherNetwork } from '../network/gather-network.ts'
import type { CodeDeployFacts, LogGroupFact, PreflightFacts, TargetGroupFact } from './facts.ts'
import { type CodeDeployPorts, gatherCodeDeploy } from './gather-codedeploy.ts'
import { gatherImages } from './gather-images.ts'
import { gatherRoles } from './gather-roles.ts'
import { gatherSecrets } from './gather-secrets.ts'
import { gatherTraffic } from './gather-traffic.ts'
import { loadBalancersOf } from './judge-load-balancing.ts'
import { type Look, openLook } from './look.ts'

/** The deployment that is going to happen. */
export interface PreflightSubject {
  readonly region: string
  /** Of the credentials; undefined where it is not known. */
  readonly accountId: string | undefined
  /** Undefined: the definition alone is looked at. */
  readonly service: Service | undefined
  /** With the image that is wanted. */
  readonly definition: JsonObject
  /** ARN when an existing revision is deployed as it is. */
  readonly taskDefinition?: string | undefined
  /** What is asked for of CodeDeploy, should it deploy the service. */
  readonly group: GroupWish
  /** Reads secrets to see whether their keys are there. */
  readonly checkSecretKeys: boolean
}

export interface PreflightPorts extends CodeDeployPorts {
  readonly preflight: PreflightSources
  readonly ecr: Pick<Ecr, 'imageDigest'>
  readonly registry: Pick<Registry, 'manifest' | 'blob'>
  readonly roles: RoleSources
  readonly network: NetworkSources
  /** Who deploys; undefined where that is not known. */
  identity(): Promise<Identity | undefined>
}

/** Reads all that decides whether the deployment can succeed. What cannot be read is named in `unread`; changes nothing. */
export async function gatherFacts(subject: PreflightSubject, ports: PreflightPorts): Promise<PreflightFacts> {
  const { look, unread } = openLook()
  const { region, service, definition } = subject
  const accountId = parseArn(service?.serviceArn ?? '')?.accountId ?? subject.accountId
  const isFargate = runsOnFargate(service, definition)
  const engine = service && engineOf(service, service.serviceName ?? '')
  const codeDeploy =
    service && engine === 'codedeploy'
      ? await gatherCodeDeploy(subject.group, service, subject, ports, look)
      : undefined
  const [images, { secrets, roles }, logGroups, targetGroups, alarms, network, traffic] = await Promise.all([
    gatherImages(definition, { accountId, region }, ports, look),
    gatherSecretsAndRoles(subject, accountId, ports, look),
    gatherLogGroups(definition, ports.preflight, look),
    gatherTargetGroups(service, ports.preflight, look),
    gatherAlarms(service, codeDeploy, ports.preflight, look),
    isFargate ? gatherNetwork(service, region, ports.network, look) : undefined,
    gatherTraffic(service, codeDeploy, ports.preflight, look),
  ])
  return {
    region,
    accountId,
    definition,
    isFargate,
    service,
    engine,
    images,
    secrets,
    logGroups,
    targetGroups,
    alarms,
    codeDeploy,
    traffic,
    roles,
    network,
    unread: unread(),
  }
}

/** What the execution role must be able to do depends on the secrets. */
async function gatherSecretsAndRoles(
  { definition, region, checkSecretKeys }: PreflightSubject,
  accountId: string | undefined,
  ports: PreflightPorts,
  look: Look,
) {
  const secrets = await gatherSecrets(definition, checkSecretKeys, ports.preflight, look)
  const place = { accountId, region, identity: () => ports.identity() }
  return { secrets, roles: await gatherRoles(definition, secrets, place, ports.roles, look) }
}

/** What the service says counts; a definition alone says only what it is fit for. */
export function runsOnFargate(service: Service | undefined, definition: JsonObject): boolean {
  const providers = service?.capacityProviderStrategy ?? []
  if (providers.length > 0) return providers.some(({ capacityProvider = '' }) => capacityProvider.startsWith('FARGATE'))
  if (service?.launchType) return service.launchType === 'FARGATE'
  const { requiresCompatibilities } = definition
  return Array.isArray(requiresCompatibilities) && requiresCompatibilities.includes('FARGATE')
}

async function gatherLogGroups(
  definition: JsonObject,
  sources: PreflightSources,
  look: Look,
): Promise<readonly LogGroupFact[]> {
  const found = containersOf(definition).map(async (container): Promise<readonly LogGroupFact[]> => {
    const configuration = objectIn(container, 'logConfiguration')
    const options = objectIn(configuration, 'options')
    const group = textIn(options, 'awslogs-group')
    if (textIn(configuration, 'logDriver') !== 'awslogs' || !group) return []
    const read = () => sources.hasLogGroup(group, textIn(options, 'awslogs-region'))
    const seen = await look('logs:DescribeLogGroups', 'whether the log groups exist', read)
    const standing = seen === undefined ? 'unread' : seen.value ? 'there' : 'missing'
    const isCreated = textIn(options, 'awslogs-create-group') === 'true'
    return [{ group, container: textIn(container, 'name') ?? 'without a name', standing, isCreated }]
  })
  const facts = (await Promise.all(found)).flat()
  return [...new Map(facts.map((fact) => [fact.group, fact])).values()]
}

async function gatherTargetGroups(
  service: Service | undefined,
  sources: PreflightSources,
  look: Look,
): Promise<readonly TargetGroupFact[]> {
  const arns = new Set(loadBalancersOf(service).flatMap(({ targetGroupArn }) => targetGroupArn ?? []))
  return await Promise.all(
    [...arns].map(async (arn) => {
      const shows = 'whether load balancers use the target groups'
      const seen = await look('elasticloadbalancing:DescribeTargetGroups', shows, () => sources.targetGroup(arn))
      return { arn, standing: seen === undefined ? 'unread' : (seen.value ?? 'missing') }
    }),
  )
}

async function gatherAlarms(
  service: Service | undefined,
  codeDeploy: CodeDeployFacts | undefined,
  sources: PreflightSources,
  look: Look,
): Promise<PreflightFacts['alarms']> {
  const names = codeDeploy ? alarmsOfGroup(codeDeploy) : alarmsOfService(service)
  if (names.length === 0) return { names, states: [] }
  const seen = await look('cloudwatch:DescribeAlarms', 'whether an alarm is firing', () => sources.alarms(names))
  return { names, states: seen?.value }
}

function alarmsOfService(service: Service | undefined): readonly string[] {
  const { enable, alarmNames = [] } = service?.deploymentConfiguration?.alarms ?? {}
  return enable ? alarmNames : []
}

function alarmsOfGroup({ group }: CodeDeployFacts): readonly string[] {
  const { enabled, alarms = [] } = group?.alarmConfiguration ?? {}
  return enabled ? alarms.flatMap(({ name }) => name ?? []) : []
}
