import type { Deadline } from '../../../clock.ts'
import type { Context } from '../../../deployment/context.ts'
import type {
  CodeDeploy,
  Ecr,
  Ecs,
  EvidenceSources,
  Identity,
  ImageStore,
  NetworkSources,
  PreflightSources,
  RevisionHistory,
  RoleSources,
  Scaling,
  Service,
} from '../../../ports.ts'
import type { EcsRecord } from './ecs-record.ts'
import type { ServiceRequest } from './service-request.ts'

/** AWS as the deployment of a service sees it. */
export interface EcsPorts {
  readonly ecs: Ecs
  readonly codeDeploy: CodeDeploy
  readonly evidence: EvidenceSources
  readonly scaling: Scaling
  readonly ecr: Pick<Ecr, 'imageDigest'>
  /** Asked only to explain certain failures. */
  readonly network: NetworkSources
  /** Asked before a deployment, and some of it to explain certain failures. */
  readonly preflight: PreflightSources
  readonly roles: RoleSources
  /** What was deployed before, for a rollback. */
  readonly revisions: RevisionHistory
  /** The identity of the credentials. */
  identity(): Promise<Identity>
  /** The same with less time: no call is tried again after `deadline`. */
  within(deadline: Deadline): EcsPorts
}

/** AWS, and what beside it the deployment of a service reads. */
export interface EcsAccess extends EcsPorts {
  /** Manifests of images, to read their platforms; undefined: platforms are not checked. */
  readonly images?: ImageStore | undefined
}

/** What the deployment of a service uses of its surroundings. */
export interface EcsContext extends EcsAccess, Omit<Context, 'keep'> {
  /** As `Context.keep`, with what only a service has. */
  keep(part: Partial<EcsRecord>): void
}

/** One deployment in progress: what every engine receives. */
export interface Rollout {
  readonly request: ServiceRequest
  readonly context: EcsContext
  /** The service as it was before anything changed. */
  readonly service: Service
  readonly previousTaskDefinition: string | undefined
  /** ARN of the revision to deploy. */
  readonly taskDefinition: string
}
