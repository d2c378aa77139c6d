import { isBad } from '../deployment/verdict.ts'
import { versionsOf, type WaveService } from '../deployment/waves/waves-state.ts'
import type { SlackMessage } from '../ports/slack.ts'
import { text, untrusted } from '../text.ts'
import { forSlack } from './escape.ts'
import { commitUrl, runUrl } from './links.ts'
import { progressWords, trafficBar } from './log-progress.ts'
import { appearanceOf } from './sentence.ts'
import { account } from './short.ts'
import { buttons, context, fields, inSlack, type SlackBlock, section, slackCode } from './slack-blocks.ts'
import { cut, withinLimits } from './slack-limits.ts'
import { commitFields, isAlarming } from './slack-message.ts'
import { openingText, slackLink } from './slack-opening.ts'
import { causeOfService, durationOf, isBackOnOld, standing, withinRoom } from './waves-service.ts'
import { suspicionOf, type WavesReport, wavesOpening, wavesStage } from './waves-words.ts'

/** Characters of the opening, and of the lines of the services; with the rest they stay below Slack's limits. */
const longestOpening = 1800
const longestLines = 1700
const longestReason = 600

/** The one message about services that are deployed together, as it is now: a line for each. */
export function wavesSlackMessage(
  report: WavesReport,
  options: { readonly mention?: string | undefined },
): SlackMessage {
  const { state } = report
  const { emoji, colour } = appearanceOf(wavesStage(state))
  const weighted = (weight: number, blocks: readonly SlackBlock[]) => blocks.map((block) => ({ block, weight }))
  return withinLimits({
    text: openingText(emoji, wavesOpening(report, slackLink), longestOpening),
    color: colour,
    blocks: [
      ...weighted(5, section(lines(report))),
      ...weighted(2, fields(commitFields(report.subject))),
      ...weighted(4, links(report)),
      ...weighted(3, context(footer(report))),
    ],
    mention: state.verdict && isAlarming(state.verdict) ? options.mention : undefined,
    reply: state.verdict && isBad(state.verdict) ? reasons(report) : undefined,
  })
}

/** A line for each service, as far as they fit. */
function lines({ state: { services } }: WavesReport): string {
  const all = new Map(services.map((service) => [service, cut(lineOf(service), 300)]))
  const { shown, rest } = withinRoom(services, (service) => all.get(service)?.length ?? 0, longestLines)
  return [...shown.map((service) => all.get(service)), ...(rest ? [rest] : [])].join('\n')
}

function lineOf(service: WaveService): string {
  const { emoji, words } = standing(service)
  const { from, to } = versionsOf(service)
  const shown = isBackOnOld(service) ? from : to
  const suspected = suspicionOf(service)
  const facts = [
    ...(shown ? [slackCode(shown.label)] : []),
    ...progress(service),
    durationOf(service),
    ...(suspected ? [inSlack(suspected)] : []),
  ].filter((fact) => fact !== '')
  return `${emoji} *${forSlack(service.name)}* ${words}${facts.length > 0 ? ` · ${facts.join(' · ')}` : ''}`
}

function progress({ state, back }: WaveService): readonly string[] {
  const current = back ?? state
  if (!current || current.verdict) return []
  const { trafficPercent, progress: counts } = current
  if (trafficPercent !== undefined) return [`${trafficBar(trafficPercent)} ${trafficPercent}%`]
  return counts ? [progressWords(counts)] : []
}

function links({ subject }: WavesReport): readonly SlackBlock[] {
  return buttons([
    ['Run', runUrl(subject.run)],
    ['Commit', commitUrl(subject.run, subject.commit)],
    ['App', subject.url],
  ])
}

function footer({ subject, state }: WavesReport): string {
  const { run } = subject
  const parts = [
    text`${untrusted(subject.region)}`,
    ...(subject.accountId ? [text`account ${untrusted(account(subject.accountId))}`] : []),
    text`${untrusted(run.repository)} run ${untrusted(run.runNumber)}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ''}`,
  ]
  const time = new Date(state.updatedAt).toISOString().slice(11, 19)
  const updated = `<!date^${Math.floor(state.updatedAt / 1000)}^{time_secs}|${time} UTC>`
  return [...parts.map(inSlack), updated].join(' · ')
}

/** Why each failed, for the thread; nothing where the message says it already. */
function reasons({ state }: WavesReport): string | undefined {
  const bad = state.services.filter((service) => standing(service).kind === 'bad' && causeOfService(service).length > 0)
  if (bad.length < 2) return undefined
  const lines = bad.map((service) => {
    const reason = cut(inSlack(causeOfService(service)), longestReason)
    return `*${forSlack(service.name)}*: ${reason}`
  })
  return lines.join('\n')
}
