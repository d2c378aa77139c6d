import { asName, type Text, text } from '../../../text.ts'
import { type Fleet, fleetInWords } from './fleet.ts'

/** What runs where, for a fleet that may have two versions. Elastic Beanstalk reports no pod of a cluster. */
export function whatRuns(fleet: Fleet | undefined, isCluster: boolean): Text {
  const words = fleetInWords(fleet)
  if (words === undefined)
    return isCluster
      ? text`which pods run which version is unknown (a cluster reports none)`
      : text`which instances run which version is unknown (no enhanced health)`
  const isMixed = fleet !== undefined && fleet.ours.length < fleet.all.length
  return isMixed ? text`mixed versions: ${words}` : text`instances: ${words}`
}

/** How the version before gets live everywhere again. */
export function heal(previous: string | undefined, isCluster: boolean): Text {
  const everywhere = isCluster ? 'all pods' : 'all instances'
  return previous === undefined
    ? text`Deploy a version that works to ${everywhere}.`
    : text`To put ${everywhere} on ${asName(previous)} again, deploy that version (actions/deploy-beanstalk with version-label, or roll-back-on-failure: true).`
}

/** What a failed deployment has left, and what to do about it. */
export function leftAfter(fleet: Fleet | undefined, previous: string | undefined, isCluster: boolean): Text {
  const [first = '', ...rest] = whatRuns(fleet, isCluster)
  const capital = typeof first === 'string' ? first.replace(/^[a-z]/, (letter) => letter.toUpperCase()) : first
  return text`${[capital, ...rest]}. ${heal(previous, isCluster)}`
}
