import { isMap } from 'yaml'
import { columnOf, type Edit, lineEnd, lineStart } from './edits.ts'
import type { Job, Value, WorkflowFile } from './workflow.ts'

/** What a job with `role-to-assume` needs: an edit, a remark where the file cannot decide it, or nothing. */
export type PermissionNeed = { readonly edit: Edit } | { readonly remark: string } | undefined

/** Gives a job `id-token: write`. */
export function permissionNeed(file: WorkflowFile, job: Job): PermissionNeed {
  if (!file.isWorkflow) return undefined
  const given = job.keys.get('permissions') ?? file.root.get('permissions')
  if (given !== undefined) return needIn(file.source, given)
  const events = file.root.get('on')
  const isCalled = events !== undefined && /\bworkflow_call\b/.test(file.source.slice(events.start, events.end))
  if (isCalled) return { remark: 'the caller of this workflow must grant id-token: write' }
  const steps = job.keys.get('steps')
  if (steps === undefined) return undefined
  const at = lineStart(file.source, steps.start)
  const space = ' '.repeat(columnOf(file.source, steps.start))
  return {
    edit: { start: at, end: at, text: `${space}permissions:\n${space}  contents: read\n${space}  id-token: write\n` },
  }
}

function needIn(source: string, given: Value): PermissionNeed {
  const written = source.slice(given.start, given.end)
  if (/\bid-token['"]?\s*:\s*['"]?write\b|\bwrite-all\b/.test(written)) return undefined
  const first = isMap(given.node) && !given.node.flow ? given.node.items[0] : undefined
  const start = (first?.key as { readonly range?: readonly number[] } | undefined)?.range?.[0]
  if (start === undefined || /\bid-token\b/.test(written)) return { remark: 'its permissions need id-token: write' }
  const at = lineEnd(source, given.end)
  const feed = source.slice(0, at).endsWith('\n') ? '' : '\n'
  return { edit: { start: at, end: at, text: `${feed}${' '.repeat(columnOf(source, start))}id-token: write\n` } }
}
