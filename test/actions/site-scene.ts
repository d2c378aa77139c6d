/** A site in a bucket behind a distribution, and steps that deploy to it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createDeploySite } from '../../src/actions/deploy-site/index.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { Failure } from '../../src/failure.ts'
import { isLong } from '../often.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { DistributionOptions } from '../simulator/cloudfront/distributions.ts'
import type { BucketOptions } from '../simulator/s3/store.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment } from './scene.ts'

export const bucket = 'shop-site'

/** Files by their paths. */
export type Build = Readonly<Record<string, string>>

/** A build of a bundler: a page that names an asset by its hash. */
export const buildOf = (word: string): Build => ({
  'index.html': `<script src=/assets/app-${hashOf(word)}.js></script>${word}`,
  [`assets/app-${hashOf(word)}.js`]: `console.log('${word}')`,
  'about/index.html': `about ${word}`,
  'logo.svg': '<svg/>',
})

/** Eight hexadecimal digits with both letters and digits. */
export const hashOf = (word: string) =>
  `a1${[...word]
    .reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 0xffffff, 7)
    .toString(16)
    .padStart(6, '0')}`

export interface SiteOptions {
  readonly distribution?: Partial<DistributionOptions>
  readonly bucket?: BucketOptions
}

export function siteScene(options: SiteOptions = {}, sim = createSimulator()) {
  const { s3 } = sim.world.region('eu-west-1')
  const { cloudfront } = sim.world.region('us-east-1')
  const distribution = cloudfront.createDistribution({
    bucket,
    defaultRootObject: 'index.html',
    // AWS takes four minutes.
    ...(isLong ? {} : { deploySeconds: 30 }),
    ...options.distribution,
  })
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: ['s3:GetObject', 's3:ListBucket'],
      Condition: { StringEquals: { 'AWS:SourceArn': distribution.arn } },
    },
  ]
  s3.createBucket(bucket, { policy: JSON.stringify({ Statement }), ...options.bucket })
  /** What a visitor gets from the edge. */
  const visit = (address: string) => {
    const { status, body = '', headers } = cloudfront.view(distribution.domain, address)
    return { status, body: Buffer.from(body as string).toString(), headers }
  }
  return { sim, s3, cloudfront, distribution, visit }
}

export type SiteScene = ReturnType<typeof siteScene>

/** Runs of a workflow, one after the other. */
let runs = 0

export interface Job {
  readonly build?: Build
  readonly run?: string
  readonly attempt?: string
  readonly commit?: string
  readonly state?: Record<string, string>
}

/** A runner with the files of a build, and the action. */
export async function siteJob(sim: Simulator, job: Job = {}) {
  const run = job.run ?? String(8_000_000_000 + ++runs)
  const runner = await fakeRunner({
    clock: sim.clock.forProgram,
    environment: {
      ...environment,
      ...{ GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: job.attempt ?? '1' },
      ...(job.commit !== undefined && { GITHUB_SHA: job.commit }),
    },
    ...(job.state && { state: job.state }),
  })
  writeBuild(join(runner.workspace, 'dist'), job.build ?? {})
  const action = createDeploySite({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  return { runner, action }
}

export function writeBuild(folder: string, build: Build): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [path, content] of Object.entries(build)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** Deploys a build, or rolls back with `release`. What the step says, and whether it is red. */
export async function deploySite(scene: SiteScene, job: Job, given: Record<string, string> = {}) {
  const { runner, action } = await siteJob(scene.sim, job)
  const folder: Record<string, string> = given.release === undefined ? { folder: 'dist' } : {}
  const inputs = { bucket, 'distribution-id': scene.distribution.id, guard: 'off', ...folder, ...given }
  let error: unknown
  try {
    await action.main(givenInputs(deploySiteInputs, inputs), runner)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    error = thrown
  }
  const { outputs, lines, summary, savedState } = runner
  const message = error === undefined ? '' : said(error)
  return {
    runner,
    outputs,
    log: lines.join('\n'),
    summary,
    message,
    savedState,
    isRed: runner.failed || error !== undefined,
  }
}
