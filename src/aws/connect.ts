import { parseArn } from '../arn.ts'
import type { Deadline } from '../clock.ts'
import { Failure } from '../failure.ts'
import { partitionOf, regionPattern, regionProblem } from '../partitions.ts'
import type {
  AccountInventory,
  Beanstalk,
  CodeDeploy,
  CredentialLifetime,
  Distributions,
  Ecr,
  EcrPushJobs,
  EcrScans,
  Ecs,
  EvidenceSources,
  Identity,
  ImageRepositories,
  Listeners,
  NetworkSources,
  ObjectStorages,
  PreflightSources,
  RevisionHistory,
  RolePolicySources,
  RoleSources,
  Scaling,
  Schedules,
} from '../ports.ts'
import { setting, text, untrusted } from '../text.ts'
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts'
import { ecs } from './ecs.ts'
import { lazyPort } from './lazy-port.ts'
import type { Role } from './role.ts'

/** Settings of an AWS connection, as an action has them. */
export interface ConnectOptions extends Omit<ConnectionOptions, 'region' | 'role'> {
  /** Undefined throws a failure that lists where a region can be set. */
  readonly region: string | undefined
  /** ARN of a role; without, and with `local`, the ambient credentials are used. */
  readonly roleToAssume?: string | undefined
  readonly roleSessionName?: string | undefined
  /** 900 to 43200. */
  readonly roleDurationSeconds?: number | undefined
  /** GitHub's token for the job, for the audience of the identity provider in IAM. */
  readonly idToken: () => Promise<string>
  readonly mask?: (secret: string) => void
}

/** One region of one account, as the program's ports. */
export interface Aws {
  readonly region: string
  readonly ecs: Ecs
  readonly codeDeploy: CodeDeploy
  readonly beanstalk: Beanstalk
  readonly ecr: Ecr
  readonly ecrScans: EcrScans
  readonly ecrPushJobs: EcrPushJobs
  /** Only in us-east-1. */
  readonly ecrPublic: ImageRepositories
  readonly evidence: EvidenceSources
  readonly revisions: RevisionHistory
  readonly preflight: PreflightSources
  readonly network: NetworkSources
  readonly roles: RoleSources
  readonly rolePolicies: RolePolicySources
  readonly scaling: Scaling
  readonly listeners: Listeners
  readonly schedules: Schedules
  readonly inventory: AccountInventory
  /** Amazon CloudFront, whatever the region. */
  readonly distributions: Distributions
  /** Amazon S3. */
  readonly storages: ObjectStorages
  /** How long the credentials last. */
  credentialLifetime(): Promise<CredentialLifetime>
  /** The identity of the credentials. */
  identity(): Promise<Identity>
  /** The same place and credentials with less time: no call of it is tried again after `deadline`. */
  within(deadline: Deadline): Aws
}

/** Opens the AWS adapters. Loads and sends nothing before a port is used. */
export function connect(options: ConnectOptions): Aws {
  const { region } = options
  if (!region) {
    throw new Failure({
      code: 'inputs-invalid',
      what: text`No AWS region is set`,
      fix: text`Set ${setting('aws-region')}, or AWS_REGION in the environment.`,
    })
  }
  if (!regionPattern.test(region)) {
    throw new Failure({
      code: 'inputs-invalid',
      what: text`The AWS region is invalid`,
      why: text`it ${untrusted(regionProblem(region))}`,
      fix: text`Correct ${setting('aws-region')}, or AWS_REGION in the environment.`,
    })
  }
  return portsOf(openConnection({ ...options, region, role: roleOf(options) }))
}

function portsOf(connection: Connection): Aws {
  return {
    region: connection.region,
    ecs: ecs(connection),
    codeDeploy: lazyPort(async () => (await import('./codedeploy.ts')).codeDeploy(connection)),
    beanstalk: lazyPort(async () => (await import('./beanstalk.ts')).beanstalk(connection)),
    ecr: lazyPort(async () => (await import('./ecr.ts')).ecr(connection)),
    ecrScans: lazyPort(async () => (await import('./ecr-scans.ts')).ecrScans(connection)),
    ecrPushJobs: lazyPort(async () => (await import('./ecr-push-jobs.ts')).ecrPushJobs(connection)),
    ecrPublic: lazyPort(async () => (await import('./ecr-public.ts')).ecrPublic(connection)),
    evidence: lazyPort(async () => (await import('./evidence.ts')).evidenceSources(connection)),
    revisions: lazyPort(async () => (await import('./revision-history.ts')).revisionHistory(connection)),
    preflight: lazyPort(async () => (await import('./preflight.ts')).preflightSources(connection)),
    network: lazyPort(async () => (await import('./network.ts')).networkSources(connection)),
    rolePolicies: lazyPort(async () => (await import('./role-policies.ts')).rolePolicySources(connection)),
    roles: lazyPort(async () => (await import('./roles.ts')).roleSources(connection)),
    schedules: lazyPort(async () => (await import('./schedules.ts')).schedules(connection)),
    scaling: lazyPort(async () => (await import('./scaling.ts')).scaling(connection)),
    listeners: lazyPort(async () => (await import('./listeners.ts')).listeners(connection)),
    inventory: lazyPort(async () => (await import('./account.ts')).accountInventory(connection)),
    distributions: lazyPort(async () => (await import('./distributions.ts')).distributions(connection)),
    storages: {
      bucket: (...named) =>
        lazyPort(async () => (await import('./object-storage.ts')).objectStorages(connection).bucket(...named)),
    },
    credentialLifetime: connection.credentialLifetime,
    identity: async () => (await import('./identity.ts')).callerIdentity(connection),
    within: (deadline) => portsOf({ ...connection, deadline: Math.min(deadline, connection.deadline) }),
  }
}

function roleOf(options: ConnectOptions): Role | undefined {
  const { roleToAssume: arn, roleSessionName, roleDurationSeconds, idToken, mask, local } = options
  if (!arn || local) return undefined
  const { accountId, resource = '' } = parseArn(arn) ?? {}
  if (!accountId || !resource.startsWith('role/')) {
    const lost = accountId === '' ? 'has no account, as if a variable in it were empty' : 'is not the ARN of a role'
    throw new Failure({
      code: 'inputs-invalid',
      what: text`${setting('role-to-assume')} ${lost}: ${untrusted(arn)}`,
      fix: text`Give the whole ARN: arn:${partitionOf(options.region ?? '').id}:iam::ACCOUNT:role/NAME.`,
    })
  }
  return { arn, sessionName: roleSessionName ?? 'slipway', durationSeconds: roleDurationSeconds, idToken, mask }
}
