import type { Nouns } from '../../../deployment/nouns.ts'

/** A service of ECS in sentences. */
export const serviceNouns: Nouns = {
  target: 'service',
  targets: 'services',
  version: 'revision',
  made: 'registered',
}
