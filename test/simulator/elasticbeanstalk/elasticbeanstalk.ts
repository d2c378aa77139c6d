/** AWS Elastic Beanstalk of one region. */
import type { ConfigurationOptionSetting, EventSeverity } from '@aws-sdk/client-elastic-beanstalk'
import { AwsError, type AwsService, type Handler, type Handlers, type World } from '../contract.ts'
import { store } from '../s3/store.ts'
import { hasDockerrunDigest } from './bundle.ts'
import { newEnvironment } from './create-environment.ts'
import { environmentHandlers } from './environments.ts'
import { eventHandlers, tell } from './events.ts'
import { healthHandlers } from './health.ts'
import { settingHandlers } from './settings.ts'
import {
  type AppVersion,
  type BeanstalkQuirks,
  type Environment,
  findEnvironment,
  type State,
  type Storage,
  usualQuirks,
  type VersionBehaviour,
} from './state.ts'
import { versionHandlers } from './versions.ts'

/** An environment of a test. */
export interface BeanstalkSeed {
  /** Default `shop`. */
  readonly application?: string
  readonly environment: string
  /** Live, and made where there is none of this label. Default `v1`. */
  readonly label?: string
  /** Default 2. */
  readonly instances?: number
  readonly policy?: string
  /** By namespace, then option name. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** False: basic health reporting. */
  readonly enhanced?: boolean
  readonly solutionStack?: string
  readonly tier?: { readonly Name: string; readonly Type: string; readonly Version: string }
  /** Of the live version, for cluster mode, which has neither instances nor their health. */
  readonly image?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** Elastic Beanstalk as tests set it up and look at it. */
export interface Beanstalk extends AwsService {
  readonly quirks: BeanstalkQuirks
  readonly storage: Storage
  readonly bucket: string
  versionQuota: number
  /** Lifecycle state of a platform branch, by the ARN of a platform: `Supported`, `Deprecated`, `Retired`. */
  readonly branchLifecycle: Map<string, string>
  seed(seed: BeanstalkSeed): Environment
  /** What happens where instances get this version; the newest rule first. */
  behave(label: string | RegExp, behaviour: VersionBehaviour): void
  environment(name: string): Environment
  /** Application of an environment; undefined for one that is not there. */
  applicationOf(name: string): string | undefined
  version(label: string): AppVersion | undefined
  /** An event of another operation than those of the environment's own update. */
  tell(environment: string, message: string, severity: EventSeverity, requestId: string): void
  /** A managed platform update, which keeps the environment from being ready for so long. */
  managedUpdate(environment: string, seconds: number): void
  /** The next change of settings of an environment fails with this event. */
  failConfiguration(environment: string, message: string): void
}

/** The bucket of a region in Amazon S3, which CreateStorageLocation makes; here it is there from the start. */
function storageIn(world: World, region: string, bucket: string): Storage {
  const { s3 } = world.region(region)
  const own = s3.createBucket(bucket)
  return {
    read: (name, key) => s3.object(name, key)?.body,
    write: (_, key, body) =>
      store(own, {
        key,
        body,
        etag: '"of-elastic-beanstalk"',
        at: world.clock.now(),
        versionId: 'null',
        checksums: {},
      }),
  }
}

const optionsOf = ({ policy, settings = {} }: BeanstalkSeed): readonly ConfigurationOptionSetting[] =>
  [
    ...(policy === undefined ? [] : [['aws:elasticbeanstalk:command', 'DeploymentPolicy', policy] as const]),
    ...Object.entries(settings).flatMap(([namespace, options]) =>
      Object.entries(options).map(([name, value]) => [namespace, name, value] as const),
    ),
  ].map(([Namespace, OptionName, Value]) => ({ Namespace, OptionName, Value }))

function seedIn(state: State, seed: BeanstalkSeed): Environment {
  const { application = 'shop', environment: name, label = 'v1', image } = seed
  const { instances = image === undefined ? 2 : 0, enhanced = image === undefined } = seed
  const now = new Date(state.world.clock.now())
  if (!state.applications.has(application)) state.applications.set(application, { createdAt: now.getTime() })
  if (!state.versions.some((one) => one.ApplicationName === application && one.VersionLabel === label))
    state.versions.push({
      ApplicationName: application,
      VersionLabel: label,
      ApplicationVersionArn: `arn:aws:elasticbeanstalk:${state.region}:${state.world.accountId}:applicationversion/${application}/${label}`,
      ...(image === undefined
        ? { SourceBundle: { S3Bucket: state.bucket, S3Key: `${application}/${label}.zip` } }
        : { ImageSource: { Uri: image } }),
      Status: 'Processed',
      DateCreated: now,
      DateUpdated: now,
      tags: new Map(Object.entries(seed.tags ?? {})),
    })
  const request = {
    ApplicationName: application,
    EnvironmentName: name,
    VersionLabel: label,
    OptionSettings: [...optionsOf(seed)],
    ...(seed.solutionStack !== undefined && { SolutionStackName: seed.solutionStack }),
    ...(seed.tier && { Tier: seed.tier }),
  }
  const made = newEnvironment(state, request, { count: instances, enhanced })
  state.environments.push(made)
  return made
}

function managedUpdate(state: State, name: string, seconds: number): void {
  const environment = findEnvironment(state, { EnvironmentName: name })
  environment.Status = 'Updating'
  environment.managedAction = { id: 'managed-action-1', from: state.world.clock.now() }
  environment.operation = { requestId: 'managed', deploymentId: 0, isAbortable: false, undo: () => false }
  environment.player.play(
    (function* () {
      tell(state, environment, 'Environment update is starting.')
      yield { seconds }
      tell(state, environment, 'Environment update completed successfully.')
      delete environment.managedAction
      environment.Status = 'Ready'
      environment.operation = undefined
    })(),
  )
}

/** Of the Docker platform, where it takes no digest; which no page says. */
function refusal({ quirks, versions, storage }: State, label: string): VersionBehaviour | undefined {
  if (!quirks.refusesDigests) return undefined
  const { S3Bucket = '', S3Key = '' } = versions.find(({ VersionLabel }) => VersionLabel === label)?.SourceBundle ?? {}
  if (!hasDockerrunDigest(storage.read(S3Bucket, S3Key))) return undefined
  return { kind: 'command-fails', exitCode: 1, step: 'Docker Pull', log: ['invalid reference format'] }
}

/** Refuses requests that do not fit into the bucket of the region: Elastic Beanstalk throttles all of them together. */
function throttled({ quirks, world }: State, handlers: Handlers): Handlers {
  let tokens = quirks.requests.capacity
  let filledAt = world.clock.now()
  const take = () => {
    const { capacity, perSecond } = quirks.requests
    const now = world.clock.now()
    tokens = Math.min(capacity, tokens + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
    if (tokens < 1) throw new AwsError('ThrottlingException', 'Rate exceeded')
    tokens--
  }
  const limited = Object.entries(handlers).map(([operation, handle]): [string, Handler] => [
    operation,
    (input, call) => {
      take()
      return handle(input, call)
    },
  ])
  return Object.fromEntries(limited)
}

export function createBeanstalk(world: World, region: string): Beanstalk {
  const bucket = `elasticbeanstalk-${region}-${world.accountId}`
  const storage = storageIn(world, region, bucket)
  const rules: { readonly label: string | RegExp; readonly behaviour: VersionBehaviour }[] = []
  const state: State = {
    world,
    region,
    quirks: { ...usualQuirks },
    applications: new Map(),
    versions: [],
    environments: [],
    events: [],
    storage,
    bucket,
    branchLifecycle: new Map(),
    versionQuota: 1000,
    behaviour: (label) =>
      refusal(state, label) ??
      rules.find((rule) => (typeof rule.label === 'string' ? rule.label === label : rule.label.test(label)))
        ?.behaviour ?? { kind: 'healthy' },
  }
  return {
    quirks: state.quirks,
    storage,
    bucket,
    branchLifecycle: state.branchLifecycle,
    get versionQuota() {
      return state.versionQuota
    },
    set versionQuota(quota) {
      state.versionQuota = quota
    },
    seed: (seed) => seedIn(state, seed),
    behave: (label, behaviour) => void rules.unshift({ label, behaviour }),
    environment: (name) => findEnvironment(state, { EnvironmentName: name }),
    applicationOf: (name) =>
      state.environments.find(({ EnvironmentName }) => EnvironmentName === name)?.ApplicationName,
    version: (label) => state.versions.find((one) => one.VersionLabel === label),
    managedUpdate: (name, seconds) => managedUpdate(state, name, seconds),
    failConfiguration: (name, message) => {
      findEnvironment(state, { EnvironmentName: name }).nextConfigurationFailure = message
    },
    tell: (name, message, severity, requestId) =>
      tell(state, findEnvironment(state, { EnvironmentName: name }), message, severity, requestId),
    handlers: throttled(state, {
      ...versionHandlers(state),
      ...environmentHandlers(state),
      ...eventHandlers(state),
      ...healthHandlers(state),
      ...settingHandlers(state),
    }),
  }
}
