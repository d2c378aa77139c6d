import { redact } from '../diagnosis/redact.ts'
import { isSecretName } from '../diagnosis/secret-name.ts'
import { withoutCredentials } from '../image/reference.ts'
import type { Json } from '../ports.ts'
import { isList } from './members.ts'

const masked = '***'

/**
 * The display text of a value of a task definition, as JSON. Redacted, as a leaked secret is worse than an invisible change:
 *
 * * Values of environment variables are never shown, and of secrets only their references.
 * * A value with a secret name is not shown, at any position.
 * * Labels, log options, options of volumes and kernel settings hold any text. There a value is not shown either where it is sent
 *   to a server with a request (`URI`, `Header`), or where it has the form of a key: a UUID, or many letters and digits without a
 *   gap. Commits and digests have it, too, and are shown where their name identifies them.
 * * Of a command, the item after a flag with a secret name is not shown.
 * * Everything else is shown without what `redact` finds in it.
 */
export function shown(value: Json, path: readonly string[]): string {
  const isIn = (list: string) => path.some((part) => part.startsWith(`${list}[`))
  if (isIn('environment')) return masked
  if (isIn('secrets') || isIn('secretOptions')) return reference(value)
  if (path.some(isSuspicious) && !path.includes('repositoryCredentials')) return masked
  if (path.some((part) => free.test(part)) && isKeyLike(value, path)) return masked
  if (path.at(-1) === 'image' && typeof value === 'string') return JSON.stringify(redacted(withoutCredentials(value)))
  return JSON.stringify(isList(value) ? items(value) : redacted(value))
}

/** Members in which names and values are free. */
const free = /^(?:dockerLabels|options|driverOpts|labels)$|^systemControls\[/

/** An item of a list in which each has a name and a value. In other lists, names are those of containers or volumes. */
const pair = /^(?:properties|systemControls|tags)\[(.*)\]$/s

/** Beside names of secrets: what authenticates in a label (`traefik.….basicauth.users`). */
function isSuspicious(part: string): boolean {
  const name = pair.exec(part)?.[1] ?? part.replace(/\[.*$/s, '')
  return isSecretName(name) || /(?:^|[_.-])(?:basic|digest)?auth(?:[_.-]|$)/i.test(name)
}

/** Options of log drivers that are sent to a server as they are, with a token in them more often than not. */
const sent = /^(?:uri|headers?|body|path)$/i

/** Names of values that have the form of a key and are none. */
const open = /commit|revision|sha|digest|version|checksum|awslogs|fingerprint|build|image/i

const keyLike =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![A-Za-z0-9])(?=[A-Za-z]{0,64}\d)(?=\d{0,64}[A-Za-z])[A-Za-z0-9]{20,}|(?<![\w+/-])(?=[\w+/-]{0,64}\d)(?=[\w+/-]{0,64}[a-z])(?=[\w+/-]{0,64}[A-Z])[\w+/-]{24,}/

function isKeyLike(value: Json, path: readonly string[]): boolean {
  const name = path.at(-1) ?? ''
  if (path.includes('options') && sent.test(name)) return true
  return typeof value === 'string' && !open.test(name) && !value.startsWith('arn:aws') && keyLike.test(value)
}

/** A secret is named by its ARN or by a path of the parameter store; anything else may be the secret itself, by mistake. */
function reference(value: Json): string {
  return typeof value === 'string' && /^(arn:aws[\w-]*:(secretsmanager|ssm):|\/)/.test(value)
    ? JSON.stringify(value)
    : masked
}

/** Items of a command: an item alone does not show that it is the value of the flag before it. */
function items(list: readonly Json[]): readonly Json[] {
  return list.map((item, index) => {
    const before = index === 0 ? undefined : list[index - 1]
    if (typeof item !== 'string' || typeof before !== 'string' || /^--?[A-Za-z][\w-]*(?:=|$)/.test(item))
      return redacted(item)
    if (isSecretFlag(before)) return masked
    return /^(?:-u|--(?:proxy-)?user)$/.test(before) ? item.replace(/^([^:]*:).+$/s, `$1${masked}`) : redacted(item)
  })
}

function isSecretFlag(item: string): boolean {
  const [, name] = /^(?:--?|\/)([A-Za-z][\w.-]*)$/.exec(item) ?? []
  return (name !== undefined && isSecretName(name)) || /^(?:requirepass|masterauth)$/i.test(item)
}

function redacted(value: Json): Json {
  return typeof value === 'string' ? redact(value) : value
}
