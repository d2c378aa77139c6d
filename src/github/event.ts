import { readFileSync } from 'node:fs'
import { redact } from '../diagnosis/redact.ts'
import type { EventCommit, SourceEvent } from '../source.ts'
import { meaningOf } from './event-commits.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What GitHub sent with the event, as it came. */
export type Payload = Readonly<Record<string, unknown>>

/** The event that started the run, from GitHub's default variables and the payload, which the runner keeps outside of the workspace. */
export function readEvent(environment: Environment): SourceEvent {
  return eventOf(environment, readEventPayload(environment))
}

/** The payload of the event; empty where there is none. */
export function readEventPayload(environment: Environment): Payload {
  return asObject(parse(readPayload(environment.GITHUB_EVENT_PATH)))
}

/** A report can do without. */
function readPayload(path: string | undefined): string {
  try {
    return path ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}

/** The same from a payload that has been read. */
export function eventOf(environment: Environment, payload: Payload): SourceEvent {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_SHA: sha = '', GITHUB_REPOSITORY: repository = '' } = environment
  return {
    name,
    sha,
    repository,
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
    standsFor: meaningOf(name, payload).standsFor,
    commits: [
      ...pullRequestCommits(environment, payload),
      ...workflowRunCommits(payload),
      ...ownCommit(environment, payload),
    ],
  }
}

/** `GITHUB_SHA` itself, where it is no merge commit. */
function ownCommit(
  { GITHUB_SHA: sha = '', GITHUB_REF: ref = '' }: Environment,
  payload: Payload,
): readonly EventCommit[] {
  // A push that deletes a branch has no ref any more, and GITHUB_SHA is that of the default branch.
  if (payload.deleted === true) return [{ sha }]
  const commit = asObject(payload.head_commit ?? asObject(payload.merge_group).head_commit)
  const title = commit.id === sha ? firstLine(commit.message) : undefined
  return [{ sha, ref: ref || undefined, branch: ref.startsWith('refs/heads/') ? ref : undefined, title }]
}

/** Head, merge commit and result of the pull request that a payload is about. */
function pullRequestCommits(
  { GITHUB_SHA: sha = '', GITHUB_REF: ref = '', GITHUB_REPOSITORY: repository = '' }: Environment,
  payload: Payload,
): readonly EventCommit[] {
  const pull = asObject(payload.pull_request)
  const { sha: head, ref: headRef, repo } = asObject(pull.head)
  const { number, merge_commit_sha: merge, merged } = pull
  if (typeof head !== 'string' || typeof number !== 'number') return []
  const isFork = asObject(repo).full_name !== repository
  const branch = isFork || typeof headRef !== 'string' ? `refs/pull/${number}/head` : `refs/heads/${headRef}`
  const facts = { branch, pullRequest: number, title: firstLine(pull.title) }
  const result = merged === true && typeof merge === 'string' ? merge : undefined
  const trials = [
    ...(/^refs\/pull\/\d+\/merge$/.test(ref) ? [sha] : []),
    ...(result === undefined && typeof merge === 'string' ? [merge] : []),
  ]
  const base = asObject(pull.base).ref
  const into = typeof base === 'string' ? `refs/heads/${base}` : undefined
  // A completed merge has precedence: its commit is on the branch, no longer a test merge.
  return [
    ...(result === undefined ? [] : [{ sha: result, ref: into, branch: into, title: facts.title }]),
    ...trials.map((trial) => ({ ...facts, sha: trial, head, ref: `refs/pull/${number}/merge` })),
    { ...facts, sha: head, ref: `refs/pull/${number}/head` },
  ]
}

/** Its `head_branch` is the name of a tag where a tag was pushed, so only a pull request's is known to be a branch. */
function workflowRunCommits(payload: Payload): readonly EventCommit[] {
  const { head_sha: sha, head_branch: name, event, head_commit: commit } = asObject(payload.workflow_run)
  const { head_repository: from, repository: to } = asObject(payload.workflow_run)
  if (typeof sha !== 'string') return []
  const isBranch = typeof event === 'string' && event.startsWith('pull_request') && typeof name === 'string'
  const isOwn = asObject(from).full_name === asObject(to).full_name
  const branch = isBranch && isOwn ? `refs/heads/${name}` : undefined
  return [{ sha, branch, title: asObject(commit).id === sha ? firstLine(asObject(commit).message) : undefined }]
}

/** Text that users wrote, without credentials: it is shown, and saved between steps. */
function firstLine(text: unknown): string | undefined {
  return typeof text === 'string' ? redact(text.split(/[\r\n]/)[0]?.trim() ?? '') || undefined : undefined
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** A part of a payload that is an object; empty where it is none. */
export function asObject(value: unknown): Payload {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
