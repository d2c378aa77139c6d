import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkedMistakes } from '../image/build-checks.ts'
import { buildFailure } from '../image/build-failure.ts'
import { checkFailure, parseCheckReport } from '../image/check-report.ts'
import type { SourceLine } from '../image/closing-words.ts'
import type { BuildDestination, Builder, BuildRequest } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type BuildOutput, buildxArguments, classicArguments } from './arguments.ts'
import { classicOutput, type OutputReader, type OutputSink, plainOutput, rawOutput } from './build-output.ts'
import { placeOfDockerfile } from './dockerfile-place.ts'
import { type Engine, findEngine } from './engine.ts'
import { digestFrom, pushTag, tagLoaded } from './push-tag.ts'
import { type Purpose, requireFeatures } from './requirements.ts'
import { type DockerOptions, runIn, type Session, withSession } from './session.ts'

/** Builds with the docker CLI: Buildx where it is, `docker build` and `docker push` where it is not. */
export function dockerBuilder(options: DockerOptions): Builder {
  return {
    buildAndPush: (request, destination) =>
      withSession(options, request, (session) => buildAndPush(session, request, destination)),
    buildOnly: (request, names) => withSession(options, request, (session) => buildOnly(session, request, names)),
    check: (request) => withSession(options, request, (session) => check(session, request)),
  }
}

async function buildAndPush(session: Session, request: BuildRequest, destination: BuildDestination): Promise<string> {
  const engine = await engineFor(session, request, 'push')
  const metadataFile = join(session.folder, 'metadata.json')
  const loaded = request.load && engine.kind !== 'buildx'
  const first = `${destination.name}:${destination.tag}`
  switch (engine.kind) {
    case 'buildx':
    case 'buildx-tag': {
      const kind = engine.kind === 'buildx' ? 'push-by-digest' : 'push-tag'
      await withBuildx(session, request, engine, { kind, metadataFile, ...destination })
      if (loaded) await tagLoaded(session, destination)
      return digestFrom(await readFile(metadataFile, 'utf8'))
    }
    case 'buildx-load':
      await withBuildx(session, request, engine, { kind: 'load', ...destination })
      break
    case 'classic':
      await runBuild(session, request, engine, classicArguments(request, [first]))
  }
  if (loaded) await tagLoaded(session, destination)
  return await pushTag(session, destination)
}

async function buildOnly(session: Session, request: BuildRequest, names: readonly string[]): Promise<void> {
  const engine = await engineFor(session, request, 'local')
  if (engine.kind === 'classic') return await runBuild(session, request, engine, classicArguments(request, names))
  await withBuildx(session, request, engine, { kind: 'local', names })
}

/** The report of a call is on stdout; what goes on meanwhile is on stderr. */
async function check(session: Session, request: BuildRequest): Promise<void> {
  const engine = await engineFor(session, request, 'check')
  if (engine.kind === 'classic') return
  const { options } = session
  const sink = sinkOf(session, request)
  const reader = rawOutput(sink)
  const onLine: OutputReader['onLine'] = (line, stream) => {
    if (stream === 'stderr') reader.onLine(line, stream)
  }
  const { exitCode, output } = await options.grouped(titleOf('Checking', engine), () =>
    runIn(session, buildxArguments(request, { kind: 'check' }, engine.progress), { onLine }),
  )
  const end = reader.end(exitCode)
  const report = parseCheckReport(output)
  if (report === undefined) throw buildFailure(end)
  const mistakes = checkedMistakes(report.warnings, sink.placeOf)
  for (const mistake of mistakes) sink.warn(mistake)
  if (exitCode !== 0) throw checkFailure(report, mistakes.length, end, sink.placeOf)
  options.say(text`Check complete, no warnings found`)
}

async function engineFor(session: Session, request: BuildRequest, purpose: Purpose): Promise<Engine> {
  const { options, environment } = session
  const { directory, signal } = options
  const engine = await findEngine({ environment, directory, signal }, request.builder)
  requireFeatures(engine, request, purpose)
  return engine
}

function withBuildx(
  session: Session,
  request: BuildRequest,
  engine: Exclude<Engine, { kind: 'classic' }>,
  output: BuildOutput,
): Promise<void> {
  return runBuild(session, request, engine, buildxArguments(request, output, engine.progress))
}

async function runBuild(
  session: Session,
  request: BuildRequest,
  engine: Engine,
  arguments_: readonly string[],
): Promise<void> {
  await session.options.grouped(titleOf('Building', engine), async () => {
    const reader = readerOf(engine)(sinkOf(session, request))
    const { exitCode } = await runIn(session, arguments_, reader)
    const end = reader.end(exitCode)
    if (exitCode !== 0) throw buildFailure(end)
  })
}

function titleOf(work: string, engine: Engine): Text {
  const buildx = engine.kind === 'classic' ? 'without Buildx' : text`and Buildx ${untrusted(engine.buildx)}`
  return text`${work} with Docker ${untrusted(engine.version)} ${buildx}`
}

function sinkOf({ options }: Session, request: BuildRequest): OutputSink {
  const placeOf = (source: SourceLine) => placeOfDockerfile(request, options.directory, source)
  return { say: options.say, warn: options.warn, redact: options.redact, placeOf }
}

function readerOf(engine: Engine): (sink: OutputSink) => OutputReader {
  if (engine.kind === 'classic') return classicOutput
  return engine.progress === 'rawjson' ? rawOutput : plainOutput
}
