import { type Mistake, mistakeText } from '../../mistake.ts'
import type { JsonObject } from '../../ports.ts'
import type { Log } from '../../runner/action.ts'
import { checkDefinition, type Expected } from '../../task-definition/check.ts'
import type { WrittenDefinition } from '../../task-definition/definition-source.ts'
import { registrable } from '../../task-definition/registrable.ts'
import { text } from '../../text.ts'

/** Warnings already in the log: several services may share a definition, and a deployment may check it several times. */
const logged = new WeakMap<Log, Set<string>>()

/** Throws all errors of a definition to be registered, and warns of what may be intended. */
export function requireValid(rendered: JsonObject, original: WrittenDefinition, log: Log, expected?: Expected): void {
  const { failure, placeholders, words } = checkDefinition(registrable(rendered), original, expected)
  for (const mistake of [...placeholders, ...words]) warn(mistake, log)
  if (failure) throw failure
}

function warn(mistake: Mistake, log: Log): void {
  const known = logged.get(log) ?? new Set()
  logged.set(log, known)
  const message = text`${mistakeText(mistake)}.`
  const key = JSON.stringify(message)
  if (!known.has(key)) log.warning(message, undefined, mistake)
  known.add(key)
}
