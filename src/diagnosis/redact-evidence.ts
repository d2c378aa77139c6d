import type { JsonObject } from '../ports.ts'
import { type Untrusted, untrusted } from '../text.ts'
import type { Evidence } from './evidence.ts'
import { redact } from './redact.ts'
import { hideValues, variablesOf } from './redact-lines.ts'

/** Whose deployment it is. These names are shown in any case, also where a variable holds them. */
interface Named {
  readonly cluster: string
  readonly service: string
}

/**
 * The evidence as people may see it: no text of a container, of ECS, of a load balancer or of CodeDeploy holds a credential
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
  return { ...changeTexts({ ...evidence, logs: [] }, text), logs, alarms }
}

/** Takes values of variables of these definitions out of every text of others that is in something. */
export function concealer(definitions: readonly JsonObject[], named: Named): <Value>(value: Value) => Value {
  const variables = definitions.flatMap((definition) => variablesOf(definition, [named.cluster, named.service]))
  const conceal = hideValues(variables)
  return (value) => changeTexts(value, conceal)
}

/** The same value with every text of others changed, however deep it is. */
function changeTexts<Value>(value: Value, change: (text: string) => string): Value {
  if (Array.isArray(value)) return value.map((item) => changeTexts(item, change)) as Value
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  if (isText(value)) return { ...value, untrusted: change(value.untrusted) }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, changeTexts(item, change)])) as Value
}

function isText(value: object): value is Untrusted {
  return 'untrusted' in value && typeof value.untrusted === 'string'
}
