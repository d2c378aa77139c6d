import { Failure } from '../../failure.ts'
import type { PublishPorts } from '../../image/publish-request.ts'
import type { Builder, BuildRequest } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { asName, text } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import { withCache } from './build-cache.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/** What `push: false` and `call: check` need. */
export interface LocalPorts {
  readonly builder: Builder
  /** The registry, for a cache in it alone. */
  readonly connect: () => PublishPorts
}

/** `push: false` and `call: check`: neither AWS nor the registry is called, but for `cache: ecr`. */
export async function buildWithoutPush(
  inputs: PreparedInputs,
  { request, tags, origin }: { request: BuildRequest; tags: readonly string[]; origin: BuildOrigin },
  ports: LocalPorts,
  runner: Runner,
): Promise<void> {
  if (inputs.call === 'check') return await ports.builder.check(request)
  const builder = await cachedBuilder(inputs, origin, ports, runner)
  const names = tags.map((tag) => `${inputs.repository}:${tag}`)
  await builder.buildOnly(request, names)
  const where = request.load ? text`loaded into Docker as ${asName(names.join(', '))}` : 'built'
  runner.log.info(text`The image was ${where}, and not pushed (push: false)`)
}

/** The pull request of a fork has no credentials of AWS, and builds without the cache. */
async function cachedBuilder(
  inputs: PreparedInputs,
  origin: BuildOrigin,
  { builder, connect }: LocalPorts,
  runner: Runner,
): Promise<Builder> {
  if (inputs.cache !== 'ecr') return withCache(builder, inputs, origin, runner, connect)
  try {
    const ports = connect()
    await ports.registryHost()
    return withCache(ports.builder, inputs, origin, runner, () => ports)
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
    runner.log.info(text`Built without the cache in ECR: ${error.parts.what}`)
    return builder
  }
}
