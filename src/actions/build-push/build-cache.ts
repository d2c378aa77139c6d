import { readRepositoryFacts } from '../../github/repository-facts.ts'
import { type CacheNames, cacheNames } from '../../image/cache-preset.ts'
import type { PublishPorts } from '../../image/publish-request.ts'
import type { Builder, BuildRequest } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { asName, text } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import { openCache } from './open-cache.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/**
 * The builder with the caches of the input `cache`, which are looked up only when something is built. `connect`: the registry of
 * the image, for a cache in it.
 */
export function withCache(
  builder: Builder,
  inputs: PreparedInputs,
  origin: BuildOrigin,
  runner: Runner,
  connect: () => Pick<PublishPorts, 'ecr' | 'registryHost'>,
): Builder {
  const { cache } = inputs
  if (cache === undefined || cache === 'off') return builder
  const names = namesFor(inputs, origin, runner)
  const cached = async <Result>(request: BuildRequest, work: (request: BuildRequest) => Promise<Result>) => {
    const { cacheFrom, cacheTo, keep } = await openCache(cache, inputs, names, runner, connect)
    const written = names.write === undefined ? 'nothing is written' : text`written is ${asName(names.write)}`
    runner.log.info(text`Build cache (${cache}): read are ${asName(names.read.join(', ') || 'none')}; ${written}`)
    const result = await work({ ...request, cacheFrom, cacheTo })
    await keep?.()
    return result
  }
  return {
    buildAndPush: (request, to) => cached(request, (complete) => builder.buildAndPush(complete, to)),
    buildOnly: (request, names) => cached(request, (complete) => builder.buildOnly(complete, names)),
    check: (request) => builder.check(request),
    resolveImages: (references) => builder.resolveImages(references),
  }
}

function namesFor(inputs: PreparedInputs, { source }: BuildOrigin, { environment }: Runner): CacheNames {
  const { defaultBranch, baseRef } = readRepositoryFacts(environment)
  const about = {
    event: environment.GITHUB_EVENT_NAME,
    ref: source?.ref,
    pullRequest: source?.pullRequest,
    headBranch: environment.GITHUB_HEAD_REF,
    baseRef,
    defaultBranch,
  }
  return cacheNames(about, inputs)
}
