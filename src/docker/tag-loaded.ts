import { buildFailure } from '../image/build-failure.ts'
import type { BuildDestination, BuildRequest } from '../ports.ts'
import { namesOf } from './arguments.ts'
import type { DockerResult } from './docker-command.ts'

/** Gives an image that is in the store of the engine by its first tag its other tags, for a request with `load`. */
export async function tagLoaded(
  { load }: BuildRequest,
  destination: BuildDestination,
  run: (arguments_: readonly string[]) => Promise<DockerResult>,
): Promise<void> {
  const first = `${destination.name}:${destination.tag}`
  for (const name of load ? namesOf(destination).filter((other) => other !== first) : []) {
    const { exitCode, tail } = await run(['tag', '--', first, name])
    if (exitCode !== 0) throw buildFailure({ exitCode, error: tail.at(-1) ?? '' })
  }
}
