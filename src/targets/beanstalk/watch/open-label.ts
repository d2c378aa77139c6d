import { factsIn } from './event-texts.ts'
import { labelSince } from './fleet.ts'
import type { Reading, Update } from './judge-update.ts'

/**
 * An update that another run began, with its label as soon as a read shows it: on an instance that has begun it, or as that of the
 * environment once its own event states that it has completed.
 */
export function withLabel(update: Update, { environment, events, instances }: Reading): Update {
  if (update.openSince === undefined) return update
  const isDone = environment?.status === 'Ready' && factsIn(events).completed
  const label = labelSince(update.openSince, instances) ?? (isDone ? environment.versionLabel : undefined)
  return label === undefined ? update : { ...update, label, openSince: undefined }
}
