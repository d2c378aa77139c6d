/** The reusable workflow, called by the ten lines of examples/api, with the shipped bundles against simulated AWS. */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { gitIn, gitRepository } from '../git/repository.ts'
import { onlyLong } from '../often.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { deploymentJobs, job, logOf } from './runner/record.ts'
import type { StandIn, WorkflowRun } from './runner/run.ts'
import { accounts, inScene, oldImage } from './scene.ts'

/** Without the jobs of an approval (approval.test.ts) and a copy (promote.test.ts) that nobody asked for. */
const jobsOf = (run: WorkflowRun) =>
  deploymentJobs(run).filter((line) => !/ (approve|continue|roll-back|promote): skipped$/.test(line))

test.concurrent(
  'takes one image through staging and production, each as its own role, by rolling and by CodeDeploy',
  inScene(async (scene) => {
    scene.callWith({})
    const run = await scene.run()
    expect(jobsOf(run)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: success',
      'ship / deploy in staging: success',
      'ship / deploy in production: success',
    ])
    expect(run.outputs.ship).toMatchObject({ digest: scene.digest, repository: 'api', verdict: 'succeeded' })
    const image = `${accounts.staging}.dkr.ecr.eu-west-1.amazonaws.com/api@${scene.digest}`
    expect([scene.serving('staging'), scene.serving('production')]).toEqual([image, image])
    expect(scene.slack()).toMatchObject([
      { text: expect.stringContaining('api (staging): deployed in') },
      { text: expect.stringContaining('api (production): deployed in') },
    ])
    expect(Math.min(...scene.slack().map(({ edits }) => edits))).toBeGreaterThan(0)
    for (const environment of ['staging', 'production'] as const) {
      expect(scene.githubStates(environment).at(0)).toBe('in_progress')
      expect(scene.githubStates(environment).at(-1)).toBe('success')
    }
    const deployments = run.jobs.filter(({ path }) => path === 'ship / deploy')
    expect(deployments.map(({ environment }) => environment?.url)).toEqual([
      'https://api.staging.example.com',
      'https://api.example.com',
    ])
    expect(deployments.map(({ concurrency }) => concurrency)).toEqual([
      { group: 'slipway-staging-api', 'cancel-in-progress': false, queue: 'max' },
      { group: 'slipway-production-api', 'cancel-in-progress': false, queue: 'max' },
    ])
    for (const { steps } of run.jobs) expect(steps.filter(({ summary }) => summary !== '').length).toBeLessThan(2)
  }),
)

/** In process: test/actions/deploy. */
for (const [kept, state] of [
  ['true', 'success'],
  ['false', 'failure'],
] as const)
  onlyLong(test.concurrent)(
    `changes settings of slipway.yml without an image only where that is said (keep-image: ${kept})`,
    inScene(async (scene) => {
      const example = readFileSync(join(import.meta.dirname, '../../examples/api/slipway.yml'), 'utf8')
      const settings = example
        .replace(/image:\n( {2}.*\n)+/, '')
        .replace('    task-definition: deploy/api.json\n', '')
        .replace('staging, service: api }', 'staging, service: api, deployment: { maximum-percent: 150 } }')
      scene.write('slipway.yml', settings)
      scene.callWith({ environments: 'staging', 'keep-image': kept })
      const run = await scene.run()
      expect(jobsOf(run)).toContain(`ship / deploy in staging: ${state}`)
      const updates = scene.staging.recorder.calls('ecs', 'UpdateService').map(({ input }) => JSON.stringify(input))
      expect(updates).toEqual(kept === 'true' ? [expect.stringContaining('"maximumPercent":150')] : [])
      expect(scene.serving('staging')).toBe(oldImage)
    }),
  )

for (const [preflight, code] of [
  ['on', 'preflight-failed'],
  ['off', 'permission-missing'],
] as const)
  onlyLong(test.concurrent)(
    `changes nothing in production for a task definition with the roles of staging (preflight: ${preflight})`,
    inScene(async (scene) => {
      const definition = readFileSync(join(import.meta.dirname, '../../examples/api/deploy/api.json'), 'utf8')
      const role = (name: string) => `arn:aws:iam::${accounts.staging}:role/${name}`
      scene.write(
        'deploy/api.json',
        definition.replace(/"(api-(?:execution|task))"/g, (_, name) => `"${role(name)}"`),
      )
      scene.callWith({ preflight: `"${preflight}"` })
      const run = await scene.run()
      expect(jobsOf(run).slice(-2)).toEqual([
        'ship / deploy in staging: success',
        'ship / deploy in production: failure',
      ])
      expect(run.outputs.ship).toMatchObject({ verdict: 'failed', 'cause-code': code })
      expect(run.outputs.ship?.cause).toMatch(/^Cross-account pass role is not allowed/)
      expect(scene.serving('production')).toBe(oldImage)
    }),
  )

onlyLong(test.concurrent)(
  'does not deploy to production what staging does not prove to run, whatever the order of the jobs',
  inScene(async (scene) => {
    scene.callWith({ environments: 'production', 'after-environment': 'staging' })
    const run = await scene.run()
    expect(jobsOf(run)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: success',
      'ship / deploy in production: failure',
    ])
    expect(run.outputs.ship).toMatchObject({ verdict: 'failed', 'cause-code': 'environment-order-unproven' })
    expect(scene.serving('production')).toBe(oldImage)
    expect(logOf(job(run, 'ship / deploy'))).toContain(
      'could not verify that api was deployed successfully to staging first',
    )
  }),
)

onlyLong(test.concurrent)(
  'deploys to production in a call of its own, once staging has succeeded with that image',
  inScene(async (scene) => {
    scene.callWith({ environments: 'staging' })
    expect((await scene.run()).result).toBe('success')
    scene.callWith({ environments: 'production', 'after-environment': 'staging' })
    const run = await scene.run()
    expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
    expect(scene.serving('production')).toContain(scene.digest)
  }),
)

onlyLong(test.concurrent)(
  'row F25: hands the image on where account ids are masked',
  inScene(async (scene) => {
    scene.callWith({ environments: 'staging' })
    const run = await scene.run({ masks: [accounts.staging] })
    expect(run.result).toBe('success')
    expect(run.outputs.ship).toMatchObject({ digest: scene.digest })
    expect(scene.serving('staging')).toContain(scene.digest)
  }),
)

onlyLong(test.concurrent)(
  'deploys nothing when GitHub drops the digest that was built, and no tag in its place',
  inScene(async (scene) => {
    scene.callWith({ environments: 'staging' })
    const run = await scene.run({ masks: [scene.digest] })
    expect(run.result).toBe('failure')
    expect(logOf(job(run, 'ship / deploy'))).toMatch(
      /image "api@" has no digest behind its @; likely cause: GitHub drops a job output that contains a masked value/,
    )
    expect(scene.serving('staging')).toBe(oldImage)
  }),
)

test.concurrent(
  'stops before production when staging fails, says why, and leaves staging as it was',
  inScene(async (scene) => {
    scene.callWith({})
    scene.staging.world.scenarios.set(scene.digest, {
      kind: 'crash',
      exitCode: 1,
      log: ['Error: Cannot find module "express"'],
    })
    const run = await scene.run()
    expect(jobsOf(run)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: success',
      'ship / deploy in staging: failure',
      'ship / deploy: cancelled',
    ])
    expect(run.result).toBe('failure')
    expect(run.outputs.ship).toMatchObject({ verdict: 'rolled-back', cause: expect.stringMatching(/exit code 1\b/) })
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.production()).toBeUndefined()
    expect(scene.slack()).toMatchObject([{ text: expect.stringContaining('rolled back') }])
    expect(scene.githubStates('staging').at(-1)).toBe('failure')
    expect(logOf(job(run, 'ship / deploy'))).toContain('Cannot find module')
  }),
)

onlyLong(test.concurrent)(
  'is refused by a role that trusts another environment, and shows the subject to trust',
  inScene(async (scene) => {
    scene.callWith({ environments: 'staging' })
    scene.staging.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:acme/api:environment:production' } })
    const run = await scene.run()
    expect(jobsOf(run).slice(0, 3)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: failure',
      'ship / deploy: skipped',
    ])
    expect(logOf(job(run, 'ship / build / build'))).toContain('repo:acme/api:environment:staging')
    expect(scene.serving('staging')).toBe(oldImage)
  }),
)

onlyLong(test.concurrent)(
  'tells once, in every channel, that the role which deploys does not let the job in',
  inScene(async (scene) => {
    scene.callWith({ environments: 'staging' })
    scene.write(
      'slipway.yml',
      `version: 1
image: { repository: api, role: slipway-deploy }
services: { api: { task-definition: deploy/api.json } }
environments:
  staging:
    region: eu-west-1
    account: "${accounts.staging}"
    role: nobody
    services: { api: { cluster: staging, service: api } }
    slack: C0123456789
`,
    )
    const run = await scene.run()
    expect(run.outputs.ship).toMatchObject({
      verdict: 'failed',
      cause: expect.stringContaining('Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    })
    expect(scene.slack()).toMatchObject([
      { text: expect.stringContaining('Not authorized to perform sts:AssumeRoleWithWebIdentity') },
    ])
    expect(job(run, 'ship / deploy').steps.filter(({ summary }) => summary !== '')).toHaveLength(1)
    expect(logOf(job(run, 'ship / deploy'))).not.toContain('cancelled')
    expect(scene.githubStates('staging')).toEqual(['failure'])
  }),
)

onlyLong(test.concurrent)(
  'rolls back when the run is cancelled in the middle, and Slack and GitHub say so',
  inScene(async (scene) => {
    scene.callWith({})
    scene.staging.world.scenarios.set(scene.digest, { kind: 'healthy', startSeconds: 3600 })
    const run = await scene.runUntil({ operation: 'UpdateService' })
    expect(jobsOf(run).slice(2)).toEqual(['ship / deploy in staging: cancelled', 'ship / deploy: cancelled'])
    expect(run.result).toBe('cancelled')
    expect(logOf(job(run, 'ship / deploy'))).toMatch(/cancel/i)
    // The job ends once ECS was asked to roll back, which begins a moment later.
    scene.staging.clock.advance(30 * 60_000)
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.production()).toBeUndefined()
    expect(scene.slack()).toMatchObject([{ text: expect.stringMatching(/cancelled.*roll|roll.*cancelled/i) }])
    expect(scene.githubStates('staging').at(-1)).toBe('failure')
  }),
)

test.concurrent(
  'deploys nothing when the image cannot be built, and tells Slack',
  inScene(async (scene) => {
    scene.callWith({ 'oci-layout-artifact': 'caller' })
    const run = await scene.run()
    expect(jobsOf(run)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: failure',
      'ship / deploy: skipped',
      'ship / report-build: success',
    ])
    expect(run.result).toBe('failure')
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.slack()).toMatchObject([{ text: expect.stringContaining('Nothing was deployed') }])
  }),
)

onlyLong(test.concurrent)(
  'shows the plan of every environment in a dry run, and changes nothing',
  inScene(async (scene) => {
    scene.callWith({ 'dry-run': 'true' })
    const run = await scene.run()
    expect(jobsOf(run)).toEqual([
      'ship / plan: success',
      'ship / build: skipped',
      'ship / deploy in staging: success',
      'ship / deploy in production: success',
    ])
    const changes = [scene.staging, scene.production()].flatMap((simulator) =>
      (simulator?.recorder.calls() ?? []).filter(({ operation }) =>
        /^(Register|Update|Create|Put|Run)/.test(operation),
      ),
    )
    expect(changes).toEqual([])
    expect(logOf(job(run, 'ship / deploy'))).toContain('api:v1 → api:1a2b3c4')
    expect(run.jobs.map(({ environment }) => environment?.makesDeployment ?? false)).not.toContain(true)
    expect(scene.slack()).toEqual([])
  }),
)

test.concurrent(
  'does not start a single job when the caller grants too little',
  inScene(async (scene) => {
    scene.write(
      '.github/workflows/ship.yml',
      `on: push
permissions: {}
jobs:
  ship:
    uses: your-org/slipway/.github/workflows/deploy.yml@v1
    permissions: { contents: read, id-token: write }
    with: { environments: staging }
`,
    )
    const run = await scene.run()
    expect(run.problems).toEqual(
      ['deploy', 'continue', 'roll-back'].map(
        (name) =>
          `The nested job '${name}' is requesting 'deployments: write', but is only allowed 'deployments: none'.`,
      ),
    )
    expect(run.jobs).toEqual([])
  }),
)

test.concurrent(
  'tells a mistake in slipway.yml in the first job',
  inScene(async (scene) => {
    scene.callWith({ environments: 'stagin' })
    const run = await scene.run()
    expect(jobsOf(run)).toEqual(['ship / plan: failure', 'ship / build: skipped', 'ship / deploy: skipped'])
    expect(logOf(job(run, 'ship / plan'))).toContain('did you mean staging?')
  }),
)

test.concurrent(
  'builds and deploys the commit that it is told to, the same in every job, and not that of the event',
  inScene(async (scene) => {
    const caller = gitRepository({}, join(temporaryFolder(), 'caller'))
    cpSync(join(import.meta.dirname, '../../examples/api'), caller.folder, { recursive: true })
    caller.commit()
    caller.git('checkout', '--quiet', '-b', 'feature')
    caller.write('README.md', 'a change')
    const feature = caller.commit()
    scene.callWith({ environments: 'staging', revision: 'feature' })
    const refs: string[] = []
    const checkout: StandIn = async ({ inputs: { ref = '' }, workspace }) => {
      refs.push(ref)
      gitIn(workspace, 'clone', '--quiet', `file://${caller.folder}`, '.')
      gitIn(workspace, 'checkout', '--quiet', ref || 'main')
      // The branch moves while the jobs run.
      caller.write('README.md', `change ${refs.length}`)
      caller.commit()
      return { ref, commit: gitIn(workspace, 'rev-parse', 'HEAD') }
    }
    const run = await scene.run({ actions: { 'actions/checkout': checkout }, github: { event_name: 'issue_comment' } })
    expect(jobsOf(run).every((line) => line.endsWith('success'))).toBe(true)
    expect(refs).toEqual(['feature', feature, feature])
    expect(run.outputs.ship).toMatchObject({ revision: feature, tag: feature, verdict: 'succeeded' })
    const tags = scene.staging.recorder.calls('ecs', 'RegisterTaskDefinition').at(-1)?.input.tags
    expect(tags).toContainEqual({ key: 'slipway:commit', value: feature })
    expect(logOf(job(run, 'ship / build / build'))).toMatch(/the event issue_comment has 1a2b3c4/)
    // GitHub made its deployment for the commit of the event.
    expect(scene.githubStates('staging').at(-1)).toBe('success')
    expect(JSON.stringify(scene.slack())).toContain(feature.slice(0, 7))
  }),
)

onlyLong(test.concurrent)(
  'shows the commit that is checked out as the tag of a dry run',
  inScene(async (scene) => {
    const caller = gitRepository({}, join(temporaryFolder(), 'caller'))
    cpSync(join(import.meta.dirname, '../../examples/api'), caller.folder, { recursive: true })
    const head = caller.commit()
    scene.callWith({ environments: 'staging', 'dry-run': 'true' })
    const checkout: StandIn = async ({ workspace }) => {
      gitIn(workspace, 'clone', '--quiet', `file://${caller.folder}`, '.')
      return { ref: '', commit: head }
    }
    const run = await scene.run({ actions: { 'actions/checkout': checkout } })
    expect(logOf(job(run, 'ship / deploy'))).toContain(`api:v1 → api:${head.slice(0, 7)}`)
  }),
)
