/** Other actions for Elastic Beanstalk, as they are committed, in processes that live by the simulator's clock. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { zip } from '../../../src/actions/bundle/zip.ts'
import type { End } from '../../actions/beanstalk-ends/end.ts'
import { sceneOf } from '../../actions/beanstalk-ends/play.ts'
import { production, region } from '../../actions/beanstalk-scene.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { shareTime } from '../../simulator/time-server.ts'

/** One action in a checkout of its repository. */
export interface Peer {
  readonly name: string
  /** The file that GitHub's runner runs. */
  readonly main: string
  /** Undefined where the action has no input for what the end needs: it cannot be compared. */
  inputs(end: End, bundle: string): Readonly<Record<string, string>> | undefined
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown }>>
  readonly runs: { readonly main: string }
}

const here = { application: 'shop', environment: production }

/** The action in this folder. Its inputs are told apart by how they are written: `application-name`, or `application_name`. */
export function peerAt(folder: string): Peer {
  const { inputs = {}, runs } = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as ActionFile
  const defaults = Object.fromEntries(
    Object.entries(inputs).map(([name, { default: value }]) => [name, String(value ?? '')]),
  )
  const isHyphened = 'application-name' in inputs
  return {
    name: basename(resolve(folder)),
    main: resolve(folder, runs.main),
    inputs(end, bundle) {
      const given = (isHyphened ? hyphened : underscored)(end, bundle)
      const isKnown = Object.keys(given).every((name) => name in inputs)
      return isKnown ? { ...defaults, ...given } : undefined
    },
  }
}

/** Changes nothing of the ends of those that have no such input. */
const ofOurs = new Set(['guard', 'roll-back-on-failure'])

function hyphened({ given = {} }: End, bundle: string) {
  return {
    'aws-region': region,
    'application-name': here.application,
    'environment-name': here.environment,
    'version-label': 'v2',
    'deployment-package-path': bundle,
    ...Object.fromEntries(Object.entries(given).filter(([name]) => !ofOurs.has(name))),
    // True or false.
    ...('wait-for-environment-recovery' in given && { 'wait-for-environment-recovery': 'true' }),
  }
}

function underscored({ given = {} }: End, bundle: string) {
  const renamed = Object.entries(given)
    .filter(([name]) => !ofOurs.has(name))
    .map(([name, value]) => [name.replace('application-version', 'version').replaceAll('-', '_'), value])
  return {
    region,
    application_name: here.application,
    environment_name: here.environment,
    version_label: 'v2',
    deployment_package: bundle,
    aws_access_key: 'AKIDEXAMPLE',
    aws_secret_key: 'secret',
    ...Object.fromEntries(renamed),
  }
}

/** How a run ended: its exit code, or `undefined` where it would have waited for ever; and all that it printed. */
export interface PeerEnd {
  readonly code: number | undefined
  readonly printed: string
}

/** No deployment takes longer. Milliseconds of the simulator. */
const forEver = 3 * 3_600_000

/** The end as this action reports it; undefined where it cannot be compared. */
export async function playPeer(peer: Peer, end: End): Promise<PeerEnd | undefined> {
  const given = peer.inputs(end, 'app.zip')
  if (given === undefined) return undefined
  const sim = sceneOf(end)
  const { environment, close } = await sim.listen(0, { time: 'shared' })
  const time = await shareTime(sim.clock)
  const folder = mkdtempSync(join(tmpdir(), 'slipway-peer-'))
  const content = { bytes: Buffer.from('require("http")') }
  writeFileSync(join(folder, 'app.zip'), await zip([{ path: 'server.js', content, isExecutable: false }]))
  const loopback = pathToFileURL(join(import.meta.dirname, 'to-loopback.js')).href
  const files = filesOf(folder)
  const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    ...environment,
    ...time.environment,
    ...{ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: '0'.repeat(40), GITHUB_WORKSPACE: folder },
    ...files,
    ...{ AWS_REGION: region, NODE_OPTIONS: `${time.environment.NODE_OPTIONS} --import=${loopback}` },
    ...Object.fromEntries(inputs),
  }
  try {
    const first = end.isRepeated ? await run(peer, env, folder, sim) : undefined
    return first?.code === undefined && first ? first : await run(peer, env, folder, sim)
  } finally {
    time.close()
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY']
  mkdirSync(join(folder, 'files'))
  for (const name of names) writeFileSync(join(folder, 'files', name), '')
  return Object.fromEntries(names.map((name) => [name, join(folder, 'files', name)]))
}

async function run(peer: Peer, env: Readonly<Record<string, string>>, cwd: string, sim: Simulator): Promise<PeerEnd> {
  const child = spawn(process.execPath, [peer.main], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk))
  const timer = sim.clock.after(forEver, () => child.kill('SIGKILL'))
  const code = await new Promise<number | undefined>((done, fail) => {
    child.on('error', fail)
    child.on('close', (exit, signal) => done(signal === null ? (exit ?? 1) : undefined))
  })
  timer.cancel()
  return { code, printed: Buffer.concat(printed).toString() }
}
