import { parseArn } from '../../../arn.ts'
import { openFactReader, type ReadFact, type RepeatOptions } from '../../../diagnosis/read-fact.ts'
import type {
  Ecr,
  Identity,
  JsonObject,
  NetworkSources,
  PreflightSources,
  RoleSources,
  Scaling,
  Service,
} from '../../../ports.ts'
import { loadBalancersIn } from '../codedeploy-group/appspec.ts'
import type { GroupWish } from '../codedeploy-group/group-search.ts'
import { runsOnFargate } from '../facts/fargate.ts'
import type { CodeDeployFacts, PreflightFacts } from '../facts/preflight-facts.ts'
import { secretUsesIn } from '../facts/secret-uses.ts'
import { engineOf } from '../facts/service-facts.ts'
import { gatherNetwork } from '../network/gather-network.ts'
import { gatherAlarms } from './gather-alarms.ts'
import { type CodeDeployPorts, gatherCodeDeploy } from './gather-group.ts'
import { gatherImages, type ImagePorts } from './gather-images.ts'
import { gatherLogGroups } from './gather-logs.ts'
import { gatherRoles } from './gather-roles.ts'
import { gatherScaling, gatherSuspension } from './gather-scaling.ts'
import { gatherSecrets } from './gather-secrets.ts'
import { gatherTargetGroups, gatherTraffic } from './gather-traffic.ts'
import { platformOf } from './judge-images.ts'
import { blankValues, placeholdersIn } from './left-placeholders.ts'

/** The deployment that is going to happen. */
export interface PreflightSubject {
  readonly region: string
  /** As it will be, with the requested count and settings. Undefined: only the definition is checked. */
  readonly service: Service | undefined
  /** With the image that is wanted. */
  readonly definition: JsonObject
  /** The running definition: what has the form of a placeholder there, too, is intended. */
  readonly current: JsonObject | undefined
  /** ARN when an existing revision is deployed as it is. */
  readonly taskDefinition?: string | undefined
  /** CodeDeploy's side of the service: what is known of it, or what it is to be found by. */
  readonly codeDeploy: Promise<CodeDeployFacts | undefined> | GroupWish
  /** AppSpec of the input or of slipway.yml. */
  readonly appSpec?: string | undefined
  /** Alarms of this deployment in the place of those of the deployment group. */
  readonly alarms?: readonly string[] | undefined
  /** Of volumes that are configured at launch. */
  readonly volumeRoles?: readonly string[] | undefined
  /** Reads secrets to check that their JSON keys exist. */
  readonly checkSecretKeys: boolean
  /** True: also what takes long or needs more permissions, the network and IAM's policy simulator. */
  readonly isThorough: boolean
}

/** Adapters that a preflight reads from. */
export interface PreflightPorts extends CodeDeployPorts, RepeatOptions {
  readonly preflight: PreflightSources
  readonly ecr: Pick<Ecr, 'imageDigest'>
  /** Undefined: platforms of images are not read. */
  readonly registry: ImagePorts['registry']
  readonly roles: RoleSources
  readonly network: NetworkSources
  readonly scaling: Scaling
  /** The identity that deploys. */
  identity(): Promise<Identity>
}

/**
 * Reads what decides whether the deployment can succeed, all side by side; nothing that the definition and the service do
 * not need. What cannot be read is named in `unread`. Changes nothing.
 */
export async function gatherFacts(subject: PreflightSubject, ports: PreflightPorts): Promise<PreflightFacts> {
  const { readFact, unread } = openFactReader(ports)
  const { region, service, definition, isThorough } = subject
  const { preflight: sources } = ports
  const accountId = await accountOf(subject, ports, readFact)
  const isFargate = runsOnFargate(service, definition)
  const placeholders = placeholdersIn(definition, subject.current)
  const blank = blankValues(definition, placeholders)
  const uses = secretUsesIn(definition, blank)
  const { volumeRoles = [] } = subject
  const place = { accountId, region, isSimulated: isThorough, blank, volumeRoles, identity: () => ports.identity() }
  const group = gatherOfGroup(subject, ports, readFact)
  const [images, secrets, roles, logGroups, targetGroups, network, isScaled, suspended, ofGroup] = await Promise.all([
    gatherImages(definition, { accountId, region, blank, running: runningOn(subject, isFargate) }, ports, readFact),
    gatherSecrets(uses, subject.checkSecretKeys, sources, readFact),
    gatherRoles(definition, uses, place, ports.roles, readFact),
    gatherLogGroups(definition, { region, blank }, sources, readFact),
    gatherTargetGroups(service, sources, readFact),
    isFargate && isThorough ? gatherNetwork(service, region, ports.network, readFact) : undefined,
    gatherScaling(service, ports.scaling, readFact),
    isThorough ? gatherSuspension(service, ports.scaling, readFact) : [],
    group,
  ])
  return {
    region,
    accountId,
    definition,
    isFargate,
    service,
    engine: engineIn(subject),
    placeholders,
    blank,
    appSpecTargets: subject.appSpec === undefined ? undefined : loadBalancersIn(subject.appSpec),
    images,
    secrets,
    roles,
    logGroups,
    targetGroups,
    network,
    isScaled,
    leftSuspended: suspended,
    ...ofGroup,
    unread: unread(),
  }
}

/** What runs now, where the new tasks get the same platform. */
function runningOn({ current, definition }: PreflightSubject, isFargate: boolean) {
  const platform = platformOf({ definition, isFargate })
  if (current === undefined || platform === undefined) return undefined
  return platformOf({ definition: current, isFargate }) === platform ? { definition: current, platform } : undefined
}

function engineIn({ service }: PreflightSubject) {
  return service && engineOf(service, service.serviceName ?? '')
}

/** The deployment group, and what is read by its names. */
async function gatherOfGroup(subject: PreflightSubject, ports: PreflightPorts, readFact: ReadFact) {
  const { service } = subject
  const codeDeploy = await codeDeployOf(subject, ports, readFact)
  const [alarms, traffic] = await Promise.all([
    gatherAlarms(service, codeDeploy, subject.alarms, ports.preflight, readFact),
    gatherTraffic(service, codeDeploy, ports.preflight, readFact),
  ])
  return { codeDeploy, alarms, traffic }
}

async function codeDeployOf(subject: PreflightSubject, ports: PreflightPorts, readFact: ReadFact) {
  const { service, codeDeploy } = subject
  if (service === undefined || engineIn(subject) !== 'codedeploy') return undefined
  return 'then' in codeDeploy ? await codeDeploy : await gatherCodeDeploy(codeDeploy, service, subject, ports, readFact)
}

/** Of the service; a definition alone belongs to the principal that registers it. */
async function accountOf(
  { service }: PreflightSubject,
  ports: PreflightPorts,
  readFact: ReadFact,
): Promise<string | undefined> {
  const known = parseArn(service?.serviceArn ?? '')?.accountId
  if (known !== undefined) return known
  const seen = await readFact('sts:GetCallerIdentity', 'what is in the account', () => ports.identity())
  return seen?.value.accountId
}
