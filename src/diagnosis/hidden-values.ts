import { regionPattern } from '../partitions.ts'
import { secretsIn } from './redact.ts'
import { isSecretName } from './secret-name.ts'

/** A variable whose value must not be shown. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** Characters. Of a variable whose name is not secret, shorter values are words like `debug` or `api`, which occur in every line. */
export const shortest = 8

/**
 * Common values that are no secret: switches, numbers of up to three digits, names of environments and levels; and lines of
 * values that hold only brackets.
 */
const trivial =
  /^(?:.?|\d{1,3}|[{}[\](),;:"' ]{0,4}|true|false|yes|no|on|off|enabled|disabled|null|nil|none|undefined|default|auto|dev|development|devel|debug|test|testing|qa|uat|stage|staging|preprod|preproduction|prod|production|live|local|localhost|trace|verbose|info|notice|warn|warning|error|fatal|critical)$/i

/** Of a variable whose name is not secret, also: a number (a port, an account), a region and a resource of AWS. */
const plain = /^(?:\d+(?:\.\d+)*|arn:aws[\w-]*:\S+)$/

/**
 * What must not be shown of a variable. Where the name says that it is secret, this is every value that is not trivial; otherwise it
 * is one of 8 characters or more that is not shown in any case (`open`). Of a value with several lines it is also each line, by the
 * same rule, and of one that holds a credential (an address with a password) also that.
 */
export function hiddenValues(name: string, value: string, open: string): readonly Variable[] {
  const lines = [value, ...value.split(/\r?\n/).map((line) => line.trim())]
  return named(name, [...lines.filter((line) => isHidden(name, line, open)), ...credentialsIn(value)])
}

/** The credentials in a text that is no secret itself, such as a command. */
export function hiddenCredentials(name: string, text: string): readonly Variable[] {
  return named(name, credentialsIn(text))
}

/** The value of an option whose name says that it is secret. */
export function hiddenOption(name: string, value: unknown): readonly Variable[] {
  return typeof value === 'string' && isSecretName(name) && !trivial.test(value) ? [{ name, value }] : []
}

function named(name: string, values: readonly string[]): readonly Variable[] {
  return [...new Set(values)].map((value) => ({ name, value }))
}

function isHidden(name: string, value: string, open: string): boolean {
  if (trivial.test(value)) return false
  return (
    isSecretName(name) ||
    (value.length >= shortest && !plain.test(value) && !regionPattern.test(value) && !open.includes(value))
  )
}

/** Passwords and tokens in a value, as written there and as a program decodes them. */
function credentialsIn(value: string): readonly string[] {
  return secretsIn(value)
    .map(([start, end]) => value.slice(start, end).replace(/^(["'`])(.*)\1$/s, '$2'))
    .flatMap((credential) => [credential, unescaped(credential)])
    .filter((credential) => !trivial.test(credential))
}

/** In addresses, passwords are escaped. */
function unescaped(credential: string): string {
  try {
    return decodeURIComponent(credential)
  } catch {
    return credential
  }
}
