import { expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { spoil } from '../actions/weather.ts'
import { newImage, portsOf, region } from '../deployment/scene.ts'
import { times } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'

const rolling = Array.from({ length: times('SERVICES', 12, 60) }, (_, index) => `api-${index}`)
const blueGreen = Array.from({ length: times('SERVICES', 12, 60) / 3 }, (_, index) => `web-${index}`)
const services = [...rolling, ...blueGreen]
const commit = 'b'.repeat(40)

const environment = {
  AWS_REGION: region,
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_RUN_ID: '7',
  GITHUB_SHA: commit,
}
const given = {
  cluster: 'shop',
  image: newImage,
  environment: 'production',
  'role-to-assume': 'arn:aws:iam::111122223333:role/slipway-deploy',
  'github-token': 'ghs_1',
  'slack-token': 'xoxb-not-a-real-token',
  'slack-channel': 'C0123456789',
}

/** A run of its own for one service, as a matrix starts them. */
async function deploy(sim: Simulator, service: string) {
  const idToken = async (audience: string) => sim.oidc.token(audience)
  const runner = Object.assign(await fakeRunner({ clock: sim.clock.forProgram, environment }), { idToken })
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  await action.main(givenInputs(deployInputs, { ...given, service }), runner)
  const { verdict, cause } = runner.outputs
  return { service, verdict, cause, isRed: runner.failed }
}

test('row F07, row F08, row F12: with 30 % of all calls to AWS, GitHub and Slack spoiled, every service is deployed, and nothing happens twice', async () => {
  const sim = createSimulator({ seed: 7 })
  for (const service of rolling) seedRollingService(sim, { service, waitUntilSteady: false })
  for (const service of blueGreen) seedBlueGreen(sim, { service, waitUntilSteady: false, terminationWaitMinutes: 0 })
  sim.clock.advance(180_000)
  sim.recorder.clear()
  sim.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:*' } })
  sim.github.deployments.create({ repository: 'acme/api', environment: 'production', sha: commit })
  spoil(sim, 7)
  const ended = await Promise.all(services.map((service) => deploy(sim, service)))
  expect(ended.filter(({ verdict, isRed }) => verdict !== 'succeeded' || isRed)).toEqual([])
  for (const service of ['sts', 'ecs', 'codedeploy', 'github', 'slack'])
    expect(sim.recorder.all.some((call) => call.service === service && call.outcome !== undefined)).toBe(true)
  sim.faults.clear()
  const { ecs } = portsOf(sim)
  for (const service of services) expect((await ecs.describeTaskDefinition(service))?.revision).toBe(2)
  for (const service of rolling) expect(await ecs.listServiceDeployments('shop', service, new Date(0))).toHaveLength(2)
  const created = sim.recorder
    .calls('codedeploy', 'CreateDeployment')
    .filter(({ outcome }) => [undefined, 'apply-then-drop', 'truncate', 'stale-read'].includes(outcome))
  expect(created).toHaveLength(blueGreen.length)
})
