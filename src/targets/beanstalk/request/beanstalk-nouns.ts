import type { Nouns } from '../../../deployment/nouns.ts'

/** An environment and its application versions in sentences. */
export const environmentNouns: Nouns = {
  target: 'environment',
  targets: 'environments',
  version: 'application version',
  made: 'created',
}

/** Names of the outputs of this target. */
export const beanstalkOutputs = {
  version: 'version-label',
  previous: 'previous-version-label',
  own: {},
}
