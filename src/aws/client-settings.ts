import type { Readable } from 'node:stream'
import type { ECSClientConfig } from '@aws-sdk/client-ecs'
import { namesProxy } from '../http/open-fetch.ts'
import type { Credentials } from './credential-source.ts'
import { requireTrustedEndpoint } from './endpoint.ts'
import { IncompleteReply } from './error-class.ts'

/** What sends the requests of an SDK client, or settings of the SDK's own. */
export type RequestHandler = NonNullable<ECSClientConfig['requestHandler']>

/** What a connection's SDK clients have in common. */
export interface ClientOptions {
  readonly region: string
  readonly environment: Readonly<Record<string, string | undefined>>
  credentials(): Promise<Credentials>
  /** Instead of sockets, for tests in one process. */
  readonly requestHandler?: RequestHandler | undefined
  /** Name and version in the User-Agent header. */
  readonly userAgent?: readonly [string, string] | undefined
}

type Environment = ClientOptions['environment']

/** Settings of every SDK client. */
export async function clientSettings(options: ClientOptions) {
  return {
    region: options.region,
    maxAttempts: 1,
    // Marked as memoized, so that the SDK calls it for every request: `renew` must take effect at once.
    credentials: Object.assign(() => options.credentials(), { memoized: true }),
    requestHandler: await requestHandler(options),
    streamCollector: collect,
    ...(options.userAgent && { customUserAgent: [[...options.userAgent] as [string, string]] }),
  }
}

/**
 * The second net below `call`'s own time-outs; `requestTimeout` alone would only warn. Where a proxy is named, a connection is
 * made once its tunnel is, which has a time-out of its own.
 */
export async function requestHandler({
  requestHandler: given,
  environment,
}: Pick<ClientOptions, 'requestHandler' | 'environment'>): Promise<RequestHandler> {
  if (given) return { ...given }
  const limits = { requestTimeout: 15_000, throwOnRequestTimeout: true }
  if (!namesProxy(environment))
    return { ...limits, connectionTimeout: 5000, httpsAgent: { keepAlive: true, maxSockets: 50 } }
  const { tunnellingAgents } = await import('../http/tunnel.ts')
  return { ...limits, connectionTimeout: 15_000, ...tunnellingAgents(environment) }
}

/** The parts of an SDK client that are changed. */
export interface Guardable {
  readonly config: { readonly requestHandler: Sender }
  readonly middlewareStack: { remove(name: string): boolean }
}

interface Sender {
  handle(request: Request, options?: object): Promise<unknown>
}

type Request = { readonly protocol: string; readonly hostname: string }

/**
 * A client that sends requests only to AWS, and parses no reply for an unused log. The guard sits in the request handler, so that
 * it also covers the clients that the SDK creates in its credential chain.
 */
export function guarded<Client extends Guardable>(client: Client, environment: Environment, isStorage = false): Client {
  const { requestHandler } = client.config
  const send = requestHandler.handle.bind(requestHandler)
  requestHandler.handle = async (request, options) => {
    requireTrustedEndpoint(request.protocol, request.hostname, environment, isStorage)
    return send(request, options)
  }
  client.middlewareStack.remove('loggerMiddleware')
  return client
}

/** Far larger than any expected reply of AWS. Bytes. */
const largestReply = 32 * 1024 * 1024

/** The bytes of a reply. The SDK's own collector first tests for a web stream, for which Node loads its web stream modules. */
function collect(body: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    body.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size > largestReply) body.destroy(new IncompleteReply(`the response is larger than ${largestReply} bytes`))
      else chunks.push(chunk)
    })
    body.once('end', () => resolve(Buffer.concat(chunks)))
    body.once('error', reject)
  })
}
