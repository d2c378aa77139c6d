import type { ServiceRequest } from '../targets/ecs/request/service-request.ts'
import { type Untrusted, untrusted } from '../text.ts'
import type { Context } from './context.ts'
import type { DeploymentEvent } from './events.ts'
import type { Plan } from './plan.ts'

/** What aws-actions/configure-aws-credentials asks for where nobody says more. Minutes. */
const usualMinutes = 60
/** No wait is longer than a job on GitHub's machines. Minutes. */
const longestMinutes = 360
const remedy =
  'set role-to-assume (the job needs the permission id-token), so that they are renewed, or raise role-duration-seconds.'

/** Warns before a wait in which the credentials are going to expire, as far as anybody can know. Asks AWS nothing. */
export async function* warnOfExpiry(
  request: ServiceRequest,
  plan: Plan,
  { credentialLifetime, clock }: Pick<Context, 'credentialLifetime' | 'clock'>,
): AsyncGenerator<DeploymentEvent, void> {
  if (!request.wait || request.dryRun || plan.unchanged) return
  const message = expiry(await credentialLifetime(), minutesOf(request, plan), clock.now())
  if (message) yield { kind: 'warning', at: clock.now(), message }
}

function expiry(
  lifetime: Awaited<ReturnType<Context['credentialLifetime']>>,
  minutes: number,
  now: number,
): Untrusted | undefined {
  const end = now + minutes * 60_000
  if (lifetime.kind === 'until' && lifetime.at < end)
    return untrusted(
      `The AWS credentials expire at ${time(lifetime.at)}, before the deadline of the deployment (${time(end)}); from then on it would continue unwatched: ${remedy}`,
    )
  if (lifetime.kind === 'unknown' && minutes > usualMinutes)
    return untrusted(
      `The AWS credentials have no known expiry (those of aws-actions/configure-aws-credentials last ${usualMinutes} minutes by default), and the deployment may take ${minutes} minutes. After they expire it would continue unwatched: ${remedy}`,
    )
  return undefined
}

/** CodeDeploy's own waits come on top. */
function minutesOf({ waitMinutes, waitFor = 'terminated' }: ServiceRequest, { codeDeploy }: Plan): number {
  const { readyWait = 0, terminationWait = 0 } = codeDeploy?.settings ?? {}
  const wanted = waitMinutes + readyWait + (waitFor === 'terminated' ? terminationWait : 0)
  return Math.min(wanted, Math.max(longestMinutes, waitMinutes))
}

/** `2026-11-21 14:02 UTC`. */
function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
