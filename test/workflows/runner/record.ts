/** Questions that tests ask of a run. */
import type { JobRecord, WorkflowRun } from './run.ts'

/** `path in environment: result` of every job, in the order in which they ended. */
export function describeJobs({ jobs }: WorkflowRun): readonly string[] {
  return jobs.map(
    ({ path, environment, result }) => `${path}${environment ? ` in ${environment.name}` : ''}: ${result}`,
  )
}

/** The same without the jobs of build.yml that were not needed, the one that reports a failed build, and the copy that nobody asked for. */
export function deploymentJobs(run: WorkflowRun): readonly string[] {
  return describeJobs(run).filter(
    (line) => !/ (build \/ (prepare|join|collect)|report-build|promote): skipped$/.test(line),
  )
}

/** The first job with the path. */
export function job({ jobs }: WorkflowRun, path: string): JobRecord {
  const found = jobs.find((candidate) => candidate.path === path)
  if (!found) throw new Error(`There is no job ${path}; there are ${jobs.map((each) => each.path).join(', ')}`)
  return found
}

/** The log of a job as people read it. */
export function logOf({ steps }: JobRecord): string {
  return steps.map(({ log }) => log).join('\n')
}
