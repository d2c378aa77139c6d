import { Failure, failureInOneLine } from '../../../failure.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { Hold } from './claim.ts'
import type { SiteChange } from './site-change.ts'
import { areDeployed } from './switch-origins.ts'

/**
 * Has all visitors get the primary distribution: of this run's canary, or of one that a killed run has left. Does nothing where there is
 * none. Returns what is left: edges that still have the policy.
 */
export async function endCanary(change: SiteChange, hold: Hold): Promise<Text | undefined> {
  const mark = hold.state().canary
  if (mark === undefined) return undefined
  const { access, terms } = change
  await hold.confirm()
  await access.distributions.shiftTraffic(mark.policy, 'off')
  const isOver = await areDeployed(change, hold, [mark.distribution])
  await hold.change({ canary: undefined })
  if (isOver) return undefined
  return text`The continuous deployment policy ${untrusted(mark.policy)} is disabled, and ${untrusted(mark.distribution)} was not Deployed within ${terms.waitMinutes} minutes: some edges may still serve release ${untrusted(mark.release)}.`
}

/** The canary that could not be ended: it is in the state of the site, and the next run ends it. */
export function notEnded(error: unknown): Text {
  if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
  return text`Some visitors still get the staging distribution: ${failureInOneLine(error.parts)} The next run disables the policy.`
}
