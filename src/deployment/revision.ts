import { Failure } from '../failure.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import { type Registration, registerNew } from '../task-definition/register.ts'
import { untrusted } from '../text.ts'
import type { DeploymentEvent } from './event.ts'
import type { Guard, Watchman } from './guard.ts'
import type { Journey, WantedDefinition } from './journey.ts'
import { originOf, tagsOf, withOrigin } from './origin.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** A revision as AWS stores it. */
export interface Revision {
  readonly arn: string
  /** With its tags, where it is known. */
  readonly definition: JsonObject | undefined
  /** Registered a moment ago. */
  readonly isNew: boolean
}

/** Who says where revisions come from; undefined where nobody asks. */
export interface Marking {
  readonly guard: Guard
  readonly watchman: Watchman
}

const untagged =
  'The revision was not tagged with its commit, as the credentials do not allow ecs:TagResource. ' +
  'The next deployment cannot prove that it is newer than this one.'

/** The revision of a definition, registered with the tags of its origin where there is none that equals it. */
export async function* obtainRevision(
  wanted: WantedDefinition,
  search: Promise<Registration | undefined>,
  marking: Marking | undefined,
  { ecs, clock, keep }: Journey,
): Events<Revision> {
  const known = await search
  if (known) return { arn: known.taskDefinitionArn, definition: known.definition, isNew: false }
  keep({ stage: 'registering' })
  const { registration, isTagged } = await registerTagged(wanted, marking?.guard, ecs)
  if (!isTagged) yield { kind: 'warning', at: clock.now(), message: untrusted(untagged) }
  return { arn: registration.taskDefinitionArn, definition: registration.definition, isNew: true }
}

async function registerTagged({ definition, original }: WantedDefinition, guard: Guard | undefined, ecs: Ecs) {
  const registered = (content: JsonObject) => registerNew(content, { ecs }, original)
  if (guard === undefined) return { registration: await registered(definition), isTagged: true }
  try {
    const tagged = withOrigin(definition, guard.origin)
    return { registration: await registered(tagged), isTagged: true }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    // Whatever else is missing is said by the second try.
    return { registration: await registered(definition), isTagged: false }
  }
}

/** Settles on a revision and gives its ARN: one that was there already gets the tags of our commit. */
export async function* settleRevision(found: Revision, marking: Marking | undefined, journey: Journey): Events<string> {
  if (marking && !found.isNew) yield* moveTags(found, marking, journey)
  journey.keep({ taskDefinition: found.arn })
  yield { kind: 'registered', at: journey.clock.now(), taskDefinitionArn: found.arn, reused: !found.isNew }
  return found.arn
}

/** Moves the tags of a revision that is taken again forward to our commit; they never go back. */
export async function* moveTags(
  { arn, definition }: Pick<Revision, 'arn' | 'definition'>,
  { guard, watchman }: Marking,
  { ecs, clock }: Journey,
): Events<void> {
  if (definition === undefined) return
  const theirs = originOf(definition)
  if (theirs?.commit === guard.origin.commit && theirs.repository === guard.origin.repository) return
  if (theirs !== undefined && !(await watchman.mayMark(theirs))) return
  try {
    await ecs.tagResource(arn, tagsOf(guard.origin))
  } catch (error) {
    if (!(error instanceof Failure) || !/^(permission-missing|aws-rejected)$/.test(error.parts.code)) throw error
    yield { kind: 'warning', at: clock.now(), message: untrusted(untagged) }
  }
}
