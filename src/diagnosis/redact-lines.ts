import { regionPattern } from '../partitions.ts'
import type { JsonObject } from '../ports.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../task-definition/members.ts'
import { formFinder } from './find-values.ts'
import { readingsOfValues } from './readings.ts'
import { redact, secretsIn } from './redact.ts'
import { isSecretName } from './secret-name.ts'
import { encodedFormsOf, leastEncoded, plainFormsOf } from './written-forms.ts'

/** A variable of the definition whose value must not be shown. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** Of a variable whose name says nothing, shorter values are words like `debug` or `api`, and in every line. */
const shortest = 8

/**
 * What is set everywhere and is nobody's secret: switches, numbers of up to three digits, names of environments and levels; and
 * lines of values that hold nothing but brackets.
 */
const trivial =
  /^(?:.?|\d{1,3}|[{}[\](),;:"' ]{0,4}|true|false|yes|no|on|off|enabled|disabled|null|nil|none|undefined|default|auto|dev|development|devel|debug|test|testing|qa|uat|stage|staging|preprod|preproduction|prod|production|live|local|localhost|trace|verbose|info|notice|warn|warning|error|fatal|critical)$/i

/** Of a variable whose name says nothing, also: a number (a port, an account), a region and a resource of AWS. */
const plain = /^(?:\d+(?:\.\d+)*|arn:aws[\w-]*:\S+)$/

/**
 * The variables of all containers whose values must not be shown, the longest value first. Where the name says that it is
 * secret, this is every value that is not trivial; otherwise it is one of 8 characters or more that the definition does
 * not say elsewhere in the open (its family, names, images and log groups), and neither does `known`. Of a value with several
 * lines it is also each line, by the same rule, and of one that holds a credential (an address with a password) also that.
 * Labels, log options and commands count like variables as far as they are secret.
 */
export function variablesOf(definition: JsonObject | undefined, known: readonly string[] = []): readonly Variable[] {
  const open = [openTexts(definition), ...known].join('\n')
  return containersOf(definition)
    .flatMap((container) => [
      ...environmentOf(container).flatMap(({ name, value }) => {
        const lines = [value, ...value.split(/\r?\n/).map((line) => line.trim())]
        return named(name, [...lines.filter((line) => isHidden(name, line, open)), ...credentialsIn(value)])
      }),
      ...secretOptions(container),
      ...['entryPoint', 'command'].flatMap((name) => named(name, credentialsIn(JSON.stringify(container[name] ?? [])))),
    ])
    .sort((one, other) => other.value.length - one.value.length)
}

function named(name: string, values: readonly string[]): readonly Variable[] {
  return [...new Set(values)].map((value) => ({ name, value }))
}

function environmentOf(container: JsonObject): readonly Variable[] {
  return objectsIn(container, 'environment').map((variable) => ({
    name: textIn(variable, 'name') ?? '?',
    value: textIn(variable, 'value') ?? '',
  }))
}

/** Labels, and what is said to a log driver, with a secret name. */
function secretOptions(container: JsonObject): readonly Variable[] {
  return [objectIn(container, 'dockerLabels'), objectIn(objectIn(container, 'logConfiguration'), 'options')]
    .flatMap((options = {}) => Object.entries(options))
    .flatMap(([name, value]) =>
      typeof value === 'string' && isSecretName(name) && !trivial.test(value) ? [{ name, value }] : [],
    )
}

function isHidden(name: string, value: string, open: string): boolean {
  if (trivial.test(value)) return false
  return (
    isSecretName(name) ||
    (value.length >= shortest && !plain.test(value) && !regionPattern.test(value) && !open.includes(value))
  )
}

/** What people are shown in any case. */
function openTexts(definition: JsonObject | undefined): string {
  const said = containersOf(definition).flatMap((container) => {
    const options = objectIn(objectIn(container, 'logConfiguration'), 'options')
    const logs = ['awslogs-group', 'awslogs-stream-prefix', 'awslogs-region'].map((option) => textIn(options, option))
    return [textIn(container, 'name'), textIn(container, 'image'), ...logs]
  })
  return [textIn(definition, 'family'), ...said].filter((text) => text !== undefined).join('\n')
}

/** Passwords and tokens in a value, as they stand there and as a program reads them. */
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

/**
 * Lines without what looks like a credential, also one that goes over several lines, and without the values of variables,
 * however they are written: `***(DB_HOST)` tells which one stood there.
 */
export function redactLines(lines: readonly string[], variables: readonly Variable[] = []): readonly string[] {
  if (lines.length === 0) return []
  return redact(hideValues(variables)(lines.join('\n'))).split('\n')
}

/**
 * Takes the values of variables out of texts, and nothing else. All forms of all values are looked for in the text as it came,
 * so that nothing is found in what stands for another.
 */
export function hideValues(variables: readonly Variable[]): (text: string) => string {
  if (variables.length === 0) return (text) => text
  const findPlain = finderOf(variables, plainFormsOf)
  let findEncoded: typeof findPlain | undefined
  // Most texts have no run of such characters that could be one, and then none is even made.
  const least = leastEncoded(Math.min(...variables.map(({ value }) => value.length)))
  // Looked for at the beginning of a run only: at each place in it, a long one takes seconds.
  const mayBeEncoded = new RegExp(`(?<![\\w+/-])[\\w+/-]{${least}}`)
  const find = (text: string) => {
    if (!mayBeEncoded.test(text)) return findPlain(text)
    findEncoded ??= finderOf(variables, encodedFormsOf)
    return [...findPlain(text), ...findEncoded(text)]
  }
  return (text) => {
    const found = readingsOfValues(text).flatMap((reading) =>
      find(reading.text).map(({ index, form: { form, name } }) => {
        const [start, end] = reading.place([index, index + form.length])
        return { start, end, name }
      }),
    )
    return withNames(text, found)
  }
}

function finderOf(variables: readonly Variable[], formsOf: (value: string) => readonly string[]) {
  const names = new Map<string, string>()
  for (const { name, value } of variables)
    for (const form of formsOf(value)) if (!names.has(form)) names.set(form, name)
  return formFinder([...names].map(([form, name]) => ({ form, name, isWord: isWord(form) })))
}

/** A short word or number, which is a part of many others. */
function isWord(form: string): boolean {
  return form.length < 4 || (form.length < shortest && /^(?:[A-Za-z]+|\d+)$/.test(form))
}

interface Found {
  readonly start: number
  readonly end: number
  readonly name: string
}

/** The first and longest name stands for what overlaps. */
function withNames(text: string, found: readonly Found[]): string {
  let [shown, done] = ['', 0]
  for (const { start, end, name } of found.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    if (start >= done) shown += `${text.slice(done, start)}***(${name})`
    done = Math.max(done, end)
  }
  return shown + text.slice(done)
}
