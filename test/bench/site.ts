/** A static site: the bundle of deploy-site beside `aws s3 sync`, both to the simulator's S3 in a process of its own. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { openInstantAws, openStep } from './processes.ts'
import { rounded, type Table } from './table.ts'

const [files, changedShare, size] = [2000, 0.02, 8192]
/** MB at the peak of a deployment that changes little, and its objects. */
const [mostMemory, mostObjects] = [150, files * changedShare]
const bucket = 'bench-site'
const built = new Date('2190-01-01')
const title = 'A site of 2,000 files, 2 % of them changed, beside aws s3 sync'

/** Seconds and requests of one run. */
interface Run {
  readonly seconds: number
  readonly memory?: number
  readonly requests: readonly string[]
}

/** Without `aws` on the PATH, only ours is measured. */
export async function measureSite(bundles: string): Promise<Table> {
  const server = await openInstantAws()
  const step = openStep({ ...server.environment })
  const folder = join(step.folder, 'dist')
  const inputs = { folder: 'dist', bucket, guard: 'off', check: 'off', 'aws-region': 'eu-west-1' }
  const ours = async (): Promise<Run> => {
    await server.calls()
    const sample = await step.run([resolve(bundles, 'deploy-site.js')], inputs, true)
    return { seconds: sample.wall / 1000, memory: sample.memory, requests: await server.calls() }
  }
  const theirs = async (): Promise<Run | undefined> => {
    await server.calls()
    const seconds = await sync(folder, server.environment)
    return seconds === undefined ? undefined : { seconds, requests: await server.calls() }
  }
  try {
    const builds = ['one', 'two'].map((word) => () => writeBuild(folder, word))
    const runs: (readonly [string, Run | undefined])[] = []
    for (const [index, write] of builds.entries()) {
      write()
      const when = index === 0 ? 'from nothing' : '2 % changed'
      runs.push([`deploy-site, ${when}`, await ours()], [`aws s3 sync --delete, ${when}`, await theirs()])
    }
    return table(runs)
  } finally {
    step.close()
    server.close()
  }
}

function table(runs: readonly (readonly [string, Run | undefined])[]): Table {
  const sent = ({ requests }: Run) => requests.filter((name) => name === 'PutObject').length
  const rows = runs.map(([client, run]): Readonly<Record<string, string | number>> => {
    if (run === undefined) return { client, seconds: 'not measured: aws is not installed' }
    const { seconds, memory, requests } = run
    const row = { client, seconds: rounded(seconds), requests: requests.length, objects: sent(run) }
    return memory === undefined ? row : { ...row, 'peak MB': rounded(memory, 0) }
  })
  const changed = runs.find(([client]) => client === 'deploy-site, 2 % changed')?.[1]
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
      { what: 'peak memory there, MB', measured: changed?.memory ?? Number.NaN, atMost: mostMemory },
    ],
  }
}

/** Nine of ten files have a hash in their names; those that change have other names, as after a build. */
function writeBuild(folder: string, word: string): void {
  rmSync(folder, { recursive: true, force: true })
  for (let index = 0; index < files; index++) {
    const version = index < files * changedShare ? word : 'base'
    const hash = createHash('sha256').update(`${index} ${version}`).digest('hex')
    const content = hash.repeat(Math.ceil(size / hash.length)).slice(0, size)
    const path = index % 10 === 0 ? `docs/page-${index}.html` : `assets/file-${index}-${hash.slice(0, 10)}.js`
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
    // Newer than the objects, as after a build: the clock of the simulator runs ahead.
    utimesSync(join(folder, path), built, built)
  }
}

async function sync(folder: string, environment: Readonly<Record<string, string>>): Promise<number | undefined> {
  const started = performance.now()
  const env = { PATH: process.env.PATH ?? '', HOME: folder, ...environment }
  const child = spawn('aws', ['s3', 'sync', '--delete', '--only-show-errors', folder, `s3://${bucket}-sync`], {
    env,
    stdio: 'ignore',
  })
  const code = await Promise.race([
    once(child, 'exit').then(([ended]) => ended),
    once(child, 'error').then(() => undefined),
  ])
  if (code === undefined) return undefined
  if (code !== 0) throw new Error(`aws s3 sync ended with ${code}`)
  return (performance.now() - started) / 1000
}
