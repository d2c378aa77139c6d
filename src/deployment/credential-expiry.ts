import { type Untrusted, untrusted } from '../text.ts'
import type { DeploymentEvent } from './event.ts'
import type { DeployRequest, Journey } from './journey.ts'
import type { Plan } from './plan.ts'

/** What aws-actions/configure-aws-credentials asks for where nobody says more. Minutes. */
const usualMinutes = 60
/** No wait is longer than a job on GitHub's machines. Minutes. */
const longestMinutes = 360
const remedy =
  'role-to-assume gets new ones while it waits (the job needs the permission id-token), or ask for longer ones with role-duration-seconds.'

/** Warns before a wait in which the credentials are going to expire, as far as anybody can know. Asks AWS nothing. */
export async function* warnOfExpiry(
  request: DeployRequest,
  plan: Plan,
  { credentialLifetime, clock }: Pick<Journey, 'credentialLifetime' | 'clock'>,
): AsyncGenerator<DeploymentEvent, void> {
  if (!request.wait || request.dryRun || plan.unchanged) return
  const message = expiry(await credentialLifetime(), minutesOf(request, plan), clock.now())
  if (message) yield { kind: 'warning', at: clock.now(), message }
}

function expiry(
  lifetime: Awaited<ReturnType<Journey['credentialLifetime']>>,
  minutes: number,
  now: number,
): Untrusted | undefined {
  const end = now + minutes * 60_000
  if (lifetime.kind === 'until' && lifetime.at < end)
    return untrusted(
      `The AWS credentials expire at ${time(lifetime.at)}, and the deployment may take until ${time(end)}. Then it would go on unwatched: ${remedy}`,
    )
  if (lifetime.kind === 'unknown' && minutes > usualMinutes)
    return untrusted(
      `The deployment may take ${minutes} minutes, and it is not known how long the AWS credentials last; those of configure-aws-credentials last ${usualMinutes} unless it is told otherwise. When they expire, it would go on unwatched: ${remedy}`,
    )
  return undefined
}

/** CodeDeploy's own waits come on top. */
function minutesOf({ waitMinutes, waitFor = 'terminated' }: DeployRequest, { codeDeploy }: Plan): number {
  const { readyWait = 0, terminationWait = 0 } = codeDeploy?.settings ?? {}
  const wanted = waitMinutes + readyWait + (waitFor === 'terminated' ? terminationWait : 0)
  return Math.min(wanted, Math.max(longestMinutes, waitMinutes))
}

/** `2026-11-21 14:02 UTC`. */
function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
