import type { Config } from './schema.ts'
import { memberNames, selectImageTags, selectWaves } from './select-target.ts'

/** One deployment of a workflow: a row of its matrix. */
export interface DeploymentRow {
  readonly environment: string
  /** Name of a service or site. Empty: all of the environment, in its waves. */
  readonly service: string
  /** Environment before it, or empty. */
  readonly after: string
  /** Separated by spaces. */
  readonly 'image-tags'?: string
}

/**
 * The deployments of these environments in their order. Services in waves are one of them: only together can they roll back
 * together. `before`: the environment before the first.
 */
export function deploymentRows(config: Config, environments: readonly string[], before = ''): readonly DeploymentRow[] {
  return environments.flatMap((environment, index) => {
    const after = environments[index - 1] ?? before
    const services = memberNames(config, environment)
    const tags = selectImageTags(config, environment).join(' ')
    const named = tags === '' ? {} : { 'image-tags': tags }
    return (selectWaves(config, environment) ? [''] : services).map((service) => ({
      ...{ environment, service, after },
      ...named,
    }))
  })
}
