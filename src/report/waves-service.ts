import { isBad, isGood } from '../deployment/verdict.ts'
import { isGoingBack, isPutBack, isRestored, type WaveService } from '../deployment/waves/waves-state.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { duration } from '../duration.ts'
import type { Text } from '../text.ts'
import type { Report } from './report.ts'
import { appearance, causeSentence } from './sentence.ts'
import type { WavesSubject } from './waves-words.ts'

/** How one of several services stands, in the words that every view shares. */
export interface Standing {
  /** Lines and tables are cut by it when there are too many: what is bad comes first. */
  readonly kind: 'bad' | 'moving' | 'put-back' | 'waiting' | 'good'
  readonly emoji: string
  readonly words: string
}

/** Where one of several services stands now. */
export function standing(service: WaveService): Standing {
  const { state, back } = service
  if (isPutBack(service)) return { kind: 'put-back', emoji: '↩️', words: 'deployed, then rolled back' }
  if (isGoingBack(service)) return { kind: 'moving', emoji: '⏪', words: 'deployed, rolling back' }
  if (back?.verdict?.outcome === 'cancelled')
    return { kind: 'bad', emoji: '🚫', words: 'rollback interrupted by the cancel of the run' }
  if (back?.verdict && !isRestored(service)) return { kind: 'bad', emoji: '🚨', words: 'deployed, rollback failed' }
  if (back && !back.verdict) return { kind: 'moving', emoji: '⏪', words: 'rolling back' }
  if (!state) return { kind: 'waiting', emoji: '⚪', words: 'not started' }
  const { emoji, words } = appearance(state)
  const { verdict } = state
  if (verdict && isBad(verdict)) return { kind: 'bad', emoji, words }
  const isOver = verdict ? isGood(verdict.outcome) : state.plan?.dryRun
  return { kind: isOver ? 'good' : 'moving', emoji, words }
}

/** The one report that says most about a service: its rollback where that failed, else its deployment. */
export function reportOf(service: WaveService, subject: WavesSubject): Report | undefined {
  const own = subject.services.get(service.name)
  const state = service.back?.verdict && !isRestored(service) ? service.back : service.state
  return own && state && { subject: own, state }
}

/** Whether a service is on what it ran before, by its own rollback or by that of this run. */
export function isBackOnOld(service: WaveService): boolean {
  return isPutBack(service) || service.state?.verdict?.outcome === 'rolled-back'
}

/** Why a service is not where it should be; undefined where it is. */
export function failureOf(service: WaveService): Cause | undefined {
  const { state, back } = service
  const verdict = back?.verdict && !isRestored(service) ? back.verdict : state?.verdict
  return verdict && !isGood(verdict.outcome) ? verdict.cause : undefined
}

/** The same as a sentence; empty where all is well. */
export function causeOfService(service: WaveService): Text {
  const cause = failureOf(service)
  return cause ? causeSentence(cause) : []
}

/** How long a service took so far, its rollback included; empty before its beginning. */
export function durationOf({ state, back }: WaveService): string {
  if (!state) return ''
  const took = state.updatedAt - state.startedAt + (back ? back.updatedAt - back.startedAt : 0)
  return duration(took)
}

/** What is left out last when there are too many lines. */
const order: readonly Standing['kind'][] = ['bad', 'moving', 'put-back', 'good', 'waiting']

const groups: Readonly<Record<Standing['kind'], string>> = {
  bad: 'failed',
  moving: 'in progress',
  'put-back': 'rolled back',
  good: 'done',
  waiting: 'not started',
}

/**
 * As many services as `room` characters hold, in the order of their waves; what is bad is left out last. `rest` counts those
 * that are left out: `… and 40 more: 38 done, 2 not started`.
 */
export function withinRoom(
  services: readonly WaveService[],
  lengthOf: (service: WaveService) => number,
  room: number,
): { readonly shown: readonly WaveService[]; readonly rest: string | undefined } {
  const all = services.map((service) => ({ service, kind: standing(service).kind }))
  const kept = new Set<WaveService>()
  let left = room
  for (const { service } of all.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))) {
    left -= lengthOf(service) + 1
    if (left > 0) kept.add(service)
  }
  const others = all.filter(({ service }) => !kept.has(service))
  const counts = order.flatMap((kind) => {
    const count = others.filter((other) => other.kind === kind).length
    return count === 0 ? [] : [`${count} ${groups[kind]}`]
  })
  return {
    shown: services.filter((service) => kept.has(service)),
    rest: others.length === 0 ? undefined : `… and ${others.length} more: ${counts.join(', ')}`,
  }
}
