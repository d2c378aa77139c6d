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
  /** Version of the engine. */
  readonly engine?: string
  /** In the place of what `docker buildx inspect` prints of the builder. */
  readonly inspect?: Recorded
  readonly build: Recorded
  readonly push?: Recorded
  /** The tries of the build, or of the push, that come before the one above. */
  readonly before?: readonly Recorded[]
  /** Of `docker buildx bake --print`. */
  readonly bake?: Recorded
  /** Of `docker buildx imagetools inspect`. */
  readonly imagetools?: Recorded
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

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
/** Of every image that is built. */
const imageId = `sha256:${'1d'.repeat(32)}`

/** Folder for PATH. A shell script: as a program of Node it would take most of the time of a test. */
export function playedDocker({
  buildx,
  driver = 'remote',
  engine = '28.5.2',
  store,
  before = [],
  ...play
}: Play): string {
  const { build, push, metadata, inspect, bake, imagetools } = play
  const folder = temporaryFolder()
  const answer = (name: string, { stdout = '', stderr = '', exitCode }: Recorded) => {
    writeFileSync(join(folder, `${name}.stdout`), stdout)
    writeFileSync(join(folder, `${name}.stderr`), stderr)
    writeFileSync(join(folder, `${name}.code`), `${exitCode}\n`)
  }
  const absent = { stderr: "docker: 'buildx' is not a docker command.\n", exitCode: 1 }
  answer('version', { stdout: `${engine}\n`, exitCode: 0 })
  const status = store === 'containerd' ? '[["driver-type","io.containerd.snapshotter.v1"]]' : '[]'
  answer('info', { stdout: `${status}\n`, exitCode: 0 })
  const { 'containerimage.digest': digest = '' }: Record<string, unknown> = { ...metadata }
  const references = digest === '' ? [] : [`${registry}/api@${digest}`]
  answer('image', { stdout: `${JSON.stringify(references)}\n`, exitCode: 0 })
  answer('buildx-version', buildx === undefined ? absent : { stdout: `${buildx}\n`, exitCode: 0 })
  answer('buildx-inspect', inspect ?? { stdout: `Name: b\nDriver: ${driver}\n`, exitCode: 0 })
  answer('tag', { exitCode: 0 })
  answer('buildx-bake', bake ?? absent)
  answer('buildx-imagetools', imagetools ?? absent)
  answer('build', build)
  answer('buildx-build', build)
  answer('push', push ?? { exitCode: 0 })
  const repeated = push !== undefined ? 'push' : buildx === undefined ? 'build' : 'buildx-build'
  for (const [index, one] of before.entries()) answer(`${repeated}.${index + 1}`, one)
  writeFileSync(
    join(folder, 'metadata'),
    JSON.stringify(typeof metadata === 'string' ? metadata : { 'containerimage.config.digest': imageId, ...metadata }),
  )
  writeFileSync(join(folder, 'docker'), program)
  chmodSync(join(folder, 'docker'), 0o755)
  return folder
}

/** The arguments of each call. */
export function callsOf(folder: string): readonly (readonly string[])[] {
  const file = join(folder, 'calls')
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\0\0')
    .slice(0, -1)
    .map((call) => call.split('\0'))
}

/** The variables of all calls, `NAME=value`. */
export function environmentsOf(folder: string): readonly string[] {
  const file = join(folder, 'environment')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\0') : []
}

/** As few processes as can be: most of the time of a test is theirs. stderr first: a reader that takes the two pipes as they come would have the error before its reason. */
const program = `#!/bin/sh
here=\${0%/*}
printf '%s\\0' "$@" "" >> "$here/calls"
[ "$1" = buildx ] && { [ "$2" = build ] || [ "$2" = bake ]; } && env -0 >> "$here/environment"
name=$1
[ "$1" = buildx ] && name="buildx-$2"
count=0
[ -f "$here/$name.count" ] && read -r count < "$here/$name.count"
count=$((count + 1))
echo "$count" > "$here/$name.count"
try=$name.$count
[ -f "$here/$try.code" ] && name=$try
for word in "$@"; do
  case $word in
    --metadata-file=*) cat "$here/metadata" > "\${word#--metadata-file=}" ;;
    --iidfile=*) echo ${imageId} > "\${word#--iidfile=}" ;;
  esac
done
[ -s "$here/$name.stderr" ] && cat "$here/$name.stderr" >&2
[ -s "$here/$name.stdout" ] && cat "$here/$name.stdout"
read -r code < "$here/$name.code"
exit "$code"
`
