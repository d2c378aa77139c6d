import { type Text, text, untrusted } from '../../text.ts'
import type { Effects } from './effects.ts'
import { optionTable, readOptions } from './options.ts'

const versionOptions = optionTable(
  'application-name version-label description source-bundle region auto-create-application! process! no-process! ' +
    'output query no-cli-pager!',
)
const updateOptions = optionTable('application-name environment-name version-label region output query no-cli-pager!')
const waitOptions = optionTable('application-name version-label region no-cli-pager!')
const initOptions = optionTable('platform/p region/r keyname/k quiet/q!')
const deployOptions = optionTable(
  'label/l message/m timeout nohang/nh! region/r verbose/v! debug! quiet/q! process/p! no-verify-ssl!',
)

const reasons: Readonly<Record<string, string>> = {
  'create-storage-location': 'is not needed: actions/deploy-beanstalk takes the bucket of Elastic Beanstalk',
  'create-environment': 'has no counterpart: create the environment with infrastructure as code',
  'describe-environments': 'is not needed: actions/deploy-beanstalk waits',
  'swap-environment-cnames': 'becomes swap-environment-name of actions/deploy-beanstalk',
}

/** `aws elasticbeanstalk …`. Undefined: done; else why not. */
export function applyBeanstalk(words: readonly string[], effects: Effects): Text | undefined {
  const [operation = '', ...rest] = words
  if (operation === 'create-application-version') return createVersion(rest, effects)
  if (operation === 'update-environment') return updateEnvironment(rest, effects)
  if (operation === 'wait' && rest[0] === 'environment-updated') return waitFor(rest.slice(1), effects)
  return text`aws elasticbeanstalk ${untrusted(operation)} ${reasons[operation] ?? 'has no counterpart in Slipway'}`
}

function createVersion(words: readonly string[], effects: Effects): Text | undefined {
  const { options, unknown, operands } = readOptions(words, versionOptions)
  const one = (name: string) => options.get(name)?.at(-1)
  const [application, label] = [one('application-name'), one('version-label')]
  const [bucket, key] = ['S3Bucket', 'S3Key'].map((name) => member(one('source-bundle') ?? '', name))
  if (unknown !== undefined)
    return text`the option ${untrusted(unknown)} of create-application-version has no counterpart in Slipway`
  if (
    application === undefined ||
    label === undefined ||
    bucket === undefined ||
    key === undefined ||
    operands.length > 0
  )
    return text`create-application-version is translated with --application-name, --version-label and --source-bundle S3Bucket=…,S3Key=…`
  effects.parts.push({
    kind: 'version',
    application,
    label,
    bucket,
    key,
    description: one('description'),
    region: one('region'),
  })
  return undefined
}

/** A member of the shorthand syntax of the AWS CLI, `S3Bucket=b,S3Key=k`. */
function member(shorthand: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}=([^,]+)`).exec(shorthand)?.[1]
}

function updateEnvironment(words: readonly string[], effects: Effects): Text | undefined {
  const { options, unknown } = readOptions(words, updateOptions)
  const one = (name: string) => options.get(name)?.at(-1)
  const [environment, label] = [one('environment-name'), one('version-label')]
  if (unknown === '--option-settings')
    return text`--option-settings is the input option-settings of actions/deploy-beanstalk, as lines such as aws:elasticbeanstalk:command:Timeout=900`
  if (unknown !== undefined)
    return text`the option ${untrusted(unknown)} of update-environment has no counterpart in Slipway`
  if (environment === undefined || label === undefined)
    return text`update-environment is translated with --environment-name and --version-label`
  const [application, region] = [one('application-name'), one('region')]
  effects.parts.push({ kind: 'update', application, environment, label, region })
  return undefined
}

function waitFor(words: readonly string[], effects: Effects): Text | undefined {
  const at = words.indexOf('--environment-names')
  const behind = words.slice(at + 1)
  const count = behind.findIndex((word) => word.startsWith('--'))
  const environments = at < 0 ? [] : behind.slice(0, count < 0 ? undefined : count)
  const others = words.filter((_, index) => index !== at && !(index > at && index <= at + environments.length))
  if (readOptions(others, waitOptions).unknown !== undefined || environments.length === 0)
    return text`aws elasticbeanstalk wait environment-updated is translated with --environment-names`
  effects.parts.push({ kind: 'updated', environments })
  return undefined
}

/** `eb init`, `eb use` and `eb deploy`. Undefined: done; else why not. */
export function applyEb(words: readonly string[], effects: Effects): Text | undefined {
  const [operation = '', ...rest] = words
  if (operation === 'init') return init(rest, effects)
  if (operation === 'use' && rest.length === 1) {
    effects.eb.environment = rest[0]
    return undefined
  }
  if (operation === 'deploy') return deploy(rest, effects)
  return text`eb ${untrusted(operation)} has no counterpart in Slipway`
}

function init(words: readonly string[], { eb }: Effects): Text | undefined {
  const { options, operands, unknown } = readOptions(words, initOptions)
  if (unknown !== undefined || operands.length !== 1)
    return text`eb init is translated with the name of the application, --platform and --region`
  eb.application = operands[0]
  eb.region = options.get('region')?.at(-1)
  return undefined
}

function deploy(words: readonly string[], effects: Effects): Text | undefined {
  const { eb, parts } = effects
  const { options, operands, unknown } = readOptions(words, deployOptions)
  if (unknown !== undefined) return text`the option ${untrusted(unknown)} of eb deploy has no counterpart in Slipway`
  const environment = operands[0] ?? eb.environment
  if (eb.application === undefined || environment === undefined)
    return text`eb deploy takes the application or the environment from .elasticbeanstalk/config.yml: actions/deploy-beanstalk with application-name, environment-name and source-directory`
  const one = (name: string) => options.get(name)?.at(-1)
  parts.push({
    kind: 'eb',
    folder: '.',
    application: eb.application,
    environment,
    label: one('label'),
    description: one('message'),
    minutes: one('timeout'),
    isWatched: !options.has('nohang'),
    region: one('region') ?? eb.region,
  })
  return undefined
}
