/** What the steps of these tests have in common: the job that they are part of, and where they deploy to. */
import { region } from '../deployment/scene.ts'
import { seedCluster, seedExecutionRole } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'

export const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: region }

export const environment = {
  ...keys,
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_RUN_ID: '8812345678',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_SHA: '1a2b3c4d5e6f708192a3b4c5d6e7f80912345678',
  GITHUB_REF: 'refs/heads/main',
}

export const here = { service: 'api', cluster: 'shop' }

export const slack = { 'slack-token': 'xoxb-not-a-real-token', 'slack-channel': 'C0123456789' }

/** The reply of Slack to a message that it has taken. */
export const takenBySlack = () =>
  new Response(JSON.stringify({ ok: true, channel: 'C0123456789', ts: '1795165392.000100' }))

/** The cluster without a service `api`, as it is before the first deployment. */
export function emptyScene(): Simulator {
  const sim = createSimulator()
  seedCluster(sim.world, { service: 'other' })
  seedExecutionRole(sim)
  sim.world.region(region).logs.createGroup('/shop/api')
  sim.recorder.clear()
  return sim
}
