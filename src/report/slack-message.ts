import type { Plan } from '../deployment/plan.ts'
import type { DeploymentState, Phase } from '../deployment/state.ts'
import { isBad, type Outcome, type Verdict } from '../deployment/verdict.ts'
import { duration } from '../duration.ts'
import type { SlackMessage } from '../ports.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'
import { detailLines } from './deployment-details.ts'
import { forPlain, forSlack, forSlackCode } from './escape.ts'
import { evidenceSections } from './evidence-sections.ts'
import { commitUrl, compareUrl, runUrl, safeUrl } from './links.ts'
import { tasksLine, trafficBar } from './log-progress.ts'
import { opening } from './opening.ts'
import type { Report } from './report.ts'
import { appearance } from './sentence.ts'
import { account, commit, image, revision } from './short.ts'
import {
  buttons,
  context,
  fields,
  mrkdwn,
  plainText,
  type SlackBlock,
  type SlackText,
  section,
} from './slack-blocks.ts'
import { withinLimits } from './slack-limits.ts'
import { openingText, slackLink } from './slack-opening.ts'
import { settingLines, strategyWords } from './strategy.ts'
import { servingNow, trafficLine } from './traffic.ts'

export interface SlackMessageOptions {
  /** Whom to call when the deployment ends badly, from `slackMention`. */
  readonly mention?: string | undefined
  /** How progress is shown: lines with emoji (default), or Slack's own `plan` block, which not every transport takes. */
  readonly progress?: 'lines' | 'plan' | undefined
  /** Whether log lines of containers may go to Slack, where nothing is masked. Default: they may not. */
  readonly logTails?: boolean | undefined
}

/** Characters of what happened, why, and what to do; the facts below keep the rest. */
const longestOpening = 2500

const shownPhases = 8

/** Bad ends at which nobody has to look: one's own cancel, and a newer deployment. */
const harmless: readonly Outcome[] = ['cancelled', 'superseded']

/** Whether somebody has to look at an end. */
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
    reply: verdict && isBad(verdict) ? details(report, options.logTails ?? false) : undefined,
  })
}

function facts({ subject: { run }, state: { plan, registered } }: Report): readonly SlackText[] {
  const code = (value: string) => `\`${forSlackCode(value).replaceAll('\n', ' ')}\``
  const target = registered?.taskDefinitionArn ?? plan?.taskDefinition
  const before = plan?.previousTaskDefinition
  const was = (value: string | undefined, now: string) => (value && value !== now ? ` (was ${code(value)})` : '')
  const images =
    plan?.images.slice(0, 3).map(({ from, to }) => code(image(to)) + was(from && image(from), image(to))) ?? []
  const url = safeUrl(commitUrl(run))
  return [
    mrkdwn(`*Commit*\n${url ? `<${url}|${forSlack(commit(run.sha))}>` : code(commit(run.sha))}`),
    ...(run.commitTitle ? [plainText(forPlain(run.commitTitle.untrusted))] : []),
    mrkdwn(`*By*\n${forSlack(run.actor.untrusted)}`),
    ...(images.length > 0 ? [mrkdwn(`*Image*\n${images.join('\n')}`)] : []),
    ...(target
      ? [mrkdwn(`*Revision*\n${code(revision(target))}${was(before && revision(before), revision(target))}`)]
      : []),
    ...(plan ? [mrkdwn(`*Strategy*\n${renderText(strategyWords(plan), forSlack)}`)] : []),
    ...(plan && settings(plan) !== '' ? [mrkdwn(`*Settings*\n${settings(plan)}`)] : []),
  ]
}

function settings(plan: Plan): string {
  return settingLines(plan)
    .map((line) => renderText(line, forSlack))
    .join('\n')
}

/** Phases as lines with emoji; without phases what is known of tasks and traffic. */
function progress({ state }: Report): string {
  const emoji = {
    pending: ':white_circle:',
    running: ':hourglass_flowing_sand:',
    succeeded: ':white_check_mark:',
    failed: ':x:',
    skipped: ':heavy_minus_sign:',
  }
  return [
    ...state.phases.slice(-shownPhases).map((phase) => `${emoji[phase.status]} ${forSlack(phase.name)}${took(phase)}`),
    ...trafficLine(state).map(([label, words]) => `${label}: ${bar(state)}${renderText(words, forSlack)}`),
    ...(state.tasks && !state.verdict ? [`Tasks: ${tasksLine(state.tasks)}`] : []),
    ...detailLines(state).map(([label, words]) => `${label}: ${renderText(words, forSlack)}`),
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
    [compare ? 'Diff' : 'Commit', compare ?? commitUrl(subject.run)],
    ['Console', state.deployment?.consoleUrl],
    ['App', subject.url],
  ])
}

function footer({ subject, state }: Report): string {
  const { run } = subject
  const parts: readonly Text[] = [
    text`${untrusted(subject.region)}`,
    text`cluster ${untrusted(subject.cluster)}`,
    ...(subject.accountId ? [text`account ${untrusted(account(subject.accountId))}`] : []),
    text`${untrusted(run.repository)} run ${untrusted(run.runNumber)}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ''}`,
  ]
  const seconds = Math.floor(state.updatedAt / 1000)
  const updated = `<!date^${seconds}^{time_secs}|${new Date(state.updatedAt).toISOString().slice(11, 19)} UTC>`
  return [...parts.map((part) => renderText(part, forSlack)), updated].join(' · ')
}

function details({ state }: Report, logTails: boolean): string | undefined {
  const shown = evidenceSections(state).filter(({ kind }) => logTails || kind !== 'logs')
  const blocks = shown.map(({ title, lines }) => {
    const body = lines.slice(-10).map((line) => renderText(line, forSlackCode))
    return `*${renderText(title, forSlack)}*\n\`\`\`\n${body.join('\n')}\n\`\`\``
  })
  return blocks.length > 0 ? blocks.join('\n') : undefined
}
