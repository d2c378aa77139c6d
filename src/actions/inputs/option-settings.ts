import type { OptionSetting } from '../../ports.ts'
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
  const settings = given.startsWith('[') ? fromJson(given) : given.split(/\r?\n/).flatMap(fromLine)
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
      `must have lines such as aws:elasticbeanstalk:command:Timeout=900 or env:NAME=value; line ${index + 1} is "${text.split('=')[0]}"`,
    )
  return [{ namespace, name, value }]
}

function fromJson(given: string): readonly OptionSetting[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(given)
  } catch (error) {
    throw new Error(
      `must be a JSON list of option settings: ${error instanceof Error ? error.message.replace(/"[^"]*"/g, '…') : ''}`,
    )
  }
  if (!Array.isArray(parsed)) throw new Error('must be a JSON list of option settings')
  return parsed.map((entry, index) => {
    const { Namespace, OptionName, Value } = (entry ?? {}) as Record<string, unknown>
    const isText = (value: unknown) => typeof value === 'string'
    if (!isText(Namespace) || !isText(OptionName) || !/^(string|number|boolean)$/.test(typeof Value))
      throw new Error(`must have Namespace, OptionName and Value in every entry; entry ${index + 1} has not`)
    return { namespace: String(Namespace), name: String(OptionName), value: String(Value) }
  })
}
