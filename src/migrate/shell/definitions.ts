import { type Text, text } from '../../text.ts'
import type { Definition, Effects } from './effects.ts'
import { optionTable, readOptions } from './options.ts'
import { token } from './variables.ts'

const describeOptions = optionTable('task-definition region query output include no-cli-pager!')
const registerOptions = optionTable('cli-input-json region query output no-cli-pager!')
const image = /\.containerDefinitions\[0\]\.image\s*\|?=\s*(?:\$(\w+)|"([^"]*)")/
/** What else a filter of a definition does: it removes members that RegisterTaskDefinition refuses, and prints. */
const harmless = /^(?:\s|\||\.taskDefinition\b|\.|del\([^()]*\)|with_entries\(select\([^)]*\)\))*$/

/**
 * The definition at the end of a pipeline: read by `aws ecs describe-task-definition` or of a variable or file, changed by jq,
 * registered by `aws ecs register-task-definition`. A `Text`: what cannot be translated; undefined: no definition is in it.
 */
export function definitionOf(
  pipeline: readonly (readonly string[])[],
  effects: Effects,
): Definition | Text | undefined {
  let current: Definition | undefined
  for (const words of pipeline) {
    const next = passed(words, current, effects)
    if (next === undefined || Array.isArray(next))
      return current === undefined && next === undefined ? undefined : (next ?? unknown)
    current = next as Definition
  }
  return current
}

const unknown = text`a command that changes a task definition is not translated`

function passed(
  words: readonly string[],
  current: Definition | undefined,
  effects: Effects,
): Definition | Text | undefined {
  const [program = '', service = '', operation = '', ...rest] = words
  if (program === 'echo' || program === 'cat') return effects.definitions.get(words.at(-1) ?? '')
  if (program === 'jq') return filtered(words.slice(1), current, effects)
  if (program !== 'aws' || service !== 'ecs') return undefined
  if (operation === 'describe-task-definition') {
    const { options, unknown } = readOptions(rest, describeOptions)
    return unknown === undefined ? { definition: options.get('task-definition')?.at(-1), isRead: true } : undefined
  }
  if (operation !== 'register-task-definition') return undefined
  const { options, unknown } = readOptions(rest, registerOptions)
  const given = options.get('cli-input-json')?.at(-1)
  if (unknown !== undefined || given === undefined)
    return text`aws ecs register-task-definition is translated with --cli-input-json only`
  return registered(given, effects)
}

function registered(given: string, effects: Effects): Definition | Text {
  const name = given.replace(/^file:\/\//, '')
  const known = effects.definitions.get(name)
  if (known) return { ...known, isRegistered: true }
  return given.startsWith('file://') && !name.includes(token)
    ? { definition: name, isRegistered: true }
    : text`the definition that is registered is known only at run time`
}

function filtered(
  words: readonly string[],
  current: Definition | undefined,
  effects: Effects,
): Definition | Text | undefined {
  const { values, operands } = jqArguments(words)
  const [filter = '', file = ''] = operands
  const before = current ?? effects.definitions.get(file) ?? (file === '' ? undefined : { definition: file })
  if (before === undefined) return undefined
  if (before.isRegistered) return /^\.taskDefinition\.taskDefinitionArn$/.test(filter) ? before : unknown
  const [whole, variable, literal] = image.exec(filter) ?? []
  const others = filter.replace(whole ?? '', '')
  if (!harmless.test(others)) return text`a filter of jq does more than to set the image of the first container`
  if (whole === undefined) return before
  const value = literal ?? values.get(variable ?? '')
  return value === undefined ? unknown : { ...before, image: value }
}

function jqArguments(words: readonly string[]) {
  const values = new Map<string, string>()
  const operands: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--arg') values.set(words[++at] ?? '', words[++at] ?? '')
    else if (!/^-/.test(word)) operands.push(word)
  }
  return { values, operands }
}
