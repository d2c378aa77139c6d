import { isGood, type Outcome } from '../deployment/verdict.ts'
import { shellWord as word } from '../shell-word.ts'
import { type Text, text } from '../text.ts'
import { fence } from './markdown.ts'
import { openPauses } from './pauses.ts'
import type { Report } from './report.ts'

/** What to type to go on, to roll back, to try again and to look into it. Empty before anything was started. */
export function nextSteps(report: Report): string {
  const { state } = report
  if (!state.deployment || state.verdict?.outcome === 'unchanged') return ''
  const next = state.verdict?.outcome === 'paused' ? answer(report) : [...rollBack(report), ...again(report)]
  return ['#### Next steps', fence('sh', [...next, ...inspect(report)])].join('\n\n')
}

/** What continues a deployment that was left paused. */
function answer({ state }: Report): readonly Text[] {
  const commands = openPauses(state).map((pause) => pause.commands)
  return [
    text`# continue: the action continue in a workflow (actions/continue), or`,
    ...once(commands.flatMap(({ prepare }) => prepare)),
    ...commands.flatMap(({ goOn }) => goOn),
    ...once(commands.flatMap(({ rollBack }) => rollBack)),
  ]
}

/** Lines that several waits have in common. */
function once(lines: readonly Text[]): readonly Text[] {
  return [...new Map(lines.map((line) => [JSON.stringify(line), line])).values()]
}

function again({ subject: { run }, state: { verdict, purpose } }: Report): readonly Text[] {
  if (purpose === 'explanation' || run.runId === '' || !verdict || isGood(verdict.outcome)) return []
  return [text`# run this job again`, text`gh run rerun ${word(run.runId)} --repo ${word(run.repository)}`]
}

function inspect({ state: { deployment } }: Report): readonly Text[] {
  return [text`# inspect the deployment`, ...(deployment?.commands.look ?? [])]
}

/** After these ends the deployment may still be in progress. */
const unfinished: readonly (Outcome | undefined)[] = ['timed-out', 'detached', 'cancelled']

function rollBack(report: Report): readonly Text[] {
  const { subject, state } = report
  const { plan, verdict, purpose, deployment } = state
  if (verdict?.outcome === 'rolled-back') return []
  if (purpose === 'rollback' && verdict?.outcome === 'succeeded') return []
  const { stop, rollBackTo } = deployment?.commands ?? {}
  if (stop !== undefined && unfinished.includes(verdict?.outcome)) return state.rollingBack ? [] : stop
  if (rollBackTo === undefined)
    return [
      ...byWorkflow(report),
      text`# or run the workflow of the last good commit again`,
      text`gh run list --status success${inRepository(subject.run)}`,
    ]
  const target = purpose === 'rollback' ? plan?.to : plan?.from
  if (!target) return []
  const previous = word(target.label)
  return [
    ...byWorkflow(report),
    text`# or roll back to ${previous} with the AWS CLI`,
    text`${rollBackTo.start}${previous}${rollBackTo.end}`,
  ]
}

/** Outside of a job, the repository is the one that the command is typed in. */
function inRepository({ repository }: Report['subject']['run']): Text {
  return repository === '' ? text`` : text` --repo ${word(repository)}`
}

/** Whether the repository has such a workflow is not known here. It takes an environment of slipway.yml. */
function byWorkflow({ subject: { environment, run } }: Report): readonly Text[] {
  if (!environment) return [text`# roll back: the action rollback in a workflow (actions/rollback)`]
  return [
    text`# roll back, if the repository has a rollback.yml as in Slipway's docs/rollback.md; else with the action rollback`,
    text`gh workflow run rollback.yml -f environment=${word(environment)}${inRepository(run)}`,
  ]
}
