/** A `docker` on PATH that prints what a real one printed, and ends as it did. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'

/** What one command prints, and its exit code. */
export interface Recorded {
  readonly stdout?: string
  readonly stderr?: string
  readonly exitCode: number
}

export interface Play {
  /** As `docker buildx version` names it; undefined: no Buildx. */
  readonly buildx?: string | undefined
  /** `docker` is the engine's own builder. */
  readonly driver?: 'docker' | 'remote'
  /** Docker's image store. */
  readonly store?: 'containerd' | 'classic'
  readonly build: Recorded
  readonly push?: Recorded
  /** The tries of the build, or of the push, that come before the one above. */
  readonly before?: readonly Recorded[]
  /** What the build writes into `--metadata-file`. */
  readonly metadata?: object | undefined
}

/**
 * Recorded on Debian 12: Buildx 0.29.1 with BuildKit 0.26.3 (driver remote), and Docker 20.10.24 where it is the classic engine or
 * its image store; left out are events that only repeat another, `inputs` and `definition`.
 */
export function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, 'progress', `${name}.txt`), 'utf8')
}

/** Folder for PATH. A shell script: as a program of Node it would take most of the time of a test. */
export function playedDocker({ buildx, driver = 'remote', store, build, push, before = [], metadata }: Play): string {
  const folder = temporaryFolder()
  const answer = (name: string, { stdout = '', stderr = '', exitCode }: Recorded) => {
    writeFileSync(join(folder, `${name}.stdout`), stdout)
    writeFileSync(join(folder, `${name}.stderr`), stderr)
    writeFileSync(join(folder, `${name}.code`), String(exitCode))
  }
  const absent = { stderr: "docker: 'buildx' is not a docker command.\n", exitCode: 1 }
  answer('version', { stdout: '28.5.2\n', exitCode: 0 })
  const status = store === 'containerd' ? '[["driver-type","io.containerd.snapshotter.v1"]]' : '[]'
  answer('info', { stdout: `${status}\n`, exitCode: 0 })
  answer('image', { stdout: '[]\n', exitCode: 0 })
  answer('buildx-version', buildx === undefined ? absent : { stdout: `${buildx}\n`, exitCode: 0 })
  answer('buildx-inspect', { stdout: `Name: b\nDriver: ${driver}\n`, exitCode: 0 })
  answer('build', build)
  answer('buildx-build', build)
  answer('push', push ?? { exitCode: 0 })
  const repeated = push !== undefined ? 'push' : buildx === undefined ? 'build' : 'buildx-build'
  for (const [index, one] of before.entries()) answer(`${repeated}.${index + 1}`, one)
  writeFileSync(join(folder, 'metadata'), JSON.stringify(metadata ?? {}))
  writeFileSync(join(folder, 'docker'), program)
  chmodSync(join(folder, 'docker'), 0o755)
  return folder
}

/** The arguments of each call. */
export function callsOf(folder: string): readonly (readonly string[])[] {
  if (!existsSync(join(folder, 'calls'))) return []
  const calls = readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n\n')
  return calls.map((call) => call.split('\n'))
}

/** stderr first: a reader that takes the two pipes as they come would have the error before its reason. */
const program = `#!/bin/sh
here=\${0%/*}
printf '%s\\n' "$@" "" >> "$here/calls"
name=$1
[ "$1" = buildx ] && name="buildx-$2"
printf x >> "$here/$name.count"
try=$name.$(wc -c < "$here/$name.count" | tr -d ' ')
[ -f "$here/$try.code" ] && name=$try
for word in "$@"; do
  case $word in
    --metadata-file=*) cat "$here/metadata" > "\${word#--metadata-file=}" ;;
    --iidfile=*) echo sha256:1d > "\${word#--iidfile=}" ;;
  esac
done
cat "$here/$name.stderr" >&2
cat "$here/$name.stdout"
exit "$(cat "$here/$name.code")"
`
