/** An environment whose services slipway.yml declares in waves. */
import { seedRollingService } from '../simulator/fixtures.ts'
import { accounts, type Scene } from './scene.ts'

const region = 'eu-west-1'
export const services = ['api', 'worker', 'edge']

/** Two more services beside the one of staging, which has a definition of its own for each. */
export function withWaves(scene: Scene): void {
  for (const service of services.slice(1))
    seedRollingService(scene.staging, { cluster: 'staging', service, waitUntilSteady: false })
  scene.staging.clock.advance(180_000)
  scene.write(
    'slipway.yml',
    `version: 1
image: { repository: api }
services: { api: {}, worker: {}, edge: {} }
environments:
  staging:
    region: ${region}
    account: "${accounts.staging}"
    role: slipway-deploy
    services:
      api: { cluster: staging, service: api }
      worker: { cluster: staging, service: worker }
      edge: { cluster: staging, service: edge }
    waves: [[api, worker], [edge]]
    slack: C0123456789
  production:
    region: ${region}
    account: "${accounts.production}"
    role: slipway-deploy
    services: { api: { cluster: production, service: api } }
    slack: C0123456789
`,
  )
}

/** Images of these services, in this order. */
export function servingWaves({ staging }: Scene): readonly string[] {
  const { ecs } = staging.world.region(region)
  return services.map((service) => {
    const definition = ecs.taskDefinition(ecs.service('staging', service)?.taskDefinition ?? '')
    return String(definition?.containerDefinitions[0]?.image)
  })
}
