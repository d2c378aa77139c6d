import type { DeploymentState } from '../deployment/state.ts'
import type { Outcome } from '../deployment/verdict.ts'
import type { Version } from '../deployment/version.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { duration } from '../duration.ts'
import { asName, joined, type Text, text } from '../text.ts'
import { closed } from './failure-text.ts'
import { whereItWaits } from './pauses.ts'
import type { Report } from './report.ts'
import { capitalised } from './short.ts'
import type { Subject } from './subject.ts'

/** Where a deployment is, in the words that every view shares. */
export type Stage = 'queued' | 'dry-run' | 'preparing' | 'deploying' | 'shifting' | 'rolling-back' | Outcome

interface Appearance {
  /** What follows the name of the service in a headline: `api (production): …`. */
  readonly words: string
  readonly emoji: string
  /** Slack's colour bar. */
  readonly colour: string
  /** What is true now and the headline does not say; empty where it says all. */
  readonly now: string
}

const [green, amber, red, grey] = ['#2EB67D', '#ECB22E', '#E01E5A', '#808080']

const appearances: Readonly<Record<Stage, Appearance>> = {
  queued: { words: 'queued', emoji: '⏳', colour: grey, now: '' },
  'dry-run': { words: 'dry run, nothing changed', emoji: '🔎', colour: grey, now: '' },
  preparing: { words: 'preparing', emoji: '⏳', colour: amber, now: '' },
  deploying: { words: 'deploying', emoji: '🚀', colour: amber, now: '' },
  shifting: { words: 'shifting traffic', emoji: '🚀', colour: amber, now: '' },
  'rolling-back': { words: 'failed, rolling back', emoji: '⏪', colour: red, now: '' },
  succeeded: { words: 'deployed', emoji: '✅', colour: green, now: '' },
  unchanged: { words: 'already up to date, nothing deployed', emoji: '✅', colour: green, now: '' },
  failed: { words: 'failed, not rolled back', emoji: '❌', colour: red, now: 'Check which revision is live.' },
  'rolled-back': { words: 'failed, rolled back', emoji: '⏪', colour: red, now: '' },
  'rollback-failed': {
    words: 'failed, and the rollback failed',
    emoji: '🚨',
    colour: red,
    now: 'Act now: the live revision is unknown.',
  },
  stopped: { words: 'stopped', emoji: '🛑', colour: red, now: 'Traffic stays as it was at the stop.' },
  superseded: {
    words: 'superseded by a newer deployment',
    emoji: '⏭️',
    colour: grey,
    now: 'The newer deployment decides which revision is live.',
  },
  'timed-out': { words: 'timed out, may still be in progress', emoji: '⌛', colour: red, now: '' },
  cancelled: { words: 'cancelled', emoji: '🚫', colour: grey, now: '' },
  detached: {
    words: 'in progress, no longer watched',
    emoji: '👋',
    colour: amber,
    now: 'Run the job again with the same commit to watch the deployment again.',
  },
  paused: { words: 'paused', emoji: '⏸️', colour: amber, now: '' },
}

/** For `purpose: 'rollback'`: where a rollback is what was asked for. The rest of each appearance stays. */
const rollbackWords: Readonly<Record<Stage, Partial<Appearance>>> = {
  queued: { words: 'rollback queued' },
  'dry-run': { words: 'dry run of a rollback, nothing changed' },
  preparing: { words: 'preparing the rollback' },
  deploying: { words: 'rolling back', emoji: '⏪' },
  shifting: { words: 'rolling back, shifting traffic', emoji: '⏪' },
  'rolling-back': { words: 'rolling back', colour: amber },
  succeeded: { words: 'rolled back' },
  unchanged: {},
  failed: { words: 'rollback failed', now: '' },
  'rolled-back': { words: 'rollback failed' },
  'rollback-failed': {
    words: 'rollback failed',
    now: 'Act now: the service is not on the revision that it was to be rolled back to.',
  },
  stopped: { words: 'rollback stopped' },
  superseded: { words: 'rollback superseded by a newer deployment' },
  'timed-out': { words: 'rollback timed out, may still be in progress' },
  cancelled: { words: 'rollback cancelled' },
  detached: { words: 'rollback in progress, no longer watched', now: '' },
  paused: { words: 'rollback paused' },
}

/** Where only the settings of a service change, which starts no deployment. */
const settingsWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  'dry-run': { words: 'dry run of new settings, nothing changed' },
  preparing: { words: 'changing settings' },
  succeeded: {
    words: 'settings changed',
    now: 'The revision is the same; the settings apply from the next deployment.',
  },
}

/** Where something is run once, and nothing is live afterwards. */
const runWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  'dry-run': { words: 'dry run, nothing run' },
  preparing: { words: 'preparing to run' },
  deploying: { words: 'running' },
  succeeded: { words: 'has run' },
  failed: { words: 'failed', now: '' },
}

/** For a deployment that was started before, by another user or run. */
const foundWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  queued: { words: 'looking up the deployment' },
  'dry-run': { words: 'dry run, the deployment is not watched' },
  preparing: { words: 'looking up the deployment' },
  detached: { now: '' },
}

const unfound = { watch: 'no deployment to watch', answer: 'no deployment to continue' }

/** The stage of a deployment: its outcome once it has ended, else the step that it is at. */
export function stageOf(state: DeploymentState): Stage {
  if (state.verdict) return state.verdict.outcome
  if (state.rollingBack) return 'rolling-back'
  if (!state.plan) return 'queued'
  if (!state.deployment) return state.plan.dryRun ? 'dry-run' : 'preparing'
  if (state.pauses && state.pauses.length > 0) return 'paused'
  return state.trafficPercent !== undefined && state.trafficPercent > 0 ? 'shifting' : 'deploying'
}

/** Emoji and Slack's colour of a stage. */
export function appearanceOf(stage: Stage): Pick<Appearance, 'emoji' | 'colour'> {
  return appearances[stage]
}

/** Words, emoji and colour of a state, for its stage and its purpose (deployment, rollback, watch or settings). */
export function appearance(state: DeploymentState): Appearance {
  const stage = stageOf(state)
  if (state.purpose === 'rollback') return { ...appearances[stage], ...rollbackWords[stage] }
  const { does } = state.plan ?? {}
  if (does === 'settings' && stage in settingsWords) return { ...appearances[stage], ...settingsWords[stage] }
  if (does === 'runs' && state.deployment) return { ...appearances[stage], ...runWords[stage] }
  const isUntouched = stage === 'failed' && state.deployment === undefined
  if (state.purpose === 'watch' || state.purpose === 'answer') {
    const words = isUntouched ? { words: unfound[state.purpose], now: '' } : {}
    return { ...appearances[stage], ...foundWords[stage], ...words }
  }
  return isUntouched ? { ...appearances.failed, words: 'failed, nothing changed', now: '' } : appearances[stage]
}

/** `api (production): failed, rolled back to api:117, after 3m 12s`: the headline, with the verdict. */
export function headline({ subject, state }: Report): Text {
  const { words } = appearance(state)
  const back = backTo(state)
  const share = stageOf(state) === 'shifting' ? `, ${state.trafficPercent}%` : ''
  const took = state.verdict && state.verdict.outcome !== 'unchanged' ? ending(state) : ''
  const target = back ? text` to ${asName(back.label)}` : ''
  const where = stageOf(state) === 'paused' ? whereItWaits(state) : ''
  return text`${asName(subject.service)} (${place(subject)}): ${words}${target}${where}${share}${took}`
}

/** Where a service was rolled back to, or is rolled back to now. */
function backTo(state: DeploymentState): Version | undefined {
  const { purpose, verdict, plan } = state
  if (purpose === 'rollback') return verdict?.outcome === 'succeeded' ? (verdict.serving ?? plan?.to) : undefined
  const stage = stageOf(state)
  if (stage === 'rolling-back') return plan?.from
  return stage === 'rolled-back' ? (verdict?.serving ?? plan?.from) : undefined
}

function ending({ startedAt, updatedAt, verdict }: DeploymentState): string {
  return `${verdict?.outcome === 'succeeded' ? ' in' : ', after'} ${duration(updatedAt - startedAt)}`
}

/** Environment where it has a name, cluster otherwise. */
export function place(subject: Subject): Text {
  return text`${asName(subject.environment ?? subject.home.name)}`
}

/**
 * `3 of 3 new tasks stopped: OutOfMemoryError: container "api" ran out of memory (exit code 137, SIGKILL).` How sure the
 * reason is, is part of it; AWS's name for it is a fact.
 */
export function causeSentence({ what, error = [], why, confidence }: Cause): Text {
  const hedge = { certain: '', likely: 'likely ', possible: 'possibly ' }[confidence]
  const reason = isEmpty(why) ? [] : text`${hedge}${why}`
  const parts = [withCapital(what), error, reason].filter((part) => !isEmpty(part))
  return closed(joined(parts, ': '))
}

function isEmpty(words: Text): boolean {
  return words.every((part) => part === '')
}

/** For the beginning of a line. Untrusted text and names stay as they are. */
function withCapital([first = '', ...rest]: Text): Text {
  return [typeof first === 'string' ? capitalised(first) : first, ...rest]
}
