import type { Events } from '../../../deployment/target.ts'
import type { StagingDistribution } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { accessOf, requireCanary } from '../plan/canary-findings.ts'
import type { SiteChange } from './site-change.ts'
import { type Switch, switchesOf } from './switch-origins.ts'

/** A staging distribution, and what it will serve. */
export interface Staged {
  readonly staging: StagingDistribution
  /** False: this run has made it. */
  readonly isUsed: boolean
  readonly change: Switch
}

/**
 * The staging distribution of a canary, which is made where there is none, before anything is written to the bucket: what it is not
 * allowed to read is known only once it has an ID. Undefined: all visitors get the release at once.
 */
export async function* stagingFor(change: SiteChange): Events<Staged | undefined> {
  const { request, access, reading, context } = change
  const [one] = switchesOf(change)
  if (request.canary === undefined || one === undefined || one.from === one.to) return undefined
  if (reading.live === undefined) {
    const message = untrusted('no canary: the site has no release that the other visitors could get')
    yield { kind: 'note', at: context.clock.now(), message }
    return undefined
  }
  const known = reading.canary.staging
  const staging = known ?? (await access.distributions.copyToStaging(one.distribution))
  const message = untrusted(`staging distribution ${staging.id} of ${one.distribution}: OriginPath ${one.to}`)
  yield { kind: 'note', at: context.clock.now(), message }
  const [primary] = reading.distributions
  if (primary) requireCanary(accessOf(staging.id, reading.canary.bucketPolicy, primary, request))
  return { staging, isUsed: known !== undefined, change: one }
}
