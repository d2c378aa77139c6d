import { commonNouns, type Nouns } from '../deployment/nouns.ts'
import { isGood, isUnwatched } from '../deployment/verdict.ts'
import { mostNames, nameList } from '../deployment/waves/name-list.ts'
import {
  isChanged,
  isGoingBack,
  isPutBack,
  isRestored,
  versionsOf,
  type WaveService,
  type WavesState,
} from '../deployment/waves/waves-state.ts'
import { duration } from '../duration.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import type { Stage } from './appearances.ts'
import { type Opening, plainLink, remedy, type ShowLink, suspectedReason, suspicion } from './opening.ts'
import { causeSentence, headline } from './sentence.ts'
import type { Subject } from './subject.ts'

/** What is deployed together: the facts that all share, and each service's own by its name in this run. */
export interface WavesSubject extends Omit<Subject, 'service' | 'nouns'> {
  readonly services: ReadonlyMap<string, Subject>
}

/** What all of them are called. */
export function wavesNouns({ services }: WavesSubject): Nouns {
  return commonNouns([...services.values()].map(({ nouns }) => nouns))
}

/** `1 service`, `2 services`. */
function count(all: readonly unknown[], { target, targets }: Nouns): string {
  return `${all.length} ${all.length === 1 ? target : targets}`
}

/** What every view of services that are deployed together gets. */
export interface WavesReport {
  readonly subject: WavesSubject
  readonly state: WavesState
}

/** What follows "3 services (production)", where one service has other words. */
const words: Readonly<Record<Stage, string>> = {
  queued: 'queued',
  'dry-run': 'dry run, nothing changed',
  preparing: 'deploying',
  deploying: 'deploying',
  shifting: 'deploying',
  'rolling-back': 'failed, rolling back all',
  succeeded: 'deployed',
  unchanged: 'already up to date, nothing deployed',
  failed: 'failed, not all deployed',
  'rolled-back': 'failed, all rolled back',
  'rollback-failed': 'failed, and a rollback failed',
  stopped: 'failed, one was stopped',
  superseded: 'failed, one was superseded by a newer deployment',
  'timed-out': 'timed out',
  cancelled: 'cancelled',
  detached: 'in progress, no longer watched',
  paused: 'paused',
}

/** Where all of them are together. */
export function wavesStage({ services, verdict, turnedAt, wave }: WavesState): Stage {
  if (verdict) return verdict.outcome
  if (turnedAt !== undefined) return 'rolling-back'
  if (wave === undefined) return 'queued'
  const isOver = services.every(({ state }) => state?.plan?.dryRun)
  return isOver ? 'dry-run' : 'deploying'
}

/** `3 services (production): deploying, wave 2 of 3, 1 of 3 done`: the headline. */
export function wavesHeadline({ subject, state }: WavesReport): Text {
  const [only, ...others] = state.services
  const one = only && subject.services.get(only.name)
  if (only?.state && one && others.length === 0 && !state.verdict?.cause)
    return headline({ subject: one, state: only.state })
  const stage = wavesStage(state)
  const took = state.verdict && stage !== 'unchanged' ? ending(state) : ''
  const where = asName(subject.environment ?? subject.home.name)
  return text`${count(state.services, wavesNouns(subject))} (${where}): ${words[stage]}${stage === 'deploying' ? progress(state) : ''}${took}`
}

function progress({ services, wave = 0 }: WavesState): string {
  const waves = (services.at(-1)?.wave ?? 0) + 1
  const done = services.filter(({ state }) => state?.verdict).length
  return `, ${waves > 1 ? `wave ${wave + 1} of ${waves}, ` : ''}${done} of ${services.length} done`
}

function ending({ startedAt, updatedAt, verdict }: WavesState): string {
  const isDone = verdict !== undefined && isGood(verdict.outcome)
  return `${isDone ? ' in' : ', after'} ${duration(updatedAt - startedAt)}`
}

/** The total cause, and what became of the others: what comes first everywhere, and the output `cause`. Empty when all is good. */
export function totalCause({ subject, state }: WavesReport): Text {
  const { verdict } = state
  if (!verdict || isGood(verdict.outcome)) return []
  const sentences = [...(verdict.cause ? [causeSentence(verdict.cause)] : []), ...aftermath(state, wavesNouns(subject))]
  return sentences.flatMap((sentence, index) => (index === 0 ? sentence : [' ', ...sentence]))
}

/** The cause of the service that failed, as long as the others are rolled back for it. */
function haltCause({ services, halted }: WavesState): Text {
  const cause = services.find(({ name }) => name === halted)?.state?.cause
  return cause ? text`${asName(halted ?? '')}: ${causeSentence(cause)}` : []
}

/** What is suspected of the first service of which anything is; how many others there are is said. */
function firstSuspicion({ subject, state: { services } }: WavesReport): Text {
  const suspected = services.flatMap((service) => {
    const said = suspicionOf(service)
    return said ? [text`${untrusted(service.name)}: ${said}`] : []
  })
  const [first = [], ...others] = suspected
  const { target, targets } = wavesNouns(subject)
  const more = `${others.length} more ${others.length === 1 ? target : targets}`
  return others.length === 0 ? first : text`${first} ${more} affected.`
}

/** The suspected cause of a service's deployment, or of its rollback where one is in progress. */
export function suspicionOf({ state, back }: WaveService): Text | undefined {
  const current = back ?? state
  return current && suspicion(current)
}

/** Differs where the reason of a suspicion does. */
export function wavesSuspicions({ services }: WavesState): string {
  return services.map(({ state, back }) => suspectedReason(back ?? state)).join('\n')
}

/** What every channel says of all of them before anything else. */
export function wavesOpening(report: WavesReport, show: ShowLink = plainLink): Opening {
  const { verdict } = report.state
  const halt = haltCause(report.state)
  const reason = verdict ? totalCause(report) : halt.length > 0 ? halt : firstSuspicion(report)
  return {
    headline: wavesHeadline(report),
    reason: reason.length > 0 ? reason : undefined,
    fix: verdict?.cause && !isGood(verdict.outcome) ? remedy(verdict.cause, show) : undefined,
    rest: [],
  }
}

/** What became of the services that did not fail themselves. */
function aftermath({ services, halted, verdict }: WavesState, nouns: Nouns): readonly Text[] {
  const others = services.filter(({ name }) => name !== halted)
  const going = services.filter(isGoingBack)
  const lost = services.filter((service) => service.back && !isRestored(service) && !going.includes(service))
  const failed = lost.filter(({ back }) => back?.verdict?.outcome !== 'cancelled')
  const left = others.filter((service) => isChanged(service) && !service.back && isAtRest(service))
  const unbegun = services.filter(({ state }) => state === undefined)
  const what =
    verdict?.outcome === 'cancelled' ? 'Deployed before the cancel, not rolled back' : `On the new ${nouns.version}`
  return [
    ...counted(services.filter(isPutBack), nouns, 'rolled back'),
    ...listed('Rollback in progress, continues after this job', going),
    ...listed('Rollback failed', failed),
    ...listed(what, left),
    ...(verdict?.outcome === 'cancelled' ? byHand([...failed, ...left]) : []),
    ...services.flatMap(harmless),
    ...listed('Not started', unbegun),
  ]
}

/** What was deployed and stays, whatever becomes of the others. */
function harmless({ name, state }: WaveService): readonly Text[] {
  const reason = state?.plan?.stays
  return reason && state.verdict?.outcome === 'succeeded' ? [text`${asName(name)} stays: ${reason}.`] : []
}

/** A service that is still deploying when the run ends has a cause of its own. */
function isAtRest({ state }: WaveService): boolean {
  const { verdict } = state ?? {}
  return verdict !== undefined && verdict.outcome !== 'cancelled' && !isUnwatched(verdict)
}

function counted(services: readonly WaveService[], nouns: Nouns, what: string): readonly Text[] {
  if (services.length === 0) return []
  return [text`${count(services, nouns)} ${what}: ${nameList(services)}.`]
}

function listed(what: string, services: readonly WaveService[]): readonly Text[] {
  return services.length === 0 ? [] : [text`${what}: ${nameList(services)}.`]
}

/** What the action rollback takes, for those that are not on what they ran before. */
function byHand(services: readonly WaveService[]): readonly Text[] {
  const steps = services.slice(0, mostNames).flatMap((service) => {
    const { from } = versionsOf(service)
    return from ? [`${service.name} to ${from.label}`] : []
  })
  return steps.length === 0 ? [] : [text`Roll them back with the action rollback: ${untrusted(steps.join(', '))}.`]
}
