import type { Clock } from '../../../clock.ts'
import type { Watchman } from '../../../deployment/commit-guard.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { tagsOf } from '../../../deployment/origin.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { Ecs, JsonObject } from '../../../ports.ts'
import { findRegistered, type Registration, registerNew } from '../../../task-definition/register.ts'
import { renderText, type Text, text, untrusted, withoutStop } from '../../../text.ts'
import { originOf, tagsInTheWay, withOrigin } from '../facts/origin-tags.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { versionOf } from '../request/revision-version.ts'
import type { ServiceRequest, WantedDefinition } from '../request/service-request.ts'

/** A revision as AWS stores it. */
export interface Revision {
  readonly arn: string
  /** With its tags, where it is known. */
  readonly definition: JsonObject | undefined
  /** Registered a moment ago. */
  readonly isNew: boolean
}

/** Finds the commits of revisions, for the guard; undefined without one. */
export interface Marking {
  readonly watchman: Watchman
  /** Tags that tasks get together with those of their revision. */
  readonly taskTags: readonly JsonObject[]
}

/** How a deployment marks what it registers or deploys; undefined where it does not. */
export function markingOf({ runTask }: ServiceRequest, watchman: Watchman | undefined): Marking | undefined {
  if (watchman === undefined) return undefined
  const taskTags = runTask?.propagateTags === 'TASK_DEFINITION' ? (runTask.tags ?? []) : []
  return { watchman, taskTags }
}

const consequence = text`The next deployment cannot verify that its commit is newer.`
const denied = text`The revision was not tagged with its commit: not authorized to perform ecs:TagResource. ${consequence}`

/** The revision of a definition, registered with the tags of its origin where there is none that equals it. */
export async function* obtainRevision(
  wanted: WantedDefinition,
  search: Promise<Registration | undefined>,
  marking: Marking | undefined,
  { ecs, clock, keep }: EcsContext,
): Events<Revision> {
  const known = await search
  if (known) return { arn: known.taskDefinitionArn, definition: known.definition, isNew: false }
  keep({ stage: 'registering' })
  const { registration, untagged } = await registerTagged(wanted, marking, ecs)
  if (untagged) yield warning(untagged, clock)
  return { arn: registration.taskDefinitionArn, definition: registration.definition, isNew: true }
}

interface Registered {
  readonly registration: Registration
  /** Why it does not have the tags of its origin, where it should. */
  readonly untagged?: Text | undefined
}

/** What Slipway adds must not be the reason why something is refused: then it is registered as it was written. */
async function registerTagged(
  { definition, original }: WantedDefinition,
  marking: Marking | undefined,
  ecs: Ecs,
): Promise<Registered> {
  const registered = (content: JsonObject) => registerNew(content, { ecs }, original)
  if (marking === undefined) return { registration: await registered(definition) }
  const full = noRoom(definition, marking)
  if (full !== undefined) return { registration: await registered(definition), untagged: full }
  try {
    return { registration: await registered(withOrigin(definition, marking.watchman.guard.origin)) }
  } catch (error) {
    const untagged = withoutTags(error)
    if (untagged === undefined) throw error
    // Whatever else is wrong is said by the second try.
    return { registration: await registered(definition), untagged }
  }
}

/** Why a resource stays without the tags of its origin after this error; undefined for errors that are about something else. */
function withoutTags(error: unknown): Text | undefined {
  if (!(error instanceof Failure)) return undefined
  const { code, why } = error.parts
  if (code === 'permission-missing') return denied
  if (code !== 'aws-rejected' && code !== 'task-definition-invalid') return undefined
  return text`The revision was not tagged with its commit: Amazon ECS refuses these tags${why ? text`: ${withoutStop(why)}` : ''}. ${consequence}`
}

function noRoom(definition: JsonObject, { taskTags }: Marking): Text | undefined {
  const count = tagsInTheWay(definition, taskTags)
  if (count === undefined) return undefined
  const whose = taskTags.length > 0 ? 'with run-task-tags it has' : 'it has'
  return text`The revision was not tagged with its commit: ${whose} ${count} tags, and the four of Slipway would exceed the limit of 50. ${consequence}`
}

/** Settles on a revision and gives its ARN: one that was there already gets the tags of our commit. */
export async function* settleRevision(
  found: Revision,
  marking: Marking | undefined,
  context: EcsContext,
): Events<string> {
  if (marking && !found.isNew) yield* moveTags(found, marking, context)
  context.keep({ taskDefinition: found.arn })
  yield { kind: 'versioned', at: context.clock.now(), version: versionOf(found.arn), reused: !found.isNew }
  return found.arn
}

/** Moves the tags of a revision that is taken again forward to our commit; they never go back. */
export async function* moveTags(
  { arn, definition }: Pick<Revision, 'arn' | 'definition'>,
  marking: Marking,
  { ecs, clock }: EcsContext,
): Events<void> {
  if (definition === undefined) return
  const { watchman } = marking
  const { guard } = watchman
  const theirs = originOf(definition)
  if (theirs?.commit === guard.origin.commit && theirs.repository === guard.origin.repository) return
  if (theirs !== undefined && !(await watchman.mayMark(theirs))) return
  const full = noRoom(definition, marking)
  if (full !== undefined) return yield warning(full, clock)
  try {
    await ecs.tagResource(arn, tagsOf(guard.origin))
  } catch (error) {
    const untagged = withoutTags(error)
    if (untagged === undefined) throw error
    yield warning(untagged, clock)
  }
}

function warning(message: Text, clock: Clock): DeploymentEvent {
  return { kind: 'warning', at: clock.now(), message: untrusted(renderText(message, (theirs) => theirs)) }
}

/** The ARN of the revision that a new service gets. */
export async function* revisionOfNew(
  wanted: WantedDefinition,
  marking: Marking | undefined,
  context: EcsContext,
): Events<string> {
  const { definition, arn } = wanted
  const found =
    arn === undefined
      ? yield* obtainRevision(wanted, findRegistered(definition, context), marking, context)
      : { arn, definition, isNew: false }
  return yield* settleRevision(found, marking, context)
}
