import { pathText } from '../document/shape.ts'
import { Failure, type FailureParts } from '../failure.ts'
import type { Json, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'

/** The part of a command's middleware that is used here. */
interface Command {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: Built) => Promise<never>) => (args: Built) => Promise<never>,
      options: { readonly step: 'build'; readonly name: string },
    ): void
  }
}

interface Built {
  readonly request: unknown
}

/**
 * Verifies that the SDK sends every member: its serialiser silently drops members that it does not know. AWS's model has been
 * checked before; this covers a model newer than the SDK, and the reverse.
 */
export function requireWhole<Sent extends object>(
  command: Sent,
  written: JsonObject,
  failure: Pick<FailureParts, 'code' | 'what'>,
): Sent {
  const { middlewareStack } = command as unknown as Command
  middlewareStack.add(
    (next) => (args) => {
      const { body } = args.request as { readonly body: Uint8Array }
      const lost = findLost(written, JSON.parse(new TextDecoder().decode(body)), [])
      if (lost.length > 0) throw lossy(lost, failure)
      return next(args)
    },
    { step: 'build', name: 'requireWhole' },
  )
  return command
}

type Path = readonly (string | number)[]

/** Paths of members that were written and are not, or not equal, in what is sent. */
function findLost(written: Json, sent: Json | undefined, path: Path): readonly Path[] {
  if (written === null) return []
  if (typeof written !== 'object') return written === sent ? [] : [path]
  if (typeof sent !== 'object' || sent === null) return [path]
  if (Array.isArray(written)) {
    const items = sent as readonly Json[]
    return written.flatMap((item: Json, index) => findLost(item, items[index], [...path, index]))
  }
  return Object.entries(written).flatMap(([name, item]) => findLost(item, (sent as JsonObject)[name], [...path, name]))
}

function lossy(lost: readonly Path[], failure: Pick<FailureParts, 'code' | 'what'>): Failure {
  return new Failure({
    ...failure,
    mistakes: lost.map((path) => ({
      path,
      message: text`the SDK would not send ${untrusted(pathText(path))}`,
    })),
    fix: text`Remove it, or use a newer version of Slipway, whose SDK supports it. Nothing was sent.`,
  })
}
