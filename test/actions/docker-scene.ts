/** One build-push in this process, with a `docker` that prints what real ones printed, and the simulated ECR. */
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { Failure } from '../../src/failure.ts'
import { failureAnnotations, failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { callsOf, environmentsOf, type Play, playedDocker, recorded } from '../docker/played-docker.ts'
import { gitRepository } from '../git/repository.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { keys } from './scene.ts'

export const buildx = 'github.com/docker/buildx v0.29.1 4c4d2f2'

/** `build`: what it prints, or the name of a recording. */
export async function ran(
  play: Omit<Play, 'build'> & { readonly build: string | Play['build'] },
  inputs: object = {},
  environment: Record<string, string> = {},
) {
  const source = gitRepository({ Dockerfile: 'FROM scratch\n', 'docker/Dockerfile': 'FROM scratch\n' })
  const simulator = createSimulator()
  const { world } = simulator
  world.region('eu-west-1').ecr.createRepository('api')
  const digest = seedImage(world, 'eu-west-1', 'api', 'built')
  const build = typeof play.build === 'string' ? { stderr: recorded(play.build), exitCode: 1 } : play.build
  const folder = playedDocker({ metadata: { 'containerimage.digest': digest }, ...play, build })
  const runner = await fakeRunner({
    clock: simulator.clock.forProgram,
    workspace: source.folder,
    environment: {
      ...keys,
      PATH: `${folder}:${process.env.PATH}`,
      HOME: folder,
      RUNNER_TEMP: folder,
      GITHUB_WORKSPACE: source.folder,
      GITHUB_SHA: source.git('rev-parse', 'HEAD'),
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REPOSITORY: 'acme/shop',
      ...environment,
    },
  })
  const action = createBuildPush({ fetch: simulator.fetch, requestHandler: simulator.requestHandler })
  const main = async () =>
    await action.main(givenInputs(action.inputs, { repository: 'api', tag: 'v1', ...inputs }), runner)
  const error = await main()
    .then(() => undefined)
    .catch((thrown: unknown) => thrown)
  if (error !== undefined && !(error instanceof Failure)) throw error
  const plain = (value: Parameters<typeof renderText>[0]) => renderText(value, (theirs) => theirs)
  return {
    code: error?.parts.code,
    message: error && plain(failureText(error)),
    place: error && failureAnnotations(error)[0]?.place,
    lines: runner.lines,
    marks: runner.marks,
    masks: runner.masks,
    outputs: runner.outputs,
    digest,
    calls: callsOf(folder),
    environments: environmentsOf(folder),
    operations: simulator.recorder.all.map(({ service, operation }) => `${service} ${operation}`),
  }
}
