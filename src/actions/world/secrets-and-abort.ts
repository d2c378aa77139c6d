import { linkSignal } from '../../abort.ts'
import type { Runner } from '../../runner/action.ts'

interface SecretInputs {
  readonly slackToken?: string | undefined
  readonly slackWebhookUrl?: string | undefined
  readonly githubToken?: string | undefined
}

/**
 * Does the work of an action with its secrets masked. `calling` is the runner with a signal that also ends when the work
 * does: a call that was given up at a deadline would be tried again, and keep the process from ending.
 */
export async function withSecretsAndAbort(
  { slackToken, slackWebhookUrl, githubToken }: SecretInputs,
  runner: Runner,
  work: (calling: Runner) => Promise<void>,
): Promise<void> {
  for (const secret of [slackToken, slackWebhookUrl, githubToken]) if (secret) runner.mask(secret)
  const over = linkSignal(runner.signal)
  try {
    await work({ ...runner, signal: over.signal })
  } finally {
    over.abort()
  }
}
