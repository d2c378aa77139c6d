import type { Aws } from '../../aws/connect.ts'
import { type Finding, inOrder } from '../../diagnosis/finding.ts'
import type { Fetch } from '../../http/fetch.ts'
import { withOrigins } from '../../origins.ts'
import type { JsonObject, Service } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { ecsFindings } from '../../targets/ecs/index.ts'
import type { WantedDefinition } from '../../targets/ecs/request/service-request.ts'
import { textIn } from '../../task-definition/members.ts'
import type { Text } from '../../text.ts'
import { openImageStore } from '../world/open-image-store.ts'
import type { Place } from './place.ts'

/** How long one request to the registry is tried again. Milliseconds. */
const retryTime = 60_000

/** Adapters and settings of a preflight of one service. */
export interface PreflightOptions {
  readonly aws: Aws
  readonly place: Pick<
    Place,
    'cluster' | 'codeDeployApplication' | 'codeDeployDeploymentGroup' | 'origins' | 'schedules'
  >
  readonly runner: Runner
  readonly fetch: Fetch
  /** AppSpec of the input or of slipway.yml. */
  readonly appSpec: string | undefined
  /** Reads secrets to check that their JSON keys exist. */
  readonly checkSecretKeys: boolean
}

/** The present service and the requested definition. */
interface Deployment {
  readonly service: Service | undefined
  readonly current: JsonObject | undefined
  readonly wanted: WantedDefinition
}

/** For `doctor`: a thorough preflight of a planned deployment. Findings, the worst first. Reads only. */
export async function preflight(
  { service, current, wanted }: Deployment,
  { aws, place, runner, fetch, appSpec, checkSecretKeys }: PreflightOptions,
): Promise<readonly Finding[]> {
  const { cluster, codeDeployApplication: application, codeDeployDeploymentGroup: deploymentGroup } = place
  const subject = {
    region: aws.region,
    service,
    current,
    definition: wanted.definition,
    taskDefinition: wanted.arn,
    codeDeploy: { cluster, service: service?.serviceName ?? '', codeDeploy: { application, deploymentGroup } },
    appSpec,
    checkSecretKeys,
    isThorough: true,
  }
  const { clock, signal } = runner
  const { registry } = openImageStore({ aws, runner, fetch }, retryTime)
  const [own, ofSchedules] = await Promise.all([
    ecsFindings(subject, { ...aws, clock, signal, registry }),
    schedulesOf({ service, current, wanted }, place, aws, runner),
  ])
  const { origins = () => undefined } = place
  const named = (part: Text) => withOrigins(part, origins)
  return inOrder([...own, ...ofSchedules]).map((finding) => ({
    ...finding,
    what: named(finding.what),
    why: named(finding.why),
    fix: named(finding.fix),
  }))
}

/** Loaded only where there are scheduled tasks. */
async function schedulesOf(
  { service, current, wanted }: Deployment,
  { schedules = [] }: PreflightOptions['place'],
  aws: Aws,
  { clock, signal }: Runner,
): Promise<readonly Finding[]> {
  if (schedules.length === 0) return []
  const { scheduleFindings } = await import('../../targets/schedules/index.ts')
  const known = [current, wanted.definition].flatMap((one) => (one && textIn(one, 'family')) ?? [])
  const question = { schedules, families: [...new Set(known)], cluster: service?.clusterArn, region: aws.region }
  const { ecs, roles } = aws
  const sources = { schedules: aws.schedules, ecs, roles, identity: () => aws.identity() }
  return await scheduleFindings(question, sources, { clock, signal })
}
