import type { Runner } from '../../runner/action.ts'
import { sourceLine } from '../../source.ts'
import { text, untrusted } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** Logs which commit is built, where that is not simply the commit of the event. */
export function reportSource(
  { source, event, checkout, remote }: BuildOrigin,
  { context }: Pick<BuildPushInputs, 'context'>,
  { log }: Pick<Runner, 'log'>,
): void {
  if (source === undefined) return
  const place = untrusted(context)
  const missing =
    checkout === undefined
      ? text`no Git checkout at "${place}"`
      : text`the commit of the Git checkout at "${place}" cannot be read`
  const line = sourceLine(source, event, remote === undefined ? missing : undefined)
  if (line !== undefined) log.info(line)
}
