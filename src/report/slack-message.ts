import type { DeploymentState, Phase } from '../deployment/state.ts'
import { isBad, isEnded, type Outcome, type Verdict } from '../deployment/verdict.ts'
import { proof } from '../diagnosis/evidence-report.ts'
import { duration } from '../duration.ts'
import type { SlackMessage } from '../ports/slack.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'
import { detailLines } from './deployment-details.ts'
import { forPlain, forSlack, forSlackCode } from './escape.ts'
import { commitUrl, compareUrl, runUrl, safeUrl } from './links.ts'
import { progressWords, trafficBar } from './log-progress.ts'
import { opening } from './opening.ts'
import type { Report } from './report.ts'
import { appearance } from './sentence.ts'
import { account, capitalised, image, commit as short } from './short.ts'
import {
  buttons,
  context,
  fields,
  inSlack,
  mrkdwn,
  type SlackBlock,
  type SlackText,
  section,
  slackCode,
} from './slack-blocks.ts'
import { cut, withinLimits } from './slack-limits.ts'
import { openingText, slackLink } from './slack-opening.ts'
import { methodWords, settingLines } from './strategy.ts'
import type { Subject } from './subject.ts'
import { servingNow, trafficLine } from './traffic-words.ts'

/** Settings of the message of one deployment. */
export interface SlackMessageOptions {
  /** The mention of a message about a bad end, from `slackMention`. */
  readonly mention?: string | undefined
  /** How progress is shown: lines with emoji (default), or Slack's own `plan` block, which not every transport takes. */
  readonly progress?: 'lines' | 'plan' | undefined
}

/** Characters of what happened, why, and what to do; the facts below keep the rest. */
const longestOpening = 2500
const longestTitle = 300

/** Lines of a log, and of other evidence, in the thread. */
const [shownLogLines, shownLines] = [3, 5]

/** Bad ends that need no action: a cancel of this run, and a newer deployment. */
const harmless: readonly Outcome[] = ['cancelled', 'superseded']

/** True for an end that needs action, so that the message mentions the given users. */
export function isAlarming(verdict: Pick<Verdict, 'outcome' | 'cause'>): boolean {
  return isBad(verdict) && !harmless.includes(verdict.outcome)
}

/** The one message about a deployment, as it is now. */
export function slackMessage(report: Report, options: SlackMessageOptions = {}): SlackMessage {
  const { state } = report
  const { verdict } = state
  const weighted = (weight: number, blocks: readonly SlackBlock[]) => blocks.map((block) => ({ block, weight }))
  return withinLimits({
    text: openingText(appearance(state).emoji, opening(report, slackLink), longestOpening),
    color: appearance(state).colour,
    blocks: [
      ...weighted(2, fields(facts(report))),
      ...weighted(1, options.progress === 'plan' ? plan(report) : section(progress(report))),
      ...weighted(4, links(report)),
      ...weighted(3, context(footer(report))),
    ],
    mention: verdict && isAlarming(verdict) ? options.mention : undefined,
    reply: verdict && isBad(verdict) ? proofText(report) : undefined,
  })
}

function facts({ subject, state: { plan, versioned } }: Report): readonly SlackText[] {
  const target = versioned?.version ?? plan?.to
  const before = plan?.from
  const was = (value: string | undefined, now: string) => (value && value !== now ? ` (was ${slackCode(value)})` : '')
  const artifacts = plan?.artifacts.slice(0, 3) ?? []
  const [first] = artifacts
  const lines = artifacts.map(({ from, to }) => slackCode(image(to)) + was(from && image(from), image(to)))
  return [
    ...commitFields(subject),
    ...(first ? [mrkdwn(`*${first.kind}*\n${lines.join('\n')}`)] : []),
    ...(target ? [mrkdwn(`*Revision*\n${slackCode(target.label)}${was(before?.label, target.label)}`)] : []),
    ...(plan ? [mrkdwn(`*Strategy*\n${inSlack(methodWords(plan))}`)] : []),
    ...(plan && settingLines(plan).length > 0
      ? [mrkdwn(`*Settings*\n${settingLines(plan).map(inSlack).join('\n')}`)]
      : []),
  ]
}

/** The commit where it is known, with its title, which is cut so that the field stays below Slack's limit; and the actor. */
export function commitFields({ run, commit }: Pick<Subject, 'run' | 'commit'>): readonly SlackText[] {
  const by = mrkdwn(`*By*\n${forSlack(run.actor.untrusted)}`)
  if (commit === undefined) return [by]
  const url = safeUrl(commitUrl(run, commit))
  const sha = url ? `<${url}|${forSlack(short(commit.sha))}>` : slackCode(short(commit.sha))
  const title = commit.title ? ` ${cut(forSlack(commit.title.untrusted), longestTitle)}` : ''
  return [mrkdwn(`*Commit*\n${sha}${title}`), by]
}

/** The phases that run, failed or were cut off as lines with emoji, and what is known of traffic and tasks. */
function progress({ state }: Report): string {
  const isOver = state.verdict !== undefined && isEnded(state.verdict.outcome)
  const emoji: Readonly<Partial<Record<Phase['status'], string>>> = {
    running: isOver ? ':black_square_for_stop:' : ':hourglass_flowing_sand:',
    failed: ':x:',
  }
  return [
    ...state.phases.flatMap((phase) => {
      const mark = emoji[phase.status]
      return mark ? [`${mark} ${forSlack(phase.name)}${took(phase)}`] : []
    }),
    ...trafficLine(state).map(([label, words]) => `${label}: ${bar(state)}${inSlack(words)}`),
    ...(state.progress && !state.verdict
      ? [`${capitalised(state.progress.unit)}: ${progressWords(state.progress)}`]
      : []),
    ...detailLines(state).map(([label, words]) => `${label}: ${inSlack(words)}`),
  ].join('\n')
}

/** A picture of the share that moves; of a revision that has all of it there is nothing to draw. */
function bar(state: DeploymentState): string {
  return state.trafficPercent === undefined || servingNow(state) ? '' : `${trafficBar(state.trafficPercent)} `
}

function plan({ state }: Report): readonly SlackBlock[] {
  if (state.phases.length === 0) return []
  const statuses = {
    pending: 'pending',
    running: 'in_progress',
    succeeded: 'complete',
    failed: 'error',
    skipped: 'complete',
  } as const
  const tasks = state.phases.map((phase, index) => ({
    type: 'task_card' as const,
    task_id: `phase-${index}`,
    title: `${forPlain(phase.name)}${took(phase)}`,
    status: statuses[phase.status],
  }))
  return [{ type: 'plan', title: 'Progress', tasks }]
}

function took({ startedAt, endedAt }: Phase): string {
  return startedAt !== undefined && endedAt !== undefined && endedAt - startedAt >= 1000
    ? ` ${duration(endedAt - startedAt)}`
    : ''
}

function links(report: Report): readonly SlackBlock[] {
  const { subject, state } = report
  const compare = compareUrl(report)
  return buttons([
    ['Run', runUrl(subject.run)],
    [compare ? 'Diff' : 'Commit', compare ?? commitUrl(subject.run, subject.commit)],
    ['Console', state.deployment?.consoleUrl],
    ['App', subject.url],
  ])
}

function footer({ subject, state }: Report): string {
  const { run } = subject
  const parts: readonly Text[] = [
    text`${untrusted(subject.region)}`,
    text`${subject.home.kind} ${untrusted(subject.home.name)}`,
    ...(subject.accountId ? [text`account ${untrusted(account(subject.accountId))}`] : []),
    text`${untrusted(run.repository)} run ${untrusted(run.runNumber)}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ''}`,
  ]
  const seconds = Math.floor(state.updatedAt / 1000)
  const updated = `<!date^${seconds}^{time_secs}|${new Date(state.updatedAt).toISOString().slice(11, 19)} UTC>`
  return [...parts.map(inSlack), updated].join(' · ')
}

/** The proof of the cause, for the thread: the last lines of the log, where there is one. Redacted, as Slack masks nothing. */
function proofText({ state }: Report): string | undefined {
  const section = state.evidence && proof(state.evidence)
  if (section === undefined) return undefined
  const lines = section.kind === 'log' ? section.lines.slice(-shownLogLines) : section.lines.slice(0, shownLines)
  const body = lines.map((line) => renderText(line, forSlackCode))
  return `*${inSlack(section.title)}*\n\`\`\`\n${body.join('\n')}\n\`\`\``
}
