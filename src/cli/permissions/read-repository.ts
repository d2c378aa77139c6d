import { Failure } from '../../failure.ts'
import { findCheckout } from '../../git/checkout.ts'
import { text, untrusted } from '../../text.ts'
import type { CliWorld, Given } from '../command.ts'
import { optionValue } from '../given.ts'
import { usageFailure } from '../usage-failure.ts'
import type { Issuer } from './issuer.ts'
import type { GitHubRepository } from './trust-policy.ts'

/** Time after which GitHub is not waited for. Milliseconds. */
const longest = 15_000

/** The repository by its option, the variable of a job or the remote; its ids by their options or from GitHub's API. */
export async function readRepository(given: Given, issuer: Issuer, world: CliWorld): Promise<GitHubRepository> {
  const remote = findCheckout(world.directory, '/')?.remote
  const name =
    optionValue(given, 'repository') ?? (world.environment.GITHUB_REPOSITORY || undefined) ?? repositoryOfRemote(remote)
  if (name === undefined || !/^[\w.-]+\/[\w.-]+$/.test(name))
    throw usageFailure([
      name === undefined
        ? '--repository OWNER/NAME is required: there is no remote origin on GitHub'
        : `--repository must be OWNER/NAME, not ${JSON.stringify(name)}`,
    ])
  const [owner, repository] = [optionValue(given, 'owner-id'), optionValue(given, 'repository-id')]
  if (owner !== undefined && repository !== undefined) return { name, ids: { owner, repository } }
  const token = world.environment.GITHUB_TOKEN || world.environment.GH_TOKEN
  return token ? askGitHub(name, issuer, token, world) : { name }
}

/** `owner/name` of `git@host:owner/name.git`, `ssh://…` and `https://host/owner/name`. */
export function repositoryOfRemote(remote: string | undefined): string | undefined {
  return /^(?:[^/]*@[^/:]+:|[a-z+]+:\/\/[^/]+\/)([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote ?? '')?.[1]
}

/** https://docs.github.com/en/rest/repos/repos#get-a-repository; a repository that was renamed is redirected, and so refused. */
async function askGitHub(name: string, { api }: Issuer, token: string, world: CliWorld): Promise<GitHubRepository> {
  const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'user-agent': 'slipway' }
  const timeout = AbortSignal.any([world.signal, AbortSignal.timeout(longest)])
  const reply = await world
    .fetch(`${api}/repos/${name}`, { headers, redirect: 'manual', signal: timeout })
    .catch((error: unknown) => {
      throw unanswered(name, error instanceof Error ? error.message : String(error))
    })
  if (!reply.ok) throw unanswered(name, `HTTP ${reply.status}`)
  const { id, owner } = (await reply.json()) as { readonly id?: number; readonly owner?: { readonly id?: number } }
  if (id === undefined || owner?.id === undefined) throw unanswered(name, 'the response has no ids')
  return { name, ids: { owner: String(owner.id), repository: String(id) } }
}

function unanswered(name: string, why: string): Failure {
  return new Failure({
    code: 'unexpected',
    what: text`GitHub's API did not return the ids of ${untrusted(name)}`,
    why: text`${untrusted(why)}`,
    fix: text`Check the name and the token (contents:read), or give --owner-id and --repository-id; without GITHUB_TOKEN and GH_TOKEN GitHub is not asked.`,
  })
}
