import { text } from '../text.ts'
import type { Remark } from './migration.ts'
import type { JobPlan, Planned } from './translation.ts'
import type { Step } from './workflow.ts'

type Find = (offset: number) => { readonly line: number; readonly column: number }

/** Actions that build, deploy, log in or notify, and are not read. */
const related = /^(?:aws-actions|docker)\/|slack|[-/](?:ecs|ecr|s3)\b|\b(?:ecs|ecr|s3)-|cloudfront|beanstalk/i
/** The action that prepares Buildx and QEMU stays beside Slipway's. */
const kept = /^docker\/setup-/

/** The steps of a job that stay, of those that a person expects to be translated. */
export function remarksOf(source: string, { steps }: JobPlan, at: Find): readonly Remark[] {
  return steps.flatMap((planned) => remarkOf(source, planned, at))
}

function remarkOf(source: string, { step, translation }: Planned, at: Find): readonly Remark[] {
  if (translation.kind === 'left') {
    const offset = translation.offset ?? step.start
    const what = step.keys.get('uses')?.text ?? commandAt(source, step, offset)
    return [{ ...at(offset), what, why: translation.why }]
  }
  const what = step.keys.get('uses')?.text ?? firstCommand(step)
  if (translation.kind !== 'other') return []
  const { action = '', run = '' } = step
  if (related.test(action) && !kept.test(action) && !/\/slipway\//.test(action))
    return [{ ...at(step.start), what, why: text`this action is not read; it stays and has the environment as before` }]
  const command =
    /^\s*(aws [a-z0-9-]+ [a-z-]+|ecs-deploy|ecs deploy|ecspresso \w+|eb [a-z]+|skopeo copy|crane \w+)\b/m.exec(run)?.[1]
  return command === undefined
    ? []
    : [
        {
          ...at(step.start),
          what: command,
          why: text`it has no counterpart in Slipway, or is not read: docs/migrate.md`,
        },
      ]
}

/** The line of the script that is meant. */
function commandAt(source: string, step: Step, offset: number): string {
  const run = step.keys.get('run')
  const isInside = run !== undefined && offset > run.start && offset < run.end
  return isInside ? (source.slice(offset, run.end).split(/\r?\n/)[0] ?? '') : firstCommand(step)
}

/** The first line of a script that is a command. */
export function firstCommand({ run = '' }: Step): string {
  return (
    run
      .split('\n')
      .find((line) => line.trim() !== '' && !line.trim().startsWith('#'))
      ?.trim() ?? ''
  )
}
