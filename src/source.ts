import { type Text, text, untrusted } from './text.ts'

/** One commit, as the event that started the run describes it. */
export interface EventCommit {
  /** As it would be checked out. */
  readonly sha: string
  /** The head of a pull request, where `sha` is the merge commit that GitHub made to try it out. */
  readonly head?: string | undefined
  /** Such as `refs/heads/main`, `refs/tags/v1` or `refs/pull/7/merge`. */
  readonly ref?: string | undefined
  /** Branch that the change is on; for the pull request of a fork `refs/pull/<number>/head`. */
  readonly branch?: string | undefined
  readonly pullRequest?: number | undefined
  /** First line of its message, or the title of the pull request. */
  readonly title?: string | undefined
}

/** The event that started the run. */
export interface SourceEvent {
  /** `GITHUB_EVENT_NAME`. */
  readonly name: string
  /** `GITHUB_SHA`; empty outside of GitHub Actions. */
  readonly sha: string
  /** `owner/name` of the workflow. */
  readonly repository: string
  /** `https://github.com`, or a GitHub Enterprise Server. */
  readonly serverUrl: string
  /** What `GITHUB_SHA` is, where that is not the commit that the event is about. */
  readonly standsFor?: string | undefined
  readonly commits: readonly EventCommit[]
}

/** A Git working tree. */
export interface Checkout {
  /** Absolute path of its top folder. */
  readonly root: string
  /** Full SHA of HEAD; undefined where it cannot be read, or where there is no commit yet. */
  readonly commit: string | undefined
  /** The ref of HEAD, such as `refs/heads/main`; undefined where it is unknown. */
  readonly ref: string | undefined
  /** Address of the remote `origin`, as it is configured. */
  readonly remote: string | undefined
}

/** The source of what is built or deployed. */
export interface Source {
  /** Full SHA that names it. Of the merge commit that GitHub makes for a pull request, that is the head. */
  readonly revision: string
  /** Commit that is checked out; undefined where it is unknown. */
  readonly commit: string | undefined
  readonly ref: string | undefined
  readonly branch: string | undefined
  /** `owner/name`; with its host in front where that is another server than the run's. */
  readonly repository: string
  readonly pullRequest: number | undefined
  readonly title: string | undefined
  readonly by: 'input' | 'checkout' | 'event'
}

/** A commit as an input names it. */
export interface NamedCommit {
  readonly sha: string
  /** `owner/name`; undefined: the one that is checked out, else the run's. */
  readonly repository?: string | undefined
}

/** SHA-1 or SHA-256, in full. */
export function isCommit(value: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
}

/**
 * The source of what is built or deployed: `named`, else what is checked out, else the commit of the event. Undefined where none
 * of them is known.
 */
export function decideSource(
  event: SourceEvent,
  checkout: Checkout | undefined,
  named: NamedCommit | undefined,
): Source | undefined {
  const there = sourceThere(event, checkout)
  if (named === undefined) return there
  const { sha: revision, repository = there?.repository ?? event.repository } = named
  if (there !== undefined && (revision === there.revision || revision === there.commit))
    return { ...there, revision, repository, by: there.by === 'checkout' ? 'checkout' : 'input' }
  return { ...described(event, revision, undefined), revision, repository, commit: there?.commit, by: 'input' }
}

function sourceThere(event: SourceEvent, checkout: Checkout | undefined): Source | undefined {
  if (checkout?.commit !== undefined) {
    const { commit, ref, remote } = checkout
    // The head of a pull request exists, too, when it is checked out from its fork.
    const isKnown = event.commits.some(({ sha }) => sha === commit)
    const repository = isKnown ? event.repository : repositoryOf(remote, event)
    return { ...described(event, commit, ref), commit, repository, by: 'checkout' }
  }
  if (event.sha === '') return undefined
  return { ...described(event, event.sha, undefined), commit: undefined, repository: event.repository, by: 'event' }
}

/** What is known of a commit; `checkedOut` is the ref of its checkout, which has precedence over the event. */
function described(event: SourceEvent, sha: string, checkedOut: string | undefined) {
  const known = event.commits.find((commit) => commit.sha === sha)
  const ref = checkedOut ?? known?.ref
  const number = known?.pullRequest ?? numberOf(ref)
  const branch = known?.branch ?? (number === undefined ? branchOf(ref) : `refs/pull/${number}/head`)
  return { revision: known?.head ?? sha, ref, branch, pullRequest: number, title: known?.title }
}

function branchOf(ref: string | undefined): string | undefined {
  return ref?.startsWith('refs/heads/') ? ref : undefined
}

function numberOf(ref: string | undefined): number | undefined {
  const [, number] = /^refs\/pull\/(\d+)\//.exec(ref ?? '') ?? []
  return number === undefined ? undefined : Number(number)
}

/**
 * `owner/name` of a remote: `https://host/owner/name.git`, `ssh://git@host:22/owner/name` or `git@host:owner/name`. Its host
 * stays in front where it is another server than the run's; user and password do not. The run's own without a remote.
 */
export function repositoryOf(
  remote: string | undefined,
  { repository, serverUrl }: Pick<SourceEvent, 'repository' | 'serverUrl'>,
): string {
  const [, host = '', path = ''] =
    /^\w[\w+.-]*:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(remote ?? '') ??
    /^(?:[^@/:]*@)?([^/:@]+):(?!\/\/)(.+)$/.exec(remote ?? '') ??
    []
  if (path === '') return repository
  const name = path
    .replace(/^\/+/, '')
    .replace(/\/*$/, '')
    .replace(/\.git$/, '')
  const isOwnHost = URL.canParse(serverUrl) && new URL(serverUrl).hostname === host.toLowerCase()
  if (!isOwnHost) return `${host.toLowerCase()}/${name}`
  return name.toLowerCase() === repository.toLowerCase() ? repository : name
}

/** Address of a repository, as `repositoryOf` names it. */
export function repositoryUrl(repository: string, { serverUrl }: Pick<SourceEvent, 'serverUrl'>): string {
  const [host = ''] = repository.split('/')
  return repository.split('/').length > 2 && host.includes('.') ? `https://${repository}` : `${serverUrl}/${repository}`
}

/** As GITHUB_REF_NAME has it: `main`, `v1`, `7/merge`. */
export function refName(ref: string | undefined): string {
  return (ref ?? '').replace(/^refs\/(heads|tags|pull)\//, '')
}

/**
 * The line of the log about a source that is not simply the commit of the event; undefined where it is. `missing`: why there
 * is no checkout, where one is to be expected.
 */
export function sourceLine(source: Source, event: SourceEvent, missing: Text | undefined): Text | undefined {
  const { by, commit } = source
  const named = text`Revision: ${untrusted(short(source.revision))}`
  if (by === 'input') {
    const there =
      commit === undefined || commit === source.revision ? text`` : text`; the checkout has ${short(commit)}`
    return text`${named}, set by the input revision${there}`
  }
  const meaning = event.standsFor === undefined ? text`` : text`, ${event.standsFor}`
  if (by === 'event') {
    if (missing === undefined && event.standsFor === undefined) return undefined
    const why = missing === undefined ? text`` : text`; ${missing}`
    return text`${named}, from ${eventName(event)}${meaning}${why}. To use another commit, set the input revision.`
  }
  const isForeign = source.repository !== event.repository
  if (commit === event.sha && !isForeign) return undefined
  const where = [...(isForeign ? [source.repository] : []), refName(source.ref)].filter(Boolean).join(', ')
  const what = text`${named}${where === '' ? text`` : text` (${untrusted(where)})`}, from the checkout`
  return event.sha === '' ? what : text`${what}; ${eventName(event)} has ${untrusted(short(event.sha))}${meaning}`
}

/** A program of a person's own may set the commit alone. */
function eventName({ name }: SourceEvent): Text {
  return name === '' ? text`GITHUB_SHA` : text`the event ${untrusted(name)}`
}

function short(sha: string): string {
  return sha.slice(0, 7)
}
