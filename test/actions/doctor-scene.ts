/** Runs of the action doctor, in this process. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { doctorInputs } from '../../src/actions/doctor/doctor-inputs.ts'
import { createDoctor } from '../../src/actions/doctor/index.ts'
import { region } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Call } from '../simulator/contract.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment, here } from './scene.ts'

export type Definition = Record<string, unknown>

export interface Asked {
  readonly given?: Record<string, string>
  /** Written to td.json and given as task-definition. */
  readonly definition?: Definition
}

export interface Found {
  readonly code: string
  readonly severity: string
  readonly what: string
  readonly why: string
  readonly fix: string
}

export async function doctor(sim: Simulator, { given = {}, definition }: Asked = {}) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  if (definition) {
    await mkdir(runner.workspace, { recursive: true })
    await writeFile(join(runner.workspace, 'td.json'), JSON.stringify(definition))
  }
  const action = createDoctor({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = { ...here, ...(definition && { 'task-definition': 'td.json' }), ...given }
  await action.main(givenInputs(doctorInputs, inputs), runner)
  const findings: readonly Found[] = JSON.parse(runner.outputs.findings ?? '[]')
  return { runner, findings, log: runner.lines.join('\n'), outputs: runner.outputs }
}

/** The seeded definition with members merged into it, and into its container `api`. */
export function defined(sim: Simulator, container: Definition = {}, members: Definition = {}): Definition {
  const { containerDefinitions = [], ...rest } = seededTaskDefinition(sim.world)
  return { ...rest, containerDefinitions: [{ ...containerDefinitions[0], ...container }], ...members }
}

export const home = (sim: Simulator) => sim.world.region(region)
export const host = `111122223333.dkr.ecr.${region}.amazonaws.com`

export function withRepository(sim: Simulator, ...architectures: readonly string[]) {
  const { ecr } = home(sim)
  ecr.createRepository('api')
  const [first = 'amd64', ...others] = architectures
  const digests = [first, ...others].map((architecture) => ({
    architecture,
    digest: seedImage(sim.world, region, 'api', others.length === 0 ? 'v2' : architecture, { architecture }),
  }))
  if (others.length === 0) return
  const manifests = digests.map(({ architecture, digest }) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: 1,
    platform: { os: 'linux', architecture },
  }))
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests })
  const put = { repositoryName: 'api', imageTag: 'v2', imageManifest, imageManifestMediaType: mediaType }
  ecr.handlers.PutImage?.(put, {} as Call)
}

/** Operations that change nothing, by their names. */
export const readOnly = /^(Describe|Get|List|BatchGet|Simulate)|^(GET|HEAD) /

export const changesOf = (sim: Simulator) =>
  sim.recorder.all.map(({ operation }) => operation).filter((name) => !readOnly.test(name))

/** A finding as it stands in the log. */
export const sentenceOf = ({ what, why, fix }: Found) => `${what}: ${why}. ${fix}`
