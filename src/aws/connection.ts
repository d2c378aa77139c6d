import { atMostEvery } from '../at-most-every.ts'
import type { Clock, Deadline } from '../clock.ts'
import type { CredentialLifetime } from '../ports.ts'
import type { Text } from '../text.ts'
import { countThrottledCalls } from './backoff.ts'
import type { RequestHandler } from './client-settings.ts'
import { type Clients, createClients } from './clients.ts'
import type { LocalCredentials } from './credential-source.ts'
import { credentialSource } from './credentials.ts'
import type { RetryContext } from './retry-context.ts'
import type { Role } from './role.ts'

/** Settings of an AWS connection whose region and role are resolved. */
export interface ConnectionOptions {
  readonly region: string
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** For the whole run of the action. */
  readonly deadline: Deadline
  /** How long a call without any response is retried. Milliseconds; until the deadline when undefined. */
  readonly silentTime?: number | undefined
  /** Called for every request that is sent, with its IAM action. */
  readonly onCall?: ((action: string) => void) | undefined
  /** Process environment: where AWS's own variables are. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A role to assume with the job's OIDC token; without, the ambient credentials. */
  readonly role?: Role | undefined
  /** Of a person's own machine; then there is no role. */
  readonly local?: LocalCredentials | undefined
  /** When there are any, the credentials must belong to one of these accounts before any other call. */
  readonly allowedAccountIds?: readonly string[] | undefined
  /** Called, at most every 30 s, when a call is retried. */
  readonly onRetry?: ((line: Text) => void) | undefined
  /** Instead of sockets, for tests in one process. */
  readonly requestHandler?: RequestHandler | undefined
  /** Name and version in the User-Agent header. */
  readonly userAgent?: readonly [string, string] | undefined
}

/** One region of one account, until the deadline. Every adapter is created from it. */
export interface Connection extends RetryContext {
  readonly region: string
  readonly clients: Clients
  /** How long its credentials last. */
  credentialLifetime(): Promise<CredentialLifetime>
}

const reportEvery = 30_000

/** Makes a connection; nothing is loaded or sent before the first call. */
export function openConnection(options: ConnectionOptions): Connection {
  const { region, clock, signal, deadline, silentTime, onCall, environment, allowedAccountIds = [] } = options
  const reportRetry = atMostEvery(reportEvery, clock, options.onRetry)
  const { role, local, requestHandler } = options
  const calling = { clock, signal, deadline, silentTime, onCall, local }
  const context = { ...calling, region, reportRetry, throttledCalls: countThrottledCalls() }
  const clients: Clients = createClients({
    region,
    environment,
    credentials: () => source.current(),
    requestHandler,
    userAgent: options.userAgent,
  })
  const source = credentialSource({ region, environment, role, local, requestHandler, sts: clients.sts }, context)
  const signed = {
    ...context,
    clients,
    prepare: async () => void (await source.current()),
    refreshCredentials: () => source.renew(),
    credentialLifetime: () => source.lifetime(),
  }
  if (allowedAccountIds.length === 0) return signed
  let checked: Promise<void> | undefined
  const check = () => {
    checked ??= import('./identity.ts').then(({ requireAccount }) => requireAccount(signed, allowedAccountIds, local))
    return checked
  }
  return { ...signed, prepare: () => signed.prepare().then(check) }
}
