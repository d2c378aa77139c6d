import { withoutAccount } from '../../../arn.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { ServiceRequest } from './service-request.ts'

/** The service of the deployment, and whether its rollback was requested. */
type Whose = Pick<ServiceRequest, 'cluster' | 'service' | 'isTurnedRound'>

/**
 * How to go on watching, in the words of an action that can do it from any job: the root action, the workflows and
 * `rollback` take no id. A rollback that was asked for is a good end only where an answer asks for it, too. `id`: as an
 * event has it, or an ARN.
 */
export function reattach(id: string | undefined, { cluster, service, isTurnedRound }: Whose): Text {
  if (!id) return []
  const known = withoutAccount(id)
  const where = known.startsWith('service-deployment/')
    ? []
    : text`cluster: ${untrusted(cluster)}, service: ${untrusted(service)}, `
  const action = isTurnedRound
    ? 'rollback, use actions/continue with answer: roll-back,'
    : 'deployment, use actions/deploy with'
  return text` To watch only this ${action} ${where}deployment-id: ${untrusted(known)}.`
}
