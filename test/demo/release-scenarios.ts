/** What can go wrong when examples/seed-003 is released: Elastic Beanstalk and a site in one job. */
import type { BeanstalkSeed } from '../simulator/elasticbeanstalk/elasticbeanstalk.ts'
import type { VersionBehaviour } from '../simulator/elasticbeanstalk/state.ts'

export interface ReleaseScenario {
  /** For `--list`. */
  readonly about: string
  /** First line of the commit's message. */
  readonly commit: string
  readonly verdict: 'succeeded' | 'rolled-back' | 'failed' | 'timed-out'
  /** What the cause has to say; a release that succeeds has none. */
  readonly cause?: RegExp
  readonly seed?: Partial<BeanstalkSeed>
  readonly behaviour?: VersionBehaviour
  /** Another release was before it. */
  readonly isSecond?: boolean
  /** The release before is wanted again, by deploy-site and deploy-beanstalk. */
  readonly rollsBack?: boolean
  /** What the site's address serves instead of its page. */
  readonly wrongPage?: string
  /** Labels of the instances afterwards: the version before, or the new one. */
  readonly instances: readonly ('old' | 'new')[]
}

const rolling = {
  policy: 'Rolling',
  instances: 3,
  settings: { 'aws:elasticbeanstalk:command': { BatchSizeType: 'Fixed', BatchSize: '1' } },
} as const

export const releaseScenarios: Readonly<Record<string, ReleaseScenario>> = {
  release: {
    about: 'Elastic Beanstalk and a site: assets first, then the API, then the pages',
    commit: 'Show the price of a product',
    verdict: 'succeeded',
    instances: ['new', 'new'],
  },
  'broken-bundle': {
    about: 'Elastic Beanstalk cannot process the source bundle: no instance is touched, no page is sent',
    commit: 'Configure the proxy',
    verdict: 'failed',
    cause: /invalid YAML or JSON/,
    behaviour: {
      kind: 'processing-fails',
      message:
        'The configuration file .ebextensions/proxy.config in application version contains invalid YAML or JSON.',
    },
    instances: ['old', 'old'],
  },
  'unhealthy-environment': {
    about: 'the new instances never pass their health checks; the immutable deployment is rolled back',
    commit: 'Check the database in /health',
    verdict: 'rolled-back',
    cause: /ELB health is failing/,
    seed: { policy: 'Immutable' },
    behaviour: { kind: 'unhealthy', causes: ['ELB health is failing or not available for all instances.'] },
    instances: ['old', 'old'],
  },
  'command-timeout': {
    about: 'a hook hangs until Elastic Beanstalk gives up, and all instances get the version before',
    commit: 'Migrate the database before the start',
    verdict: 'rolled-back',
    cause: /Timeout plus 240 s|timed out/i,
    behaviour: { kind: 'command-hangs' },
    instances: ['old', 'old'],
  },
  'mixed-fleet': {
    about: 'the second batch fails: instances are left on two versions, and all get the one before',
    commit: 'Use the new HTTP client',
    verdict: 'rolled-back',
    cause: /Cannot find module/,
    seed: rolling,
    behaviour: {
      kind: 'command-fails',
      exitCode: 1,
      on: [1],
      log: [
        "Error: Cannot find module 'undici'",
        '    at Module._resolveFilename (node:internal/modules/cjs/loader:1)',
      ],
    },
    instances: ['old', 'old', 'old'],
  },
  'wrong-content': {
    about: 'visitors get another page than the new one: the site and the API are rolled back',
    commit: 'Move the shop to the start page',
    verdict: 'rolled-back',
    cause: /does not return the page of release/,
    isSecond: true,
    wrongPage: '/maintenance.html',
    instances: ['old', 'old'],
  },
  'roll-back': {
    about: 'the site and the API are released, and then rolled back by deploy-site and deploy-beanstalk',
    commit: 'Sell another bicycle',
    verdict: 'succeeded',
    isSecond: true,
    rollsBack: true,
    instances: ['old', 'old'],
  },
}
