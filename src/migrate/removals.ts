import { type Text, text, untrusted } from '../text.ts'
import { mentionsStep } from './expressions.ts'
import { mayCallAws, mayUseDocker } from './later-needs.ts'
import { left, type MigrationPair, type Needless, type Planned, type Translation } from './translation.ts'
import type { Job, Step, WorkflowFile } from './workflow.ts'

/** Decides which needless steps are removed: those that no step that stays needs. Where one stays, others may have to. */
export function removableSteps(file: WorkflowFile, job: Job, pairs: readonly MigrationPair[]): readonly Planned[] {
  let current = pairs
  for (;;) {
    const next = current.map((pair) => {
      const why =
        pair.translation.kind === 'needless'
          ? neededBecause(pair.step, pair.translation, current, file, job)
          : undefined
      return why === undefined ? pair : { step: pair.step, translation: left(why) }
    })
    const isStable = next.every(({ translation }, index) => translation === current[index]?.translation)
    if (isStable) return next.map((pair) => ({ ...pair, isRemoved: pair.translation.kind === 'needless' }))
    current = next
  }
}

function neededBecause(
  step: Step,
  { role }: Needless,
  pairs: readonly MigrationPair[],
  file: WorkflowFile,
  job: Job,
): Text | undefined {
  const after = pairs.filter((pair) => pair.step.index > step.index)
  if (!after.some(({ translation }) => translation.kind === 'translated') && role !== 'wait' && role !== 'merged')
    return text`no step after it is translated`
  const staying = after.flatMap((pair) => stayingPart(pair))
  const needs = role === 'credentials' ? mayCallAws : role === 'login' ? mayUseDocker : () => false
  const user = staying.find(needs)
  if (user !== undefined) return text`a later step may need it: ${untrusted(nameOf(user))}`
  const rest = remainingText(file, job, pairs)
  if (step.id !== undefined && mentionsStep(rest, step.id)) return text`an output of it is used by what stays`
  const isRegionUsed =
    /\benv\.AWS_(?:DEFAULT_)?REGION\b/.test(rest) && !job.env.has('AWS_REGION') && !job.env.has('AWS_DEFAULT_REGION')
  return role === 'credentials' && isRegionUsed ? text`env.AWS_REGION, which it sets, is used` : undefined
}

/** What stays of a step: all of it, the first commands of its script, or nothing. */
function stayingPart({ step, translation }: MigrationPair): readonly Step[] {
  if (translation.kind === 'left' || translation.kind === 'other') return [step]
  const kept = translation.kind === 'translated' ? translation.rewrite.kept : undefined
  return kept === undefined ? [] : [{ ...step, run: kept.script }]
}

function nameOf(step: Step): string {
  const script = step.run?.split('\n').find((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  return step.keys.get('name')?.text ?? step.action ?? script?.trim() ?? `step ${step.index + 1}`
}

/** What the job has after the change, near enough to find what it refers to: new inputs, and the steps that stay. */
function remainingText(file: WorkflowFile, job: Job, pairs: readonly MigrationPair[]): string {
  const { source } = file
  const steps = job.steps
  const [first, last] = [steps[0], steps.at(-1)]
  const outside = file.isWorkflow
    ? source.slice(job.start, first?.start) + source.slice(last?.end, job.end)
    : source.slice(0, first?.start) + source.slice(last?.end)
  return outside + pairs.map(({ step, translation }) => textAfter(source, step, translation)).join('\n')
}

function textAfter(source: string, step: Step, translation: Translation): string {
  if (translation.kind === 'needless') return ''
  if (translation.kind !== 'translated') return source.slice(step.start, step.end)
  const { steps, unusedEnv, kept } = translation.rewrite
  const inputs = steps.flatMap((made) =>
    made.inputs.map((input) => ('keep' in input ? step.with.get(input.keep)?.text : input.value)),
  )
  const env = [...step.env].flatMap(([name, value]) => (unusedEnv.includes(name) ? [] : [value.text]))
  const others = [...step.keys].flatMap(([name, value]) => (['run', 'with', 'env'].includes(name) ? [] : [value.text]))
  return [...inputs, ...env, ...others, kept?.script ?? ''].join('\n')
}
