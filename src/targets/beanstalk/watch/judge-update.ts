import { certain, type End, supersededBy } from '../../../deployment/outcomes.ts'
import type { BeanstalkEnvironment, BeanstalkEvent, BeanstalkInstance } from '../../../ports.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { environmentNouns } from '../request/beanstalk-nouns.ts'
import { factsIn, type UpdateFacts } from './event-texts.ts'
import { type Fleet, fleetOf, isUntouched } from './fleet.ts'
import { heal, leftAfter, whatRuns } from './left-words.ts'

/** What one read of an environment shows. */
export interface Reading {
  /** Undefined: the environment no longer exists. */
  readonly environment: BeanstalkEnvironment | undefined
  /** Those of our own request, oldest first: an error of another operation is none of ours. */
  readonly events: readonly BeanstalkEvent[]
  /** Undefined: basic health reporting, or no permission. */
  readonly instances: readonly BeanstalkInstance[] | undefined
  /** Whether an earlier read had the status Aborting: the events of an abort may be of the request that asked for it. */
  readonly wasAborting: boolean
}

/** The update that is watched. */
export interface Update {
  /** Undefined: only settings change. */
  readonly label: string | undefined
  /** What was live before. */
  readonly previous: string | undefined
  /** The label is not known yet: an update that another run began at this time (milliseconds since 1970), before any instance shows it. */
  readonly openSince?: number | undefined
  /** Whether a failure leaves the old instances as they were (Immutable, TrafficSplitting). */
  readonly replaces: boolean
}

/** What a read means. `isStated`: AWS states it, so that no other read has to agree. */
export type Conclusion =
  | { readonly kind: 'running'; readonly isAborting: boolean }
  /** Traffic is on the new version, and old instances are still being terminated. */
  | { readonly kind: 'shifted' }
  /** Every instance has the version; its health is still to be checked. */
  | { readonly kind: 'deployed'; readonly isStated: boolean }
  | { readonly kind: 'ended'; readonly end: End; readonly isStated: boolean }
  /** Ready, and the parts of the read contradict each other: reads of Elastic Beanstalk are eventually consistent. */
  | { readonly kind: 'unclear'; readonly end: End }

/**
 * The meaning of a read. Status is Ready after a success and after a failure, so that only label, events and instances together
 * prove which: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.deploy-existing-version.html
 */
export function judge(reading: Reading, update: Update): Conclusion {
  const { environment, events, instances } = reading
  if (environment === undefined || /^Terminat/.test(environment.status)) return gone(environment?.status)
  const facts = factsIn(events)
  if (update.openSince !== undefined && environment.status === 'Ready')
    return unknownEnd(facts, instances, update, environment.tierType === 'EKS')
  const fleet = update.label === undefined ? undefined : fleetOf(instances, update.label)
  if (environment.status !== 'Ready') {
    const isShifted = facts.shifted && (fleet === undefined || fleet.ours.length > 0)
    return isShifted ? { kind: 'shifted' } : { kind: 'running', isAborting: environment.status === 'Aborting' }
  }
  if (facts.aborted || reading.wasAborting)
    return { kind: 'ended', isStated: true, end: aborted(facts, fleet, update, environment) }
  if (facts.failed) return { kind: 'ended', isStated: true, end: failed(facts, fleet, update, environment) }
  if (update.label === undefined) return settled(facts)
  return facts.completed ? completed(fleet, update, environment) : silent(fleet, update, environment)
}

/** An update has ended, and nothing shows the version that it deployed: basic health reporting, or it came to no instance. */
function unknownEnd(
  facts: UpdateFacts,
  instances: Reading['instances'],
  update: Update,
  isCluster: boolean,
): Conclusion {
  const { openSince = 0, previous } = update
  if (!facts.failed && !facts.aborted) return { kind: 'unclear', end: { outcome: 'failed', cause: unseen() } }
  const isBack = instances !== undefined && isUntouched(instances, previous, openSince)
  const outcome = facts.aborted ? 'stopped' : isBack ? 'rolled-back' : 'failed'
  const reason = facts.said === undefined ? undefined : untrusted(facts.said)
  const left = isBack ? {} : { left: leftAfter(fleetOf(instances, previous ?? ''), previous, isCluster) }
  return {
    kind: 'ended',
    isStated: true,
    end: { outcome, reason, serving: isBack ? version(previous) : undefined, ...left },
  }
}

function gone(status: string | undefined): Conclusion {
  const why = status === undefined ? text`it no longer exists` : text`its status is ${asName(status)}`
  const end: End = {
    outcome: 'failed',
    cause: certain(
      'environment-terminated',
      text`the environment was terminated during the deployment`,
      why,
      text`AWS CloudTrail has the user (TerminateEnvironment). Restore it with aws elasticbeanstalk rebuild-environment, and run this job again.`,
    ),
  }
  return { kind: 'ended', isStated: status !== undefined, end }
}

const version = (label: string | undefined) => (label === undefined ? undefined : { id: label, label })

/** A deployment that a user aborted: where instances were updated one after another, some may have the new version. */
function aborted(
  facts: UpdateFacts,
  fleet: Fleet | undefined,
  update: Update,
  { versionLabel, tierType }: BeanstalkEnvironment,
): End {
  const isCluster = tierType === 'EKS'
  const isBack = fleet !== undefined && fleet.ours.length === 0
  return {
    outcome: 'stopped',
    serving: isBack ? version(versionLabel) : undefined,
    reason: facts.said === undefined ? undefined : untrusted(facts.said),
    cause: certain(
      'deployment-aborted',
      text`the deployment was aborted (AbortEnvironmentUpdate)`,
      isBack ? text`all instances run ${asName(versionLabel ?? '')}` : whatRuns(fleet, isCluster),
      isBack
        ? text`Redeploy if this was unintended: run this job again. AWS CloudTrail has the user.`
        : heal(update.previous, isCluster),
    ),
  }
}

/** A deployment that failed. `rolled-back` is said only where the instances prove it. */
function failed(
  facts: UpdateFacts,
  fleet: Fleet | undefined,
  update: Update,
  { versionLabel, tierType }: BeanstalkEnvironment,
): End {
  const reason = facts.said === undefined ? undefined : untrusted(facts.said)
  const isReverted = update.label === undefined
  const isOld = fleet !== undefined && fleet.ours.length === 0 && versionLabel === update.previous
  if (isReverted || isOld) return { outcome: 'rolled-back', serving: version(update.previous), reason }
  return { outcome: 'failed', reason, left: leftAfter(fleet, update.previous, tierType === 'EKS') }
}

/** Of settings alone. */
function settled(facts: UpdateFacts): Conclusion {
  if (facts.completed) return { kind: 'deployed', isStated: true }
  return { kind: 'unclear', end: { outcome: 'failed', cause: unseen() } }
}

function completed(fleet: Fleet | undefined, update: Update, { versionLabel }: BeanstalkEnvironment): Conclusion {
  if (versionLabel !== update.label) return { kind: 'unclear', end: superseded(versionLabel) }
  if (fleet === undefined || fleet.isWhole) return { kind: 'deployed', isStated: true }
  const end: End = { outcome: 'failed', left: leftAfter(fleet, update.previous, false) }
  return { kind: 'unclear', end: { ...end, cause: incorrect(update) } }
}

function incorrect({ label = '' }: Update) {
  return certain(
    'incorrect-version',
    text`Environment update completed, but not all instances run ${asName(label)}`,
    text`Incorrect application version on environment instances (enhanced health)`,
    text`Deploy the version again.`,
  )
}

/** No event of ours ended it: lost, late, or replaced by a newer operation. */
function silent(fleet: Fleet | undefined, update: Update, { versionLabel }: BeanstalkEnvironment): Conclusion {
  // The same version again: label and instances are the same before the update, so that only its events prove it.
  const isAgain = update.label === update.previous
  if (!isAgain && versionLabel === update.label && fleet?.isWhole === true && fleet.all.length > 0)
    return { kind: 'deployed', isStated: false }
  if (versionLabel !== update.label && versionLabel !== update.previous)
    return { kind: 'unclear', end: superseded(versionLabel) }
  return { kind: 'unclear', end: { outcome: 'failed', serving: undefined, cause: unseen() } }
}

/** The end of an update whose version is no longer that of the environment. */
export function superseded(label: string | undefined): End {
  return { ...supersededBy(environmentNouns, version(label), undefined), serving: version(label) }
}

function unseen() {
  return certain(
    'update-unseen',
    text`Elastic Beanstalk accepted UpdateEnvironment, and the environment is Ready without an event of that update`,
    text`no event has the id of the request, and the version label is unchanged`,
    text`Check the events of the environment in the AWS console, then run this job again.`,
  )
}
