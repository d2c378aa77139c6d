import { expect, test } from '@jest/globals'
import { asWarnings } from '../../../src/diagnosis/finding.ts'
import { type EnvironmentFacts, judgeEnvironment } from '../../../src/targets/beanstalk/prepare/environment-checks.ts'

const setting = (namespace: string, name: string, value: string) => ({ namespace, name, value })
const environment = {
  application: 'shop',
  name: 'shop-production',
  id: 'e-1',
  status: 'Ready',
  color: 'Green',
  isAbortable: false,
}
const rolling = { name: 'Rolling', replaces: false, timeout: 600 } as const
const splitting = { name: 'TrafficSplitting', replaces: true, timeout: 600 } as const
const facts: EnvironmentFacts = {
  environment,
  settings: [],
  policy: rolling,
  hasEnhancedHealth: true,
  branch: 'Supported',
  versions: { count: 10, quota: 1000 },
}

test.each<[string, Partial<EnvironmentFacts>, readonly RegExp[]]>([
  ['nothing', {}, []],
  ['a retired platform', { branch: 'Retired' }, [/platform branch .* is Retired/]],
  ['basic health', { hasEnhancedHealth: false }, [/which instance has which version cannot be proven/]],
  [
    'cluster mode has no health by instance',
    { hasEnhancedHealth: false, environment: { ...environment, tierType: 'EKS' } },
    [],
  ],
  [
    'the quota',
    { versions: { count: 995, quota: 1000 } },
    [/Only 5 application versions are left of the quota of 1000.*keep-versions/],
  ],
  ['the quota, exceeded', { versions: { count: 1001, quota: 1000 } }, [/Only 0/]],
  ['leaders', { policy: splitting }, [/leader_only do not run/]],
  [
    'a load balancer that cannot split',
    { policy: splitting, settings: [setting('aws:elasticbeanstalk:environment', 'LoadBalancerType', 'classic')] },
    [/requires an Application Load Balancer.*classic/, /leader_only/],
  ],
  [
    'a policy without enhanced health',
    {
      policy: { ...splitting, name: 'Immutable' },
      settings: [setting('aws:elasticbeanstalk:healthreporting:system', 'SystemType', 'basic')],
    },
    [/Immutable requires enhanced health/],
  ],
  [
    'rolling with one instance',
    { settings: [setting('aws:elasticbeanstalk:environment', 'EnvironmentType', 'SingleInstance')] },
    [/Rolling requires a load balancer/],
  ],
])('warns of %s', (_, more, says) => {
  const said = asWarnings(judgeEnvironment({ ...facts, ...more })).map(({ untrusted }) => untrusted)
  expect(said).toEqual(says.map((pattern) => expect.stringMatching(pattern)))
})
