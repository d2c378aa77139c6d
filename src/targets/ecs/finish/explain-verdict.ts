import { alarmDetected } from '../../../diagnosis/alarm-names.ts'
import { capacity } from '../../../diagnosis/catalogue/capacity.ts'
import { launch } from '../../../diagnosis/catalogue/launch.ts'
import { traffic } from '../../../diagnosis/catalogue/load-balancing.ts'
import { verdicts } from '../../../diagnosis/catalogue/verdicts.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, type Facts, findEntry, type Match } from '../../../diagnosis/entry.ts'
import { text, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import { explainAlarms, withAlarms } from './explain-alarm.ts'
import { healthIn } from './explain-health.ts'
import { newestMatch } from './newest-match.ts'
import { placeWords } from './place-words.ts'

/** What ended the deployment, as stated by AWS. `isSaid`: about the end itself, not about an event before it. */
export interface Verdict {
  readonly cause: Cause
  readonly isSaid: boolean
}

const ends = [...traffic, ...verdicts]

/** Where the events of a service report the end itself, in the words of the service deployment. */
const ending = /deployment failed: |Service deployment (?:rolled back|stopped) because/

/** Messages about the end of the deployment as a whole. Alarms that AWS names in members of their own need no text. */
export function explainVerdict(evidence: Evidence): Verdict | undefined {
  const { codeDeploy, statusReason, serviceEvents, stopped } = evidence
  const failures = codeDeploy?.failures ?? []
  const [failure] = failures
  const what = failure ? text`the deployment failed at ${untrusted(failure.event)}` : text`the deployment failed`
  const alarms = explainAlarms(evidence, what)
  const { errorCode, message } = codeDeploy ?? {}
  const facts = { hook: failure?.scriptName, errorCode, place: placeWords(evidence) }
  const ofCodeDeploy = [message, ...failures.map((each) => each.message)].map((each) => each?.untrusted)
  const stated = [...ofCodeDeploy, statusReason?.untrusted]
    .map((said) => (said === undefined ? undefined : endIn(said, facts)))
    .find((match) => match !== undefined && !(stopped === 'by-us' && match.entry.code === 'manual-stop'))
  const isBreaker = stated === undefined || stated.entry.weight === 'general'
  if (alarms && isBreaker) return { cause: alarms, isSaid: true }
  const ended =
    stated ??
    newestMatch(
      ends,
      serviceEvents.filter(({ message }) => ending.test(message.untrusted)),
    )
  const found = ended ?? newestMatch(ends, serviceEvents)
  const isVague = found === undefined || found.entry.weight === 'general' || found.entry.code === 'manual-stop'
  const byHand = stopped === 'by-others' && isVague
  if (byHand) return { cause: stoppedByOthers, isSaid: true }
  return found && { cause: withAlarms(causeOf(found, what), evidence), isSaid: ended !== undefined }
}

function endIn(said: string, facts: Facts): Match | undefined {
  return (
    findEntry([...launch, ...ends], said, facts) ??
    (alarmDetected.test(said) ? undefined : healthIn(said)) ??
    findEntry(capacity, said)
  )
}

const stoppedByOthers: Cause = {
  code: 'manual-stop',
  what: text`the deployment failed`,
  error: text`a stop was requested`,
  why: text`stopped manually (console, CLI or API) by a user other than this run`,
  fix: text`Redeploy if this was unintended. AWS CloudTrail has the user (StopServiceDeployment).`,
  docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html',
  confidence: 'certain',
}
