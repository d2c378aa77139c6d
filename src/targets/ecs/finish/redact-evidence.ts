import { concealing, concealWith } from '../../../diagnosis/conceal.ts'
import { redact } from '../../../diagnosis/redact.ts'
import { hideValues } from '../../../diagnosis/redact-lines.ts'
import { redactTexts } from '../../../diagnosis/redact-texts.ts'
import type { JsonObject } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { variablesOf } from '../facts/definition-variables.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import { isRoutine } from './routine-events.ts'

/** Cluster and service. These names are shown in any case, also where a variable holds them. */
interface Named {
  readonly cluster: string
  readonly service: string
}

/**
 * The evidence for reports: no text of a container, of ECS, of a load balancer or of CodeDeploy holds a credential
 * or the value of a variable of the definition. All evidence goes through here before anything is concluded from it.
 */
export function redactEvidence(evidence: Evidence, definition: JsonObject | undefined, named: Named): Evidence {
  const hide = hideValues(variablesOf(definition, [named.cluster, named.service]))
  const text = (value: string) => redact(hide(value))
  const logs = evidence.logs.map(({ lines, ...tail }) => {
    // Together: a key may go over several lines.
    const whole = lines.map((line) => line.untrusted).join('\n')
    return { ...tail, lines: lines.length === 0 ? [] : text(whole).split('\n').map(untrusted) }
  })
  const alarms = evidence.alarms?.map(({ reason, ...alarm }) => ({ ...alarm, reason: reason && text(reason) }))
  return { ...redactTexts(concealWith(hide)({ ...evidence, logs: [] })), logs, alarms }
}

/** Hides the values of variables of these definitions in every untrusted text of a value. */
export function concealer(
  definitions: readonly JsonObject[],
  { cluster, service }: Named,
): <Value>(value: Value) => Value {
  return concealing(() => definitions.flatMap((each) => variablesOf(each, [cluster, service])), isRoutine)
}
