import { type Mistake, mistakeText } from '../mistake.ts'
import type { JsonObject } from '../ports.ts'
import type { Log } from '../runner/action.ts'
import { checkDefinition } from '../task-definition/check.ts'
import { registrable } from '../task-definition/registrable.ts'
import type { WrittenDefinition } from '../task-definition/source.ts'
import { text } from '../text.ts'

/** What a log has been told: several services may have one definition, and a deployment may find it several times. */
const told = new WeakMap<Log, Set<string>>()

interface Allowed {
  readonly warnsOfPlaceholders: boolean
  /** Containers whose image a later step puts in. */
  readonly withoutImages?: readonly string[]
}

/**
 * Throws all that is wrong with a definition that is going to be registered, and warns of what may be meant so; of
 * placeholders only where `warnsOfPlaceholders`, as the preflight of a deployment does it as well.
 */
export function requireValid(
  rendered: JsonObject,
  original: WrittenDefinition,
  log: Log,
  { warnsOfPlaceholders, withoutImages = [] }: Allowed,
): void {
  const { failure, placeholders, words } = checkDefinition(registrable(rendered), original, withoutImages)
  const isTold = warnsOfPlaceholders || failure !== undefined
  for (const mistake of isTold ? [...placeholders, ...words] : words) warn(mistake, log)
  if (failure) throw failure
}

function warn(mistake: Mistake, log: Log): void {
  const known = told.get(log) ?? new Set()
  told.set(log, known)
  const message = text`${mistakeText(mistake)}.`
  const key = JSON.stringify(message)
  if (!known.has(key)) log.warning(message, undefined, mistake)
  known.add(key)
}
