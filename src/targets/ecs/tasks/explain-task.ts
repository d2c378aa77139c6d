import { parseArn } from '../../../arn.ts'
import { certain } from '../../../deployment/outcomes.ts'
import { unplacedTasks } from '../../../diagnosis/catalogue/unplaced-tasks.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, findEntry } from '../../../diagnosis/entry.ts'
import type { EvidenceReport } from '../../../diagnosis/evidence-report.ts'
import type { JsonObject, RunTaskFailure, Task } from '../../../ports.ts'
import { containersOf, textIn } from '../../../task-definition/members.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import type { Evidence, LogTail } from '../facts/deployment-evidence.ts'
import { groupTasks } from '../facts/stopped-tasks.ts'
import { evidenceInWords } from '../finish/evidence-words.ts'
import { explain } from '../finish/explain.ts'
import { startErrors, startFacts } from '../finish/explain-tasks.ts'
import { reasonsInWords, reasonWords } from './run-task-failures.ts'
import type { TaskEnd } from './task-end.ts'

/** Cause and evidence of a task that failed. */
export interface ExplainedTask {
  readonly cause: Cause
  readonly evidence: EvidenceReport
}

/** What a task was, for its explanation. */
export interface TaskSubject {
  readonly definition: JsonObject
  readonly watched: readonly string[]
  /** What failed, such as `the one-off task of api:7 failed`. */
  readonly what: Text
}

/** What may have happened when a command does not come to its end. */
export const halfDone = text`What the command did until then stays: it may be half done.`

/** Why a task failed that has ended, by what AWS says of it and by its last log lines. */
export function explainTask(
  task: Task,
  end: TaskEnd,
  { definition, watched, what }: TaskSubject,
  logs: readonly LogTail[],
): ExplainedTask {
  const counted = end.kind === 'cut-short' ? [end.container] : watched
  const evidence = evidenceOf(task, countingOnly(counted, definition), logs)
  const found = explain(evidence, { outcome: 'failed' })
  const cause = { ...found, what, fix: inWordsOfTasks(found.fix), isGeneral: undefined }
  return { cause: { ...cause, ...remedyOf(end, task, cause, watched) }, evidence: evidenceInWords(evidence) }
}

/** What follows from the kind of the end, whatever the evidence says. */
function remedyOf(
  end: TaskEnd,
  { stoppedReason, stopCode = '' }: Task,
  cause: Cause,
  watched: readonly string[],
): Partial<Cause> {
  if (end.kind === 'cut-short') return shortened(end, watched)
  const again = text`It is started again only with retry-on-interruption, for commands that may run twice.`
  if (end.kind === 'interrupted')
    return { fix: text`The command did not fail by itself. ${halfDone} Check that, then run the job again. ${again}` }
  if (end.kind === 'stopped')
    return {
      code: 'task-stopped',
      error: undefined,
      why: text`stopped manually (console, CLI or API) by a user other than this run${quoted(stoppedReason ?? stopCode)}`,
      fix: text`${halfDone} Check that, then run the job again. AWS CloudTrail has the user (StopTask).`,
      confidence: 'certain',
    }
  if (end.kind === 'not-started' && !end.isStated && cause.code === 'unexplained')
    return {
      why: text`container ${untrusted(end.container)} has no exit code, so it is unknown whether its command has run${quoted(stoppedReason ?? stopCode)}`,
      fix: text`Check what the command has done, then run the job again.`,
    }
  return {}
}

/** Exit code 0 of the command is no proof then: a program that handles SIGTERM ends with it. */
function shortened(
  { container, isSeen }: Extract<TaskEnd, { kind: 'cut-short' }>,
  watched: readonly string[],
): Partial<Cause> {
  const command = asName(watched.join(', '))
  const order = isSeen
    ? text`it ended before ${command}, which ECS then stopped`
    : text`whether it ended before ${command}, which ECS then would have stopped, is unknown: AWS has no times of containers`
  return {
    why: text`${order}; exit code 0 of ${command} does not prove that its command was complete`,
    fix: text`Check what the command has done, and read the log of ${asName(container)}. Set essential: false for ${asName(container)} where the command does not need it; otherwise let it end with 0, 137 or 143 after SIGTERM. Then run the job again.`,
  }
}

function quoted(words: string): Text {
  return words === '' ? text`` : text` (${untrusted(words)})`
}

/** The sentences of the catalogue are about deployments. */
function inWordsOfTasks(fix: Text): Text {
  return fix.map((part) =>
    typeof part === 'string'
      ? part
          .replace(/^ECS keeps retrying\. /, '')
          .replace(/\bDeploy again\b/g, 'Run the job again')
          .replace(/\bdeploy again\b/g, 'run the job again')
      : part,
  )
}

/** The evidence of one task: only the watched containers can have failed it. */
function evidenceOf(task: Task, definition: JsonObject, logs: readonly LogTail[]): Evidence {
  const { region, accountId } = parseArn(task.taskArn ?? '') ?? {}
  return {
    place: region && accountId ? { region, accountId } : undefined,
    stoppedTasks: groupTasks([task], definition),
    serviceEvents: [],
    targetHealth: [],
    logs,
    missingPermissions: [],
  }
}

function countingOnly(watched: readonly string[], definition: JsonObject): JsonObject {
  const containerDefinitions = containersOf(definition).map((container) => ({
    ...container,
    essential: watched.includes(textIn(container, 'name') ?? ''),
  }))
  return { ...definition, containerDefinitions }
}

/** Why RunTask did not place tasks. `left`: what runs nevertheless, as a sentence. */
export function explainFailures(failures: readonly RunTaskFailure[], what: Text, left: Text): Cause {
  const [first = {}] = failures
  const said = reasonWords(first)
  const facts = startFacts(said, undefined, evidenceOf({}, {}, []))
  const match = findEntry(unplacedTasks, said, facts) ?? findEntry(startErrors, said, facts)
  const why = text`${untrusted(reasonsInWords(failures))}`
  if (match === undefined)
    return {
      ...certain(
        'task-failed',
        what,
        why,
        text`Resolve the reason (AWS's list of API failure reasons explains it), then run the job again.${left}`,
      ),
      docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html',
    }
  const cause = causeOf(match, what)
  return { ...cause, fix: text`${inWordsOfTasks(cause.fix)}${left}` }
}
