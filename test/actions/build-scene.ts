/** One build-push in this process: real Git repositories, the simulated ECR, and a builder that is played. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { Failure, reasonOf } from '../../src/failure.ts'
import { blobContent } from '../../src/image/blob-content.ts'
import { planLayout } from '../../src/image/layout.ts'
import { pushByDigest } from '../../src/image/push.ts'
import type { Builder, BuildRequest } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { openLayout } from '../../src/registry/layout-files.ts'
import { renderText } from '../../src/text.ts'
import { portsOf } from '../deployment/scene.ts'
import { type GitRepository, gitRepository } from '../git/repository.ts'
import { writeLayout } from '../oci-layout.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { keys } from './scene.ts'

export const files = { Dockerfile: 'FROM scratch\nCOPY . /app\n', 'src/app.js': 'serve()', '.gitignore': 'dist\n' }

/** `tag`: the engine puts the first tag with the push, as Docker's own does; `digest`: it pushes by digest. */
export type Pushing = 'digest' | 'tag'

interface Played extends Builder {
  readonly builds: BuildRequest[]
  /** Builds without a push, and calls. */
  readonly local: { readonly request: BuildRequest; readonly names?: readonly string[] }[]
  /** What another run does while this one builds. */
  meanwhile: (() => Promise<unknown>) | undefined
  /** Digests of base images. */
  bases: Record<string, string>
  readonly asked: string[]
}

/** Every build gives another image, as long as time goes by: of the same inputs, only what is reused is the same. */
function playedBuilder(simulator: Simulator, pushing: Pushing): Played {
  const signal = new AbortController().signal
  const open = () => {
    const { ecr, clock } = portsOf(simulator)
    const { fetch } = simulator
    return openRegistry({ login: ecr.login, clock, signal, retryTime: 60_000, fetch, environment: {} })
  }
  const played: Played = {
    builds: [],
    local: [],
    meanwhile: undefined,
    bases: { 'node:24': `sha256:${'1'.repeat(64)}` },
    asked: [],
    async resolveImages(references) {
      played.asked.push(...references)
      return references.map((reference) => {
        const digest = played.bases[reference]
        return digest === undefined ? { reference, error: `${reference}: not found` } : { reference, digest }
      })
    },
    async buildOnly(request, names) {
      played.local.push({ request, names })
    },
    async check(request) {
      played.local.push({ request })
    },
    async buildAndPush(request, { name, tag, digestOnly }) {
      played.builds.push(request)
      // Its time and its token end.
      const registry = open()
      const folder = temporaryFolder()
      const { labels, target = '', platforms } = request
      await writeLayout(folder, {
        files: { '/built': `${played.builds.length} ${target}` },
        entrypoint: ['/built'],
        labels,
        ...(platforms.length === 1 && { architecture: platforms[0]?.split('/')[1] ?? '' }),
      })
      const layout = await openLayout(folder, [folder])
      const plan = await planLayout(layout, tag)
      const repository = name.slice(name.indexOf('/') + 1)
      await pushByDigest(registry, { repository }, plan, (blob) => blobContent(layout, blob))
      await layout.close()
      const another = played.meanwhile
      played.meanwhile = undefined
      await another?.()
      const image = plan.manifests.at(-1)
      if (pushing === 'tag' && image && digestOnly !== true)
        await registry.pushManifest(repository, tag, image.mediaType, image.content)
      return plan.digest
    },
  }
  return played
}

export interface BuildScene {
  readonly simulator: Simulator
  readonly source: GitRepository
  readonly builder: Played
  /** Of the repository `api`, by its tag. */
  digestOf(tag: string): string | undefined
  run(inputs?: Record<string, string>, options?: RunOptions): Promise<Ran>
}

interface RunOptions {
  readonly environment?: Record<string, string>
  /** Payload of the event. */
  readonly event?: object
}

export interface Ran {
  readonly outputs: Record<string, string>
  readonly log: string
  readonly failure: string | undefined
  readonly summary: string
}

/** The workspace is a Git repository of `files` with one commit, that of the event; the ECR repository has immutable tags. */
export function buildScene({
  pushing = 'digest' as Pushing,
  immutable = true,
  content = files as Record<string, string>,
} = {}): BuildScene {
  const simulator = createSimulator()
  const { ecr } = simulator.world.region('eu-west-1')
  ecr.createRepository('api', immutable)
  const source = gitRepository(content)
  const pushed = Object.keys(content).length > 0 ? source.git('rev-parse', 'HEAD') : ''
  const builder = playedBuilder(simulator, pushing)
  simulator.iam.role({ name: 'slipway-build', trust: { sub: '*' } })
  const action = createBuildPush({ fetch: simulator.fetch, requestHandler: simulator.requestHandler, builder })
  return {
    simulator,
    source,
    builder,
    digestOf: (tag) => ecr.find(`127.0.0.1:1/api:${tag}`)?.digest,
    async run(inputs = {}, { environment = {}, event = {} } = {}) {
      const temporary = temporaryFolder()
      writeFileSync(join(temporary, 'event.json'), JSON.stringify(event))
      mkdirSync(join(temporary, 'home'))
      const runner = await fakeRunner({
        clock: simulator.clock.forProgram,
        workspace: source.folder,
        environment: {
          ...keys,
          PATH: process.env.PATH ?? '',
          HOME: join(temporary, 'home'),
          RUNNER_TEMP: temporary,
          GITHUB_WORKSPACE: source.folder,
          GITHUB_EVENT_NAME: 'push',
          GITHUB_EVENT_PATH: join(temporary, 'event.json'),
          GITHUB_SHA: pushed,
          GITHUB_REF: 'refs/heads/main',
          GITHUB_REPOSITORY: 'acme/shop',
          GITHUB_RUN_ID: '512',
          ...environment,
        },
      })
      const idToken = async (audience: string) => simulator.oidc.token(audience)
      const ran = action.main(givenInputs(action.inputs, { repository: 'api', ...inputs }), { ...runner, idToken })
      const failure = await ran.then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof Failure) return [error.parts.what, reasonOf(error.parts), error.parts.fix ?? []]
          throw error
        },
      )
      const plain = failure?.map((part) => renderText(part, (theirs) => theirs))
      const { outputs, lines, summary } = runner
      return { outputs, log: lines.join('\n'), failure: plain?.join(' | '), summary }
    },
  }
}
