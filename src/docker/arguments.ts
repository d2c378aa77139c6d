import type { BuildDestination, BuildRequest } from '../ports.ts'

/** The variable in which a secret reaches Buildx: never a command line, never a file. */
export function secretVariable(index: number): string {
  return `SLIPWAY_BUILD_SECRET_${index}`
}

/** Options that every builder has. Values stay behind `=`, so none can pass for an option. */
function commonArguments(request: BuildRequest): string[] {
  return [
    ...option('file', request.file),
    ...option('target', request.target),
    ...option('network', request.network),
    ...request.buildArgs.flatMap((argument) => option('build-arg', argument)),
    ...Object.entries(request.labels).flatMap(([name, value]) => option('label', `${name}=${value}`)),
    ...request.cacheFrom.flatMap((cache) => option('cache-from', cache)),
    ...(request.noCache ? ['--no-cache'] : []),
    ...(request.pull ? ['--pull'] : []),
  ]
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`]
}

/** How the result leaves the builder: straight to the registry, or into the engine's own store. */
export type BuildOutput = { readonly kind: 'push-by-digest' | 'push-tag'; readonly metadataFile: string } | Load

/** The engine's own store; the file gets the image's ID. */
interface Load {
  readonly kind: 'load'
  readonly idFile: string
}

/** `docker buildx build …` */
export function buildxArguments(
  request: BuildRequest,
  destination: BuildDestination,
  output: BuildOutput,
  progress: 'rawjson' | 'plain',
): readonly string[] {
  return [
    'buildx',
    'build',
    `--progress=${progress}`,
    ...commonArguments(request),
    ...(request.platforms.length > 0 ? [`--platform=${request.platforms.join(',')}`] : []),
    ...request.secrets.map(({ id }, index) => `--secret=id=${id},env=${secretVariable(index)}`),
    ...request.secretFiles.map(({ id, path }) => `--secret=id=${id},src=${path}`),
    ...request.cacheTo.map((cache) => `--cache-to=${cache}`),
    ...option('provenance', request.provenance),
    ...outputArguments(destination, output),
    '--',
    request.context,
  ]
}

function outputArguments({ name, tag }: BuildDestination, output: BuildOutput): readonly string[] {
  switch (output.kind) {
    case 'load':
      return ['--load', `--iidfile=${output.idFile}`, `--tag=${name}:${tag}`]
    case 'push-tag':
      return [`--metadata-file=${output.metadataFile}`, '--push', `--tag=${name}:${tag}`]
    case 'push-by-digest':
      return [
        `--metadata-file=${output.metadataFile}`,
        `--output=type=image,name=${name},push-by-digest=true,name-canonical=true,push=true`,
      ]
  }
}

/** `docker build …` of an engine without Buildx. */
export function classicArguments(
  request: BuildRequest,
  { name, tag }: BuildDestination,
  { idFile }: Load,
): readonly string[] {
  return [
    'build',
    ...commonArguments(request),
    ...request.platforms.map((platform) => `--platform=${platform}`),
    `--iidfile=${idFile}`,
    `--tag=${name}:${tag}`,
    '--',
    request.context,
  ]
}

/** Inputs that are set and that only Buildx understands. */
export function needsBuildx(request: BuildRequest): readonly string[] {
  const wanted: readonly [string, boolean][] = [
    ['platforms', request.platforms.length > 1],
    ['secrets', request.secrets.length > 0],
    ['secret-files', request.secretFiles.length > 0],
    ['cache-to', request.cacheTo.length > 0],
    ['cache-from', request.cacheFrom.some((cache) => cache.includes('type='))],
    ['provenance', request.provenance !== undefined && request.provenance !== 'false'],
    ['the .dockerignore of the Dockerfile', request.ownIgnoreFile],
  ]
  return wanted.filter(([, isSet]) => isSet).map(([name]) => name)
}

/** Inputs that are set and that Buildx refuses with Docker's classic image store, some of them only after the build. */
export function needsOwnStore(request: BuildRequest): readonly string[] {
  const wanted: readonly [string, boolean][] = [
    ['platforms', request.platforms.length > 1],
    ['cache-to', request.cacheTo.some((cache) => !/^(?:type=)?inline\b/.test(cache))],
    ['provenance', request.provenance !== undefined && request.provenance !== 'false'],
  ]
  return wanted.filter(([, isSet]) => isSet).map(([name]) => name)
}
