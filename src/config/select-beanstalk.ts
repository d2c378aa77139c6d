import { Failure } from '../failure.ts'
import type { Check } from '../targets/steps/request/release-steps.ts'
import { setting, text, untrusted } from '../text.ts'
import type { Config } from './schema.ts'
import { type AfterDeployment, type EnvironmentTarget, environmentOf, selectEnvironment } from './select-target.ts'
import { checksIn } from './verify-schema.ts'

/** A service of Elastic Beanstalk in one environment of slipway.yml. */
export interface BeanstalkTarget extends EnvironmentTarget {
  /** Name of the service in slipway.yml. */
  readonly name: string
  /** Values of the inputs of `deploy-beanstalk`, by their names, as a workflow would write them. */
  readonly settings: Readonly<Record<string, string>>
  /** The input that gets the image of the workflow; undefined: the service has none. */
  readonly imageInput?: 'image' | 'image-uri' | undefined
  readonly after?: AfterDeployment | undefined
  readonly verify?: readonly Check[] | undefined
}

/** The service of that name; undefined where the environment has none, or it is one of Amazon ECS. */
export function selectBeanstalk(config: Config, environmentName: string, name: string): BeanstalkTarget | undefined {
  const { services } = environmentOf(config, environmentName)
  const placement = Object.hasOwn(services, name) ? services[name] : undefined
  const written = Object.hasOwn(config.services, name) ? config.services[name]?.beanstalk : undefined
  if (placement === undefined || !('environment' in placement) || written === undefined) return undefined
  const { image } = written
  const options = Object.entries(placement['option-settings'] ?? {}).map(([key, value]) => `${key}=${value}`)
  const all: Readonly<Record<string, string | undefined>> = {
    'application-name': written.application,
    'environment-name': placement.environment,
    'source-directory': written['source-directory'],
    'exclude-patterns': written['exclude-patterns']?.join('\n'),
    'deployment-package-path': written['deployment-package-path'],
    'bundle-format': image === 'cluster' ? undefined : image,
    'container-port': written['container-port']?.toString(),
    'compose-service': written['compose-service'],
    'option-settings': options.join('\n'),
    'accepted-health': placement['accepted-health']?.join(','),
    'roll-back-on-failure': placement['roll-back-on-failure']?.toString(),
    'keep-versions': placement['keep-versions']?.toString(),
    's3-bucket-name': placement['s3-bucket-name'],
  }
  const given = Object.entries(all).flatMap(([key, value]) => (value ? [[key, value] as const] : []))
  return {
    ...selectEnvironment(config, environmentName),
    name,
    settings: Object.fromEntries(given),
    imageInput: image && (image === 'cluster' ? 'image-uri' : 'image'),
    after: placement.after?.invalidate,
    verify: placement.verify && checksIn(placement.verify),
  }
}

/** The service of that name, or the only one of the environment on Elastic Beanstalk. Throws `config-invalid`. */
export function requireBeanstalk(config: Config, environmentName: string, name: string | undefined): BeanstalkTarget {
  const { services } = environmentOf(config, environmentName)
  const all = Object.keys(services).flatMap((one) => selectBeanstalk(config, environmentName, one) ?? [])
  const found = name === undefined && all.length === 1 ? all[0] : all.find((one) => one.name === name)
  if (found) return found
  throw new Failure({
    code: 'config-invalid',
    what:
      name === undefined && all.length > 1
        ? text`The environment ${untrusted(environmentName)} of slipway.yml has several services on Elastic Beanstalk, and the input service does not say which`
        : text`The environment ${untrusted(environmentName)} of slipway.yml has no service${name === undefined ? [] : text` ${untrusted(name)}`} on Elastic Beanstalk`,
    why: text`it has ${untrusted(all.map((one) => one.name).join(', ') || 'none')}`,
    fix: text`Set the input ${setting('service')} to one of them, or application-name and environment-name instead.`,
  })
}
