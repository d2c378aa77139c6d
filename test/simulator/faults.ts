/**
 * What can go wrong between a client and AWS, at the wire. A rule waits for its calls and spoils them; everything else
 * is answered as usual. Rules work the same for clients in this process and over HTTP.
 */
import { AwsError, type Call } from './contract.ts'

export type Effect =
  /** `ThrottlingException: Rate exceeded`, optionally with a `Retry-After` header in seconds. */
  | { readonly kind: 'throttle'; readonly retryAfter?: number }
  /** 500 and 503 in AWS's shape; 502 as a load balancer's HTML page, which is what clients see of it. */
  | { readonly kind: 'http'; readonly status: 500 | 502 | 503 }
  /** A captive portal or proxy: 200 with a page of HTML. */
  | { readonly kind: 'html' }
  /** 200 without a body. */
  | { readonly kind: 'empty' }
  /** The connection is reset before the call is handled: nothing happened. */
  | { readonly kind: 'reset' }
  /** The call is handled, then the connection is reset: it happened, but the client cannot know. */
  | { readonly kind: 'apply-then-drop' }
  /** The call is handled, then the connection breaks in the middle of the body. */
  | { readonly kind: 'truncate' }
  /** So many bytes of the body arrive, then the connection is reset. For the registry; any other service does nothing then. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Answers after so many virtual milliseconds. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  | { readonly kind: 'expired-token' }
  | { readonly kind: 'access-denied' }
  /**
   * The answer that the same question got `calls` calls ago (default 1): eventual consistency. With `within`, no
   * answer that is more than so many virtual milliseconds old.
   */
  | { readonly kind: 'stale-read'; readonly calls?: number; readonly within?: number }
  /**
   * Of DescribeServices: shows each service as it was right before its last change, for so many looks at it within
   * a minute, whoever changed it: a client or Amazon ECS itself. Of UpdateService: the reply still has the deployments from before.
   */
  | { readonly kind: 'lag'; readonly looks: number }
  /** Throttles whatever does not fit into AWS's token bucket. Refills on virtual time. */
  | { readonly kind: 'token-bucket'; readonly capacity: number; readonly refillPerSecond: number }
  /** Any error of the service's own. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly status?: number }
  /**
   * Something happens when the call arrives, such as a signal to the program; the call is then handled as usual, also
   * when nobody waits for its answer any more, which `givenUp` tells.
   */
  | { readonly kind: 'callback'; readonly run: (call: Call, givenUp?: AbortSignal) => void | Promise<void> }

export interface FaultRule {
  /** `ecs`, `sts`, …, or `github`, `slack`, `registry`, `oidc`. Any when absent. */
  readonly service?: string
  /** Operations by name; for the services that are not AWS's: `PUT /v2/app/manifests/latest`. A pattern fits too. */
  readonly operation?: string | RegExp | readonly string[]
  readonly match?: (input: Readonly<Record<string, unknown>>) => boolean
  /** Lets so many fitting calls pass first. */
  readonly skip?: number
  /** Spoils so many calls, then never again. Default: 1 for one-off effects, without end for latency and buckets. */
  readonly times?: number
  /** From 0 to 1, by the simulator's seed. Then `times` is without end unless it is given. */
  readonly probability?: number
  readonly effect: Effect
}

export interface Faults {
  add(rule: FaultRule): { remove(): void }
  clear(): void
  /** The effects that hit this call, in the order of their rules. */
  next(call: Call): readonly Effect[]
}

const lasting = new Set<Effect['kind']>(['slow', 'token-bucket', 'callback', 'stale-read', 'lag'])

function fits(rule: FaultRule, call: Call): boolean {
  if (rule.service !== undefined && rule.service !== call.service) return false
  const { operation } = rule
  if (typeof operation === 'string' && operation !== call.operation) return false
  if (operation instanceof RegExp && !operation.test(call.operation)) return false
  if (Array.isArray(operation) && !operation.includes(call.operation)) return false
  return rule.match?.(call.input) ?? true
}

/** `random` decides about probabilities, `now` (virtual milliseconds) refills buckets. */
export function createFaults(random: () => number, now: () => number): Faults {
  interface Active {
    readonly rule: FaultRule
    skip: number
    left: number
    /** By region, as AWS has them. */
    readonly buckets: Map<string, { tokens: number; filledAt: number }>
  }
  const active = new Set<Active>()

  const isEmpty = ({ buckets }: Active, region: string, capacity: number, refillPerSecond: number) => {
    const at = now()
    const { tokens, filledAt } = buckets.get(region) ?? { tokens: capacity, filledAt: at }
    const left = Math.min(capacity, tokens + ((at - filledAt) / 1000) * refillPerSecond)
    buckets.set(region, { tokens: left < 1 ? left : left - 1, filledAt: at })
    return left < 1
  }

  const hits = (entry: Active, call: Call) => {
    const { rule } = entry
    if (entry.left <= 0 || !fits(rule, call)) return false
    if (entry.skip > 0) {
      entry.skip--
      return false
    }
    if (rule.probability !== undefined && random() >= rule.probability) return false
    const { effect } = rule
    if (effect.kind === 'token-bucket' && !isEmpty(entry, call.region, effect.capacity, effect.refillPerSecond))
      return false
    entry.left--
    return true
  }

  return {
    add(rule) {
      const entry: Active = {
        rule,
        skip: rule.skip ?? 0,
        left: rule.times ?? (rule.probability !== undefined || lasting.has(rule.effect.kind) ? Infinity : 1),
        buckets: new Map(),
      }
      active.add(entry)
      return { remove: () => active.delete(entry) }
    },
    clear: () => active.clear(),
    next: (call) => [...active].filter((entry) => hits(entry, call)).map(({ rule }) => rule.effect),
  }
}

/** The error that an effect makes the service answer; undefined for effects that are none. */
export function errorOf(effect: Effect): AwsError | undefined {
  switch (effect.kind) {
    case 'throttle':
    case 'token-bucket':
      return new AwsError('ThrottlingException', 'Rate exceeded')
    case 'http':
      if (effect.status === 502) return undefined
      return effect.status === 503
        ? new AwsError('ServiceUnavailable', 'Service is unable to handle request.', 503)
        : new AwsError('InternalFailure', 'The request processing has failed because of an unknown error.', 500)
    case 'expired-token':
      return new AwsError('ExpiredTokenException', 'The security token included in the request is expired')
    case 'error':
      return new AwsError(effect.code, effect.message, effect.status)
    default:
      return undefined
  }
}

/**
 * The documented token buckets of the ECS API, per account and region.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export const ecsTokenBuckets: readonly FaultRule[] = (
  [
    [['RegisterTaskDefinition', 'DeregisterTaskDefinition', 'DeleteTaskDefinitions'], 20, 1],
    [['DescribeTaskDefinition', 'ListTaskDefinitions', 'ListTaskDefinitionFamilies'], 50, 20],
    [['CreateService', 'UpdateService', 'DeleteService'], 50, 5],
    [['DescribeServices', 'ListServices', 'ListServicesByNamespace'], 100, 20],
    [['DescribeServiceDeployments', 'ListServiceDeployments'], 50, 20],
    [['DescribeServiceRevisions'], 50, 20],
    [['RunTask', 'StartTask', 'StopTask', 'ExecuteCommand'], 100, 40],
    [['DescribeTasks', 'ListTasks'], 100, 20],
    [['TagResource', 'UntagResource'], 20, 10],
    [['DescribeClusters', 'ListClusters'], 50, 20],
  ] as const
).map(([operation, capacity, refillPerSecond]) => ({
  service: 'ecs',
  operation,
  effect: { kind: 'token-bucket', capacity, refillPerSecond },
}))
