import type { DeploymentState } from '../deployment/state.ts'
import type { Outcome } from '../deployment/verdict.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { duration } from '../duration.ts'
import { type Text, text, untrusted } from '../text.ts'
import { closed } from './failure.ts'
import { whereItWaits } from './pauses.ts'
import { redactedText } from './redacted.ts'
import type { Report } from './report.ts'
import { revision } from './short.ts'
import type { Subject } from './subject.ts'

/** Where a deployment is, in the words that every view shares. */
export type Stage = 'queued' | 'dry-run' | 'preparing' | 'deploying' | 'shifting' | 'rolling-back' | Outcome

interface Appearance {
  /** What follows the name of the service in a headline. */
  readonly words: string
  readonly emoji: string
  /** Slack's colour bar. */
  readonly colour: string
  /** What is true now and the headline does not say; empty where it says all. */
  readonly now: string
}

const [green, amber, red, grey] = ['#2EB67D', '#ECB22E', '#E01E5A', '#808080']

const appearances: Readonly<Record<Stage, Appearance>> = {
  queued: { words: 'is about to be deployed', emoji: '⏳', colour: grey, now: '' },
  'dry-run': { words: 'would be deployed (dry run: nothing was changed)', emoji: '🔎', colour: grey, now: '' },
  preparing: { words: 'is being prepared', emoji: '⏳', colour: amber, now: '' },
  deploying: { words: 'is being deployed', emoji: '🚀', colour: amber, now: '' },
  shifting: { words: 'is taking over traffic', emoji: '🚀', colour: amber, now: '' },
  'rolling-back': { words: 'failed and is being rolled back', emoji: '⏪', colour: red, now: '' },
  succeeded: { words: 'is deployed', emoji: '✅', colour: green, now: '' },
  unchanged: { words: 'runs this version already', emoji: '✅', colour: green, now: 'Nothing was changed.' },
  failed: {
    words: 'failed to deploy',
    emoji: '❌',
    colour: red,
    now: 'Nothing was rolled back: check what serves traffic now.',
  },
  'rolled-back': { words: 'failed to deploy and was rolled back', emoji: '⏪', colour: red, now: '' },
  'rollback-failed': {
    words: 'failed to deploy, and so did the rollback',
    emoji: '🚨',
    colour: red,
    now: 'Somebody must act: it is not known what serves traffic.',
  },
  stopped: {
    words: 'was stopped while it was being deployed',
    emoji: '🛑',
    colour: red,
    now: 'Traffic is where the one who stopped it left it.',
  },
  superseded: { words: 'was overtaken by a newer deployment', emoji: '⏭️', colour: grey, now: 'The newer one decides.' },
  'timed-out': {
    words: 'was not stable before the deadline',
    emoji: '⌛',
    colour: red,
    now: 'The deployment may still be running.',
  },
  cancelled: { words: 'was cancelled while it was being deployed', emoji: '🚫', colour: grey, now: '' },
  detached: {
    words: 'is still being deployed, but no longer watched',
    emoji: '👋',
    colour: amber,
    now: 'A new run of the same commit watches it again.',
  },
  paused: { words: 'waits for an answer', emoji: '⏸️', colour: amber, now: '' },
}

/** For `purpose: 'rollback'`: where going back is what was asked for. The rest of each appearance stays. */
const rollbackWords: Readonly<Record<Stage, Partial<Appearance>>> = {
  queued: { words: 'is about to be rolled back' },
  'dry-run': { words: 'would be rolled back (dry run: nothing was changed)' },
  preparing: { words: 'is about to be rolled back' },
  deploying: { words: 'is being rolled back', emoji: '⏪' },
  shifting: { words: 'is being rolled back', emoji: '⏪' },
  'rolling-back': { words: 'is being rolled back', colour: amber },
  succeeded: { words: 'is rolled back' },
  unchanged: {},
  failed: { words: 'was not rolled back', now: '' },
  'rolled-back': { words: 'could not be rolled back' },
  'rollback-failed': {
    words: 'could not be rolled back',
    now: 'Somebody must act: the service is not on the version that it should go back to.',
  },
  stopped: { words: 'was stopped while it was being rolled back' },
  superseded: {},
  'timed-out': { now: 'The rollback may still be running.' },
  cancelled: { words: 'was cancelled while it was being rolled back' },
  detached: { words: 'is still being rolled back, but no longer watched', now: '' },
  paused: { words: 'waits for an answer before it is rolled back' },
}

/** Where only the settings of a service change, which starts no deployment. */
const settingsWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  'dry-run': { words: 'would get other settings (dry run: nothing was changed)' },
  preparing: { words: 'gets other settings' },
  succeeded: {
    words: 'has other settings',
    now: 'The version stays, and nothing was deployed: the settings hold from the next deployment on.',
  },
}

/** For a deployment that was started before, by somebody else or another run. */
const foundWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  queued: { words: 'is about to be looked at' },
  'dry-run': { words: 'has this deployment (dry run: it is not watched)' },
  preparing: { words: 'is about to be looked at' },
  detached: { now: '' },
}

const unfound = { watch: 'has no deployment that could be watched', answer: 'has no deployment that could be answered' }

export function stageOf(state: DeploymentState): Stage {
  if (state.verdict) return state.verdict.outcome
  if (state.rollingBack) return 'rolling-back'
  if (!state.plan) return 'queued'
  if (!state.deployment) return state.plan.dryRun ? 'dry-run' : 'preparing'
  if (state.pauses && state.pauses.length > 0) return 'paused'
  return state.trafficPercent !== undefined && state.trafficPercent > 0 ? 'shifting' : 'deploying'
}

/** Emoji and Slack's colour of a stage. */
export function lookOf(stage: Stage): Pick<Appearance, 'emoji' | 'colour'> {
  return appearances[stage]
}

export function appearance(state: DeploymentState): Appearance {
  const stage = stageOf(state)
  if (state.purpose === 'rollback') return { ...appearances[stage], ...rollbackWords[stage] }
  if (state.plan?.settingsOnly && stage in settingsWords) return { ...appearances[stage], ...settingsWords[stage] }
  const isUntouched = stage === 'failed' && state.deployment === undefined
  if (state.purpose === 'watch' || state.purpose === 'answer') {
    const words = isUntouched ? { words: unfound[state.purpose], now: 'The service was not changed.' } : {}
    return { ...appearances[stage], ...foundWords[stage], ...words }
  }
  return isUntouched ? { ...appearances.failed, now: 'The service was not changed.' } : appearances[stage]
}

/** `api (production) failed to deploy and was rolled back to api:117, after 3m 12s`: the first thing that anybody reads. */
export function headline({ subject, state }: Report): Text {
  const { words } = appearance(state)
  const back = backTo(state)
  const share = stageOf(state) === 'shifting' ? `: ${state.trafficPercent} %` : ''
  const took = state.verdict && state.verdict.outcome !== 'unchanged' ? ending(state) : ''
  const target = back ? text` to ${untrusted(revision(back))}` : ''
  const where = stageOf(state) === 'paused' ? whereItWaits(state) : ''
  return text`${untrusted(subject.service)} (${place(subject)}) ${words}${target}${where}${share}${took}`
}

/** Where a service went back to, or goes back to now. */
function backTo(state: DeploymentState): string | undefined {
  const { purpose, verdict, plan } = state
  if (purpose === 'rollback')
    return verdict?.outcome === 'succeeded' ? (verdict.servingTaskDefinition ?? plan?.taskDefinition) : undefined
  const stage = stageOf(state)
  if (stage === 'rolling-back') return plan?.previousTaskDefinition
  return stage === 'rolled-back' ? (verdict?.servingTaskDefinition ?? plan?.previousTaskDefinition) : undefined
}

function ending({ startedAt, updatedAt, verdict }: DeploymentState): string {
  return `, ${verdict?.outcome === 'succeeded' ? 'in' : 'after'} ${duration(updatedAt - startedAt)}`
}

/** Environment where it has a name, cluster otherwise. */
export function place(subject: Subject): Text {
  return text`${untrusted(subject.environment ?? subject.cluster)}`
}

/** `3 of 3 new tasks stopped: container "api" ran out of memory (exit code 137).` How sure we are is part of it. */
export function causeSentence({ what, why, confidence }: Cause): Text {
  const hedge = { certain: '', likely: 'probably ', possible: 'possibly ' }[confidence]
  const reason = why.some((part) => part !== '') ? text`: ${hedge}${why}` : ''
  return redactedText(closed(text`${capitalised(what)}${reason}`))
}

/** It may be the first sentence of a line. What somebody else named stays as they wrote it. */
function capitalised([first = '', ...rest]: Text): Text {
  return [typeof first === 'string' ? first.charAt(0).toUpperCase() + first.slice(1) : first, ...rest]
}
