import { Failure } from '../failure.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { type DockerCommand, runDocker } from './docker-command.ts'

interface WithBuildx {
  /** Of Docker's engine. */
  readonly version: string
  readonly buildx: string
  /** The most exact progress that this Buildx prints. */
  readonly progress: 'rawjson' | 'plain'
}

/** What builds here. */
export type Engine =
  /** Buildx with a BuildKit of its own, which pushes by digest. */
  | ({ readonly kind: 'buildx' } & WithBuildx)
  /** Buildx on Docker's containerd image store: pushes everything, but under a tag only (`push-by-digest` is refused). */
  | ({ readonly kind: 'buildx-tag' } & WithBuildx)
  /** Buildx on Docker's classic image store, from which `docker push` pushes one platform. */
  | ({ readonly kind: 'buildx-load' } & WithBuildx)
  /** No Buildx, as with Debian 12's docker.io. */
  | { readonly kind: 'classic'; readonly version: string }

/** What is done and with what, as a line of the log. */
export function titleOf(work: string, engine: Engine): Text {
  const buildx = engine.kind === 'classic' ? 'without Buildx' : text`and Buildx ${untrusted(engine.buildx)}`
  return text`${work} with Docker ${untrusted(engine.version)} ${buildx}`
}

type Probe = Omit<DockerCommand, 'arguments' | 'onLine'>

/** Finds out what the docker CLI can do here, with this builder or the selected one. Throws `docker-unavailable`. */
export async function findEngine(probe: Probe, builder?: string): Promise<Engine> {
  const version = await requireDaemon(probe)
  const ask = (...arguments_: string[]) => runDocker({ ...probe, arguments: arguments_ })
  const found = await ask('buildx', 'version')
  if (found.exitCode !== 0) return { kind: 'classic', version }
  const [buildx, progress] = [buildxVersion(found.output), progressOf(found.output)]
  const inspected = await ask('buildx', 'inspect', ...(builder === undefined ? [] : [`--builder=${builder}`]))
  if (builder !== undefined && inspected.exitCode !== 0) throw noBuilder(builder, inspected.tail.at(-1) ?? '')
  const driver = /^Driver:\s+(\S+)/m.exec(inspected.output)?.[1]
  if (driver !== undefined && driver !== 'docker') return { kind: 'buildx', version, buildx, progress }
  // The engine's driver status contains it (moby/moby, daemon/info.go).
  const store = await ask('info', '--format={{json .DriverStatus}}')
  const kind = store.output.includes('io.containerd.snapshotter') ? 'buildx-tag' : 'buildx-load'
  return { kind, version, buildx, progress }
}

/** `github.com/docker/buildx v0.29.1 <commit>`; distributions leave out the `v`. */
function buildxVersion(output: string): string {
  return /\bv?(\d+\.\d+\.\d\S*)/.exec(output)?.[1] ?? 'of an unknown version'
}

/** Since 0.15 rawjson has one object a line; before that it is indented (docker/buildx, vendored util/progress/progressui). */
function progressOf(output: string): 'rawjson' | 'plain' {
  const [major = 0, minor = 0] = buildxVersion(output).split('.').map(Number)
  return major > 0 || minor >= 15 ? 'rawjson' : 'plain'
}

function noBuilder(builder: string, error: string): Failure {
  return new Failure({
    code: 'docker-unavailable',
    what: text`The builder ${asName(builder)} is not usable`,
    why: text`${untrusted(error || 'docker buildx inspect failed and printed nothing')}`,
    fix: text`Correct the input builder, or create it before this step (docker/setup-buildx-action with the input name).`,
  })
}

async function requireDaemon(probe: Probe): Promise<string> {
  const answer = await runDocker({ ...probe, arguments: ['version', '--format={{.Server.Version}}'] })
  if (answer.exitCode === 0) return answer.output.trim()
  throw new Failure({
    code: 'docker-unavailable',
    what: text`The Docker engine is not reachable`,
    why: text`${untrusted(answer.tail.at(-1) ?? 'docker version failed and printed nothing')}`,
    fix: text`Start Docker on the runner or correct DOCKER_HOST, or build with another tool and set oci-layout to its output.`,
  })
}
