import type { Plan } from '../deployment/plan.ts'
import type { DeploymentState, Phase } from '../deployment/state.ts'
import type { Progress } from '../deployment/unit-progress.ts'
import { duration } from '../duration.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { detailNews, failureLimit } from './deployment-details.ts'
import { suspectedReason, suspicion } from './opening.ts'
import { answerLine, howToContinue, waitingLine } from './pauses.ts'
import { place } from './sentence.ts'
import { artifact } from './short.ts'
import { settingLines } from './strategy.ts'
import type { Subject } from './subject.ts'

/** What happened between two states, in the order in which a person would tell it. */
export function newLines(previous: DeploymentState, next: DeploymentState, subject: Subject): readonly Text[] {
  return [
    ...(next.plan && !previous.plan ? planned(next, subject) : []),
    ...(next.versioned && !previous.versioned ? versioned(next, subject) : []),
    ...(next.deployment && !previous.deployment ? started(next) : []),
    ...next.phases.flatMap((phase) =>
      phaseLine(
        previous.phases.find(({ name }) => name === phase.name),
        phase,
      ),
    ),
    ...(next.trafficPercent !== previous.trafficPercent ? traffic(next) : []),
    ...progress(previous, next),
    ...detailNews(previous, next),
    ...pausing(previous, next),
    ...news(previous, next),
    ...(next.output && next.output !== previous.output ? next.output.map((line) => text`│ ${line}`) : []),
    ...next.warnings.slice(previous.warnings.length).map((warning) => text`⚠ ${warning}`),
    ...(next.notes ?? []).slice(previous.notes?.length ?? 0).map((note) => text`· ${note}`),
    ...suspected(previous, next),
    ...(next.rollingBack && !previous.rollingBack ? rollingBack(next) : []),
  ]
}

/** Not again when only the number of failed units changes: the sentence then differs, and the reason is the same. */
function suspected(previous: DeploymentState, next: DeploymentState): readonly Text[] {
  if (suspectedReason(previous) === suspectedReason(next)) return []
  const said = suspicion(next)
  if (said) return [text`⚠ ${said}`]
  if (next.verdict || !next.progress) return []
  const { unit, doneWord } = next.progress
  return [text`✔ Recovered: all new ${unit} are ${doneWord}`]
}

const beginnings = { deployment: 'Deploying', watch: 'Watching a deployment of', answer: 'Continuing a deployment of' }

function planned({ plan, purpose }: DeploymentState, subject: Subject): readonly Text[] {
  if (plan && purpose === 'rollback') return plannedBack(plan, subject)
  if (!plan || plan.does === 'nothing') return []
  const begin = beginnings[isFound(purpose) ? purpose : 'deployment']
  const [service, where] = [
    asName(subject.service),
    text`${subject.home.kind} ${asName(subject.home.name)}, ${untrusted(subject.region)}`,
  ]
  return [
    plan.does === 'creates'
      ? text`Creating ${subject.nouns.target} ${service} in ${place(subject)} (${where}): it does not exist yet`
      : plan.does === 'settings'
        ? text`Changing the settings of ${service} in ${place(subject)} (${where})`
        : plan.does === 'runs'
          ? text`Running ${service} in ${place(subject)} ${plan.method.deploys} (${where})`
          : text`${begin} ${service} ${isFound(purpose) ? 'in' : 'to'} ${place(subject)} ${plan.method.deploys} (${where})`,
    ...settingLines(plan).map((line) => text`settings ${line}`),
    ...plan.facts.map(({ line }) => line),
    ...plan.artifacts.map(({ kind, name, from, to }) => {
      const old = from === undefined || from === to ? '' : text`${asName(artifact(kind, from))} → `
      return text`${kind.toLowerCase().padEnd(8)} ${asName(name)}: ${old}${asName(artifact(kind, to))}`
    }),
  ]
}

function plannedBack(plan: Plan, subject: Subject): readonly Text[] {
  const { method, to, basis } = plan
  const target = to ? text` to ${asName(to.label)}` : ''
  const why = basis ? text`: ${basis}` : ''
  return [
    text`Rolling back ${asName(subject.service)} in ${place(subject)}${target} ${method.rollsBack}${why}`,
    ...settingLines(plan).map((line) => text`settings ${line}`),
  ]
}

function versioned({ versioned, purpose, plan }: DeploymentState, { nouns }: Subject): readonly Text[] {
  if (!versioned || purpose === 'rollback' || plan?.does === 'settings') return []
  const name = text`${nouns.version.padEnd(8)} ${asName(versioned.version.label)}`
  return [
    isFound(purpose) ? name : versioned.reused ? text`${name} reused: identical content` : text`${name} ${nouns.made}`,
  ]
}

function started({ deployment, purpose }: DeploymentState): readonly Text[] {
  if (!deployment) return []
  const id = untrusted(deployment.id.slice(deployment.id.lastIndexOf('/') + 1))
  return [
    deployment.adopted && purpose === 'rollback'
      ? text`Deployment ${id} is rolling back; watching it`
      : isFound(purpose)
        ? text`Deployment ${id} was started earlier; watching it`
        : deployment.adopted
          ? text`Deployment ${id} with the same content is already in progress; watching it`
          : text`Deployment ${id} started`,
    ...(deployment.consoleUrl ? [text`console  ${untrusted(deployment.consoleUrl)}`] : []),
  ]
}

/** A deployment that was started before this run. */
function isFound(purpose: DeploymentState['purpose']): purpose is 'watch' | 'answer' {
  return purpose === 'watch' || purpose === 'answer'
}

function phaseLine(before: Phase | undefined, phase: Phase): readonly Text[] {
  if (phase.status === 'pending' || phase.status === 'skipped' || before?.status === phase.status) return []
  const mark = { running: '▶', succeeded: '✔', failed: '✖' }[phase.status]
  const took =
    phase.endedAt !== undefined && phase.startedAt !== undefined && phase.endedAt - phase.startedAt >= 1000
      ? ` (${duration(phase.endedAt - phase.startedAt)})`
      : ''
  const detail = phase.detail ? text`: ${phase.detail}` : ''
  return [text`${mark} ${untrusted(phase.name)}${took}${detail}`]
}

function traffic({ trafficPercent = 0 }: DeploymentState): readonly Text[] {
  return [text`traffic  ${trafficBar(trafficPercent)} ${trafficPercent}%`]
}

/** `▰▰▰▱▱▱▱▱▱▱` for 30. */
export function trafficBar(percent: number): string {
  const full = Math.min(10, Math.max(0, Math.round(percent / 10)))
  return '▰'.repeat(full) + '▱'.repeat(10 - full)
}

/** Not again when only the details beside them change. */
function progress({ progress: before }: DeploymentState, next: DeploymentState): readonly Text[] {
  const { progress: now } = next
  if (!now || (before && progressWords(before) === progressWords(now))) return []
  return [text`${untrusted(now.unit.padEnd(8))} ${progressWords(now)}${now.failed > 0 ? failureLimit(next) : ''}`]
}

/** `2 of 3 running, 1 pending`; `none running` where none are wanted any more, as after a rollback. */
export function progressWords({ wanted, done, doneWord, pending, failed }: Progress): string {
  const rest = [pending > 0 ? `${pending} pending` : '', failed > 0 ? `${failed} failed` : '']
  const share = wanted === 0 && done === 0 ? `none ${doneWord}` : `${done} of ${wanted} ${doneWord}`
  return [share, ...rest].filter((part) => part !== '').join(', ')
}

/** Messages that are new, and not in the words of one that was shown before. */
function news(previous: DeploymentState, next: DeploymentState): readonly Text[] {
  const old = new Set(previous.messages)
  const shown = new Set(previous.messages.map(({ message }) => message.untrusted))
  return next.messages.flatMap((event) => {
    if (old.has(event) || shown.has(event.message.untrusted)) return []
    shown.add(event.message.untrusted)
    return [text`· ${event.message}`]
  })
}

function pausing(previous: DeploymentState, next: DeploymentState): readonly Text[] {
  const known = new Set(previous.pauses?.map(({ id }) => id))
  const begun = next.pauses?.filter(({ id }) => !known.has(id)) ?? []
  const over = next.answers?.slice(previous.answers?.length ?? 0) ?? []
  return [
    ...over.map(({ pause, answer }) => text`▶ ${answerLine(pause, answer, next)}`),
    ...begun.map((pause) => text`⏸ ${waitingLine(pause)} ${howToContinue(pause)}`),
  ]
}

function rollingBack({ rollingBack, plan, purpose, deployment }: DeploymentState): readonly Text[] {
  const isWanted = purpose === 'rollback' && deployment?.adopted
  const to = isWanted ? plan?.to : plan?.from
  const target = to ? text` to ${asName(to.label)}` : ''
  return [text`⏪ Rolling back${target}${rollingBack?.reason ? text`: ${rollingBack.reason}` : ''}`]
}
