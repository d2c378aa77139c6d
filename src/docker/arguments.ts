import { csvRow } from '../image/csv-field.ts'
import type { BuildDestination, BuildRequest } from '../ports.ts'

/** The variable in which a secret reaches Buildx: never a command line, never a file. */
export function secretVariable(index: number): string {
  return `SLIPWAY_BUILD_SECRET_${index}`
}

type Progress = 'rawjson' | 'plain'

/** All secrets with a value, in the order of their variables. */
export function secretsOf({ secrets, gitToken }: BuildRequest): BuildRequest['secrets'] {
  return gitToken === undefined ? secrets : [...secrets, gitToken]
}

/** Options that every builder has. Values stay behind `=`, so none can pass for an option. */
function commonArguments(request: BuildRequest): string[] {
  return [
    ...option('file', request.file),
    ...option('target', request.target),
    ...option('network', request.network),
    ...each('build-arg', request.buildArgs),
    ...Object.entries(request.labels).map(([name, value]) => `--label=${name}=${value}`),
    ...each('cache-from', request.cacheFrom),
    ...each('add-host', request.addHosts),
    ...each('ulimit', request.ulimits),
    ...option('shm-size', request.shmSize),
    ...option('cgroup-parent', request.cgroupParent),
    ...(request.noCache ? ['--no-cache'] : []),
    ...(request.pull ? ['--pull'] : []),
  ]
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`]
}

function each(name: string, values: readonly string[]): string[] {
  return values.map((value) => `--${name}=${value}`)
}

/** How the result leaves the builder: straight to the registry, or into the engine's own store. */
export interface BuildOutput {
  readonly kind: 'push-by-digest' | 'push-tag' | 'load'
  readonly metadataFile: string
}

/** `docker buildx build …` */
export function buildxArguments(
  request: BuildRequest,
  destination: BuildDestination,
  output: BuildOutput,
  progress: Progress,
): readonly string[] {
  return [
    ...optionsOf(request, progress),
    ...resultArguments(request),
    ...outputArguments(destination, output, request),
    '--',
    request.context,
  ]
}

/** The same without a push: named `names`, where the request says. `progress`: undefined without Buildx. */
export function localArguments(
  request: BuildRequest,
  names: readonly string[],
  progress: Progress | undefined,
): readonly string[] {
  if (progress === undefined) return namedClassicArguments(request, names)
  return [
    ...optionsOf(request, progress),
    ...resultArguments(request),
    ...each('tag', names),
    ...each('output', request.outputs),
    ...(request.load ? ['--load'] : []),
    '--',
    request.context,
  ]
}

/** The call that runs the checks of the Dockerfile and has no result. */
export function checkArguments(request: BuildRequest, progress: Progress): readonly string[] {
  return [...optionsOf(request, progress), '--call=check,format=json', '--', request.context]
}

function optionsOf(request: BuildRequest, progress: Progress): readonly string[] {
  return [
    'buildx',
    'build',
    `--progress=${progress}`,
    ...option('builder', request.builder),
    ...commonArguments(request),
    ...each('build-context', request.buildContexts),
    ...each('no-cache-filter', request.noCacheFilters),
    ...each('allow', request.allow),
    ...(request.platforms.length > 0 ? [`--platform=${request.platforms.join(',')}`] : []),
    ...secretsOf(request).map(({ id }, index) => `--secret=${csvRow([`id=${id}`, `env=${secretVariable(index)}`])}`),
    ...request.secretFiles.map(({ id, path }) => `--secret=${csvRow([`id=${id}`, `src=${path}`])}`),
    ...each('ssh', request.ssh),
  ]
}

function resultArguments(request: BuildRequest): readonly string[] {
  return [
    ...each('annotation', request.annotations),
    ...each('cache-to', request.cacheTo),
    ...each('attest', request.attests),
    ...option('provenance', request.provenance),
    ...option('sbom', request.sbom),
  ]
}

/**
 * The pushed image is the last output: of several, BuildKit reports the digest of the last one (moby/buildkit,
 * solver/llbsolver/solver.go, `runExporters`).
 */
function outputArguments(
  destination: BuildDestination,
  output: BuildOutput,
  { imageAttributes, rewriteTimestamp, outputs, load }: BuildRequest,
): readonly string[] {
  const { name, tag } = destination
  const attributes = [...imageAttributes, ...(rewriteTimestamp ? ['rewrite-timestamp=true'] : [])]
  const further = each('output', outputs)
  switch (output.kind) {
    case 'load':
      return [`--metadata-file=${output.metadataFile}`, ...further, '--load', `--tag=${name}:${tag}`]
    case 'push-tag':
      return [
        `--metadata-file=${output.metadataFile}`,
        ...further,
        `--output=${csvRow(['type=image', 'push=true', ...attributes])}`,
        `--tag=${name}:${tag}`,
      ]
    case 'push-by-digest': {
      const own = ['type=image', `name=${name}`, 'push-by-digest=true', 'name-canonical=true', 'push=true']
      const named = `name=${namesOf(destination).join(',')}`
      return [
        `--metadata-file=${output.metadataFile}`,
        ...further.map((value) => (needsName(value) ? `${value},${csvRow([named])}` : value)),
        ...(load ? [`--output=${csvRow(['type=docker', named])}`] : []),
        `--output=${csvRow([...own, ...attributes])}`,
      ]
    }
  }
}

/** Without `--tag`, which a push by digest refuses, an archive has no name that `docker load` could give the image. */
function needsName(value: string): boolean {
  return /^--output=type=(?:oci|docker)\b/.test(value) && !/,"?name=/.test(value)
}

/** The image under each of its tags. */
export function namesOf({ name, tag, tags = [tag] }: BuildDestination): readonly string[] {
  return tags.map((each) => `${name}:${each}`)
}

/** `docker build …` of an engine without Buildx. */
export function classicArguments(
  request: BuildRequest,
  { name, tag }: BuildDestination,
  idFile: string,
): readonly string[] {
  return namedClassicArguments(request, [`${name}:${tag}`], [`--iidfile=${idFile}`])
}

function namedClassicArguments(
  request: BuildRequest,
  names: readonly string[],
  further: readonly string[] = [],
): readonly string[] {
  return [
    'build',
    ...commonArguments(request),
    ...request.platforms.map((platform) => `--platform=${platform}`),
    ...further,
    ...each('tag', names),
    '--',
    request.context,
  ]
}
