import type { Plan } from '../../../deployment/plan.ts'
import type { Prepared, Target } from '../../../deployment/target.ts'
import type { OptionSetting } from '../../../ports.ts'
import { type Untrusted, untrusted } from '../../../text.ts'
import { mayBeSecret } from './known-properties.ts'

/** An option setting before the deployment. `value`: undefined where it had none, or where it is not known any more. */
type Former = Pick<OptionSetting, 'namespace' | 'name'> & { readonly value?: string | undefined }

/** How a plan says what puts settings back. Values of environment properties may be secret: they are not saved for the post step. */
export function undoOf(former: readonly Former[]): Pick<Plan, 'undo' | 'undoSaved'> {
  const saved = former.map(({ value, ...key }) => (mayBeSecret(key) ? key : { ...key, value }))
  return { undo: former, undoSaved: saved }
}

/** The settings that are put back, and the names of those that keep the value of the deployment. */
export function formerSettings(undo: unknown): {
  readonly settings: readonly OptionSetting[]
  readonly kept: readonly string[]
} {
  const former: readonly Former[] = Array.isArray(undo) ? undo : []
  return {
    settings: former.flatMap(({ value, ...key }) => (value === undefined ? [] : [{ ...key, value }])),
    kept: former.filter(({ value }) => value === undefined).map(({ name }) => name),
  }
}

/** A target that warns of settings that it does not put back. */
export function warningOfKept(target: Target, kept: readonly string[]): Target {
  if (kept.length === 0) return target
  return {
    ...target,
    async *prepare(terms, context, watchman) {
      const prepared: Prepared = yield* target.prepare(terms, context, watchman)
      return { ...prepared, warnings: [...prepared.warnings, keptWarning(kept)] }
    },
  }
}

function keptWarning(kept: readonly string[]): Untrusted {
  return untrusted(
    `Option settings that keep the value of the deployment: ${kept.join(', ')}. They had none before, or it may be secret and is not saved for the post step. Set them again where the former version requires it.`,
  )
}
