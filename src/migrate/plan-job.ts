import { type Text, text } from '../text.ts'
import { isMergeable } from './build-action.ts'
import { outputUses } from './expressions.ts'
import { mergeParts } from './merge-parts.ts'
import type { MigrationOptions } from './migration.ts'
import { removableSteps } from './removals.ts'
import { translateStep } from './translate-step.ts'
import {
  type JobPlan,
  left,
  type MigrationPair,
  type Surroundings,
  type Translated,
  type Translation,
} from './translation.ts'
import type { Job, Step, WorkflowFile } from './workflow.ts'

/** Translates the steps of a job, each with what the others need of it. */
export function planJob(file: WorkflowFile, job: Job, options: MigrationOptions): JobPlan {
  const around = surroundingsOf(file, job, options)
  const first = job.steps.map((step) => {
    const env = new Map([...job.env, ...step.env])
    return { step, translation: translateStep(step, { ...around, names: { ...around.names, env } }) }
  })
  const merged = mergeWaits(mergeParts(first, around))
  const checked = merged.map(({ step, translation }) => ({
    step,
    translation: withKnownOutputs(step, translation, file, job),
  }))
  const steps = removableSteps(file, job, checked)
  const renames = new Map(
    steps.flatMap(({ step, translation }) =>
      translation.kind === 'translated' && step.id !== undefined ? [[step.id, translation.outputs] as const] : [],
    ),
  )
  return { job, steps, renames }
}

function surroundingsOf({ source }: WorkflowFile, job: Job, options: MigrationOptions): Surroundings {
  const of = (action: string) =>
    job.steps.flatMap((step) =>
      step.action?.toLowerCase() === action && step.id !== undefined ? [[step.id, step] as const] : [],
    )
  const logins = of('aws-actions/amazon-ecr-login').filter(
    ([, step]) => (step.with.get('registry-type')?.text ?? 'private') === 'private' && !step.with.has('registries'),
  )
  return {
    source,
    job,
    options,
    names: { env: job.env, logins: new Set(logins.map(([id]) => id)) },
    metadata: new Map(of('docker/metadata-action').filter(([, step]) => isMergeable(step))),
  }
}

/** A script that only waits for the deployment of the step before it: that step waits by itself. */
function mergeWaits(pairs: readonly MigrationPair[]): readonly MigrationPair[] {
  const isWaited = (index: number) => {
    const [before, wait] = [pairs[index]?.translation, pairs[index + 1]?.translation]
    if (before?.kind !== 'translated' || wait?.kind !== 'needless' || wait.role !== 'wait') return false
    const { started = [] } = before
    const isCovered = (cluster: string, service: string) =>
      (wait.waits ?? []).some((one) => one.cluster === cluster && one.services.includes(service))
    return started.length > 0 && started.every(({ cluster, service }) => isCovered(cluster, service))
  }
  return pairs.map(({ step, translation }, index) => {
    if (isWaited(index) && translation.kind === 'translated') return { step, translation: waiting(translation) }
    const isAlone = translation.kind === 'needless' && translation.role === 'wait' && !isWaited(index - 1)
    return {
      step,
      translation: isAlone
        ? left(
            text`no step directly before it starts this deployment: actions/deploy with its deployment-id waits in another step`,
          )
        : translation,
    }
  })
}

function waiting(translation: Translated): Translated {
  const steps = translation.rewrite.steps.map(({ uses, inputs }) => ({
    uses,
    inputs: inputs.filter(({ name }) => name !== 'wait-for-service-stability'),
  }))
  return { ...translation, rewrite: { ...translation.rewrite, steps }, advice: [] }
}

/** A step whose outputs are used stays where one of them has no counterpart. */
function withKnownOutputs(step: Step, translation: Translation, file: WorkflowFile, job: Job): Translation {
  if (translation.kind !== 'translated' || step.id === undefined) return translation
  const [start, end] = rangeOf(file, job)
  const lost = outputUses(file.source.slice(start, end)).find(
    ({ id, output }) => id === step.id && !Object.hasOwn(translation.outputs, output),
  )
  return lost === undefined ? translation : left(lostOutput(lost.output), start + lost.start)
}

function lostOutput(output: string): Text {
  return text`its output ${{ untrusted: output }} is used, and has no counterpart`
}

/** The part of a file in which the steps of a job are known by their ids. */
export function rangeOf(
  { source, isWorkflow }: WorkflowFile,
  { start, end }: Job,
): readonly [start: number, end: number] {
  return isWorkflow ? [start, end] : [0, source.length]
}
