import { type Text, text, untrusted } from '../../text.ts'
import { applyBeanstalk } from './beanstalk-commands.ts'
import type { Effects } from './effects.ts'
import { type Options, optionTable, readOptions } from './options.ts'
import { applyCloudFront, applyS3 } from './site-commands.ts'
import { token } from './variables.ts'

const updateOptions = optionTable(
  'cluster service task-definition desired-count region force-new-deployment! output query no-cli-pager! no-cli-auto-prompt!',
)
const waitOptions = optionTable('cluster region')
const createOptions = optionTable(
  'repository-name image-scanning-configuration image-tag-mutability region output query no-cli-pager!',
)

/** A command of the AWS CLI, but those in substitutions. Undefined: done; else why not. */
export function applyAws(words: readonly string[], effects: Effects): Text | undefined {
  const [service = '', operation = '', ...rest] = words
  if (service === 'ecs' && operation === 'update-service') return updateService(rest, effects)
  if (service === 'ecs' && operation === 'wait' && rest[0] === 'services-stable') return wait(rest.slice(1), effects)
  if (service === 's3') return applyS3(words.slice(1), effects)
  if (service === 'cloudfront') return applyCloudFront(words.slice(1), effects)
  if (service === 'elasticbeanstalk') return applyBeanstalk(words.slice(1), effects)
  return text`aws ${untrusted(`${service} ${operation}`)} ${reasonFor(service, operation)}`
}

const reasons: Readonly<Record<string, string>> = {
  'ecs register-task-definition': 'is translated where its file and the service that uses it are in the same script',
  'ecs run-task':
    'becomes run-task of actions/deploy, whose network, command and container must be chosen: docs/migrate.md',
  'ecs describe-services': 'in a script of its own is not needed: actions/deploy waits',
  'ecs deploy': 'becomes actions/deploy: docs/migrate.md',
  'ecr create-repository': 'is translated where it is allowed to fail (|| true), before the build that needs it',
  'ecr put-lifecycle-policy': 'becomes lifecycle-policy of actions/build-push',
  'ecr put-image': 'becomes actions/promote with image and tags',
  'deploy create-deployment':
    'becomes actions/deploy with the image or the definition: its AppSpec names neither service nor cluster',
  'deploy wait': 'is not needed after actions/deploy, which waits',
  'deploy stop-deployment': 'becomes actions/rollback',
}

function reasonFor(service: string, operation: string): string {
  return reasons[`${service} ${operation}`] ?? 'has no counterpart in Slipway'
}

function updateService(words: readonly string[], effects: Effects): Text | undefined {
  const options = readOptions(words, updateOptions)
  if (options.unknown !== undefined)
    return text`the option ${untrusted(options.unknown)} of aws ecs update-service is not translated`
  const one = (name: string) => options.options.get(name)?.at(-1)
  const service = one('service')
  if (service === undefined) return text`aws ecs update-service has no --service`
  const definition = one('task-definition')
  const known = definition === undefined ? undefined : effects.definitions.get(definition)
  if (definition?.includes(token) && !known?.isRegistered) return text`its --task-definition is known only at run time`
  const place = { cluster: one('cluster') ?? 'default', service, options }
  effects.deployments.push(known ? { ...place, ...known } : { ...place, definition })
  return undefined
}

function wait(words: readonly string[], effects: Effects): Text | undefined {
  const at = words.indexOf('--services')
  const behind = words.slice(at + 1)
  const count = behind.findIndex((word) => word.startsWith('--'))
  const services = at < 0 ? [] : behind.slice(0, count < 0 ? undefined : count)
  const others = words.filter((_, index) => index !== at && !(index > at && index <= at + services.length))
  const { options, unknown } = readOptions(others, waitOptions)
  if (unknown !== undefined || services.length === 0)
    return text`aws ecs wait services-stable is not translated with these options`
  effects.waits.push({ cluster: options.get('cluster')?.at(-1) ?? 'default', services })
  return undefined
}

/** `aws ecr create-repository` that may fail. */
export function createRepository(words: readonly string[], effects: Effects): Text | undefined {
  const options = readOptions(words, createOptions)
  if (options.unknown !== undefined)
    return text`the option ${untrusted(options.unknown)} of aws ecr create-repository is not translated`
  effects.repositories.set(options.options.get('repository-name')?.at(-1) ?? '', options)
  return undefined
}

/** The inputs of the build for the settings of a created repository. */
export function repositorySettings({ options }: Options): readonly { readonly name: string; readonly value: string }[] {
  const scans = /scanOnPush=true/i.test(options.get('image-scanning-configuration')?.at(-1) ?? '')
  const immutable = options.get('image-tag-mutability')?.at(-1) === 'IMMUTABLE'
  return [
    { name: 'create-repository', value: 'true' },
    { name: 'immutable-tags', value: String(immutable) },
    ...(scans ? [{ name: 'scan-on-push', value: 'true' }] : []),
  ]
}
