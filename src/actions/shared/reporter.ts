import type { DeploymentEvent } from '../../deployment/events.ts'
import { type DeploymentState, fold } from '../../deployment/state.ts'
import { isBad, isOpen, type Verdict } from '../../deployment/verdict.ts'
import type { DeploymentStatuses, Slack, SlackMessage } from '../../ports.ts'
import { type Annotation, annotations } from '../../report/annotations.ts'
import { logLines } from '../../report/log-lines.ts'
import { firstLine, opening, suspectedReason } from '../../report/opening.ts'
import { outputs } from '../../report/outputs.ts'
import { stageOf } from '../../report/sentence.ts'
import { slackMessage } from '../../report/slack-message.ts'
import type { Subject } from '../../report/subject.ts'
import { renderSummary } from '../../report/summary.ts'
import type { Runner } from '../../runner/action.ts'
import type { Text } from '../../text.ts'

/** What a reporter needs: the subject, the channels, and what an earlier step saved. */
export interface ReporterConfig {
  readonly subject: Subject
  readonly runner: Runner
  readonly slack: Slack
  readonly statuses: DeploymentStatuses
  readonly mention?: string | undefined
  /** The saved state of an earlier step. */
  readonly state: DeploymentState
}

/** Where the end is reported: the page of the job (outputs and annotations), its summary, Slack, and GitHub's deployment page. */
const destinations = ['job', 'summary', 'slack', 'github'] as const

type Destination = (typeof destinations)[number]

const savedReported = 'reported'

/** True where the step that saved this state has reported its end to every channel. */
export function hasReported(runner: Runner): boolean {
  const reported = reportedBy(runner)
  return destinations.every((destination) => reported.has(destination))
}

/** For a step that has said its end in the log alone: its post step has nothing to add. */
export function markReported(runner: Runner): void {
  runner.saveState(savedReported, destinations.join(' '))
}

function reportedBy(runner: Runner): Set<string> {
  return new Set(runner.state(savedReported)?.split(' '))
}

/** A cancelled process has two seconds. Milliseconds. */
const longestLeave = 1000

/**
 * Reports one deployment, or several together, to every channel. Waits for no channel before the end; no channel's error fails
 * the deployment.
 */
export interface Reporter<Event = DeploymentEvent, State = DeploymentState> {
  state(): State
  /** One more event: new log lines at once, Slack and GitHub's page in the background. */
  take(event: Event): void
  /**
   * Writes outputs and annotations, without a wait. As all that follows, it is done once, also where another process continues.
   */
  reportToJob(): void
  /** The job summary, and the last word to Slack and GitHub's page. Takes at most some seconds. */
  sendFinalReport(): Promise<void>
  /** After a cancel: waits at most a second for the Slack request in flight, so that the post step can continue its message. */
  leave(): Promise<void>
}

/** Sends a state to each channel. */
export interface Views<Event, State> {
  fold(state: State, event: Event): State
  /** Log lines for one more event. */
  logLines(before: State, after: State, event: Event): readonly Text[]
  slackMessage(state: State): SlackMessage
  /** What happened and why in one line, as far as GitHub's page has room for it. */
  line(state: State): Text
  /** GitHub's page gets that line when this changes. */
  stage(state: State): string
  outputs(state: State): Readonly<Record<string, string>>
  annotations(state: State): readonly Annotation[]
  summary(state: State): string
}

/** The reporter of one deployment. */
export function openReporter({ subject, state, mention, ...channels }: ReporterConfig): Reporter {
  return openReporterOf<DeploymentEvent, DeploymentState>(state, channels, {
    fold,
    logLines: (before, after) => logLines(before, after, subject),
    slackMessage: (now) => slackMessage({ subject, state: now }, { mention }),
    line: (now) => firstLine(opening({ subject, state: now })),
    stage: (now) => `${stageOf(now)} ${suspectedReason(now)}`,
    outputs: (now) => outputs({ subject, state: now }),
    annotations: (now) => annotations({ subject, state: now }),
    summary: (now) => renderSummary({ subject, state: now }),
  })
}

/** A reporter of whatever has events, a state and views of it. */
export function openReporterOf<
  Event extends { readonly kind: string },
  State extends { readonly verdict?: Pick<Verdict, 'outcome' | 'cause'> | undefined },
>(
  initial: State,
  { runner, slack, statuses }: Pick<ReporterConfig, 'runner' | 'slack' | 'statuses'>,
  views: Views<Event, State>,
): Reporter<Event, State> {
  let state = initial
  const once = startReports(runner)
  return {
    state: () => state,
    take(event) {
      const before = state
      state = views.fold(state, event)
      for (const line of views.logLines(before, state, event)) runner.log.info(line)
      if (event.kind === 'finished') return
      if (slack.live) void slack.update(() => views.slackMessage(state), { final: false })
      if (views.stage(before) !== views.stage(state)) void statuses.update('in_progress', views.line(state))
    },
    reportToJob() {
      void once('job', () => {
        for (const [name, value] of Object.entries(views.outputs(state))) runner.setOutput(name, value)
        for (const { level, title, message, place } of views.annotations(state))
          runner.log[level](message, title, place)
      })
    },
    async leave() {
      const arrived = new AbortController()
      const late = runner.clock.sleep(longestLeave, arrived.signal).catch(() => undefined)
      await Promise.race([slack.pause(), late])
      arrived.abort()
    },
    async sendFinalReport() {
      const { verdict } = state
      await once('summary', () => runner.writeSummary(views.summary(state)))
      await Promise.all([
        once('slack', () => slack.silent || slack.update(views.slackMessage(state), { final: true })),
        once('github', () => statuses.end(standing(verdict), views.line(state))),
      ])
      const reference = slack.reference()
      runner.setOutput('slack-channel', reference?.channel ?? '')
      runner.setOutput('slack-message-ts', reference?.ts ?? '')
    },
  }
}

/** Reports to each destination once. A step that is killed during its final report continues in its post step. */
function startReports(runner: Runner): (destination: Destination, report: () => unknown) => Promise<void> {
  const reported = reportedBy(runner)
  return async (destination, report) => {
    if (reported.has(destination)) return
    const done = () => {
      reported.add(destination)
      runner.saveState(savedReported, [...reported].join(' '))
    }
    const sent = report()
    // Files are written by now, and a kill must not come between them and their mark; a message is sent once it is answered.
    if (destination === 'job' || destination === 'summary') done()
    await sent
    done()
  }
}

/** How GitHub's page shows an end. */
function standing(verdict: Pick<Verdict, 'outcome' | 'cause'> | undefined) {
  // A run without a verdict has proven nothing, and the environment after it takes a success for proof.
  if (verdict === undefined || isBad(verdict)) return 'failure'
  return isOpen(verdict) ? 'in_progress' : 'success'
}
