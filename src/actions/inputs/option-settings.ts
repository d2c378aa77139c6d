import { parseDocument } from '../../document/document.ts'
import { Failure } from '../../failure.ts'
import type { Json, JsonObject, OptionSetting } from '../../ports.ts'
import { readEach } from '../../read-each.ts'
import type { InputReader } from '../../runner/inputs.ts'

const line = /^(?<namespace>aws:[\w:-]+):(?<name>[^:=\s]+)=(?<value>.*)$/
const member = /^env:(?<name>[A-Za-z_]\w*)=(?<value>.*)$/s

/** Namespace of the environment properties of the program. */
const environment = 'aws:elasticbeanstalk:application:environment'

/**
 * Option settings: a JSON list as AWS's command line takes it (Namespace, OptionName, Value), or lines `namespace:OptionName=value`,
 * where `env:NAME=value` is short for an environment property.
 */
export const optionSettings: InputReader<readonly OptionSetting[]> = (given) => {
  if (given === '') return []
  const settings = given.startsWith('[') ? fromJson(given) : readEach(given.split(/\r?\n/), fromLine).flat()
  const keys = settings.map(({ namespace, name }) => `${namespace}:${name}`)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new Error(`names ${twice} twice`)
  return settings
}

function fromLine(written: string, index: number): readonly OptionSetting[] {
  const text = written.trim()
  if (text === '' || text.startsWith('#')) return []
  const { namespace = environment, name = '', value = '' } = (line.exec(text) ?? member.exec(text))?.groups ?? {}
  // The value may be a secret, so only what is before it is quoted.
  if (name === '')
    throw new Error(
      `must have lines such as aws:elasticbeanstalk:command:Timeout=900 or env:NAME=value; line ${index + 1} ${beginning(text)}`,
    )
  return [{ namespace, name, value }]
}

/** A line without "=" may be the second line of a secret. */
function beginning(written: string): string {
  return written.includes('=') ? `begins with "${written.split('=')[0]}="` : 'has no "="'
}

function fromJson(given: string): readonly OptionSetting[] {
  const entries = jsonOf(given)
  if (!Array.isArray(entries)) throw new Error('must be a list of option settings in JSON')
  return readEach(entries, (entry, index) => {
    const { Namespace, OptionName, Value } = (entry ?? {}) as JsonObject
    const isText = (value: unknown) => typeof value === 'string'
    if (!isText(Namespace) || !isText(OptionName) || !/^(string|number|boolean)$/.test(typeof Value))
      throw new Error(`must have Namespace, OptionName and Value in every entry; entry ${index + 1} has not`)
    return { namespace: String(Namespace), name: String(OptionName), value: String(Value) }
  })
}

/** Where it is no JSON, only the position is named: the text near it may be a secret. */
function jsonOf(given: string): Json {
  try {
    return parseDocument(given, { input: '' }).value
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { line = 1, column = 1 } = error.parts.mistakes?.[0] ?? {}
    throw new Error(`must be a list of option settings in JSON; see line ${line}, column ${column}`)
  }
}
