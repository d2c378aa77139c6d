import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFailure } from '../image/build-failure.ts'
import { isPassingPush } from '../image/passing-push.ts'
import type { BuildDestination, Builder, BuildRequest } from '../ports.ts'
import { buildxArguments, checkArguments, classicArguments, localArguments } from './arguments.ts'
import { classicOutput, type OutputReader, type OutputSink, plainOutput, rawOutput } from './build-output.ts'
import { requireDigestOnly } from './digest-only.ts'
import { type Engine, findEngine, titleOf } from './engine.ts'
import { pushAgain } from './push-again.ts'
import { pushImage } from './push-image.ts'
import { digestInMetadata, imageIdInMetadata } from './pushed-digest.ts'
import { type Purpose, requireFeatures } from './requirements.ts'
import { resolveImages } from './resolve-images.ts'
import { runCheck } from './run-check.ts'
import { type DockerOptions, inSession, run, type Session, sinkOf } from './session.ts'
import { tagLoaded } from './tag-loaded.ts'

/** Builds with the docker CLI: Buildx where it is, `docker build` and `docker push` where it is not. */
export function dockerBuilder(options: DockerOptions): Builder {
  return {
    async resolveImages(references) {
      if (references.length === 0) return []
      return inSession(options, undefined, ({ environment }) =>
        resolveImages(references, { ...options, environment }, options.clock),
      )
    },
    buildAndPush: (request, destination) =>
      inSession(options, request, (session) => build(session, request, destination)),
    buildOnly: (request, names) => inSession(options, request, (session) => buildOnly(session, request, names)),
    check: (request) => inSession(options, request, (session) => check(session, request)),
  }
}

async function build(session: Session, request: BuildRequest, destination: BuildDestination): Promise<string> {
  const engine = await engineFor(session, request, 'push')
  requireDigestOnly(engine, destination)
  const at = (name: string) => join(session.configuration.directory, name)
  const [metadataFile, idFile] = [at('metadata.json'), at('image-id')]
  const built = (arguments_: readonly string[]) =>
    session.options.grouped(titleOf('Building', engine), () => runBuild(session, request, engine, arguments_))
  const written = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).trim()
  const words = (arguments_: readonly string[]) => run(session, arguments_)
  switch (engine.kind) {
    case 'buildx':
    case 'buildx-tag': {
      const kind = engine.kind === 'buildx' ? 'push-by-digest' : 'push-tag'
      await built(buildxArguments(request, destination, { kind, metadataFile }, engine.progress))
      if (kind === 'push-tag') await tagLoaded(request, destination, words)
      return digestInMetadata(await written(metadataFile))
    }
    case 'buildx-load':
      await built(buildxArguments(request, destination, { kind: 'load', metadataFile }, engine.progress))
      await tagLoaded(request, destination, words)
      return pushImage(session, destination, imageIdInMetadata(await written(metadataFile)))
    case 'classic':
      await built(classicArguments(request, destination, idFile))
      await tagLoaded(request, destination, words)
      return pushImage(session, destination, await written(idFile))
  }
}

async function buildOnly(session: Session, request: BuildRequest, names: readonly string[]): Promise<void> {
  const engine = await engineFor(session, request, 'local')
  const arguments_ = localArguments(request, names, engine.kind === 'classic' ? undefined : engine.progress)
  await session.options.grouped(titleOf('Building', engine), () => runBuild(session, request, engine, arguments_))
}

async function check(session: Session, request: BuildRequest): Promise<void> {
  const engine = await engineFor(session, request, 'check')
  if (engine.kind === 'classic') return
  const { options } = session
  const work = (onLine: OutputReader['onLine']) =>
    options.grouped(titleOf('Checking', engine), () =>
      run(session, checkArguments(request, engine.progress), { onLine }),
    )
  await runCheck(work, sinkOf(session, request))
}

async function engineFor({ options, environment }: Session, request: BuildRequest, purpose: Purpose): Promise<Engine> {
  const { directory, signal } = options
  const engine = await findEngine({ environment, directory, signal }, request.builder)
  requireFeatures(engine, request, purpose)
  return engine
}

async function runBuild(
  session: Session,
  request: BuildRequest,
  engine: Engine,
  arguments_: readonly string[],
): Promise<void> {
  // The cache makes the next try a push alone, which it would not be without cache.
  const isCached = !request.noCache && request.noCacheFilters.length === 0
  await pushAgain(session.options, async () => {
    const reader = readerOf(engine)(sinkOf(session, request))
    const { exitCode } = await run(session, arguments_, reader)
    const end = reader.end(exitCode)
    return exitCode === 0 ? undefined : { failure: buildFailure(end), isPassing: isCached && isPassingPush(end) }
  })
}

function readerOf(engine: Engine): (sink: OutputSink) => OutputReader {
  if (engine.kind === 'classic') return classicOutput
  return engine.progress === 'rawjson' ? rawOutput : plainOutput
}
