import { lineFinder } from '../document/tree.ts'
import { text, untrusted } from '../text.ts'
import { applyEdits, type Edit, isEdited } from './edits.ts'
import { outputUses } from './expressions.ts'
import type { Change, Migration, MigrationOptions, Remark } from './migration.ts'
import { type PermissionNeed, permissionNeed } from './permissions.ts'
import { planJob, rangeOf } from './plan-job.ts'
import { firstCommand, remarksOf } from './remarks.ts'
import { removalEdits, rewriteEdits } from './rewrite-step.ts'
import type { JobPlan, Planned, Translated, Translation } from './translation.ts'
import { withCredentials } from './with-credentials.ts'
import { readWorkflow, type Step, type WorkflowFile } from './workflow.ts'

export type { Change, Migration, MigrationOptions, Position, Remark } from './migration.ts'

/**
 * Rewrites the steps of a workflow, or of a composite action, into Slipway's. What is not changed stays byte by byte; undefined:
 * the text is neither, or no valid YAML.
 */
export function migrateWorkflow(source: string, options: MigrationOptions): Migration | undefined {
  const file = readWorkflow(source)
  if (file === undefined) return undefined
  const plans = file.jobs.map((job) => planJob(file, job, options))
  const needs = plans.map((plan) => permissionOf(file, plan))
  const edits = plans.flatMap((plan, index) => editsOf(file, plan, options, needs[index]))
  const feed = source.includes('\r\n') ? '\r\n' : '\n'
  const at = lineFinder(source)
  const advice = plans.flatMap((plan, index) => [...adviceOf(plan, at), ...permissionAdvice(plan, needs[index], at)])
  return {
    text: applyEdits(
      source,
      unique(edits).map((edit) => ({ ...edit, text: edit.text.replaceAll(/\r?\n/g, feed) })),
    ),
    changes: plans.flatMap((plan) => plan.steps.flatMap((planned) => changesOf(planned, at))),
    left: plans.flatMap((plan) => remarksOf(source, plan, at)),
    advice,
  }
}

/** Several jobs may need the same permission of the workflow. */
function unique(edits: readonly Edit[]): readonly Edit[] {
  const known = new Map(edits.map((edit) => [`${edit.start} ${edit.end} ${edit.text}`, edit]))
  return [...known.values()]
}

function editsOf(file: WorkflowFile, plan: JobPlan, { role }: MigrationOptions, need: PermissionNeed): readonly Edit[] {
  const { source } = file
  const edits = plan.steps.flatMap(({ step, translation, isRemoved }): readonly Edit[] => {
    if (isRemoved) return removalEdits(source, step)
    if (translation.kind !== 'translated') return []
    return rewriteEdits(source, step, withCredentials(plan, step, translation, role))
  })
  const renamed = edits.map((edit) => ({ ...edit, text: renameOutputs(edit.text, plan) }))
  return [...renamed, ...renameEdits(file, plan, edits), ...(need !== undefined && 'edit' in need ? [need.edit] : [])]
}

function renameOutputs(source: string, { renames }: JobPlan): string {
  const edits = outputUses(source).flatMap(({ id, output, start, end }) => {
    const after = renames.get(id)?.[output]
    return after === undefined ? [] : [{ start, end, text: `steps.${id}.outputs.${after}` }]
  })
  return applyEdits(source, edits)
}

function renameEdits(file: WorkflowFile, plan: JobPlan, edits: readonly Edit[]): readonly Edit[] {
  const [from, to] = rangeOf(file, plan.job)
  return outputUses(file.source.slice(from, to)).flatMap(({ id, output, start, end }) => {
    const after = plan.renames.get(id)?.[output]
    const isKept = !isEdited(edits, from + start, from + end)
    return after === undefined || after === output || !isKept
      ? []
      : [{ start: from + start, end: from + end, text: `steps.${id}.outputs.${after}` }]
  })
}

function permissionOf(file: WorkflowFile, plan: JobPlan): PermissionNeed {
  const usesRole = plan.steps.some(({ translation, isRemoved }) =>
    translation.kind === 'translated'
      ? translation.assumesRole
      : isRemoved && translation.kind === 'needless' && translation.role === 'credentials',
  )
  return usesRole ? permissionNeed(file, plan.job) : undefined
}

type Find = (offset: number) => { readonly line: number; readonly column: number }

const removedBecause = {
  credentials: text`its inputs are inputs of every step that calls AWS; credentials are in no environment`,
  login: text`the build logs in by itself, without a password on a command line`,
  metadata: text`its rules are inputs of the build`,
  merged: text`the step of Slipway beside it does this, too`,
  wait: text`the step before it waits for its own deployment; the waiter succeeds after a rollback, too`,
}

function changesOf({ step, translation, isRemoved }: Planned, at: Find): readonly Change[] {
  const before = step.keys.get('uses')?.text ?? firstCommand(replaced(step, translation))
  if (translation.kind === 'needless' && isRemoved)
    return [{ ...at(step.start), before, why: removedBecause[translation.role] }]
  if (translation.kind !== 'translated') return []
  const after = translation.rewrite.steps.map(({ uses }) => uses).join(', ')
  return [{ ...at(step.start), before, after, why: translation.why }]
}

/** The step without the commands that stay. */
function replaced(step: Step, translation: Translation): Step {
  const kept = translation.kind === 'translated' ? translation.rewrite.kept : undefined
  return kept === undefined ? step : { ...step, run: step.run?.slice(kept.script.length) }
}

function adviceOf({ steps }: JobPlan, at: Find): readonly Remark[] {
  const translated = steps.flatMap(({ step, translation }) =>
    translation.kind === 'translated' ? [{ step, translation, place: at(step.start) }] : [],
  )
  const all = translated.flatMap(({ step, translation, place }) =>
    (translation.advice ?? []).map((why) => ({
      ...place,
      what: step.keys.get('uses')?.text ?? firstCommand(replaced(step, translation)),
      why,
    })),
  )
  const build = translated.find(({ translation }) => newActions(translation).includes('build-push'))
  const deploys = translated.some(({ translation }) => newActions(translation).includes('deploy'))
  const why = text`build and deployment are in one job: the root action does both in one step, docs/root-action.md`
  // The same advice for several steps of a job is given once.
  const once = new Map(all.toReversed().map((remark) => [JSON.stringify(remark.why), remark]))
  return [
    ...[...once.values()].toReversed(),
    ...(build && deploys ? [{ ...build.place, what: 'build-push, deploy', why }] : []),
  ]
}

function newActions({ rewrite }: Translated): readonly string[] {
  return rewrite.steps.map(({ uses }) => /\/actions\/([\w-]+)@/.exec(uses)?.[1] ?? '')
}

function permissionAdvice({ job }: JobPlan, need: PermissionNeed, at: Find): readonly Remark[] {
  return need !== undefined && 'remark' in need
    ? [{ ...at(job.start), what: 'permissions', why: text`${untrusted(need.remark)}` }]
    : []
}
