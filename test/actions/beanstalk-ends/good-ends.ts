/** Deployments that are good, whatever happened beside them. */
import { beanstalkOf, production, rolling } from '../beanstalk-scene.ts'
import { after, deployTheirs, type End, fault, immutable, theirs } from './end.ts'

const both = ['v2', 'v2']
const policies = ['AllAtOnce', 'Rolling', 'RollingWithAdditionalBatch', 'Immutable', 'TrafficSplitting']

const byPolicy: readonly End[] = policies.map((policy) => ({
  name: `good, by the policy ${policy}`,
  source: 'completed with our label',
  seed: { ...rolling, policy },
  verdict: 'succeeded',
  labels: both,
  says: new RegExp(`with Elastic Beanstalk \\(${policy}`),
}))

const quiet: readonly End[] = [
  {
    name: 'good, with basic health reporting',
    source: 'completed with our label',
    seed: { enhanced: false },
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'good, and Yellow from then on',
    source: 'einaregilsson/beanstalk-deploy#46, #113',
    behaviour: { kind: 'warning', causes: ['1 % of the requests are erroring with HTTP 4xx.'] },
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'good, and Red for the first 20 s',
    source: 'aws-elasticbeanstalk-deploy: the first Red with Ready is the end',
    behaviour: { kind: 'unhealthy', causes: [] },
    prepare: (sim) => after(sim, 40, () => beanstalkOf(sim).behave('v2', { kind: 'healthy' })),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'good, and shown as Ready for 12 s after UpdateEnvironment',
    source: 'aws-elasticbeanstalk-deploy: Ready before Updating',
    seed: immutable,
    prepare: (sim) => Object.assign(beanstalkOf(sim).quirks, { readyLag: 12 }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'good on twelve instances at once, with more events between two reads than ten',
    source: 'aws-elasticbeanstalk-deploy: reads the last ten events each 10 s',
    seed: { instances: 12 },
    verdict: 'succeeded',
    labels: Array.from({ length: 12 }, () => 'v2'),
  },
  {
    name: 'not watched, as asked',
    source: 'wait-for-deployment: false',
    given: { 'wait-for-deployment': 'false' },
    verdict: 'detached',
    labels: ['v1', 'v1'],
  },
  {
    name: 'the same job again',
    source: 'einaregilsson/beanstalk-deploy#67',
    isRepeated: true,
    verdict: 'unchanged',
    labels: both,
  },
  {
    name: 'a label that exists already, which may be used',
    source: 'use-existing-application-version-if-available',
    prepare: (sim) => beanstalkOf(sim).seed({ environment: 'shop-other', label: 'v2' }),
    given: { 'use-existing-application-version-if-available': 'true' },
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'settings and version together',
    source: 'API reference, UpdateEnvironment: InvalidParameterCombination',
    given: { 'option-settings': '[{"Namespace":"aws:elasticbeanstalk:command","OptionName":"Timeout","Value":"900"}]' },
    verdict: 'succeeded',
    labels: both,
  },
]

const others: readonly End[] = [
  {
    name: 'an error event of another operation is none of ours',
    source: 'aws-elasticbeanstalk-deploy: any ERROR event',
    prepare: (sim) =>
      after(sim, 7, () =>
        beanstalkOf(sim).tell(production, 'Failed to pull logs for environment instances.', 'ERROR', 'theirs'),
      ),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'a managed update is waited for, and named',
    source: 'einaregilsson/beanstalk-deploy#19',
    prepare: (sim) => beanstalkOf(sim).managedUpdate(production, 300),
    verdict: 'succeeded',
    labels: both,
    says: /waiting for the deployment managed-action-1/,
  },
  {
    name: 'a deployment of another user is waited for',
    source: 'einaregilsson/beanstalk-deploy#19',
    prepare: (sim) => {
      theirs(sim)
      deployTheirs(sim)
    },
    given: { guard: 'off' },
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'a restart of the program by another user in the meantime',
    source: 'aws-elasticbeanstalk-deploy: any ERROR event',
    prepare: (sim) =>
      after(sim, 5, () =>
        beanstalkOf(sim).tell(production, 'Restart of application server failed on instance i-0.', 'ERROR', 'restart'),
      ),
    seed: immutable,
    verdict: 'succeeded',
    labels: both,
  },
]

const weather: readonly End[] = [
  {
    name: 'throttled hard: later, and the same',
    source: 'einaregilsson/beanstalk-deploy#9, #16',
    prepare: fault('DescribeEnvironments', { kind: 'throttle' }, { times: 6, skip: 1 }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'throttled all the time, by a bucket of 6 requests and one in 5 s',
    source: 'einaregilsson/beanstalk-deploy#9, #16',
    seed: immutable,
    prepare: (sim) => Object.assign(beanstalkOf(sim).quirks, { requests: { capacity: 6, perSecond: 0.2 } }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'UpdateEnvironment throttled three times: nothing was begun',
    source: 'einaregilsson/beanstalk-deploy#9, #16',
    prepare: fault('UpdateEnvironment', { kind: 'throttle' }, { times: 3 }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'the reply to UpdateEnvironment is lost: found by its events, and sent once',
    source: 'a broken connection',
    prepare: fault('UpdateEnvironment', { kind: 'apply-then-drop' }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'the reply to CreateApplicationVersion is lost: the version is ours',
    source: 'a broken connection',
    prepare: fault('CreateApplicationVersion', { kind: 'apply-then-drop' }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'Service unavailable for a while',
    source: 'a broken connection',
    prepare: fault('DescribeEnvironments', { kind: 'http', status: 503 }, { times: 4, skip: 1 }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'connections that are reset',
    source: 'a broken connection',
    prepare: fault('DescribeEvents', { kind: 'reset' }, { times: 3 }),
    verdict: 'succeeded',
    labels: both,
  },
  {
    name: 'an object of an earlier run that lies under the key of the label',
    source: 'aws-elastic-beanstalk-cli 3.27.5',
    prepare: (sim) => {
      const { storage, bucket } = beanstalkOf(sim)
      storage.write(bucket, 'shop/v2.zip', Buffer.from('of an earlier run'))
    },
    verdict: 'succeeded',
    labels: both,
  },
]

const own: readonly End[] = [
  {
    name: 'good once traffic is shifted, with old instances still there',
    source: 'wait-for: traffic-shifted',
    seed: immutable,
    given: { 'wait-for': 'traffic-shifted' },
    verdict: 'succeeded',
    labels: ['v1', 'v1', 'v2', 'v2'],
    isOwn: true,
  },
  {
    name: 'deployed and unhealthy, with recovery not waited for: what was asked',
    source: 'deployed and unhealthy',
    behaviour: { kind: 'unhealthy', causes: [] },
    given: { 'wait-for-environment-recovery': 'false' },
    verdict: 'succeeded',
    labels: both,
    isOwn: true,
  },
  {
    name: 'settings first, then the version',
    source: 'API reference, UpdateEnvironment: InvalidParameterCombination',
    given: { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=900\nenv:LOG_LEVEL=debug' },
    verdict: 'succeeded',
    labels: both,
    says: /environment:LOG_LEVEL not set → \*\*\*/,
    isOwn: true,
  },
  {
    name: 'an image on a cluster (tier EKS), without any instance',
    source: 'cluster mode',
    seed: { tier: { Name: 'Cluster', Type: 'EKS', Version: '1.0' }, image: 'registry.example.com/shop:v1' },
    given: { 'source-directory': '', 'image-uri': `registry.example.com/shop@sha256:${'b'.repeat(64)}` },
    verdict: 'succeeded',
    labels: [],
    isOwn: true,
  },
  {
    name: 'an image by its digest on the Docker platform, where that refuses digests in Dockerrun.aws.json',
    source: 'developer guide, configuration',
    prepare: (sim) => Object.assign(beanstalkOf(sim).quirks, { refusesDigests: true }),
    given: { image: `registry.example.com/shop@sha256:${'b'.repeat(64)}` },
    verdict: 'succeeded',
    labels: both,
    isOwn: true,
  },
  {
    name: 'another update begins between our read and UpdateEnvironment',
    source: 'einaregilsson/beanstalk-deploy#19',
    prepare: (sim) =>
      sim.faults.add({
        operation: 'UpdateEnvironment',
        times: 1,
        effect: { kind: 'callback', run: () => beanstalkOf(sim).managedUpdate(production, 60) },
      }),
    verdict: 'succeeded',
    labels: both,
    isOwn: true,
  },
]

export const goodEnds: readonly End[] = [...byPolicy, ...quiet, ...others, ...weather, ...own]
