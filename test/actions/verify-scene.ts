/** Deployments with checks and tasks by the action deploy, in this process, on the virtual clock. */
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import type { HttpProbe, ProbeAnswer, ProbeRequest } from '../../src/ports.ts'
import { newImage, region } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment, takenBySlack } from './scene.ts'
import { writeFiles } from './write-files.ts'

export const url = 'https://api.example.com/health'

export function response(status: number, body = '', headers: Record<string, string> = {}): ProbeAnswer {
  return { kind: 'response', status, body, headers, isCut: false, milliseconds: 12 }
}

type Answer = ProbeAnswer | ((request: ProbeRequest) => ProbeAnswer)

/** A probe that gives these answers, the last one again and again; with what it was asked. */
export function probeOf(...answers: readonly Answer[]) {
  const asked: (ProbeRequest & { readonly at: number })[] = []
  const open = ({ clock }: Pick<FakeRunner, 'clock'>): HttpProbe => ({
    async send(request) {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? response(200)
      asked.push({ ...request, at: clock.now() })
      return typeof answer === 'function' ? answer(request) : answer
    },
  })
  return { asked, open }
}

export interface Played {
  readonly runner: FakeRunner
  readonly outputs: Readonly<Record<string, string>>
  readonly log: string
  readonly error: unknown
}

/** slipway.yml with one service `api`: lines of the service, and of its place in the environment. */
export function configOf(service: string, placement: string): string {
  const indent = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by)
  return `version: 1
services:
  api:
    container: api
${indent(service, '    ')}
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
      api:
        cluster: shop
        service: api
${indent(placement, '        ')}
`
}

interface Play {
  readonly given?: Record<string, string>
  readonly files?: Record<string, string>
  readonly probe?: ReturnType<typeof probeOf>
  readonly onRunner?: (runner: FakeRunner) => void
  readonly state?: Record<string, string>
  readonly environment?: Record<string, string>
  readonly requestHandler?: Simulator['requestHandler']
}

/** Runs the main step, or the post step where a state is given. */
export async function deployWith(sim: Simulator, play: Play): Promise<Played> {
  const { given = {}, files, probe, onRunner, state, requestHandler = sim.requestHandler } = play
  const variables = { ...environment, ...play.environment }
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment: variables, ...(state && { state }) })
  writeFiles(runner.workspace, files ?? {})
  onRunner?.(runner)
  const where: Record<string, string> = files?.['slipway.yml']
    ? { environment: 'production' }
    : { service: 'api', cluster: 'shop' }
  const inputs = givenInputs(deployInputs, { ...where, image: newImage, guard: 'off', ...seldom, ...given })
  const world = { requestHandler, fetch: async () => takenBySlack(), probe: probe?.open }
  const action = createDeploy(world)
  let error: unknown
  try {
    await (state ? action.post?.(inputs, runner) : action.main(inputs, runner))
  } catch (thrown) {
    error = thrown
  }
  return { runner, outputs: runner.outputs, log: runner.lines.join('\n'), error }
}

export const operations = (sim: Simulator, pattern: RegExp) =>
  sim.recorder.all.map(({ operation }) => operation).filter((name) => pattern.test(name))
