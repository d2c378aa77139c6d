import { versionsOf, type WaveService } from '../deployment/waves/waves-state.ts'
import { text } from '../text.ts'
import { runUrl } from './links.ts'
import { code, factTable, fold, prose, table } from './markdown.ts'
import { appearanceOf, headline } from './sentence.ts'
import { assemble, openingParts, type Part, renderSummary, summaryLink } from './summary.ts'
import { commitFacts, environmentFact, linkList, placeFact } from './summary-facts.ts'
import {
  causeOfService,
  durationOf,
  isBackOnOld,
  reportOf,
  type Standing,
  standing,
  withinRoom,
} from './waves-service.ts'
import { type WavesReport, wavesOpening, wavesStage } from './waves-words.ts'

/** Leaves room for the opening and some folds in a summary, which is cut at 65,536. Characters. */
const longestTable = 45_000

/** Folds of what is bad are the last to be left out of a summary that is too long. */
const weights: Readonly<Record<Standing['kind'], number>> = { bad: 8, moving: 7, 'put-back': 6, good: 4, waiting: 3 }

/** The job summary of services that were deployed together: all of them in one table, each in a fold below it. */
export function renderWavesSummary(report: WavesReport): string {
  const { subject, state } = report
  return assemble([
    ...openingParts(appearanceOf(wavesStage(state)).emoji, wavesOpening(report, summaryLink), state.verdict),
    { markdown: services(report), weight: 90 },
    { markdown: facts(report), weight: 10 },
    ...state.services.flatMap((service) => folds(service, subject)),
  ])
}

function services({ state }: WavesReport): string {
  const hasWaves = state.services.some(({ wave }) => wave > 0)
  const header = [...(hasWaves ? ['Wave'] : []), 'Service', 'Status', 'Revision', 'Duration', 'Cause']
  const rows = new Map(state.services.map((service) => [service, row(service, hasWaves)]))
  const { shown, rest } = withinRoom(
    state.services,
    (service) => rows.get(service)?.join(' | ').length ?? 0,
    longestTable,
  )
  const kept = shown.map((service) => rows.get(service) ?? [])
  return [table(header, kept), ...(rest ? [rest] : [])].join('\n\n')
}

function row(service: WaveService, hasWaves: boolean): readonly string[] {
  const { emoji, words } = standing(service)
  return [
    ...(hasWaves ? [String(service.wave + 1)] : []),
    code(service.name),
    `${emoji} ${words}`,
    revisions(service),
    durationOf(service),
    prose(causeOfService(service)),
  ]
}

function revisions(service: WaveService): string {
  const { from, to } = versionsOf(service)
  if (!to) return from ? code(from.label) : ''
  if (!from || from.id === to.id) return code(to.label)
  const way = `${code(from.label)} → ${code(to.label)}`
  return isBackOnOld(service) ? `${way} → ${code(from.label)}` : way
}

function facts({ subject }: WavesReport): string {
  return factTable([
    ...environmentFact(subject),
    ...commitFacts(subject),
    placeFact(subject),
    ['Links', linkList([['run', runUrl(subject.run)]])],
  ])
}

function folds(service: WaveService, subject: WavesReport['subject']): readonly Part[] {
  const own = reportOf(service, subject)
  if (!own) return []
  const { emoji, kind } = standing(service)
  return [{ markdown: fold(text`${emoji} ${headline(own)}`, renderSummary(own, 'fold')), weight: weights[kind] }]
}
