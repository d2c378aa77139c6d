import type { DeploymentEvent } from '../deployment/event.ts'
import { type DeploymentState, fold } from '../deployment/state.ts'
import { isGood } from '../deployment/verdict.ts'
import type { DeploymentStatuses, Slack } from '../ports.ts'
import { annotations } from '../report/annotations.ts'
import { logLines } from '../report/log.ts'
import { outputs } from '../report/outputs.ts'
import { headline, stageOf } from '../report/sentence.ts'
import { slackMessage } from '../report/slack-message.ts'
import type { Subject } from '../report/subject.ts'
import { renderSummary } from '../report/summary.ts'
import type { Runner } from '../runner/action.ts'

export interface ReporterConfig {
  readonly subject: Subject
  readonly runner: Runner
  readonly slack: Slack
  readonly statuses: DeploymentStatuses
  readonly mention?: string | undefined
  /** Where an earlier step left off. */
  readonly state: DeploymentState
}

/** A cancelled process has two seconds. Milliseconds. */
const longestLeave = 1000

/** Tells every channel about one deployment. Nothing here waits for a channel before the end, and none can fail it. */
export interface Reporter {
  state(): DeploymentState
  /** One more event: new log lines at once, Slack and GitHub's page in the background. */
  take(event: DeploymentEvent): void
  /** Outputs and annotations. Takes no time. */
  tellJob(): void
  /** The job summary, and the last word to Slack and GitHub's page. Takes at most some seconds. */
  tellPeople(): Promise<void>
  /** After a cancel: lets the message that is under way to Slack arrive, for the post step to go on with. At most a second. */
  leave(): Promise<void>
}

export function openReporter({ subject, runner, slack, statuses, mention, state: initial }: ReporterConfig): Reporter {
  let state = initial
  return {
    state: () => state,
    take(event) {
      const before = state
      state = fold(state, event)
      for (const line of logLines(before, state, subject)) runner.log.info(line)
      if (event.kind === 'finished') return
      if (slack.live) void slack.update(slackMessage({ subject, state }, { mention }), { final: false })
      if (stageOf(before) !== stageOf(state)) void statuses.update('in_progress', headline({ subject, state }))
    },
    tellJob() {
      const report = { subject, state }
      for (const [name, value] of Object.entries(outputs(report))) runner.setOutput(name, value)
      for (const { level, title, message } of annotations(report)) runner.log[level](message, title)
    },
    async leave() {
      const arrived = new AbortController()
      const late = runner.clock.sleep(longestLeave, arrived.signal).catch(() => undefined)
      await Promise.race([slack.pause(), late])
      arrived.abort()
    },
    async tellPeople() {
      const report = { subject, state }
      const outcome = state.verdict?.outcome
      const good = outcome === undefined || isGood(outcome)
      await runner.writeSummary(renderSummary(report))
      await Promise.all([
        slack.update(slackMessage(report, { mention }), { final: true }),
        statuses.update(outcome === 'paused' ? 'in_progress' : good ? 'success' : 'failure', headline(report)),
      ])
      const reference = slack.reference()
      runner.setOutput('slack-channel', reference?.channel ?? '')
      runner.setOutput('slack-message-ts', reference?.ts ?? '')
    },
  }
}
