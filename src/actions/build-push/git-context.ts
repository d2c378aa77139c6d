import { readEvent } from '../../github/event.ts'
import { parseRemoteContext } from '../../image/git-address.ts'
import { repositoryOf } from '../../source.ts'

type Environment = Readonly<Record<string, string | undefined>>

const expression = /\{\{\{?\s*defaultContext\s*\}?\}\}/g

/**
 * The expression `{{defaultContext}}` of docker/build-push-action: the repository of the run as a git address, at the commit of the
 * event.
 */
export function withDefaultContext(value: string, environment: Environment): string {
  const {
    GITHUB_SERVER_URL: server = 'https://github.com',
    GITHUB_REPOSITORY: repository,
    GITHUB_SHA: sha,
  } = environment
  return value.replace(expression, () => {
    if (repository && sha) return `${server}/${repository}.git#${sha}`
    throw new Error('has {{defaultContext}}, and GITHUB_REPOSITORY or GITHUB_SHA is not set')
  })
}

/**
 * The secret by which BuildKit authenticates to the server of the run (https://docs.docker.com/build/building/secrets/#git-authentication-for-remote-contexts).
 * Undefined where no context is of the run's repository, or where the main one is of another: its build steps could read the token.
 */
export function gitTokenFor(
  token: string | undefined,
  contexts: readonly [context: string, ...named: readonly string[]],
  secretIds: readonly string[],
  environment: Environment,
): { readonly id: string; readonly value: string } | undefined {
  const event = readEvent(environment)
  const own = contexts.map((context) => {
    const remote = parseRemoteContext(context)
    if (remote === undefined) return undefined
    return remote.repository !== undefined && /^https:/.test(remote.address)
      ? repositoryOf(remote.repository, event) === event.repository
      : false
  })
  const isGiven = secretIds.some((id) => id === 'GIT_AUTH_TOKEN' || id.startsWith('GIT_AUTH_TOKEN.'))
  if (token === undefined || isGiven || own[0] === false || !own.includes(true)) return undefined
  return { id: `GIT_AUTH_TOKEN.${new URL(event.serverUrl).host}`, value: token }
}
