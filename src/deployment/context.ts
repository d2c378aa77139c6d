import type { Clock, Deadline } from '../clock.ts'
import type {
  CodeDeploy,
  CommitHistory,
  CredentialLifetime,
  Ecr,
  Ecs,
  EnvironmentHistory,
  EvidenceSources,
  Identity,
  ImageStore,
  NetworkSources,
  PreflightSources,
  RoleSources,
  Scaling,
  Service,
} from '../ports.ts'
import type { ServiceRequest } from '../targets/ecs/request/service-request.ts'
import type { DeploymentRecord } from './deployment-record.ts'

/** AWS as a deployment sees it. */
export interface EcsPorts {
  readonly ecs: Ecs
  readonly codeDeploy: CodeDeploy
  readonly evidence: EvidenceSources
  readonly scaling: Scaling
  readonly ecr: Pick<Ecr, 'imageDigest'>
  /** How long the credentials last, as far as it is known. */
  credentialLifetime(): Promise<CredentialLifetime>
  /** Asked only to explain certain failures. */
  readonly network: NetworkSources
  /** Asked before a deployment, and some of it to explain certain failures. */
  readonly preflight: PreflightSources
  readonly roles: RoleSources
  /** Who the credentials belong to. */
  identity(): Promise<Identity>
  /** The same with less time: no call is tried again after `deadline`. */
  within(deadline: Deadline): EcsPorts
}

/** What one deployment uses of its surroundings. */
export interface Context extends EcsPorts {
  /** The order of commits; undefined without a repository. */
  readonly history?: CommitHistory | undefined
  /** How deployments to other environments ended; undefined: not readable. */
  readonly environments?: EnvironmentHistory | undefined
  /** Manifests of images, to read their platforms; undefined: platforms are not checked. */
  readonly images?: ImageStore | undefined
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** Keeps what the post step needs, before and after everything that changes AWS. Later values replace earlier ones. */
  keep(part: Partial<DeploymentRecord>): void
}

/** One deployment on its way: what every engine gets. */
export interface Rollout {
  readonly request: ServiceRequest
  readonly context: Context
  /** The service as it was before anything changed. */
  readonly service: Service
  readonly previousTaskDefinition: string | undefined
  /** ARN of the revision to deploy. */
  readonly taskDefinition: string
}
