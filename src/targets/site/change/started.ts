import type { DeploymentEvent } from '../../../deployment/events.ts'
import { shellWord } from '../../../shell-word.ts'
import { text } from '../../../text.ts'
import { stateKeys } from '../request/site-request.ts'
import type { SiteChange } from './site-change.ts'

/** The event `started` of a release, with the counts of what is done as outputs. */
export function startedEvent({
  context,
  reading,
  request,
  id,
}: SiteChange): Extract<DeploymentEvent, { kind: 'started' }> {
  const { changes, same } = reading.comparison
  const sent = changes.filter(({ kind, file }) => kind !== 'headers' && file.content !== undefined)
  const bytes = sent.reduce((sum, { file }) => sum + file.size, 0)
  return {
    kind: 'started',
    at: context.clock.now(),
    deploymentId: id,
    consoleUrl: undefined,
    adopted: false,
    commands: { look: [text`aws s3 cp ${shellWord(`s3://${request.bucket}/${stateKeys(request.prefix).site}`)} -`] },
    outputs: { sent: String(sent.length), unchanged: String(same.size), bytes: String(bytes) },
  }
}
