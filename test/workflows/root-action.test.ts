/** The root action as the one step of a job, with the shipped bundles against simulated AWS. */
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { describeJobs, job, logOf } from './runner/record.ts'
import { accounts, inScene, oldImage, type Scene } from './scene.ts'
import { services, servingWaves, withWaves } from './waves-scene.ts'

/** A job that gets its image from another builder and ships it to staging in one step. */
function writeCaller(scene: Scene, { permissions = 'contents: read, id-token: write', inputs = '' } = {}): void {
  scene.write(
    '.github/workflows/ship.yml',
    `on: push
permissions: {}
jobs:
  ship:
    runs-on: ubuntu-24.04
    environment: staging
    permissions: { ${permissions} }
    outputs:
      verdict: \${{ steps.slipway.outputs.verdict }}
      cause: \${{ steps.slipway.outputs.cause }}
      image: \${{ steps.slipway.outputs.repository }}@\${{ steps.slipway.outputs.digest }}
      url: \${{ steps.slipway.outputs.image }}
      services: \${{ steps.slipway.outputs.services }}
    steps:
      - uses: actions/checkout@v7
      - uses: acme/builder@v1
      - id: slipway
        uses: your-org/slipway@v1
        with: { environment: staging, oci-layout: layout, slack-token: "\${{ secrets.SLACK_TOKEN }}", ${inputs} }
`,
  )
}

test.concurrent(
  'pushes, attests and deploys with one Slack message and one summary',
  inScene(async (scene) => {
    writeCaller(scene, { inputs: 'attest: true, tag: v2, tags: "type=raw,value=stable"' })
    const attested: unknown[] = []
    const attest = async ({ inputs }: { readonly inputs: unknown }) => {
      attested.push(inputs)
      return {}
    }
    const run = await scene.run({ actions: { 'actions/attest': attest } })
    expect(describeJobs(run)).toEqual(['ship in staging: success'])
    const registry = `${accounts.staging}.dkr.ecr.eu-west-1.amazonaws.com`
    expect(attested).toEqual([{ 'subject-name': `${registry}/api`, 'subject-digest': scene.digest }])
    expect(run.outputs.ship).toMatchObject({
      verdict: 'succeeded',
      image: `api@${scene.digest}`,
      url: `${registry}/api@${scene.digest}`,
    })
    expect(scene.serving('staging')).toBe(`${registry}/api@${scene.digest}`)
    const { ecr } = scene.staging.world.region('eu-west-1')
    for (const tag of ['v2', 'stable']) expect(ecr.find(`127.0.0.1:1/api:${tag}`)?.digest).toBe(scene.digest)
    expect(scene.slack()).toMatchObject([
      {
        text: expect.stringContaining('api (staging): deployed in'),
        first: expect.stringContaining('Building the image'),
      },
    ])
    const summaries = job(run, 'ship').steps.filter(({ summary }) => summary !== '')
    expect(summaries.map(({ summary }) => summary)).toEqual([expect.stringContaining('api (staging): deployed in')])
  }),
)

onlyLong(test.concurrent)(
  'row F25: leaves only what needs no account id to other jobs where that is masked',
  inScene(async (scene) => {
    writeCaller(scene)
    const run = await scene.run({ masks: [accounts.staging] })
    expect(run.outputs.ship).toEqual({ verdict: 'succeeded', image: `api@${scene.digest}` })
  }),
)

onlyLong(test.concurrent)(
  'explains a failed deployment once in every channel, within what GitHub shows of a job',
  inScene(async (scene) => {
    writeCaller(scene)
    scene.staging.world.scenarios.set(scene.digest, { kind: 'out-of-memory' })
    const run = await scene.run()
    expect(describeJobs(run)).toEqual(['ship in staging: failure'])
    expect(run.outputs.ship).toMatchObject({ verdict: 'rolled-back', cause: expect.stringMatching(/memory/i) })
    const { steps } = job(run, 'ship')
    expect(steps.filter(({ summary }) => summary !== '')).toHaveLength(1)
    expect(steps.flatMap(({ log }) => log.match(/^::(?:error|warning|notice)/gm) ?? []).length).toBeLessThanOrEqual(10)
    expect(scene.slack()).toMatchObject([{ text: expect.stringMatching(/memory/i) }])
  }),
)

test.concurrent(
  'tells Slack, in the message that it began, when it ends before the deployment',
  inScene(async (scene) => {
    writeCaller(scene, { inputs: 'tag: not a tag' })
    const run = await scene.run()
    expect(describeJobs(run)).toEqual(['ship in staging: failure'])
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.slack()).toMatchObject([
      { text: expect.stringContaining('Nothing was deployed'), first: expect.stringContaining('Building the image') },
    ])
  }),
)

onlyLong(test.concurrent)(
  'tells Slack when it is cancelled while it pushes',
  inScene(async (scene) => {
    writeCaller(scene)
    const run = await scene.runUntil({ service: 'registry' })
    expect(describeJobs(run)).toEqual(['ship in staging: cancelled'])
    expect(scene.slack()).toMatchObject([{ text: expect.stringContaining('Nothing was deployed') }])
  }),
)

onlyLong(test.concurrent)(
  'deploys the services of an environment wave by wave, with one image and one message',
  inScene(async (scene) => {
    withWaves(scene)
    writeCaller(scene)
    const run = await scene.run()
    expect(describeJobs(run)).toEqual(['ship in staging: success'])
    expect(run.outputs.ship?.verdict).toBe('succeeded')
    expect(Object.keys(JSON.parse(run.outputs.ship?.services ?? '{}'))).toEqual(services)
    expect(servingWaves(scene)).toEqual(services.map(() => expect.stringContaining(scene.digest)))
    expect(scene.slack()).toMatchObject([{ text: expect.stringContaining('3 services (staging): deployed in') }])
  }),
)

onlyLong(test.concurrent)(
  'deploys one service of an environment with waves by its name',
  inScene(async (scene) => {
    withWaves(scene)
    writeCaller(scene, { inputs: 'service: worker' })
    const run = await scene.run()
    expect(run.outputs.ship?.verdict).toBe('succeeded')
    expect(servingWaves(scene)).toEqual([oldImage, expect.stringContaining(scene.digest), oldImage])
  }),
)

onlyLong(test.concurrent)(
  'says which permission is missing',
  inScene(async (scene) => {
    writeCaller(scene, { permissions: 'contents: read' })
    const run = await scene.run()
    expect(describeJobs(run)).toEqual(['ship in staging: failure'])
    expect(logOf(job(run, 'ship'))).toContain('permissions: { id-token: write, contents: read }')
    expect(scene.slack()).toMatchObject([{ text: expect.stringContaining('Nothing was deployed') }])
  }),
)

onlyLong(test.concurrent)(
  'shows the plan in a dry run and tells nobody',
  inScene(async (scene) => {
    writeCaller(scene, { inputs: 'dry-run: true, tag: v2' })
    const run = await scene.run()
    expect(describeJobs(run)).toEqual(['ship in staging: success'])
    expect(logOf(job(run, 'ship'))).toContain('api:v1 → api:v2')
    expect(scene.staging.recorder.count('registry')).toBe(0)
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.slack()).toEqual([])
  }),
)
