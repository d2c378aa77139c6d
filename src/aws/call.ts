import { signalsHandled } from '../abort.ts'
import { remaining } from '../clock.ts'
import { attempt, type SendOptions } from './attempt.ts'
import { inTurn, jitter } from './backoff.ts'
import type { Patience } from './call-patience.ts'
import { type AwsError, type CallKind, classify, type Expected, waitAskedBy } from './error-class.ts'
import { explainCancelled, explainExpired, explainRefusal } from './refusal.ts'
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
const looksBack = 3
const lookBackGap = 2_000
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
  /** Others of this process were throttled at the same time. */
  inCrowd: boolean
}

/**
 * Every call to AWS goes through this function. Sends, and retries by the class of the error until the deadline. Throws
 * `permission-missing`, `aws-rejected`, `credentials-expired`, `aws-unreachable` or `cancelled`, or what `whenRefused` throws. A
 * mutation is never applied twice because its first reply was lost.
 */
export async function call<T>(
  patience: Patience,
  send: (options: SendOptions) => Promise<T>,
  request: AwsRequest<T>,
): Promise<T> {
  const tries: Tries = {
    count: 0,
    since: patience.clock.monotonic(),
    replyLost: false,
    refreshed: false,
    hostKnown: false,
    inCrowd: false,
  }
  if (request.kind === 'mutate') await signalsHandled()
  for (;;) {
    const failed = await attempt(patience, send, request.action).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    if ('value' in failed) return failed.value
    if (patience.signal.aborted) throw explainCancelled(request.action, request.kind)
    tries.count++
    const settled = await settle(patience, request, tries, failed.error)
    if (settled) return settled.value
  }
}

/** Undefined: try again. */
async function settle<T>(
  patience: Patience,
  request: AwsRequest<T>,
  tries: Tries,
  error: unknown,
): Promise<Expected<T>> {
  const errorClass = classify(error, request.kind)
  if (!errorClass) throw error
  const refusal = error as AwsError
  if (errorClass === 'permanent') {
    const applied = tries.replyLost ? await readBack(patience, request) : undefined
    const expected = applied ?? (await request.whenRefused?.(refusal))
    if (!expected) throw explainRefusal(refusal, request)
    return expected
  }
  if (errorClass === 'auth') {
    if (tries.refreshed || !(await patience.refreshCredentials?.())) throw explainExpired(refusal, request)
    tries.refreshed = true
    return undefined
  }
  await pause(patience, request, tries, refusal, errorClass === 'throttle')
  if (errorClass !== 'ambiguous') return undefined
  tries.replyLost = true
  return readBack(patience, request)
}

/**
 * The effect of a call whose reply was lost, once a read shows it; undefined when several reads do not show it, or it is
 * irrelevant.
 */
async function readBack<T>(patience: Patience, request: AwsRequest<T>): Promise<Expected<T>> {
  if (!('readBack' in request)) return undefined
  for (let looks = 1; ; looks++) {
    const value = await request.readBack()
    if (value !== undefined) return { value }
    const isTime = remaining(patience.clock, patience.deadline) > lookBackGap + lastCall
    if (looks === looksBack || !isTime) return undefined
    await waitBeforeRetry(patience, request, lookBackGap)
  }
}

async function pause(
  patience: Patience,
  request: Asked,
  tries: Tries,
  error: AwsError,
  throttled: boolean,
): Promise<void> {
  const { clock, deadline, region } = patience
  if (error.code !== 'ENOTFOUND') tries.hostKnown = true
  const limit = tries.hostKnown ? deadline : Math.min(deadline, tries.since + unknownHostLimit)
  const left = remaining(clock, limit)
  const seconds = Math.round((clock.monotonic() - tries.since) / 1000)
  const told = { ...request, region, seconds, attempts: tries.count, throttled }
  if (left <= lastCall) throw explainUnreachable(error, told)
  const wait = waitAskedBy(error) ?? (throttled ? inTurn(patience, request.action, tries) : jitter(clock, tries.count))
  patience.reportRetry?.(retryLine(error, told))
  const leave = throttled ? patience.crowd?.join(request.action) : undefined
  await waitBeforeRetry(patience, request, Math.min(wait, left - lastCall)).finally(leave)
}

async function waitBeforeRetry({ clock, signal }: Patience, { action, kind }: Asked, wait: number): Promise<void> {
  try {
    await clock.sleep(wait, signal)
  } catch {
    throw explainCancelled(action, kind)
  }
}
