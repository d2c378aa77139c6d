import type { Explained, Known } from '../../../deployment/target.ts'
import { beanstalkEvents } from '../../../diagnosis/catalogue/beanstalk-events.ts'
import { beanstalkLog } from '../../../diagnosis/catalogue/beanstalk-log.ts'
import { imagePull } from '../../../diagnosis/catalogue/image-pull.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, findEntry, type Match } from '../../../diagnosis/entry.ts'
import { redact } from '../../../diagnosis/redact.ts'
import { quoted, type Text, text, untrusted } from '../../../text.ts'
import type { BeanstalkContext } from '../request/beanstalk-request.ts'
import { type Evidence, type Examined, evidenceInWords, gather } from './environment-evidence.ts'
import { explainPods } from './explain-pods.ts'

/** Gathers evidence of a failed deployment, and explains it. `time`: milliseconds. */
export async function investigate(
  known: Known,
  record: Examined,
  context: BeanstalkContext,
  time: number,
): Promise<Explained | undefined> {
  const evidence = await gather(record, context, time)
  if (evidence === undefined) return undefined
  const cause = explain(evidence, known)
  return { cause, evidence: evidenceInWords(evidence), standing: cause.isGeneral ? 'open' : 'partial' }
}

const logEntries = [...beanstalkLog, ...imagePull]

/**
 * The cause that the evidence supports best: what pods of a cluster show, or the failed step printed, then errors among the events, then causes of enhanced
 * health, and then warnings. An incorrect version on some instances is the consequence of a failure, never its cause.
 */
export function explain(evidence: Evidence, { outcome, reason }: Pick<Known, 'outcome' | 'reason'>): Cause {
  const { step, cluster, image, events, others, causes } = evidence
  const of = (severities: RegExp) =>
    [...events, ...others].filter(({ severity }) => severities.test(severity)).map(({ message }) => message)
  const ofPods = cluster && explainPods(cluster, image)
  if (ofPods) return ofPods
  const texts = [...of(/ERROR|FATAL/), ...causes, ...of(/WARN/), ...(reason ? [reason.untrusted] : [])]
  const matches = texts.flatMap((said) => findEntry(beanstalkEvents, said) ?? [])
  const inLog = step.length > 0 ? findEntry(logEntries, step.join('\n')) : undefined
  const specific = inLog ?? matches.find(({ entry }) => entry.weight !== 'general')
  if (specific) return causeOf(specific, subjectOf(specific, outcome))
  if (step.length > 0) return ofStep(step)
  const general = matches.find(({ facts }) => facts.exitCode !== undefined) ?? matches[0]
  return general ? causeOf(general, text`the deployment failed`) : unexplained(evidence, outcome, reason)
}

/** What failed. */
function subjectOf({ entry }: Match, outcome: Known['outcome']): Text {
  if (/health-check|http-errors|services-down/.test(entry.code)) return text`the new version is unhealthy`
  return outcome === 'timed-out'
    ? text`the deployment did not finish in time`
    : text`the deployment failed on the instances`
}

/** A step that the catalogue does not know: its own words are the reason. */
function ofStep(step: readonly string[]): Cause {
  const [first = '', ...output] = step
  const last = output.findLast((line) => line.trim() !== '')
  const name = first.replace(/^.*\[ERROR\]\s*/, '')
  return {
    code: 'beanstalk-step-failed',
    what: text`the deployment failed on the instances`,
    error: text`${untrusted(redact(name))}`,
    why: last === undefined ? text`the step printed nothing` : text`last log line: ${quoted(redact(last))}`,
    fix: text`Correct what the step printed; all of it is in the job summary.`,
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/troubleshooting-deployments.html',
    confidence: 'certain',
  }
}

/** Events that only state that something has failed. */
const consequence =
  /^(?:Failed to deploy|Unsuccessful command execution|During an aborted deployment|The environment was reverted)/

function unexplained(
  { missingPermissions, events, isCluster }: Evidence,
  outcome: Known['outcome'],
  reason: Known['reason'],
): Cause {
  const errors = events.filter(({ severity }) => /ERROR|FATAL/.test(severity)).map(({ message }) => message)
  const said = errors.find((message) => !consequence.test(message)) ?? reason?.untrusted ?? errors.at(-1)
  const denied = [...new Set(missingPermissions.map(({ action }) => action))]
  return {
    code: 'unexplained',
    what: outcome === 'timed-out' ? text`the deployment did not finish in time` : text`the deployment failed`,
    why: said === undefined ? text`Elastic Beanstalk gives no reason` : text`${untrusted(redact(said).slice(0, 1000))}`,
    fix:
      denied.length > 0
        ? text`Allow ${untrusted(denied.join(', '))} to the deploying role to get the reason.`
        : isCluster
          ? text`Read the events and the logs of the pods in the job summary; Elastic Beanstalk uploads no deployment log where a deployment fails before its pods are created.`
          : text`Read the events in the job summary, and eb-engine.log of an instance.`,
    confidence: 'certain',
    isGeneral: true,
  }
}
