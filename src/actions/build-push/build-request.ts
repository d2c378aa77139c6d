import type { BuildRequest } from '../../ports.ts'
import { givenLabels } from './build-labels.ts'
import type { WantedTags } from './build-tags.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/** What the inputs do not say themselves. */
export interface RequestFacts {
  /** `<Dockerfile>.dockerignore` exists. */
  readonly ownIgnoreFile: boolean
  /** Seconds since 1970 for `rewrite-timestamp`; undefined: the environment or an argument sets it, or it is not used. */
  readonly sourceDate?: number | undefined
}

/** The build that the inputs describe; they have been checked and completed (`buildInputsFor`). */
export function requestOf(inputs: PreparedInputs, { source }: WantedTags, facts: RequestFacts): BuildRequest {
  const { sourceDate, ownIgnoreFile } = facts
  const { context, file, target, platforms, network, builder, sbom, provenance, noCache, pull, load } = inputs
  const { cacheFrom, cacheTo, buildContexts, annotations, ssh, addHosts, allow, noCacheFilters } = inputs
  const time = sourceDate === undefined ? [] : [`SOURCE_DATE_EPOCH=${sourceDate}`]
  return {
    context,
    buildContexts,
    file,
    target,
    platforms,
    buildArgs: [...inputs.buildArgs, ...time],
    labels: givenLabels(inputs, source),
    annotations,
    secrets: inputs.secrets.map(([id, value]) => ({ id, value })),
    secretFiles: inputs.secretFiles.map(([id, path]) => ({ id, path })),
    gitToken: inputs.gitToken,
    cacheFrom,
    cacheTo,
    provenance,
    sbom,
    attests: inputs.attests.filter((line) => !isReplaced(line, inputs)),
    ssh,
    network,
    addHosts,
    allow,
    cgroupParent: inputs.cgroupParent,
    shmSize: inputs.shmSize,
    ulimits: inputs.ulimit,
    builder,
    imageAttributes: inputs.imageAttributes,
    outputs: inputs.furtherOutputs,
    load,
    rewriteTimestamp: inputs.rewriteTimestamp,
    noCache,
    noCacheFilters,
    pull,
    ownIgnoreFile,
  }
}

/** The inputs of their own have precedence, as in docker/build-push-action (src/context.ts, `getAttestArgs`). */
function isReplaced(line: string, { provenance, sbom }: PreparedInputs): boolean {
  const isOf = (type: string) => new RegExp(`(?:^|,)"?type=${type}"?(?:,|$)`).test(line)
  return (provenance !== undefined && isOf('provenance')) || (sbom !== undefined && isOf('sbom'))
}
