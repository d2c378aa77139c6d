/** A registry without a socket: the simulator's ECR of one region and a `fetch` that ends in it. */
import { createClock, type SimulatorClock } from '../simulator/clock.ts'
import type { Call, EcrService, World } from '../simulator/contract.ts'
import { createEcr } from '../simulator/ecr.ts'
import type { HttpRequest, HttpResponse } from '../simulator/http.ts'
import { bodyOf } from '../simulator/in-process.ts'
import { handleRegistry } from '../simulator/oci-registry.ts'

export const accountId = '111122223333'
export const region = 'eu-west-1'
export const registryHost = `${accountId}.dkr.ecr.${region}.amazonaws.com`

export interface InProcessRegistry {
  readonly world: World
  readonly clock: SimulatorClock
  readonly ecr: EcrService
  /** Calls an operation of ECR's API; the caller names the shape of the answer. */
  call<T>(operation: string, input: object): T
  /** A password as GetAuthorizationToken hands it out. */
  password(): string
  fetch: typeof fetch
}

/** `intercept` may answer instead of the registry, or throw as a broken connection does. */
export function openInProcessRegistry(
  intercept: (request: HttpRequest) => HttpResponse | undefined = () => undefined,
): InProcessRegistry {
  const clock = createClock({ kind: 'idle' })
  const world: World = {
    clock,
    accountId,
    random: () => 0.5,
    scenarios: { set: () => {}, behaviour: () => ({ kind: 'healthy' }) },
    region: () => {
      throw new Error('only the registry is there')
    },
  }
  const ecr = createEcr(world, region)
  const call = <T>(operation: string, input: object): T => {
    const handler = ecr.handlers[operation]
    if (handler === undefined) throw new Error(`no ${operation}`)
    return handler(input, {} as Call) as T
  }
  return {
    world,
    clock,
    ecr,
    call,
    password() {
      const { authorizationData } = call<{ authorizationData: { authorizationToken: string }[] }>(
        'GetAuthorizationToken',
        {},
      )
      return Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64')
        .toString()
        .slice('AWS:'.length)
    },
    async fetch(target, init) {
      const request = await toRequest(target, init)
      const response = intercept(request) ?? handleRegistry(world, request) ?? { status: 404, headers: {} }
      const body = request.method === 'HEAD' || response.status === 204 ? null : (response.body ?? null)
      return new Response(typeof body === 'string' || body === null ? body : Buffer.from(body), {
        status: response.status,
        headers: response.headers,
      })
    },
  }
}

async function toRequest(target: string | URL | Request, init: RequestInit | undefined): Promise<HttpRequest> {
  const request = new Request(target, init)
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: { host: url.host, ...Object.fromEntries(request.headers) },
    body: await bodyOf(request),
  }
}
