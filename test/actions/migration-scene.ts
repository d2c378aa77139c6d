/** Steps of a job that share a workspace, as in the documentation of other actions, translated to the actions here. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { createNotify } from '../../src/actions/notify/index.ts'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { region } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { type RollingOptions, seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { keys, takenBySlack } from './scene.ts'

export const newImage = 'registry.example.com/my-app:v2'
export const seed = { cluster: 'my-cluster', service: 'my-service' }
export const definition = (sim: Simulator, more: object = {}) => ({
  ...seededTaskDefinition(sim.world, { ...seed, image: newImage }),
  ...more,
})

/** A workspace in which files were checked out, and the steps of a job that share it. */
export async function workspace(
  sim: Simulator,
  files: Readonly<Record<string, string | object>> = {},
  environment: Record<string, string> = keys,
) {
  const idToken = async (audience: string) => sim.oidc.token(audience)
  const runner = Object.assign(await fakeRunner({ clock: sim.clock.forProgram, environment }), { idToken })
  Object.assign(runner.environment, { GITHUB_WORKSPACE: runner.workspace })
  for (const [name, content] of Object.entries(files)) {
    const path = join(runner.workspace, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  }
  const step = async <Spec extends InputSpec>(action: Action<Spec>, inputs: Record<string, string>) => {
    await action.main(givenInputs(action.inputs, inputs), runner)
    expect(runner.failed).toBe(false)
    return { ...runner.outputs }
  }
  const { requestHandler, fetch } = sim
  const sent: { url: string; body: Record<string, unknown> }[] = []
  const takenSlack = async (url: string, init: { readonly body?: unknown }) => {
    sent.push({ url, body: JSON.parse(String(init.body)) })
    return url.includes('hooks.slack.com') ? new Response('ok') : takenBySlack()
  }
  return {
    runner,
    /** What Slack got, oldest first. */
    sent,
    build: (inputs: Record<string, string>) => step(createBuildPush({ requestHandler, fetch }), inputs),
    notify: (inputs: Record<string, string>) => step(createNotify(takenSlack), inputs),
    rollBack: (inputs: Record<string, string>) => step(createRollback({ requestHandler, fetch }), inputs),
    deploy: (inputs: Record<string, string>) => step(createDeploy({ requestHandler, fetch }), inputs),
    render: (inputs: Record<string, string>) => step(createRegisterTaskDefinition({ requestHandler }), inputs),
  }
}

export function rolling(options: RollingOptions = {}): Simulator {
  const sim = createSimulator()
  seedRollingService(sim, { ...seed, ...options })
  // The infrastructure roles of the examples with an Amazon EBS volume.
  for (const name of ['ebs-role', 'EBSRole']) sim.iam.role({ name, trustedServices: ['ecs.amazonaws.com'], allows: [] })
  sim.recorder.clear()
  return sim
}

export const serviceIn = (sim: Simulator) => sim.world.region(region).ecs.service(seed.cluster, seed.service)
export function servingImage(sim: Simulator): string {
  const { ecs } = sim.world.region(region)
  return String(ecs.taskDefinition(serviceIn(sim)?.taskDefinition ?? '')?.containerDefinitions[0]?.image)
}
