import { signalsHandled } from '../abort.ts'
import { type Deadline, remaining } from '../clock.ts'
import { attempt, type SendOptions } from './attempt.ts'
import { jitter, throttleDelay } from './backoff.ts'
import { type AwsError, type CallKind, classify, type Expected, NoReply, waitAskedBy } from './error-class.ts'
import { explainCancelled, explainExpired, explainRefusal } from './refusal.ts'
import type { RetryContext } from './retry-context.ts'
import { explainUnreachable, retryLine } from './unreachable.ts'

interface Described {
  /** IAM action, such as `ecs:UpdateService`. */
  readonly action: string
  /** ARN that a minimal IAM statement names; `*` when absent. */
  readonly resource?: string | undefined
}

type Asked = Described & { readonly kind: CallKind }

/** The call's name for messages, and how a lost reply is handled. */
export type AwsRequest<T> = Described & {
  /** Turns an expected refusal into a value (`{ value }`) or into a Failure of its own (throws). Undefined: not expected. */
  readonly whenRefused?: (refusal: AwsError) => Expected<T> | Promise<Expected<T>>
} & (
    | { readonly kind: 'read' }
    /** Returns the outcome when AWS shows that the mutation was applied; undefined when it shows that it was not. */
    | { readonly kind: 'mutate'; readonly readBack: () => Promise<T | undefined> }
    /** A mutation that may be sent twice without another effect. */
    | { readonly kind: 'mutate'; readonly idempotent: true }
  )

/** AWS's reads are eventually consistent: the effect of a lost reply may not show in the first read. Gap in milliseconds. */
const readBackCount = 3
const readBackPause = 2_000
/** Left for a last attempt before the deadline. */
const lastCall = 1000
/** A host that DNS cannot resolve is retried no longer: more likely the region is misspelt. */
const unknownHostLimit = 120_000

/** Attempts of one call. */
interface Tries {
  count: number
  readonly since: number
  /** A reply was lost: the mutation may have been applied. */
  replyLost: boolean
  refreshed: boolean
  /** Some attempt got further than DNS. */
  hostKnown: boolean
  /** No attempt was responded to in time. */
  isSilent: boolean
  /** Others of this process were throttled at the same time. */
  wasConcurrent: boolean
}

/**
 * Every call to AWS goes through this function. Sends, and retries by the class of the error until the deadline. Throws
 * `permission-missing`, `aws-rejected`, `credentials-expired`, `aws-unreachable` or `cancelled`, or what `whenRefused` throws. A
 * mutation is never applied twice because its first reply was lost.
 */
export async function call<T>(
  context: RetryContext,
  send: (options: SendOptions) => Promise<T>,
  request: AwsRequest<T>,
): Promise<T> {
  const tries: Tries = {
    count: 0,
    since: context.clock.monotonic(),
    replyLost: false,
    refreshed: false,
    hostKnown: false,
    isSilent: true,
    wasConcurrent: false,
  }
  if (request.kind === 'mutate') await signalsHandled()
  for (;;) {
    const failed = await attempt(context, send, request.action).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    if ('value' in failed) return failed.value
    if (context.signal.aborted) throw explainCancelled(request.action, request.kind)
    tries.count++
    const settled = await settle(context, request, tries, failed.error)
    if (settled) return settled.value
  }
}

/** Undefined: try again. */
async function settle<T>(
  context: RetryContext,
  request: AwsRequest<T>,
  tries: Tries,
  error: unknown,
): Promise<Expected<T>> {
  const errorClass = classify(error, request.kind)
  if (!errorClass) throw error
  const refusal = error as AwsError
  if (errorClass === 'permanent') {
    const applied = tries.replyLost ? await readBack(context, request) : undefined
    const expected = applied ?? (await request.whenRefused?.(refusal))
    if (!expected) throw explainRefusal(refusal, request, context.local)
    return expected
  }
  if (errorClass === 'auth') {
    if (tries.refreshed || !(await context.refreshCredentials?.()))
      throw explainExpired(refusal, request, context.local)
    tries.refreshed = true
    return undefined
  }
  await pause(context, request, tries, refusal, errorClass === 'throttle')
  if (errorClass !== 'ambiguous') return undefined
  tries.replyLost = true
  return readBack(context, request)
}

/**
 * The effect of a call whose reply was lost, once a read shows it; undefined when several reads do not show it, or it is
 * irrelevant.
 */
async function readBack<T>(context: RetryContext, request: AwsRequest<T>): Promise<Expected<T>> {
  if (!('readBack' in request)) return undefined
  for (let reads = 1; ; reads++) {
    const value = await request.readBack()
    if (value !== undefined) return { value }
    const isTime = remaining(context.clock, context.deadline) > readBackPause + lastCall
    if (reads === readBackCount || !isTime) return undefined
    await waitBeforeRetry(context, request, readBackPause)
  }
}

async function pause(
  context: RetryContext,
  request: Asked,
  tries: Tries,
  error: AwsError,
  throttled: boolean,
): Promise<void> {
  const { clock, region } = context
  if (error.code !== 'ENOTFOUND') tries.hostKnown = true
  if (!(error instanceof NoReply)) tries.isSilent = false
  const left = remaining(clock, limitOf(context, tries))
  const seconds = Math.round((clock.monotonic() - tries.since) / 1000)
  const retried = { ...request, region, seconds, attempts: tries.count, throttled }
  if (left <= lastCall) throw explainUnreachable(error, retried)
  const wait =
    waitAskedBy(error) ?? (throttled ? throttleDelay(context, request.action, tries) : jitter(clock, tries.count))
  context.reportRetry?.(retryLine(error, retried))
  const leave = throttled ? context.throttledCalls?.join(request.action) : undefined
  await waitBeforeRetry(context, request, Math.min(wait, left - lastCall)).finally(leave)
}

/** What never responds is given up before what refuses for now. */
function limitOf({ deadline, silentTime = Infinity, longestCall = Infinity }: RetryContext, tries: Tries): Deadline {
  const { since, hostKnown, isSilent } = tries
  return Math.min(
    deadline,
    since + longestCall,
    since + (hostKnown ? Infinity : unknownHostLimit),
    since + (isSilent ? silentTime : Infinity),
  )
}

async function waitBeforeRetry({ clock, signal }: RetryContext, { action, kind }: Asked, wait: number): Promise<void> {
  try {
    await clock.sleep(wait, signal)
  } catch {
    throw explainCancelled(action, kind)
  }
}
