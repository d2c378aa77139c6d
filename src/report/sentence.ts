import type { DeploymentState } from '../deployment/state.ts'
import type { Version } from '../deployment/version.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { duration } from '../duration.ts'
import { asName, joined, type Text, text } from '../text.ts'
import {
  type Appearance,
  appearances,
  foundWords,
  rollbackWords,
  runWords,
  type Stage,
  settingsWords,
} from './appearances.ts'
import { closed } from './failure-text.ts'
import { whereItWaits } from './pauses.ts'
import type { Report } from './report.ts'
import { capitalised } from './short.ts'
import type { Subject } from './subject.ts'

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
  if (does === 'runs') return { ...appearances[stage], ...runWords[stage] }
  const isUntouched = stage === 'failed' && state.deployment === undefined
  if (state.purpose === 'watch' || state.purpose === 'answer')
    return {
      ...appearances[stage],
      ...foundWords[stage],
      ...(isUntouched && { words: unfound[state.purpose], now: '' }),
    }
  // A revision, a task or a setting may have been changed once there was a version to deploy.
  const what = state.versioned || state.phases.length > 0 ? 'not deployed' : 'nothing changed'
  if (isUntouched) return { ...appearances.failed, words: `failed, ${what}`, now: '' }
  const isLiveKnown = stage === 'failed' && state.verdict?.serving !== undefined
  return isLiveKnown ? { ...appearances.failed, now: '' } : appearances[stage]
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

/** Where a target was rolled back to, or is rolled back to now. */
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
