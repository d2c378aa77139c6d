/** A repository with a slipway.yml, and its account in the simulator, for commands that are run from a laptop. */
import { seedRollingService } from '../simulator/fixtures.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { cliScene } from './cli-scene.ts'

/** Files of the repository. */
export const slipwayYml = `version: 1
image: { repository: api, context: . }
services:
  api: { task-definition: deploy/api.json, container: api }
  web: { task-definition: deploy/web.json, container: api }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    role: slipway-deploy
    services: { api: { cluster: shop, service: api }, web: { cluster: shop, service: web } }
  production:
    region: eu-west-1
    account: "111122223333"
    role: slipway-deploy
    waves: [[api], [web]]
    services: { api: { cluster: shop, service: api }, web: { cluster: shop, service: web } }
`

/** The live image of both services. */
export const live = 'registry.example.com/api:v1'
/** An image that is not live. */
export const next = 'registry.example.com/api:v2'

/** The simulator with both services, and the repository. `environment`: without one, the keys are in it. */
export function laptopScene(environment?: Readonly<Record<string, string>>) {
  const sim = createSimulator()
  seedRollingService(sim)
  seedRollingService(sim, { service: 'web' })
  const definition = (service: string) => JSON.stringify(seededTaskDefinition(sim.world, { service }), null, 2)
  const scene = cliScene({
    'slipway.yml': slipwayYml,
    'deploy/api.json': definition('api'),
    'deploy/web.json': definition('web'),
  })
  sim.recorder.clear()
  const { accessKeyId, secretAccessKey } = sim.iam.root
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const world = {
    environment: { PATH: process.env.PATH, HOME: scene.directory, ...(environment ?? keys) },
    requestHandler: sim.requestHandler,
    fetch: (url: string | URL, init?: RequestInit) => sim.fetch(url, init),
    clock: sim.clock.forProgram,
  }
  return { ...scene, sim, keys, slipway: (...words: readonly string[]) => scene.run(words, world) }
}
