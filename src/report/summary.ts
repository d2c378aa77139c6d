import type { DeploymentState } from '../deployment/state.ts'
import { isGood } from '../deployment/verdict.ts'
import { text, untrusted } from '../text.ts'
import { type DetailLine, detailLines } from './deployment-details.ts'
import { groupText } from './deployment-group.ts'
import { type EvidenceSection, evidenceSections } from './evidence-sections.ts'
import { commitUrl, compareUrl, runUrl, safeUrl } from './links.ts'
import { code, fence, fold, link, prose, table } from './markdown.ts'
import { firstLine, type Opening, opening, type ShowLink } from './opening.ts'
import { redacted } from './redacted.ts'
import type { Report } from './report.ts'
import { appearance } from './sentence.ts'
import { account, commit, image, revision, truncate } from './short.ts'
import { settingLines, strategyWords } from './strategy.ts'
import { nextSteps } from './summary-commands.ts'
import { timeline } from './summary-timeline.ts'
import { trafficLine } from './traffic.ts'

/** GitHub takes 1 MiB per step and drops all of a summary that is longer; we stay far below. UTF-8 bytes. */
export const longestSummary = 256 * 1024

/** Whatever they are, so many take no more bytes than that. UTF-16 units. */
const longestCharacters = longestSummary / 4

/** Some Markdown of a summary. */
export interface Part {
  readonly markdown: string
  /** Those with the lowest weight are dropped first when the summary is too long. */
  readonly weight: number
}

/** The job summary, as Markdown: what happened and why, before anything that needs scrolling. */
export function renderSummary(report: Report): string {
  return assemble(partsOf(report))
}

/** The parts as one summary that GitHub takes. */
export function assemble(all: readonly Part[]): string {
  let parts = all.filter(({ markdown }) => markdown !== '')
  const joined = () => `${parts.map(({ markdown }) => markdown).join('\n\n')}\n`
  while (parts.length > 1 && joined().length > longestCharacters) {
    const lightest = Math.min(...parts.map(({ weight }) => weight))
    const last = parts.findLastIndex(({ weight }) => weight === lightest)
    const note = { markdown: '_A part of this report was too long to show; the log of the step has it._', weight: 100 }
    parts = [...parts.filter((part, index) => index !== last && part.markdown !== note.markdown), note]
  }
  return truncate(joined(), longestCharacters)
}

function partsOf(report: Report): readonly Part[] {
  return [
    ...openingParts(appearance(report.state).emoji, opening(report, summaryLink)),
    { markdown: facts(report), weight: 10 },
    { markdown: warnings(report), weight: 9 },
    { markdown: timeline(report.state), weight: 5 },
    ...evidence(report),
    { markdown: differences(report), weight: 4 },
    { markdown: nextSteps(report), weight: 8 },
  ]
}

/** A link with words of ours; the address is fit for Markdown (`safeUrl`). */
export const summaryLink: ShowLink = (address) => link('Read more', address)

/** What happened and why in the heading, and what to do right below it. */
export function openingParts(emoji: string, said: Opening): readonly Part[] {
  return [
    { markdown: `### ${emoji} ${prose(firstLine(said))}`, weight: 100 },
    { markdown: said.rest.map(prose).join('\n\n'), weight: 99 },
  ]
}

function facts(report: Report): string {
  const { subject, state } = report
  const { plan } = state
  const target = state.registered?.taskDefinitionArn ?? plan?.taskDefinition
  const arrow = (from: string | undefined, to: string) =>
    from && from !== to ? `${code(from)} → ${code(to)}` : code(to)
  const rows: readonly (readonly [string, string])[] = [
    ['Service', `${code(subject.service)} in cluster ${code(subject.cluster)}`],
    ...(subject.environment ? [['Environment', environment(report)] as const] : []),
    ...(plan?.images.map(({ container, from, to }) => {
      return [`Image of ${code(container)}`, arrow(from && image(from), image(to))] as const
    }) ?? []),
    ...(target
      ? [
          [
            'Revision',
            arrow(plan?.previousTaskDefinition && revision(plan.previousTaskDefinition), revision(target)),
          ] as const,
        ]
      : []),
    ...(plan?.codeDeploy?.settings ? [['Deployment group', prose(groupText(plan.codeDeploy.settings))] as const] : []),
    ...(plan?.creates ? [['New', 'The service did not exist: this deployment creates it.'] as const] : []),
    ...(plan?.basis ? [['Why this one', prose(text`${plan.basis}`)] as const] : []),
    ...(state.purpose === 'explanation'
      ? []
      : ([
          ['Commit', commitCell(report)],
          ['By', prose(text`${subject.run.actor}`)],
        ] as const)),
    ...(plan ? [['Strategy', prose(strategyWords(plan))] as const] : []),
    ...(plan && settingLines(plan).length > 0
      ? [['Settings', settingLines(plan).map(prose).join(' · ')] as const]
      : []),
    ...[...rollbackLine(state), ...trafficLine(state), ...detailLines(state)].map(
      ([label, words]) => [label, prose(words)] as const,
    ),
    [
      'Where',
      [code(subject.region), ...(subject.accountId ? [`account ${account(subject.accountId)}`] : [])].join(', '),
    ],
    ['Links', linksCell(report)],
  ]
  return table(['', ''], rows)
}

/** What set the rollback off, where AWS has no words of its own for it, as when it was this run that did. */
function rollbackLine({ rollingBack, evidence }: DeploymentState): readonly DetailLine[] {
  const said = `${evidence?.statusReason?.untrusted} ${evidence?.codeDeploy?.message?.untrusted}`
  const reason = rollingBack?.reason
  if (!reason || !evidence || said.includes(reason.untrusted)) return []
  return [['Rolled back because', [redacted(reason)]]]
}

function environment({ subject }: Report): string {
  return link(prose(text`${untrusted(subject.environment ?? '')}`), safeUrl(subject.url, { allowHttp: true }))
}

function commitCell({ subject: { run } }: Report): string {
  const title = run.commitTitle ? ` ${prose(text`${run.commitTitle}`)}` : ''
  return `${link(code(commit(run.sha)), safeUrl(commitUrl(run), { allowHttp: true }))}${title} (${code(run.ref.untrusted)})`
}

function linksCell(report: Report): string {
  const links = [
    ['run', runUrl(report.subject.run)],
    ['diff', compareUrl(report)],
    ['AWS console', report.state.deployment?.consoleUrl],
  ] as const
  return links
    .map(([label, address]) => [label, safeUrl(address, { allowHttp: true })] as const)
    .filter(([, address]) => address !== undefined)
    .map(([label, address]) => link(label, address))
    .join(' · ')
}

function warnings({ state }: Report): string {
  return state.warnings.map((warning) => `> ⚠️ ${prose(text`${redacted(warning)}`)}`).join('\n>\n')
}

/** Evidence of a bad end, in folds; the first, which weighs most, is open. */
function evidence({ state }: Report): readonly Part[] {
  if (state.verdict && isGood(state.verdict.outcome)) return []
  const weights: Record<EvidenceSection['kind'], number> = {
    tasks: 7,
    alarms: 7,
    reason: 7,
    targets: 6,
    network: 6,
    platforms: 6,
    missing: 6,
    logs: 3,
    events: 2,
  }
  return evidenceSections(state).map(({ kind, title, lines }, index) => ({
    markdown: fold(title, fence('text', lines), { isOpen: index === 0 }),
    weight: weights[kind],
  }))
}

function differences({ state: { plan } }: Report): string {
  if (!plan || plan.changes.length === 0) return ''
  const lines = plan.changes.flatMap(({ path, from, to }) => [
    ...(from === undefined ? [] : [text`- ${untrusted(path)}: ${untrusted(from)}`]),
    ...(to === undefined ? [] : [text`+ ${untrusted(path)}: ${untrusted(to)}`]),
  ])
  const count = plan.changes.length === 1 ? '1 change' : `${plan.changes.length} changes`
  return fold(text`Task definition: ${count}`, fence('diff', lines))
}
