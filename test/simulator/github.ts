/** GitHub's REST API as far as deployments need it, with the failures that it is known for. */
import type { World } from './contract.ts'
import { createCommits } from './github/commits.ts'
import { createDeployments } from './github/deployments.ts'
import { type Access, type Asked, type Permission, refuse } from './github/request.ts'
import { type HttpRequest, type HttpResponse, json } from './http.ts'

export type GitHubFailure =
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'rate-limit' }
  | { readonly kind: 'secondary-limit'; readonly retryAfterSeconds: number }
  | { readonly kind: 'not-json' }

interface Trouble {
  readonly failure: GitHubFailure
  readonly on: RegExp
  left: number
}

const levels: Readonly<Record<Access, number>> = { none: 0, read: 1, write: 2 }

const html = (status: number): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Unicorn!</body></html>',
})

function parse(body: Buffer): Record<string, unknown> | undefined {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** `/github/repos/{owner}/{name}/…`. Every repository exists; what its token may do is decided by `grant`. */
export function createGitHub(world: World) {
  const deployments = createDeployments(world)
  const commits = createCommits()
  const granted: Record<Permission, Access> = { contents: 'read', deployments: 'write' }
  const revoked = new Set<string>()
  const troubles: Trouble[] = []

  const fail = async (failure: GitHubFailure): Promise<HttpResponse> => {
    const reset = String(Math.floor(world.clock.now() / 1000) + 3600)
    switch (failure.kind) {
      case 'http':
        return html(failure.status)
      case 'not-json':
        return html(200)
      case 'rate-limit':
        return refuse(403, 'API rate limit exceeded for installation.', {
          'x-ratelimit-limit': '1000',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': reset,
        })
      case 'secondary-limit':
        return refuse(
          403,
          'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
          { 'retry-after': String(failure.retryAfterSeconds) },
        )
    }
  }

  const refusal: Asked['refusal'] = (permission, access) =>
    levels[granted[permission]] >= levels[access] ? undefined : refuse(403, 'Resource not accessible by integration')

  const answer = (asked: Asked): HttpResponse | undefined => {
    const basehead = /^compare\/(.+)$/.exec(asked.rest)?.[1]
    if (basehead !== undefined && asked.method === 'GET') return commits.compare(asked, basehead)
    const reference = /^commits\/([^/]+)$/.exec(asked.rest)?.[1]
    if (reference !== undefined && asked.method === 'GET') return commits.get(asked, reference)
    if (asked.rest === '' && asked.method === 'GET') {
      const [owner, name] = asked.repository.split('/')
      return json(200, {
        id: 1,
        name,
        full_name: asked.repository,
        private: true,
        owner: { login: owner, id: 2, type: 'Organization' },
        default_branch: 'main',
        html_url: `https://github.com/${asked.repository}`,
        url: `${asked.apiUrl}/repos/${asked.repository}`,
      })
    }
    return deployments.handle(asked)
  }

  return {
    async handle(request: HttpRequest): Promise<HttpResponse | undefined> {
      const [, repository, rest = ''] = /^\/github\/repos\/([^/]+\/[^/]+)(?:\/(.*))?$/.exec(request.path) ?? []
      const trouble = troubles.find(({ on, left }) => left > 0 && on.test(`${request.method} ${request.path}`))
      if (trouble) {
        trouble.left--
        return fail(trouble.failure)
      }
      const token = /^(?:token|Bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (token === undefined) return refuse(401, 'Requires authentication')
      if (revoked.has(token)) return refuse(401, 'Bad credentials')
      if (repository === undefined) return undefined
      const body = parse(request.body)
      if (!body) return refuse(400, 'Problems parsing JSON')
      const { method, query } = request
      const apiUrl = world.endpoint === undefined ? 'https://api.github.com' : `${world.endpoint}/github`
      return answer({ method, repository: repository.toLowerCase(), rest, query, body, apiUrl, refusal })
    },
    deployments,
    commits,
    /** What tokens may do. Default: read contents, write deployments. */
    grant(permissions: Partial<Record<Permission, Access>>) {
      Object.assign(granted, permissions)
    },
    revoke: (token: string) => revoked.add(token),
    /** `times` requests fail (default: all from now on); `on` matches `METHOD /github/path`. */
    fail(failure: GitHubFailure, { times = Infinity, on = /./ }: { times?: number; on?: RegExp } = {}) {
      troubles.push({ failure, on, left: times })
    },
    recover() {
      troubles.length = 0
    },
  }
}
