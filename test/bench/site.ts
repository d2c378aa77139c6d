/** A static site: the bundle of deploy-site beside `aws s3 sync`, both to the simulator's S3 in a process of its own. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { openInstantAws, openStep } from './processes.ts'
import { type Requirement, rounded, type Table } from './table.ts'

const [files, changedShare, size] = [2000, 0.02, 8192]
/** Files of the large site, which is sent to an empty prefix, and the share of the time of `aws s3 sync` that this may take. */
const [manyFiles, mostShare] = [10_000, 0.5]
/** In alternation, as other work of the machine differs; the least of each counts. */
const rounds = 2
/** MB at the peak of a deployment that changes little, and its objects. */
const [mostMemory, mostObjects] = [150, files * changedShare]
/** Of s3deploy (e5e7595, 2026-04) for the same files on a quiet machine of two cores: it is no package of this project, so its time is a figure. */
const mostSeconds = 1.5
const bucket = 'bench-site'
const built = new Date('2190-01-01')
const title = 'A site of 2,000 files, 2 % of them changed, and one of 10,000, beside aws s3 sync'
const nothing = '10,000 files from nothing'

/** Seconds and requests of one run. */
interface Run {
  readonly seconds: number
  /** User and system time of the client, and of the server meanwhile. */
  readonly cpu: number
  readonly serverCpu: number
  readonly memory?: number
  readonly requests: readonly string[]
}

/** Without `aws` on the PATH, only ours is measured. */
export async function measureSite(bundles: string): Promise<Table> {
  const server = await openInstantAws()
  const step = openStep({ ...server.environment })
  const folder = join(step.folder, 'dist')
  const inputs = { folder: 'dist', bucket, guard: 'off', check: 'off', 'aws-region': 'eu-west-1' }
  const beside = async <Client extends object>(run: () => Promise<Client>) => {
    await server.calls()
    const before = await server.cpu()
    const client = await run()
    return { ...client, serverCpu: ((await server.cpu()) - before) / 1000, requests: await server.calls() }
  }
  const ours = (prefix = ''): Promise<Run> =>
    beside(async () => {
      const sample = await step.run([resolve(bundles, 'deploy-site.js')], { ...inputs, prefix }, true)
      return { seconds: sample.wall / 1000, cpu: sample.cpu / 1000, memory: sample.memory }
    })
  const theirs = async (prefix = ''): Promise<Run | undefined> => {
    const run = await beside(async () => ({ client: await sync(folder, prefix, server.environment) }))
    return run.client && { ...run, ...run.client }
  }
  try {
    const builds = ['one', 'two'].map((word) => () => writeBuild(folder, files, word))
    const runs: (readonly [string, Run | undefined])[] = []
    for (const [index, write] of builds.entries()) {
      write()
      const when = index === 0 ? 'from nothing' : '2 % changed'
      const run = await ours()
      const other = await theirs()
      if (index > 0) writeBuild(folder, files, 'three')
      const again = index > 0 ? [await ours()] : []
      runs.push([`deploy-site, ${when}`, least([run, ...again])], [`aws s3 sync --delete, ${when}`, other])
    }
    writeBuild(folder, manyFiles, 'one')
    const many: (readonly [Run, Run | undefined])[] = []
    for (let round = 0; round < rounds; round++) many.push([await ours(`many-${round}`), await theirs(`many-${round}`)])
    runs.push(
      [`deploy-site, ${nothing}`, least(many.map(([run]) => run))],
      [`aws s3 sync --delete, ${nothing}`, least(many.flatMap(([, run]) => run ?? []))],
    )
    return table(runs)
  } finally {
    step.close()
    server.close()
  }
}

/** The least time of several runs of one client, and the highest peak of memory. */
function least(runs: readonly Run[]): Run | undefined {
  const [first] = runs
  if (first === undefined) return undefined
  const of = (figure: (run: Run) => number) => Math.min(...runs.map(figure))
  return {
    ...first,
    seconds: of(({ seconds }) => seconds),
    cpu: of(({ cpu }) => cpu),
    serverCpu: of(({ serverCpu }) => serverCpu),
    ...(first.memory !== undefined && { memory: Math.max(...runs.map(({ memory = Number.NaN }) => memory)) }),
  }
}

function table(runs: readonly (readonly [string, Run | undefined])[]): Table {
  const sent = ({ requests }: Run) => requests.filter((name) => name === 'PutObject').length
  const rows = runs.map(([client, run]): Readonly<Record<string, string | number>> => {
    if (run === undefined) return { client, seconds: 'not measured: aws is not installed' }
    const { seconds, cpu, serverCpu, memory, requests } = run
    const row = { client, seconds: rounded(seconds), requests: requests.length, objects: sent(run) }
    const times = { 'CPU s': rounded(cpu), 'server CPU s': rounded(serverCpu) }
    return { ...row, ...times, ...(memory !== undefined && { 'peak MB': rounded(memory, 0) }) }
  })
  const runOf = (name: string) => runs.find(([client]) => client === name)?.[1]
  const changed = runOf('deploy-site, 2 % changed')
  // Beside the files, a deployment writes its record and three times its state.
  const own = 5
  return {
    title,
    method: `whole processes, the simulator on loopback, files of ${size} bytes, Node ${process.versions.node}`,
    rows,
    requirements: [
      {
        what: 'objects that are sent where 2 % changed, with the state of the site',
        measured: changed ? sent(changed) : Number.NaN,
        atMost: mostObjects + own,
      },
      {
        what: 'seconds there, of which s3deploy takes 1.5',
        measured: changed?.seconds ?? Number.NaN,
        atMost: mostSeconds,
      },
      { what: 'peak memory there, MB', measured: changed?.memory ?? Number.NaN, atMost: mostMemory },
      ...requirementsOfMany(runOf(`deploy-site, ${nothing}`), runOf(`aws s3 sync --delete, ${nothing}`)),
    ],
  }
}

function requirementsOfMany(ours: Run | undefined, theirs: Run | undefined): readonly Requirement[] {
  const memory = { what: `peak memory, ${nothing}, MB`, measured: ours?.memory ?? Number.NaN, atMost: mostMemory }
  if (theirs === undefined) return [memory]
  const share = (ours?.seconds ?? Number.NaN) / theirs.seconds
  const cpuShare = (ours?.cpu ?? Number.NaN) / theirs.cpu
  return [
    memory,
    { what: `seconds of those of aws s3 sync, ${nothing}`, measured: share, atMost: mostShare },
    { what: `CPU seconds of those of aws s3 sync, ${nothing}`, measured: cpuShare, atMost: mostShare },
  ]
}

/** Nine of ten files have a hash in their names; those that change have other names, as after a build. */
function writeBuild(folder: string, count: number, word: string): void {
  rmSync(folder, { recursive: true, force: true })
  for (let index = 0; index < count; index++) {
    const version = index < count * changedShare ? word : 'base'
    const hash = createHash('sha256').update(`${index} ${version}`).digest('hex')
    const content = hash.repeat(Math.ceil(size / hash.length)).slice(0, size)
    const path = index % 10 === 0 ? `docs/page-${index}.html` : `assets/file-${index}-${hash.slice(0, 10)}.js`
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
    // Newer than the objects, as after a build: the clock of the simulator runs ahead.
    utimesSync(join(folder, path), built, built)
  }
}

/** Seconds of wall and CPU time of `aws s3 sync`; undefined: it is not installed. */
async function sync(
  folder: string,
  prefix: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly seconds: number; readonly cpu: number } | undefined> {
  const started = performance.now()
  const env = { PATH: process.env.PATH ?? '', HOME: folder, ...environment }
  const to = `s3://${bucket}-sync/${prefix}`
  // A shell knows the CPU time of the processes that it has waited for.
  const script =
    'command -v aws >&2 || exit 127; aws s3 sync --delete --only-show-errors "$1" "$2" >&2; code=$?; times; exit $code'
  const child = spawn('/bin/sh', ['-c', script, 'sync', folder, to], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  const [code] = await once(child, 'close')
  if (code === 127) return undefined
  if (code !== 0) throw new Error(`aws s3 sync ended with ${code}`)
  const [, children = ''] = Buffer.concat(output).toString().split('\n')
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
  return { seconds: (performance.now() - started) / 1000, cpu }
}
