/** Slipway's actions as stand-ins of a run: in this process, against simulated AWS, with a played `docker`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { createDeployBeanstalk } from '../../src/actions/deploy-beanstalk/index.ts'
import { createDeploySite } from '../../src/actions/deploy-site/index.ts'
import { createNotify } from '../../src/actions/notify/index.ts'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { renderText } from '../../src/text.ts'
import { takenBySlack } from '../actions/scene.ts'
import { playedDocker } from '../docker/played-docker.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import type { Simulator } from '../simulator/simulator.ts'
import type { StandIn } from './runner/run.ts'

export const region = 'eu-west-1'
const buildx = 'github.com/docker/buildx v0.29.1 4c4d2f2'

/** The action that a step names; digests of its builds go to `builds`, bodies of its messages to `slack`, both in order. */
export function slipwayAction(sim: Simulator, builds: string[], slack: string[]): StandIn {
  const { requestHandler, fetch } = sim
  const toSlack = async (url: string, init: { readonly body?: unknown }) => {
    slack.push(String(init.body))
    return url.includes('hooks.slack.com') ? new Response('ok') : takenBySlack()
  }
  return async (step) => {
    const name = /\/actions\/([\w-]+)@/.exec(step.uses)?.[1] ?? ''
    const given = { ...step, inputs: { ...defaultsOf(name), ...step.inputs } }
    if (name === 'build-push')
      return play(createBuildPush({ requestHandler, fetch }), given, sim, builder(sim, builds, step.inputs))
    if (name === 'deploy') return play(createDeploy({ requestHandler, fetch }), given, sim)
    if (name === 'register-task-definition') return play(createRegisterTaskDefinition({ requestHandler }), given, sim)
    if (name === 'deploy-site') return play(createDeploySite({ requestHandler, fetch }), given, sim)
    if (name === 'deploy-beanstalk') return play(createDeployBeanstalk({ requestHandler, fetch }), given, sim)
    if (name === 'notify') return play(createNotify(toSlack), given, sim)
    throw new Error(`no such action: ${step.uses}`)
  }
}

/** As GitHub fills them in. */
function defaultsOf(name: string): Record<string, string> {
  const file = join(import.meta.dirname, '../../actions', name, 'action.yml')
  const inputs: Readonly<Record<string, { default?: string }>> = parse(readFileSync(file, 'utf8')).inputs
  const defaults = Object.entries(inputs).map(([input, { default: value = '' }]) => [input, value] as const)
  return Object.fromEntries(defaults.filter(([, value]) => value !== '' && !value.includes('${{')))
}

/** A `docker` whose build has pushed another image each time. */
function builder(sim: Simulator, builds: string[], { repository = '' }: Readonly<Record<string, string>>) {
  const digest = seedImage(sim.world, region, repository, `build-${builds.length + 1}`)
  builds.push(digest)
  const bake = { stdout: JSON.stringify({ target: { api: { context: '.', dockerfile: 'Dockerfile' } } }), exitCode: 0 }
  const folder = playedDocker({ buildx, bake, build: { exitCode: 0 }, metadata: { 'containerimage.digest': digest } })
  return { PATH: `${folder}:${process.env.PATH}`, HOME: folder }
}

async function play<Spec extends InputSpec>(
  action: Action<Spec>,
  { inputs, workspace, environment }: Parameters<StandIn>[0],
  sim: Simulator,
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const runner = await fakeRunner({
    clock: sim.clock.forProgram,
    workspace,
    environment: { ...environment, GITHUB_WORKSPACE: workspace, ...more },
  })
  Object.assign(runner, { idToken: async (audience: string) => sim.oidc.token(audience) })
  try {
    await action.main(givenInputs(action.inputs, { ...inputs }), runner)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Error(renderText(failureText(error), (theirs) => theirs))
  }
  if (runner.failed) throw new Error(runner.lines.join('\n'))
  return runner.outputs
}
