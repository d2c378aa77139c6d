import { type Clock, deadlineIn, remaining } from '../../../clock.ts'
import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import type { Settlement, Truth } from '../../../deployment/settle-cancelled.ts'
import { Failure, type FailureCode } from '../../../failure.ts'
import type { OptionSetting } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { environmentNouns } from '../request/beanstalk-nouns.ts'
import type { BeanstalkAccess, BeanstalkRecord } from '../request/beanstalk-request.ts'
import { openKnownProperties } from '../request/known-properties.ts'
import { factsIn } from '../watch/event-texts.ts'

/** What an abort may take before the version before is deployed again; the post step ends soon. Milliseconds. */
const longestAbort = 25_000
const pause = 3_000

/** What can be read and done about the deployment to an environment that a cancelled run has started. */
export function settleEnvironment(record: DeploymentRecord, aws: BeanstalkAccess, clock: Clock): Settlement {
  const own = record.own as BeanstalkRecord
  return {
    nouns: environmentNouns,
    look: () => look(record, own, aws),
    stop: () => stop(record, own, aws, clock),
    watchAgain: (id) =>
      text` To watch it, use actions/deploy-beanstalk with application-name: ${untrusted(own.application)}, environment-name: ${untrusted(own.environment)}, deployment-id: ${untrusted(id)}.`,
    async conceal(value) {
      const known = await aws.beanstalk.settings(own.application, own.environment).catch(noneAfter)
      return openKnownProperties(own, known).conceal(value)
    },
  }
}

/** What AWS says is shown without the values that are known: none where they cannot be read. */
function noneAfter(error: unknown): readonly OptionSetting[] {
  if (error instanceof Failure) return []
  throw error
}

async function look(record: DeploymentRecord, own: BeanstalkRecord, { beanstalk }: BeanstalkAccess): Promise<Truth> {
  const { application, environment: name, requestId } = own
  const isBegun = record.stage === 'updating' || record.stage === 'watching'
  if (!isBegun) return { kind: 'nothing' }
  const environment = await beanstalk.describeEnvironment(application, name)
  if (environment === undefined)
    return { kind: 'ended', words: 'had ended, as the environment was terminated,', isComplete: false }
  const id = requestId ?? environment.id
  if (environment.status === 'Updating') return { kind: 'running', id }
  const { versionLabel: label } = environment
  const serving = label === undefined ? undefined : { id: label, label }
  if (environment.status === 'Aborting')
    return { kind: 'ended', words: 'was aborted', isComplete: false, isPending: false, serving }
  const since = record.startedAt - 5_000
  const events =
    requestId === undefined ? [] : await beanstalk.events(application, { environment: name, requestId, since })
  const { completed } = factsIn(events)
  const isComplete = completed && label === record.to?.label
  return { kind: 'ended', words: completed ? 'had completed' : 'had ended', isComplete, serving }
}

/**
 * Aborts the update. Where instances were updated one after another, the version before is deployed to all of them again. Throws where
 * the abort takes longer than the post step may: nothing would put the instances back.
 */
async function stop(
  { from }: DeploymentRecord,
  own: BeanstalkRecord,
  { beanstalk }: BeanstalkAccess,
  clock: Clock,
): Promise<void> {
  const { application, environment: name, mixes } = own
  await beanstalk.abort(name)
  if (!mixes || from === undefined) return
  const deadline = deadlineIn(clock, longestAbort)
  while (remaining(clock, deadline) > 0) {
    const now = await beanstalk.describeEnvironment(application, name)
    if (now === undefined) return
    if (now.status === 'Ready') {
      if ((await beanstalk.update(now, { label: from.label })) !== undefined) return
      throw notBack('deployment-conflict', own, from.label, text`another update began when the abort had ended`)
    }
    await clock.sleep(pause)
  }
  throw notBack('timed-out', own, from.label, text`the abort (AbortEnvironmentUpdate) took longer than 25 s`)
}

function notBack(
  code: FailureCode,
  { application, environment: name }: BeanstalkRecord,
  label: string,
  why: Text,
): Failure {
  return new Failure({
    code,
    what: text`the update was aborted, and instances may have both versions`,
    why,
    fix: text`Deploy ${untrusted(label)} to all instances again: actions/deploy-beanstalk with application-name: ${untrusted(application)}, environment-name: ${untrusted(name)}, version-label: ${untrusted(label)}.`,
  })
}
