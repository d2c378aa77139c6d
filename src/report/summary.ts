import { isBad, isGood, type Verdict } from '../deployment/verdict.ts'
import { type EvidenceSection, proof } from '../diagnosis/evidence-report.ts'
import { asName, text, untrusted } from '../text.ts'
import { alert, fence, fold, link, prose } from './markdown.ts'
import { type Opening, opening, type ShowLink } from './opening.ts'
import type { Report } from './report.ts'
import { appearance } from './sentence.ts'
import { truncate } from './short.ts'
import { nextSteps } from './summary-commands.ts'
import { facts } from './summary-facts.ts'
import { timeline, trafficChart } from './summary-timeline.ts'

/** GitHub takes 1 MiB per step and drops all of a summary that is longer; we stay far below. UTF-8 bytes. */
export const longestSummary = 256 * 1024

/** Whatever they are, so many take no more bytes than that. UTF-16 units. */
const longestCharacters = longestSummary / 4

/** GitHub shows its blocks with a colour ("Alerts") on the page itself only, not inside of a fold. */
export type SummaryPlace = 'page' | 'fold'

/** Some Markdown of a summary. */
export interface Part {
  readonly markdown: string
  /** Those with the lowest weight are dropped first when the summary is too long. */
  readonly weight: number
}

/** The job summary, as Markdown: verdict, cause, what to do and the proof, before anything that needs scrolling. */
export function renderSummary(report: Report, place: SummaryPlace = 'page'): string {
  return assemble(partsOf(report, place))
}

/** The parts as one summary that GitHub takes. */
export function assemble(all: readonly Part[]): string {
  let parts = all.filter(({ markdown }) => markdown !== '')
  const length = () => parts.reduce((sum, { markdown }) => sum + markdown.length + 2, -1)
  while (parts.length > 1 && length() > longestCharacters) {
    const lightest = Math.min(...parts.map(({ weight }) => weight))
    const last = parts.findLastIndex(({ weight }) => weight === lightest)
    const note = { markdown: '_A part of this report was too long to show; the log of the step has it._', weight: 100 }
    parts = [...parts.filter((part, index) => index !== last && part.markdown !== note.markdown), note]
  }
  return truncate(`${parts.map(({ markdown }) => markdown).join('\n\n')}\n`, longestCharacters)
}

function partsOf(report: Report, place: SummaryPlace): readonly Part[] {
  const { state } = report
  const { shown, folded } = evidence(report)
  return [
    ...openingParts(appearance(state).emoji, opening(report, summaryLink), state.verdict, place),
    ...shown,
    { markdown: facts(report), weight: 10 },
    { markdown: warnings(report), weight: 9 },
    { markdown: timeline(state), weight: 5 },
    { markdown: trafficChart(state, report.subject.nouns), weight: 1 },
    ...folded,
    { markdown: differences(report), weight: 4 },
    { markdown: nextSteps(report), weight: 8 },
  ]
}

/** A link with words of ours; the address is fit for Markdown (`safeUrl`). */
export const summaryLink: ShowLink = (address) => link('Documentation', address)

/** The verdict as the heading, the cause in a block of its own, and what to do right below it. */
export function openingParts(
  emoji: string,
  { headline, reason, fix, rest }: Opening,
  verdict: Pick<Verdict, 'outcome' | 'cause'> | undefined,
  place: SummaryPlace = 'page',
): readonly Part[] {
  const kind = verdict === undefined ? 'WARNING' : isBad(verdict) ? 'CAUTION' : 'NOTE'
  return [
    { markdown: `### ${emoji} ${prose(headline)}`, weight: 100 },
    { markdown: reason ? (place === 'page' ? alert(kind, reason) : `**Cause:** ${prose(reason)}`) : '', weight: 99 },
    { markdown: fix ? `**What to do:** ${prose(fix)}` : '', weight: 98 },
    { markdown: rest.map(prose).join('\n\n'), weight: 97 },
  ]
}

function warnings({ state }: Report): string {
  return state.warnings.map((warning) => `> ⚠️ ${prose(text`${warning}`)}`).join('\n>\n')
}

const weights: Readonly<Record<EvidenceSection['kind'], number>> = {
  failure: 7,
  surroundings: 6,
  log: 3,
  history: 2,
}

/** Evidence of a bad end: the proof of the cause, open, and the rest in folds. */
function evidence({ state }: Report): { readonly shown: readonly Part[]; readonly folded: readonly Part[] } {
  if (state.evidence === undefined || (state.verdict && isGood(state.verdict.outcome))) return { shown: [], folded: [] }
  const first = proof(state.evidence)
  const part = (section: EvidenceSection, isOpen: boolean): Part => ({
    markdown: fold(section.title, fence('text', section.lines), { isOpen }),
    weight: weights[section.kind],
  })
  return {
    shown: first ? [part(first, true)] : [],
    folded: state.evidence.sections.filter((section) => section !== first).map((section) => part(section, false)),
  }
}

function differences({ state: { plan } }: Report): string {
  if (!plan || plan.changes.length === 0) return ''
  const lines = plan.changes.flatMap(({ path, from, to }) => [
    ...(from === undefined ? [] : [text`- ${asName(path)}: ${untrusted(from)}`]),
    ...(to === undefined ? [] : [text`+ ${asName(path)}: ${untrusted(to)}`]),
  ])
  const count = plan.changes.length === 1 ? '1 change' : `${plan.changes.length} changes`
  return fold(text`${plan.changesOf}: ${count}`, fence('diff', lines))
}
