/** `slipway plan` and `slipway doctor`: the actions from a laptop, against the simulator. */
import { test } from '@jest/globals'
import { seedRollingService } from '../simulator/fixtures.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { cliScene } from './cli-scene.ts'

const slipwayYml = `version: 1
image: { repository: api, context: . }
services:
  api: { task-definition: deploy/api.json, container: api }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    role: slipway-deploy
    services: { api: { cluster: shop, service: api } }
`

test('look', async () => {
  const sim = createSimulator()
  seedRollingService(sim)
  const scene = cliScene({
    'slipway.yml': slipwayYml,
    'deploy/api.json': JSON.stringify(seededTaskDefinition(sim.world), null, 2),
  })
  const world = {
    environment: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: sim.iam.root.accessKeyId,
      AWS_SECRET_ACCESS_KEY: sim.iam.root.secretAccessKey,
    },
    requestHandler: sim.requestHandler,
    fetch: (url: string | URL | Request, init?: RequestInit) => sim.fetch(url as string, init),
    clock: sim.clock.forProgram,
  }
  for (const words of [
    ['plan', '--image', 'api:v2'],
    ['plan', '--image', 'registry.example.com/api:v2', '--check'],
    ['plan', '--image', 'registry.example.com/api:v1', '--check'],
    ['plan'],
    ['doctor', '--image', 'api:v2'],
    ['doctor', '--deployment-id', 'newest'],
    ['plan', '--image', 'registry.example.com/api:v2', '--json'],
    ['plan', 'web', '--image', 'x'],
    ['plan', '--region', 'xx', '--image', 'x'],
    ['doctor', '--task-definition', 'deploy/apii.json', '--image', 'x:y'],
  ]) {
    const { code, out, err } = await scene.run(words, world)
    process.stdout.write(`$ slipway ${words.join(' ')} -> ${code}\n${out}--- stderr\n${err}\n=======\n`)
  }
})
