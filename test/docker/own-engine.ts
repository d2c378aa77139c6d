/** A Docker engine, and a registry with a password, that the tests start and stop themselves. They touch no other. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { buildTar } from '../oci-layout.ts'

const execute = promisify(execFile)
/** Milliseconds; a busy machine takes its time. */
const startLimit = 240_000

export interface OwnEngine {
  /** For the docker CLI. */
  readonly environment: Readonly<Record<string, string>>
  /** Name of an image in the engine that has Node and nothing else. */
  readonly base: string
  docker(...arguments_: string[]): Promise<string>
  stop(): Promise<void>
}

function find(command: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path))
}

/** Why no engine can be started here; undefined when one can. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'dockerd runs on Linux only'
  if (process.getuid?.() !== 0) return 'starting dockerd needs root'
  const missing = ['docker', 'dockerd', 'docker-registry', 'htpasswd'].filter((command) => find(command) === undefined)
  return missing.length > 0
    ? `${missing.join(', ')} not installed (Debian: docker.io docker-registry apache2-utils)`
    : undefined
}

/** Which dockerd, and its options. */
export interface Daemon {
  readonly program: string
  readonly options: readonly string[]
}

/** That of the distribution, which has the classic image store. */
const usual: Daemon = { program: find('dockerd') ?? 'dockerd', options: [] }

/** An engine, or undefined with a printed reason. With SLIPWAY_DOCKER=required a reason is a failure. */
export function startEngine(daemon: Daemon = usual): Promise<OwnEngine | undefined> {
  return startOrSkip(obstacle(), () => start(daemon))
}

/** What `begin` starts, where nothing is in the way of it. */
export async function startOrSkip<T extends object>(
  inTheWay: string | undefined,
  begin: () => Promise<T>,
): Promise<T | undefined> {
  const reason = inTheWay ?? (await begin().catch((error: unknown) => `it does not start: ${String(error)}`))
  if (typeof reason !== 'string') return reason
  if (process.env.SLIPWAY_DOCKER === 'required') throw new Error(`Docker tests cannot run: ${reason}`)
  console.log(`Docker tests are skipped: ${reason}`)
  return undefined
}

async function start({ program, options }: Daemon): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-engine-'))
  const at = (name: string) => join(folder, name)
  const daemon = spawn(
    program,
    [
      ...options,
      '--data-root',
      at('data'),
      '--exec-root',
      at('exec'),
      '--pidfile',
      at('pid'),
      '--host',
      `unix://${at('docker.sock')}`,
      '--bridge',
      'none',
      '--iptables=false',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  daemon.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-2000)
  })
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? folder,
    DOCKER_HOST: `unix://${at('docker.sock')}`,
  }
  const docker = async (...arguments_: string[]) =>
    (await execute('docker', arguments_, { env: environment, maxBuffer: 1e8 })).stdout
  const stop = async () => {
    await end(daemon)
    await unmountBelow(folder)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await until(
      () => docker('version'),
      () => daemon.exitCode !== null,
    )
    await writeFile(at('base.tar'), await nodeRoot())
    await docker('import', '--change', 'ENV PATH=/bin', at('base.tar'), 'slipway-base:1')
    return { environment, base: 'slipway-base:1', docker, stop }
  } catch (error) {
    await stop()
    throw new Error(`${String(error)}\n${log}`)
  }
}

/** This Node with the libraries that it needs, as the root of an image. */
async function nodeRoot(): Promise<Buffer> {
  const { stdout } = await execute('ldd', [process.execPath])
  const libraries = [...stdout.matchAll(/(\/lib\S+)/g)].map(([, path = '']) => path)
  const files = await Promise.all(
    [...new Set(libraries)].map(async (path) => [path, { content: await readFile(path), mode: 0o755 }] as const),
  )
  return buildTar({
    ...Object.fromEntries(files),
    '/bin/node': { content: await readFile(process.execPath), mode: 0o755 },
  })
}

export interface OwnRegistry {
  readonly endpoint: string
  readonly username: string
  readonly password: string
  stop(): Promise<void>
}

/** Debian's docker-registry with one user: what plain OCI registries do, independent of our simulator. */
export async function startRegistry(): Promise<OwnRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-registry-'))
  const [username, password] = ['AWS', `secret-${'0123456789'.repeat(4)}`]
  const hashed = spawn('htpasswd', ['-niB', username], { stdio: ['pipe', 'pipe', 'ignore'] })
  hashed.stdin.end(password)
  let line = ''
  for await (const chunk of hashed.stdout) line += chunk
  await writeFile(join(folder, 'htpasswd'), line)
  const port = await freePort()
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  }
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${port}`
  await until(
    () => fetch(`${endpoint}/v2/`),
    () => server.exitCode !== null,
  )
  return {
    endpoint,
    username,
    password,
    async stop() {
      await end(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Waits for what was started. */
export async function until(attempt: () => Promise<unknown>, isDead: () => boolean): Promise<void> {
  for (const from = Date.now(); ; ) {
    const error = await attempt().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error === undefined) return
    if (isDead() || Date.now() - from > startLimit) throw error
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Ends what was started, and waits for that. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(killer)
}

/** Containers with the host's network leave their namespace mounted. */
export async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse())
    await execute('umount', [mount]).catch(() => {})
}
