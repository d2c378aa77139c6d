/** Deployments to a cluster (tier EKS): their log is a ZIP file in Amazon S3 once they have ended. */
import { describe, expect, test } from '@jest/globals'
import type { VersionBehaviour } from '../simulator/elasticbeanstalk/state.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, production, rolling } from './beanstalk-scene.ts'

const variables = { DB_PASSWORD: 's3cret-of-the-shop', LOG_LEVEL: 'debug' }
const properties = { 'aws:elasticbeanstalk:eks:environment': { 'env-variables': JSON.stringify(variables) } }
const image = `registry.example.com/shop@sha256:${'b'.repeat(64)}`
const given = { 'source-directory': '', 'image-uri': image }

function clusterScene(behaviour?: VersionBehaviour) {
  const tier = { Name: 'Cluster', Type: 'EKS', Version: '1.0' }
  const sim = beanstalkScene({ tier, image: 'registry.example.com/shop:v1', settings: properties })
  if (behaviour) beanstalkOf(sim).behave('v2', behaviour)
  return sim
}

const crash: VersionBehaviour = {
  kind: 'pods-fail',
  events: ['Warning  BackOff  Back-off restarting failed container app in pod shop-7c6b-bbbbb'],
  log: ['connecting as shop with s3cret-of-the-shop', 'Error: no database at db:5432 for s3cret-of-the-shop'],
}

describe('the log of a deployment to a cluster', () => {
  test('has the cause: the last error of the pod of the new version, without values of env-variables', async () => {
    const sim = clusterScene(crash)
    const { outputs, log, runner } = await deployBeanstalk(sim, given)
    expect(outputs).toMatchObject({ verdict: 'failed', 'cause-code': 'pod-restarts' })
    expect(log).toMatch(/with Elastic Beanstalk \(RollingUpdate\)/)
    expect(log).toMatch(/Which pods run which version is unknown .*To put all pods on v1 again/)
    expect(outputs.cause).toMatch(/Back-off restarting failed container app.*`Error: no database at db:5432 for \*\*\*/)
    expect(runner.summary).toMatch(/Last log lines of pod shop-production-7c6b-bbbbb/)
    expect(runner.summary).toMatch(/Kubernetes events of pod shop-production-7c6b-bbbbb/)
    // The pod of the version before has ended, as it had to.
    expect(runner.summary).not.toMatch(/5d9f|SIGTERM/)
    expect(JSON.stringify([log, runner.summary, outputs])).not.toMatch(/s3cret/)
  })

  test('is not read by a deployment that succeeds', async () => {
    const sim = clusterScene()
    expect((await deployBeanstalk(sim, given)).outputs.verdict).toBe('succeeded')
    expect(sim.recorder.calls('s3', 'HeadObject').length + sim.recorder.calls('s3', 'GetObject').length).toBe(0)
  })

  test('is waited for a while: its upload comes after the end, and is best effort', async () => {
    const late = clusterScene(crash)
    beanstalkOf(late).quirks.clusterLog = 15
    expect((await deployBeanstalk(late, given)).outputs['cause-code']).toBe('pod-restarts')

    const never = clusterScene(crash)
    beanstalkOf(never).quirks.clusterLog = undefined
    const { outputs, log } = await deployBeanstalk(never, given)
    expect(outputs).toMatchObject({ verdict: 'failed', 'cause-code': 'unexplained' })
    expect(log).toMatch(/ProgressDeadlineExceeded[\s\S]*no deployment log where a deployment fails before/)
  })

  test('that the role does not get is named with what to allow, also where it is not there yet', async () => {
    const sim = clusterScene(crash)
    sim.iam.allow('elasticbeanstalk:*', 'sts:GetCallerIdentity', 's3:PutObject')
    const { outputs, log } = await deployBeanstalk(sim, given)
    expect(outputs['cause-code']).toBe('unexplained')
    expect(log).toMatch(/Allow s3:GetObject, s3:ListBucket to the deploying role/)

    const early = clusterScene(crash)
    early.iam.allow('elasticbeanstalk:*', 'sts:GetCallerIdentity', 's3:GetObject')
    expect((await deployBeanstalk(early, given)).outputs['cause-code']).toBe('pod-restarts')
  })

  test('is that of an update which another job watches by its id', async () => {
    const sim = clusterScene(crash)
    const first = await deployBeanstalk(sim, { ...given, 'wait-for-deployment': 'false' })
    const id = first.outputs['deployment-id'] ?? ''
    const { outputs } = await deployBeanstalk(sim, { 'source-directory': '', 'version-label': '', 'deployment-id': id })
    expect(outputs).toMatchObject({ 'cause-code': 'pod-restarts' })
  })

  test('that is too long is named, not read', async () => {
    const sim = clusterScene(crash)
    const { write } = beanstalkOf(sim).storage
    Object.assign(beanstalkOf(sim).storage, {
      write: (bucket: string, key: string, body: Buffer) =>
        write(bucket, key, key.endsWith('.zip') ? Buffer.alloc(33 * 1024 * 1024) : body),
    })
    const { outputs, runner } = await deployBeanstalk(sim, given)
    expect(outputs['cause-code']).toBe('unexplained')
    expect(runner.summary).toMatch(
      /Files of the deployment log that could not be read[\s\S]*deployment-shop-production-.*\.zip/,
    )
    expect(sim.recorder.calls('s3', 'GetObject')).toEqual([])
  })
})

const standard = 'aws:elasticbeanstalk:application:environment'

test.each([
  ['env-variables of a cluster', true, 'aws:elasticbeanstalk:eks:environment', 'env-variables', 'n3w-s3cret-of-it'],
  ['environment properties of instances', false, standard, 'DB_PASSWORD', 'n3w-s3cret-of-it'],
])('%s are changed without being shown or saved', async (_, isCluster, Namespace, OptionName, secret) => {
  const sim = isCluster
    ? clusterScene()
    : beanstalkScene({ settings: { [standard]: { DB_PASSWORD: 's3cret-of-the-shop' } } })
  const Value = isCluster ? JSON.stringify({ ...variables, DB_PASSWORD: secret }) : secret
  const settings = { 'option-settings': JSON.stringify([{ Namespace, OptionName, Value }]) }
  const { log, runner, outputs } = await deployBeanstalk(sim, { ...(isCluster && given), ...settings })
  expect(outputs.verdict).toBe('succeeded')
  expect(log).toMatch(new RegExp(`${Namespace}:${OptionName} \\*\\*\\* → \\*\\*\\*`))
  expect(JSON.stringify([log, runner.summary, runner.savedState, outputs])).not.toMatch(/s3cret/)
  expect(beanstalkOf(sim).environment(production).settings.get(`${Namespace} ${OptionName}`)?.Value).toBe(Value)
})

test('steps of the log of instances are shown live, where Amazon S3 refuses a log that is not there yet', async () => {
  const sim = beanstalkScene({ ...rolling, instances: 6 })
  sim.iam.allow('elasticbeanstalk:*', 'sts:GetCallerIdentity', 's3:PutObject', 's3:GetObject')
  // The first object of the log comes late, as from an instance that has to be started.
  const { storage } = beanstalkOf(sim)
  const { write } = storage
  Object.assign(storage, {
    write: (bucket: string, key: string, body: Buffer) =>
      sim.recorder.calls('s3', 'GetObject').length === 0 && key.endsWith('.log') ? undefined : write(bucket, key, body),
  })
  const { log, outputs } = await deployBeanstalk(sim)
  expect(outputs.verdict).toBe('succeeded')
  expect(log).toMatch(/\[INFO\] Instance i-\w+: downloading application version v2/)
})
