/** All kinds of engine that people build with, as `.ci/engines` compiled them. The tests start and stop them, and touch no other. */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Engine } from '../../src/docker/engine.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import {
  end,
  type OwnEngine,
  type OwnRegistry,
  startEngine,
  startOrSkip,
  startRegistry,
  unmountBelow,
  until,
} from './own-engine.ts'

const execute = promisify(execFile)

/** What an engine is, for a job that uses it. */
export interface EngineOfAKind {
  readonly kind: Engine['kind']
  /** For the docker CLI, and so for the job. */
  readonly environment: Readonly<Record<string, string>>
  /** By what name a Dockerfile finds an image with Node. */
  readonly base: string
  /** Forgets all that was built, as a new runner has. */
  forget(): Promise<void>
}

/** One of each kind, and a registry with a password that knows nothing of Slipway. */
export interface Engines {
  readonly all: readonly EngineOfAKind[]
  readonly registry: OwnRegistry
  stop(): Promise<void>
}

/** The folder of the compiled programs. */
const programs = process.env.SLIPWAY_ENGINES

/** Where a compiled program is; the tests with other clients ask, too. */
export function compiled(program: string): string {
  return join(programs ?? '', program)
}

/** Undefined with a printed reason where they cannot be started. With SLIPWAY_DOCKER=required that is a failure. */
export function startEngines(): Promise<Engines | undefined> {
  const needed = ['buildkitd', 'docker-buildx', 'dockerd-28']
  const missing = needed.filter((program) => !existsSync(compiled(program)))
  const inTheWay =
    programs === undefined
      ? 'SLIPWAY_ENGINES names no folder (run .ci/engines)'
      : missing.length > 0
        ? `${missing.join(', ')} not in ${programs}`
        : undefined
  return startOrSkip(inTheWay, start)
}

async function start(): Promise<Engines> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const one of stops.reverse()) await one()
  }
  const started = <T extends { stop(): Promise<void> } | undefined>(one: T): NonNullable<T> => {
    if (one === undefined) throw new Error('an engine was skipped')
    stops.push(one.stop)
    return one
  }
  try {
    const folder = temporaryFolder()
    const registry = started(await startRegistry())
    const old = started(await startEngine())
    const store = await withContainerdStore(folder)
    const today = started(await startEngine(store))
    const buildkit = started(await startBuildKit(join(folder, 'buildkit')))
    const base = await shareBase(old, registry, join(folder, 'sharing'))
    const plugged = await withBuildx(join(folder, 'plugged'), registry)
    const own = await withBuildx(join(folder, 'own'), registry)
    const classic = { ...old.environment, DOCKER_CONFIG: join(folder, 'classic') }
    const remote = { ...old.environment, DOCKER_CONFIG: own }
    await execute('docker', ['buildx', 'create', '--name=own', '--use', '--driver=remote', buildkit.address], {
      env: remote,
    })
    const prune = (environment: Readonly<Record<string, string>>) => async () => {
      await execute('docker', ['buildx', 'prune', '--all', '--force'], { env: environment })
    }
    const load = { ...old.environment, DOCKER_CONFIG: plugged }
    const tag = { ...today.environment, DOCKER_CONFIG: plugged }
    return {
      all: [
        {
          kind: 'classic',
          environment: classic,
          base: old.base,
          forget: async () => void (await old.docker('builder', 'prune', '--all', '--force')),
        },
        { kind: 'buildx-load', environment: load, base: old.base, forget: prune(load) },
        { kind: 'buildx-tag', environment: tag, base: today.base, forget: prune(tag) },
        { kind: 'buildx', environment: remote, base, forget: prune(remote) },
      ],
      registry,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function withContainerdStore(folder: string) {
  const file = join(folder, 'daemon.json')
  await writeFile(file, JSON.stringify({ features: { 'containerd-snapshotter': true } }))
  return { program: compiled('dockerd-28'), options: ['--config-file', file, '--ip6tables=false'] }
}

/** A BuildKit of its own, as docker/setup-buildx-action starts one. */
async function startBuildKit(folder: string) {
  await mkdir(folder, { recursive: true })
  const address = `unix://${join(folder, 'socket')}`
  const options = [
    '--root',
    join(folder, 'root'),
    '--addr',
    address,
    '--containerd-worker=false',
    '--oci-worker-net=host',
  ]
  // What was configured for the machine is not ours.
  await writeFile(join(folder, 'buildkitd.toml'), '')
  const daemon = spawn(compiled('buildkitd'), ['--config', join(folder, 'buildkitd.toml'), ...options], {
    stdio: 'ignore',
  })
  await until(
    async () => {
      if (!existsSync(join(folder, 'socket'))) throw new Error('buildkitd has no socket')
    },
    () => daemon.exitCode !== null,
  )
  const stop = async () => {
    await end(daemon)
    await unmountBelow(folder)
    await rm(folder, { recursive: true, force: true })
  }
  return { address, stop }
}

/** A configuration of Docker with Buildx as a plugin and the login to the registry, which a job of its own may have. */
async function withBuildx(folder: string, registry: OwnRegistry): Promise<string> {
  await mkdir(join(folder, 'cli-plugins'), { recursive: true })
  await copyFile(compiled('docker-buildx'), join(folder, 'cli-plugins', 'docker-buildx'))
  await writeLogin(folder, registry)
  return folder
}

async function writeLogin(folder: string, { endpoint, username, password }: OwnRegistry): Promise<void> {
  await mkdir(folder, { recursive: true })
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [new URL(endpoint).host]: { auth } } }))
}

/** BuildKit has no images of its own: it pulls the base from the registry, with the job's own login. */
async function shareBase(engine: OwnEngine, registry: OwnRegistry, folder: string): Promise<string> {
  await writeLogin(folder, registry)
  const name = `${new URL(registry.endpoint).host}/base:1`
  const env = { ...engine.environment, DOCKER_CONFIG: folder }
  await execute('docker', ['tag', engine.base, name], { env })
  await execute('docker', ['push', name], { env })
  return name
}
