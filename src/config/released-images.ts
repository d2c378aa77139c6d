import { invalid } from '../document/document.ts'
import type { Mistake } from '../mistake.ts'
import { text, untrusted } from '../text.ts'
import type { LoadedConfig } from './load.ts'
import { memberNames } from './select-target.ts'

/**
 * Throws `config-invalid` with everything of these environments that a release of several images could not deploy: a service has
 * to say which containers get which image, or to have a definition of its own.
 */
export function requireContainerImages(loaded: LoadedConfig, environments: readonly string[]): void {
  const names = new Set(environments.flatMap((name) => memberNames(loaded.config, name)))
  const mistakes = [...names].flatMap((name) => mistakesOf(name, loaded, environments))
  if (mistakes.length > 0)
    throw invalid(mistakes, {
      name: 'The configuration',
      code: 'config-invalid',
      fix: text`Name the images of each service under containers, such as containers: { app: api }. Nothing has been changed on AWS.`,
      accepts: () => true,
    })
}

function mistakesOf(
  name: string,
  { config, file, at }: LoadedConfig,
  environments: readonly string[],
): readonly Mistake[] {
  const service = Object.hasOwn(config.services, name) ? config.services[name] : undefined
  if (service === undefined || service.containers !== undefined) return []
  const mistake = (key: string, message: string): readonly Mistake[] => [
    { file, ...at(['services', name, key]), message: text`services.${untrusted(name)}${untrusted(message)}` },
  ]
  if (service.container !== undefined)
    return mistake('container', '.container is for the one image, and the file has images: use containers')
  if (service.beanstalk?.image !== undefined)
    return mistake('beanstalk', '.beanstalk.image is the one image, and the file has images: deploy it in its own job')
  if (service.beanstalk !== undefined || service['task-definition'] !== undefined) return []
  const isDefined = environments.every((environment) => {
    const placed = config.environments[environment]?.services[name]
    return placed === undefined || ('cluster' in placed && placed['task-definition'] !== undefined)
  })
  return isDefined
    ? []
    : mistake('', ' has neither containers nor a task-definition; a deployment would change nothing of it')
}
