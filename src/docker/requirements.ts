import { Failure } from '../failure.ts'
import { ownBuilder } from '../image/build-error-rules.ts'
import type { BuildRequest } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { Engine } from './engine.ts'

/** What is done with the request: a call has no result that a store could refuse. */
export type Purpose = 'push' | 'local' | 'check'

type BuildxEngine = Exclude<Engine, { kind: 'classic' }>

type Wanted = readonly (readonly [name: string, isSet: boolean])[]

/** Something that an engine lacks, and the inputs that want it. */
interface Lack {
  readonly wanted: readonly string[]
  readonly why: Text
  readonly needed: string
  readonly fix: Text
}

/** Throws `docker-unavailable` for what the engine cannot do, by the names of the inputs: an error before the build. */
export function requireFeatures(engine: Engine, request: BuildRequest, purpose: Purpose): void {
  const [lack] = lacksOf(engine, request, purpose).filter(({ wanted }) => wanted.length > 0)
  if (lack === undefined) return
  const { wanted, why, needed, fix } = lack
  throw new Failure({
    code: 'docker-unavailable',
    what: text`${why}, and ${wanted.join(', ')} ${wanted.length === 1 ? 'requires' : 'require'} ${needed}`,
    fix,
  })
}

function lacksOf(engine: Engine, request: BuildRequest, purpose: Purpose): readonly Lack[] {
  const install = (what: string) => text`Run docker/setup-buildx-action before this step, or ${what} on the runner.`
  if (engine.kind === 'classic') {
    const wanted = needsBuildx(request, purpose)
    return [
      { wanted, why: text`Docker Buildx is not installed`, needed: 'it', fix: install('install the Buildx plugin') },
    ]
  }
  const old: Lack = {
    wanted: tooNew(engine, request, purpose),
    why: text`Buildx ${untrusted(engine.buildx)} is installed`,
    needed: 'a later version',
    fix: install('update the Buildx plugin'),
  }
  if (purpose === 'check' || engine.kind === 'buildx') return [old]
  const store: Lack = {
    wanted: engine.kind === 'buildx-load' ? needsOwnStore(request, purpose) : [],
    why: text`Buildx uses Docker's classic image store (driver docker)`,
    needed: 'another',
    fix: ownBuilder,
  }
  const isSingle = Number.parseInt(engine.version, 10) < 26
  const results: Lack = {
    wanted: isSingle && resultsOf(request, engine.kind, purpose) > 1 ? ['outputs'] : [],
    why: text`Docker ${untrusted(engine.version)} has one output for each build (BuildKit before 0.13)`,
    needed: 'Docker 26 or another builder',
    fix: install('update Docker'),
  }
  const times: Lack = {
    wanted: purpose === 'push' && request.rewriteTimestamp ? ['rewrite-timestamp'] : [],
    // moby/moby, daemon/internal/builder-next/exporter: `unpack`, with which BuildKit refuses to rewrite times.
    why: text`Buildx uses the builder of Docker itself (driver docker), which unpacks every image that it builds`,
    needed: 'a BuildKit of its own',
    fix: text`Run docker/setup-buildx-action before this step.`,
  }
  return [old, store, results, times]
}

function named(wanted: Wanted): readonly string[] {
  return wanted.filter(([, isSet]) => isSet).map(([name]) => name)
}

function isAttesting(value: string | undefined): boolean {
  return value !== undefined && value !== 'false'
}

function attestations({ provenance, sbom, attests }: BuildRequest): Wanted {
  const isOn = attests.some((line) => !/(?:^|,)disabled=true\b/.test(line))
  return [
    ['provenance', isAttesting(provenance)],
    ['sbom', isAttesting(sbom)],
    ['attests', isOn],
  ]
}

/** Exports of the same build. What Docker itself builds is in its store in any case. */
function resultsOf({ outputs, load }: BuildRequest, kind: Engine['kind'], purpose: Purpose): number {
  const isLoadedToo = load && (purpose === 'local' || kind === 'buildx')
  return outputs.length + (purpose === 'push' ? 1 : 0) + (isLoadedToo ? 1 : 0)
}

/** Inputs that are set and that only Buildx understands. */
function needsBuildx(request: BuildRequest, purpose: Purpose): readonly string[] {
  return named([
    ['call', purpose === 'check'],
    ['platforms', request.platforms.length > 1],
    ['secrets', request.secrets.length > 0],
    ['secret-files', request.secretFiles.length > 0],
    ['ssh', request.ssh.length > 0],
    ['build-contexts', request.buildContexts.length > 0],
    ['builder', request.builder !== undefined],
    ['allow', request.allow.length > 0],
    ['annotations', request.annotations.length > 0],
    ['no-cache-filters', request.noCacheFilters.length > 0],
    ['outputs', request.outputs.length > 0 || request.imageAttributes.length > 0],
    ['rewrite-timestamp', request.rewriteTimestamp],
    ['cache-to', request.cacheTo.length > 0],
    ['cache-from', request.cacheFrom.some((cache) => cache.includes('type='))],
    ...attestations(request),
    ['the .dockerignore of the Dockerfile', request.ownIgnoreFile],
  ])
}

/** Inputs that are set and that Buildx refuses with Docker's classic image store, some of them only after the build. */
function needsOwnStore(request: BuildRequest, purpose: Purpose): readonly string[] {
  const isArchive = (output: string) => /^type=oci\b|^type=docker,.*\bdest=/.test(output)
  return named([
    ['platforms', request.platforms.length > 1],
    ['cache-to', request.cacheTo.some((cache) => !/^(?:type=)?inline\b/.test(cache))],
    ...attestations(request),
    // Its manifest is created by the push, with none of these.
    ['annotations', purpose === 'push' && request.annotations.length > 0],
    ['outputs', request.imageAttributes.length > 0 || request.outputs.some(isArchive)],
  ])
}

/** Inputs that are set and that came with a later Buildx: `annotations (0.12)`. */
function tooNew(engine: BuildxEngine, request: BuildRequest, purpose: Purpose): readonly string[] {
  const [major = Number.NaN, minor = Number.NaN] = engine.buildx.split('.').map(Number)
  if (Number.isNaN(major) || Number.isNaN(minor) || major > 0) return []
  // docker/build-push-action, src/context.ts; release notes of Buildx 0.8, 0.13.
  const since: readonly (readonly [name: string, minor: number, isSet: boolean])[] = [
    ['build-contexts', 8, request.buildContexts.length > 0],
    ['no-cache-filters', 8, request.noCacheFilters.length > 0],
    ...attestations(request).map(([name, isSet]) => [name, 10, isSet] as const),
    ['annotations', 12, request.annotations.length > 0],
    ['outputs', 13, resultsOf(request, engine.kind, purpose) > 1],
    ['call', 15, purpose === 'check'],
  ]
  return since.filter(([, first, isSet]) => isSet && minor < first).map(([name, first]) => `${name} (0.${first})`)
}
