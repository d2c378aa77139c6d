import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { findCheckout } from '../../git/checkout.ts'
import { readEvent } from '../../github/event.ts'
import { parseRemoteContext, type RemoteContext } from '../../image/git-address.ts'
import type { Commit } from '../../report/subject.ts'
import type { Runner } from '../../runner/action.ts'
import {
  type Checkout,
  decideSource,
  type NamedCommit,
  refName,
  repositoryOf,
  type Source,
  type SourceEvent,
  sourceLine,
} from '../../source.ts'
import { text, untrusted } from '../../text.ts'

/** As `revisionInput` reads it: with the repository where that is another one than the run's. Empty where it is not known. */
export function revisionOutput({ source, event }: Pick<BuildOrigin, 'source' | 'event'>): string {
  if (source === undefined) return ''
  const { revision, repository } = source
  return repository === event.repository ? revision : `${repository}@${revision}`
}

/** What is built, and what that was found out from. */
export interface BuildOrigin {
  readonly event: SourceEvent
  readonly checkout: Checkout | undefined
  readonly source: Source | undefined
  /** The context, where it is an address. */
  readonly remote: RemoteContext | undefined
}

/** The folder in which the runner checks code out. */
export function workspaceOf({ environment }: Pick<Runner, 'environment'>): string {
  return environment.GITHUB_WORKSPACE ?? process.cwd()
}

/** The source of a build context: of the checkout that the folder lies in, or of a git address that names a commit. */
export function sourceOfContext(context: string, named: NamedCommit | undefined, runner: Runner): BuildOrigin {
  const event = readEvent(runner.environment)
  const workspace = workspaceOf(runner)
  const folder = resolve(workspace, context)
  const remote = existsSync(folder) ? undefined : parseRemoteContext(context)
  if (remote === undefined) {
    const checkout = findCheckout(folder, workspace)
    return { event, checkout, source: decideSource(event, checkout, named), remote }
  }
  // Neither the workspace nor the event describes the source of an address without a commit.
  const repository = repositoryOf(remote.repository, event)
  const fetched = { root: '', commit: remote.commit, ref: undefined, remote: remote.repository }
  const source = decideSource({ ...event, sha: '' }, fetched, named && { repository, ...named })
  return { event, checkout: undefined, source, remote }
}

/** The inputs of a deployment that identify its source. */
interface Deploying {
  readonly taskDefinition?: string | undefined
  readonly config: string
  readonly revision?: NamedCommit | undefined
}

/**
 * The source of the deployment, logged: the commit of the checkout that holds the task definition or slipway.yml. A checkout of
 * another repository than the run's may hold only definitions, so that one has to be named.
 */
export function openSource({ taskDefinition, config, revision }: Deploying, runner: Runner): Source | undefined {
  const event = readEvent(runner.environment)
  const workspace = workspaceOf(runner)
  const folders = [taskDefinition, config].flatMap((file) => (file ? [resolve(workspace, dirname(file))] : []))
  const checkouts = folders.flatMap((folder) => findCheckout(folder, workspace) ?? [])
  const isOwn = (checkout: Checkout) => decideSource(event, checkout, undefined)?.repository === event.repository
  const source = decideSource(event, checkouts.find(isOwn), revision)
  const foreign = checkouts.find((checkout) => !isOwn(checkout))
  const missing = foreign && text`the checkout is of ${untrusted(repositoryOf(foreign.remote, event))}`
  const line = source && sourceLine(source, event, missing)
  if (line !== undefined) runner.log.info(line)
  return source
}

const savedSource = 'source'

/** Keeps the source for the post step: by then, something else may be checked out. */
export function keepSource(source: Source | undefined, runner: Runner): void {
  if (source !== undefined) runner.saveState(savedSource, JSON.stringify(source))
}

/** What `keepSource` kept. */
export function keptSource(runner: Runner): Source | undefined {
  const saved = runner.state(savedSource)
  return saved ? JSON.parse(saved) : undefined
}

/** The source as reports display it. */
export function commitOf(source: Source | undefined): Commit | undefined {
  if (source === undefined) return undefined
  const { revision: sha, repository, ref, title } = source
  return { sha, repository, ref: untrusted(refName(ref)), title: title === undefined ? undefined : untrusted(title) }
}
