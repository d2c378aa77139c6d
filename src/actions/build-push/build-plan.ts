import { existsSync, realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { hashContext, readRules } from '../../docker/context-files.ts'
import { readStatus } from '../../git/status.ts'
import { type BuildInputs, buildInputs, hashWithoutCommit } from '../../image/build-inputs.ts'
import { type IgnoreRules, isIgnored } from '../../image/ignore-file.ts'
import { digestOf, revisionLabel } from '../../image/manifest.ts'
import type { OutsideInputs } from '../../image/outside-inputs.ts'
import type { InputsReuse } from '../../image/reuse-by-inputs.ts'
import type { BuildRequest } from '../../ports.ts'
import { readRegularFile } from '../../regular-file.ts'
import type { Runner } from '../../runner/action.ts'
import { repositoryUrl } from '../../source.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { type BuildOrigin, workspaceOf } from '../world/source-commit.ts'
import { requireFolder, usualDockerfile } from './build-folder.ts'
import { describingLabels } from './build-labels.ts'
import { requestOf } from './build-request.ts'
import type { WantedTags } from './build-tags.ts'
import { readNamedContexts } from './named-contexts.ts'
import { outsideInputs, reuseByInputs } from './outside-of-build.ts'
import type { PreparedInputs } from './prepare-inputs.ts'
import { sourceDateFor } from './source-date.ts'

/** A build, and what its image is going to be made of. */
export interface BuildPlan {
  readonly kind: 'build'
  readonly request: BuildRequest
  readonly inputs: BuildInputs | undefined
  readonly outside: OutsideInputs
  readonly unlike: Text | undefined
  readonly byInputs: InputsReuse | undefined
}

/** What a build gets, as far as it can be known before it. */
interface Contents {
  /** Folder within the repository, or address. */
  readonly context: string
  readonly dockerfile: string
  readonly files?: string | undefined
  readonly content?: string | undefined
  /** What the Dockerfile has; undefined where it is not in the workspace. */
  readonly text?: string | undefined
  readonly ownIgnoreFile: boolean
  /** Files that differ from the commit. */
  readonly changed: readonly string[]
  /** Of the commit, in seconds since 1970; undefined where the files are not the commit's. */
  readonly committedAt?: number | undefined
  /** Of the commit that is checked out, whether or not its files were changed. */
  readonly checkedOutAt?: number | undefined
  /** Why it is not known what the build gets. */
  readonly unknown?: Text | undefined
}

/** Decides what is built: the request, and what identifies equal builds. Logs what was decided. */
export async function planBuild(
  inputs: PreparedInputs,
  wanted: WantedTags,
  found: BuildOrigin,
  runner: Runner,
): Promise<BuildPlan> {
  const { environment, log, signal } = runner
  const contents = found.remote ? remoteContents(inputs, found) : await localContents(inputs, found, runner)
  const { changed } = contents
  const sourceDate = sourceDateFor(inputs, contents.checkedOutAt, found, environment)
  const request = requestOf(inputs, wanted, { ...contents, sourceDate })
  const { folders, ...named } = await readNamedContexts(request.buildContexts, workspaceOf(runner), signal)
  const unknown = contents.unknown ?? named.unknown
  const revision = found.source && `${found.source.revision}${changed.length > 0 ? '-dirty' : ''}`
  if (unknown !== undefined) log.info(text`No existing image is reused: ${unknown}`)
  if (changed.length > 0 && revision !== undefined) log.info(dirty(changed, revision))
  const repository = found.source?.repository ?? found.event.repository
  const source = { ...contents, namedContexts: folders, commit: found.source?.commit, revision, repository }
  const around = {
    defaultPlatform: environment.DOCKER_DEFAULT_PLATFORM || `that of an ${process.arch} runner`,
    environment,
    runId: environment.GITHUB_RUN_ID ?? '',
    labels: request.labels,
  }
  const made = unknown === undefined ? buildInputs(source, request, around) : undefined
  const labels = {
    ...describingLabels(repository, wanted.version, found, runner),
    ...(revision !== undefined && { [revisionLabel]: revision }),
    'org.opencontainers.image.source': repositoryUrl(repository, found.event),
    'org.opencontainers.image.created': createdAt(contents.committedAt, runner),
    ...request.labels,
  }
  const unlike = inputs.reuse === 'off' ? text`reuse is off, so an existing image is never used` : unknown
  const hash = hashWithoutCommit(source, request, around)
  const outside = await outsideInputs(inputs, { request, dockerfile: contents.text }, runner)
  const byInputs = unlike === undefined ? reuseByInputs(inputs, { request, hash, outside }, runner) : undefined
  return { kind: 'build', request: { ...request, labels }, inputs: made, outside, unlike, byInputs }
}

/** The files are compared as they are, so that the same changes make the same image. */
function dirty([first = '', ...others]: readonly string[], revision: string): Text {
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return text`The checkout has uncommitted changes (${untrusted(first)}${more}), so the image is labelled ${untrusted(revision)}`
}

function remoteContents({ file }: PreparedInputs, { remote }: BuildOrigin): Contents {
  const { address = '', commit } = remote ?? {}
  const unknown =
    commit === undefined
      ? text`the context ${untrusted(address)} names no commit, so its content can change between builds`
      : undefined
  return { context: address, dockerfile: file ?? 'Dockerfile', ownIgnoreFile: false, changed: [], unknown }
}

async function localContents(inputs: PreparedInputs, found: BuildOrigin, runner: Runner): Promise<Contents> {
  const workspace = workspaceOf(runner)
  const folder = requireFolder(inputs.context, workspace)
  const dockerfile = inputs.file === undefined ? usualDockerfile(folder) : resolve(workspace, inputs.file)
  const { rules, isOwn } = await readRules(folder, dockerfile)
  const root = found.checkout?.root ?? realpathSync(workspace)
  const within = (path: string) => relative(root, path) || '.'
  const paths = { context: within(folder), dockerfile: within(dockerfile), ownIgnoreFile: isOwn }
  const { changed, committedAt } = await changesOf(found, paths, rules, runner)
  const bytes = await readRegularFile(dockerfile)
  const [content, dockerfileText] = [bytes && digestOf(bytes), bytes?.toString('utf8')]
  const times = { committedAt: changed.length === 0 ? committedAt : undefined, checkedOutAt: committedAt }
  if (bytes === undefined && existsSync(dockerfile))
    return { ...paths, changed, ...times, unknown: text`${untrusted(paths.dockerfile)} is not a file that can be read` }
  try {
    const files = await hashContext(folder, rules, runner.signal)
    return { ...paths, files, content, text: dockerfileText, changed, ...times }
  } catch (error) {
    runner.signal.throwIfAborted()
    const reason = untrusted(error instanceof Error ? error.message : String(error))
    return { ...paths, changed, ...times, unknown: text`the context cannot be read: ${reason}` }
  }
}

/** Which files of the build differ from the commit. Where git does not say, the files alone are compared. */
async function changesOf(
  { checkout }: BuildOrigin,
  { context, dockerfile }: Pick<Contents, 'context' | 'dockerfile'>,
  rules: IgnoreRules,
  { environment, signal, log }: Runner,
): Promise<Pick<Contents, 'changed' | 'committedAt'>> {
  if (checkout?.commit === undefined) return { changed: [] }
  const status = await readStatus({ root: checkout.root, environment, signal })
  signal.throwIfAborted()
  if (status.kind === 'unknown') {
    log.info(text`Whether the checkout has uncommitted changes is unknown: ${untrusted(status.why)}`)
    return { changed: [] }
  }
  const below = context === '.' ? '' : `${context}/`
  const changed = status.changed.filter(
    (path) =>
      path === dockerfile || (path.startsWith(below) && !isIgnored(rules, path.slice(below.length).replace(/\/$/, ''))),
  )
  return { changed, committedAt: status.committedAt }
}

/** SOURCE_DATE_EPOCH, in seconds (reproducible-builds.org), or the time of the commit that is built, or now. */
function createdAt(committedAt: number | undefined, { environment, clock }: Runner): string {
  const epoch = Number(environment.SOURCE_DATE_EPOCH || committedAt || Number.NaN)
  return new Date(Number.isFinite(epoch) ? epoch * 1000 : clock.now()).toISOString()
}
