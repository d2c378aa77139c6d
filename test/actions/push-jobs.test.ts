/** Waits of build-push for what Amazon ECR does after a push: managed signing and replication. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ECRClient,
  PutReplicationConfigurationCommand,
  PutSigningConfigurationCommand,
  type ReplicationRule,
  type SigningRule,
} from '@aws-sdk/client-ecr'
import { expect, test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { failure } from '../aws/simulated.ts'
import { writeLayout } from '../oci-layout.ts'
import { isLong, some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { keys } from './scene.ts'

const profile = 'arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release'
const second = 'arn:aws:signer:eu-west-1:111122223333:/signing-profiles/audit'
const wildcard = (filter: string) => [{ filter, filterType: 'WILDCARD_MATCH' as const }]
const prefix = (filter: string) => [{ filter, filterType: 'PREFIX_MATCH' as const }]
const frankfurt = { region: 'eu-central-1', registryId: '111122223333' }
const dublin = { region: 'eu-west-2', registryId: '444455556666' }

async function scene() {
  const simulator = createSimulator()
  const { ecr } = simulator.world.region('eu-west-1')
  ecr.createRepository('team/api')
  const workspace = temporaryFolder()
  const { digest } = await writeLayout(join(workspace, 'image'), { files: { '/a': 'a' }, entrypoint: ['/a'] })
  const clock = simulator.clock.forProgram
  const environment = { ...keys, GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: 'acme/shop', PATH: '/nonexistent' }
  const runner = await fakeRunner({ clock, workspace, environment })
  const build = createBuildPush({ fetch: simulator.fetch, requestHandler: simulator.requestHandler })
  const { requestHandler, iam } = simulator
  const client = new ECRClient({ region: 'eu-west-1', credentials: iam.root, requestHandler })
  const inputs = { repository: 'team/api', tag: 'v1', 'oci-layout': 'image' }
  return {
    simulator,
    ecr,
    runner,
    digest,
    tagged: () => ecr.find('127.0.0.1:1/team/api:v1')?.digest,
    sign: (...rules: SigningRule[]) =>
      client.send(new PutSigningConfigurationCommand({ signingConfiguration: { rules } })),
    replicate: (...rules: ReplicationRule[]) =>
      client.send(new PutReplicationConfigurationCommand({ replicationConfiguration: { rules } })),
    run: async (given: Record<string, string>) =>
      build.main(givenInputs(build.inputs, { ...inputs, ...given }), runner),
  }
}

const signing = { 'wait-for-signing': 'true' }
const replication = { 'wait-for-replication': 'true' }

/** Seconds of the last job that ends. */
const slow = isLong ? 1500 : 300

test('the step ends when all profiles have signed and all destinations have the image', async () => {
  const { run, sign, replicate, runner, simulator, ecr } = await scene()
  await sign({ signingProfileArn: profile, repositoryFilters: wildcard('*/api') }, { signingProfileArn: second })
  await replicate({ destinations: [frankfurt, dublin], repositoryFilters: prefix('team/') })
  ecr.pushJobs.end('audit', { seconds: 90, status: 'COMPLETE' })
  ecr.pushJobs.end('eu-west-2', { seconds: slow, status: 'COMPLETE' })
  const begun = simulator.clock.now()
  await run({ ...signing, ...replication })
  expect(simulator.clock.now() - begun).toBeGreaterThanOrEqual(slow * 1000)
  const log = runner.lines.join('\n')
  expect(log).toContain(`Signed by ${profile}, ${second}`)
  expect(log).toContain('Replicated to eu-central-1/111122223333, eu-west-2/444455556666')
})

test('scan and waits need nothing that their page does not list', async () => {
  const { run, sign, replicate, simulator, ecr } = await scene()
  await sign({ signingProfileArn: profile })
  await replicate({ destinations: [frankfurt] })
  const before = simulator.iam.actionsUsed()
  await run({ ...signing, ...replication, scan: 'require' })
  expect(ecr.scanning.type).toBe('BASIC')
  const page = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
  const listed = `${page('docs/image-scan.md').split('## Permissions')[1]}${page('actions/build-push/README.md')}`
  const used = simulator.iam.actionsUsed().filter((action) => !before.includes(action))
  expect(used).toEqual(expect.arrayContaining(['ecr:StartImageScan', 'ecr:DescribeImageReplicationStatus']))
  expect(used.filter((action) => !listed.includes(`\`${action}\``))).toEqual([])
})

test.each<readonly [string, readonly SigningRule[] | undefined, RegExp]>([
  ['no signing configuration', undefined, /SigningConfigurationNotFoundException/],
  ['no rules', [], /has no rules/],
  [
    'rules for others',
    [{ signingProfileArn: profile, repositoryFilters: wildcard('api') }],
    /no rule for it, only for api/,
  ],
])('a registry with %s is refused before the push', async (_, rules, why) => {
  const { run, sign, simulator } = await scene()
  if (rules) await sign(...rules)
  expect(await failure(run(signing))).toMatchObject({ code: 'image-unsigned', why: expect.stringMatching(why) })
  expect(simulator.recorder.all.filter(({ service }) => service === 'registry')).toEqual([])
})

test.each<readonly [string, readonly ReplicationRule[], RegExp]>([
  ['no rules', [], /has no rules/],
  ['rules for others', [{ destinations: [frankfurt], repositoryFilters: prefix('api') }], /only for api/],
])('a registry with %s for replication is refused before the push', async (_, rules, why) => {
  const { run, replicate, simulator } = await scene()
  await replicate(...rules)
  expect(await failure(run(replication))).toMatchObject({
    code: 'image-not-replicated',
    why: expect.stringMatching(why),
  })
  expect(simulator.recorder.all.filter(({ service }) => service === 'registry')).toEqual([])
})

test('a signature that fails is red with its code, reason and profile, and the outputs of the push are set', async () => {
  const { run, sign, ecr, runner, digest, tagged } = await scene()
  await sign({ signingProfileArn: profile })
  const reason = 'not authorized to perform signer:SignPayload'
  ecr.pushJobs.end('release', { seconds: 8, status: 'FAILED', failureCode: 'AccessDenied', failureReason: reason })
  expect(await failure(run(signing))).toMatchObject({
    code: 'image-unsigned',
    what: `FAILED: managed signing of team/api@${digest}`,
    why: `${profile}: AccessDenied: ${reason}`,
    fix: expect.stringContaining('signer:SignPayload'),
  })
  expect(runner.outputs).toMatchObject({ digest })
  expect(tagged()).toBe(digest)
})

test('replicas in one region are complete when all of them are', async () => {
  const { run, replicate, ecr, simulator } = await scene()
  await replicate({ destinations: [frankfurt, { ...frankfurt, registryId: '444455556666' }] })
  ecr.pushJobs.end('eu-central-1/444455556666', { seconds: 300, status: 'COMPLETE' })
  const begun = simulator.clock.now()
  await run(replication)
  expect(simulator.clock.now() - begun).toBeGreaterThanOrEqual(300_000)
})

test('a replica that fails is red with its code and destination', async () => {
  const { run, replicate, ecr } = await scene()
  await replicate({ destinations: [frankfurt, dublin] })
  ecr.pushJobs.end('eu-west-2', { seconds: 30, status: 'FAILED', failureCode: 'AccessDenied' })
  expect((await failure(run(replication))).why).toBe('eu-west-2: AccessDenied')
})

const endless = [
  [signing, 'image-unsigned', '10m 0s', `${profile}: IN_PROGRESS`],
  [replication, 'image-not-replicated', '1h 0m 0s', 'eu-central-1/111122223333: IN_PROGRESS'],
] as const

test.each(some(endless, 2))('what never ends is given up: %j', async (inputs, code, time, why) => {
  const { run, sign, replicate, ecr } = await scene()
  await sign({ signingProfileArn: profile })
  await replicate({ destinations: [frankfurt] })
  for (const target of ['release', 'eu-central-1']) ecr.pushJobs.end(target, { status: 'COMPLETE' })
  const failed = await failure(run(inputs))
  expect(failed).toMatchObject({ code, why })
  expect(failed.what).toContain(`did not complete in ${time}`)
})

test('an image that was pushed before the rule has no status, and is red in time', async () => {
  const { run, sign, simulator } = await scene()
  await run({})
  await simulator.clock.forProgram.sleep(5000)
  await sign({ signingProfileArn: profile })
  expect((await failure(run({ ...signing, tag: 'v2' }))).why).toBe(`${profile}: no status`)
})

test('missing rules for both are reported at once', async () => {
  const { run } = await scene()
  const failed = await failure(run({ ...signing, ...replication }))
  expect(failed.why).toMatch(
    /SigningConfigurationNotFoundException.*; Amazon ECR replicates no images of the repository/,
  )
  expect(failed.fix).toMatch(/put-signing-configuration.*put-replication-configuration/)
})

test('a public repository has none of it, by the names of the inputs', async () => {
  const { run, simulator } = await scene()
  const failed = await failure(
    run({ ...signing, ...replication, scan: 'require', repository: 'public.ecr.aws/acme/api' }),
  )
  for (const name of ['scan', 'wait-for-signing', 'wait-for-replication'])
    expect(failed.why).toContain(`${name} needs a private repository`)
  expect(simulator.recorder.all).toEqual([])
})

test('a missing permission is named before the push', async () => {
  const { run, simulator, tagged } = await scene()
  simulator.faults.add({ operation: 'GetSigningConfiguration', effect: { kind: 'access-denied' } })
  expect((await failure(run(signing))).what).toContain('ecr:GetSigningConfiguration')
  expect(tagged()).toBeUndefined()
})
