import type { Aws } from '../aws/connect.ts'
import type { GroupWish } from '../deployment/codedeploy/group-search.ts'
import type { WantedDefinition } from '../deployment/journey.ts'
import type { Finding } from '../diagnosis/preflight/finding.ts'
import { gatherFacts } from '../diagnosis/preflight/gather-facts.ts'
import { judge } from '../diagnosis/preflight/judge.ts'
import { Failure } from '../failure.ts'
import type { Fetch } from '../http/fetch.ts'
import { withOrigins } from '../origins.ts'
import type { Identity, Service } from '../ports.ts'
import { findingSentence } from '../report/preflight.ts'
import type { Runner } from '../runner/action.ts'
import { type Text, text } from '../text.ts'
import { openImageStore } from './image-store.ts'
import type { Place } from './place.ts'

/** How long one request to the registry is tried again. Milliseconds. */
const patience = 60_000

export interface PreflightWorld {
  readonly aws: Aws
  readonly place: Pick<Place, 'cluster' | 'codeDeployApplication' | 'codeDeployDeploymentGroup' | 'origins'>
  readonly runner: Runner
  readonly fetch: Fetch
  /** Reads secrets to see whether their keys are there. */
  readonly checkSecretKeys: boolean
}

/** Looks at a deployment that is going to happen: findings, the worst first. Reads only; throws nothing but a cancel. */
export async function preflight(
  service: Service | undefined,
  wanted: WantedDefinition,
  world: PreflightWorld,
): Promise<readonly Finding[]> {
  const { aws, place, checkSecretKeys } = world
  const subject = {
    region: aws.region,
    accountId: service ? undefined : (await identityOf(aws))?.accountId,
    service,
    definition: wanted.definition,
    taskDefinition: wanted.arn,
    group: groupWish(place, service),
    checkSecretKeys,
  }
  const { registry } = openImageStore(world, patience)
  const findings = judge(await gatherFacts(subject, { ...aws, registry, identity: () => identityOf(aws) }))
  const { origins = () => undefined } = place
  const named = (part: Text) => withOrigins(part, origins)
  return findings.map((finding) => ({
    ...finding,
    what: named(finding.what),
    why: named(finding.why),
    fix: named(finding.fix),
  }))
}

async function identityOf(aws: Aws): Promise<Identity | undefined> {
  try {
    return await aws.identity()
  } catch (error) {
    if (error instanceof Failure && error.parts.code !== 'cancelled') return undefined
    throw error
  }
}

function groupWish(
  { cluster, codeDeployApplication: application, codeDeployDeploymentGroup: deploymentGroup }: PreflightWorld['place'],
  service: Service | undefined,
): GroupWish {
  return { cluster, service: service?.serviceName ?? '', codeDeploy: { application, deploymentGroup } }
}

/** Found by the deployment itself, too, which tells it or deals with it by its own inputs. */
const dealtWith = new Set([
  'deployment-active',
  'deployment-replaced',
  'desired-count-zero',
  'first-deployment',
  'deployment-group-missing',
  'deployment-group-other',
])

/**
 * For `deploy`, before anything is changed: says in the log what was found. Throws `preflight-failed` when a finding
 * blocks the deployment.
 */
export async function requirePreflight(
  service: Service | undefined,
  wanted: WantedDefinition,
  world: PreflightWorld,
): Promise<void> {
  const findings = (await preflight(service, wanted, world)).filter(({ code }) => !dealtWith.has(code))
  const blocking = findings.filter(({ severity }) => severity === 'blocks')
  for (const finding of findings.filter(({ severity }) => severity === 'warns'))
    world.runner.log.warning(findingSentence(finding), 'Preflight')
  for (const finding of findings.filter(({ severity }) => severity === 'notes'))
    world.runner.log.info(text`· ${findingSentence(finding)}`)
  const [first, ...others] = blocking
  if (first === undefined) return
  const rest = others.flatMap(({ what }, index) => text`${index === 0 ? '' : '; '}${what}`)
  throw new Failure({
    code: 'preflight-failed',
    what: first.what,
    why: first.why,
    fix: text`${first.fix}${others.length === 0 ? '' : text` Besides: ${rest}.`} Nothing has been changed.`,
  })
}
