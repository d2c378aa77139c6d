import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SimulatorClock } from './clock.ts'
import type { Exchange } from './exchange.ts'
import { type HttpRequest, type HttpResponse, pathOf } from './http.ts'
import type { Iam } from './iam.ts'
import type { Issuer } from './oidc.ts'

export interface Listening {
  /** Such as `http://127.0.0.1:43210`. */
  readonly url: string
  /** What a program needs in its environment to talk to the simulator instead of AWS, GitHub and Slack. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

interface Served {
  readonly clock: SimulatorClock
  exchange(request: HttpRequest, signal?: AbortSignal): Promise<Exchange>
  readonly iam: Iam
  readonly oidc: Issuer
}

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return {
    method: incoming.method ?? 'GET',
    path: pathOf(url.pathname),
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
  }
}

export interface ListenOptions {
  /**
   * In which the clients live: `real` (the default), their own `lapse`, which runs along with the clock, or `shared`
   * (`time-server.ts`). It is what the header `Date` says.
   */
  readonly time?: 'real' | 'lapse' | 'shared'
  /** Answers before AWS and the others do; undefined leaves a request to them. */
  readonly aside?: (request: HttpRequest) => HttpResponse | undefined
}

function write(outgoing: ServerResponse, answer: Exchange, method: string): void {
  if (answer.kind === 'reset') {
    outgoing.socket?.resetAndDestroy()
    return
  }
  const { status, headers, body } = answer.response
  const content = Buffer.from(body ?? '')
  const hasLength = Object.keys(headers).some((name) => name.toLowerCase() === 'content-length')
  outgoing.writeHead(status, hasLength || status === 204 ? headers : { ...headers, 'content-length': content.length })
  if (answer.kind === 'truncated') {
    outgoing.write(content.subarray(0, Math.floor(content.length / 2)), () => outgoing.socket?.destroy())
    return
  }
  outgoing.end(method === 'HEAD' ? undefined : content)
}

async function serve(
  served: Served,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { time = 'real', aside }: ListenOptions,
): Promise<void> {
  const gone = new AbortController()
  outgoing.on('close', () => gone.abort())
  try {
    const release = served.clock.hold()
    const request = await read(incoming).finally(release)
    const response = aside?.(request)
    const answer = response ? ({ kind: 'response', response } as const) : await served.exchange(request, gone.signal)
    if (time !== 'real') outgoing.setHeader('date', new Date(served.clock.now()).toUTCString())
    write(outgoing, answer, request.method)
  } catch (error) {
    if (gone.signal.aborted) return
    outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`The simulator failed: ${String(error)}`)
  }
}

export async function listen(served: Served, port = 0, options: ListenOptions = {}): Promise<Listening> {
  const server = createServer((incoming, outgoing) => void serve(served, incoming, outgoing, options))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: served.iam.root.accessKeyId,
      AWS_SECRET_ACCESS_KEY: served.iam.root.secretAccessKey,
      GITHUB_API_URL: `${url}/github`,
      GITHUB_GRAPHQL_URL: `${url}/github/graphql`,
      GITHUB_SERVER_URL: 'https://github.com',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/oidc/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: served.oidc.requestToken,
      SLACK_API_URL: `${url}/slack/api/`,
      SLACK_WEBHOOK_URL: `${url}/slack/services/T0/B0/x`,
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
