import { redact } from '../../../diagnosis/redact.ts'
import { hideValues, variablesOf } from '../../../diagnosis/redact-lines.ts'
import { redactText } from '../../../diagnosis/redact-text.ts'
import type { JsonObject } from '../../../ports.ts'
import { type Setting, type Text, type Untrusted, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import { isRoutine } from './routine-events.ts'

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
  return { ...redactTexts(concealWith(hide)({ ...evidence, logs: [] })), logs, alarms }
}

/** Redacts the values of variables of these definitions in every untrusted text of a value. */
export function concealer(definitions: readonly JsonObject[], named: Named): <Value>(value: Value) => Value {
  let hide: ((text: string) => string) | undefined
  return concealWith((text) => {
    // Most events are so, and the values need not even be gathered for them.
    if (isRoutine(text)) return text
    hide ??= hideValues(definitions.flatMap((each) => variablesOf(each, [named.cluster, named.service])))
    return hide(text)
  })
}

function concealWith(hide: (text: string) => string): <Value>(value: Value) => Value {
  const conceal = (part: Text[number]) => (isUntrusted(part) ? { ...part, untrusted: hide(part.untrusted) } : part)
  return (value) => changeTexts(value, (text) => text.map(conceal))
}

/** The same value without credentials in any of its untrusted texts. */
export function redactTexts<Value>(value: Value): Value {
  return changeTexts(value, redactText)
}

/** The same value with every untrusted text changed, at any depth. */
function changeTexts<Value>(value: Value, change: (text: Text) => Text): Value {
  if (Array.isArray(value))
    return (isText(value) ? change(value as Text) : value.map((item) => changeTexts(item, change))) as Value
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  if (isUntrusted(value)) return change([value])[0] as Value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, changeTexts(item, change)])) as Value
}

/** A sentence of trusted and untrusted parts. A list of untrusted texts alone is none: they are separate. */
function isText(value: readonly unknown[]): boolean {
  const theirs = value.filter(isUntrusted)
  const ours = value.filter((part) => typeof part === 'string' || isSetting(part))
  return theirs.length > 0 && ours.length > 0 && theirs.length + ours.length === value.length
}

function isUntrusted(value: unknown): value is Untrusted {
  return typeof value === 'object' && value !== null && 'untrusted' in value && typeof value.untrusted === 'string'
}

function isSetting(value: unknown): value is Setting {
  return typeof value === 'object' && value !== null && 'setting' in value && typeof value.setting === 'string'
}
