import { type Untrusted, untrusted } from '../text.ts'
import { moment } from '../utc.ts'
import type { Context } from './context.ts'
import type { DeploymentEvent } from './events.ts'

/** Default session duration of aws-actions/configure-aws-credentials. Minutes. */
const usualMinutes = 60
const remedy =
  'set role-to-assume (the job needs the permission id-token), so that they are renewed, or raise role-duration-seconds.'

/**
 * Warns before a wait of so many minutes in which the credentials are going to expire, as far as that can be known; undefined:
 * no wait. Calls nothing.
 */
export async function* warnOfExpiry(
  { wait, dryRun }: { readonly wait: boolean; readonly dryRun: boolean },
  minutes: number | undefined,
  { credentialLifetime, clock }: Pick<Context, 'credentialLifetime' | 'clock'>,
): AsyncGenerator<DeploymentEvent, void> {
  if (!wait || dryRun || minutes === undefined) return
  const message = expiry(await credentialLifetime(), minutes, clock.now())
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
      `The AWS credentials expire at ${moment(lifetime.at)}, before the deadline of the deployment (${moment(end)}); from then on it would continue unwatched: ${remedy}`,
    )
  if (lifetime.kind === 'unknown' && minutes > usualMinutes)
    return untrusted(
      `The AWS credentials have no known expiry (those of aws-actions/configure-aws-credentials last ${usualMinutes} minutes by default), and the deployment may take ${minutes} minutes. After they expire it would continue unwatched: ${remedy}`,
    )
  return undefined
}
