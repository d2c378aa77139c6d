/** What containers can do, by the words that people use. */
import type { Behaviour } from './contract.ts'

/** How containers can behave, by the name that people give it. An image with such a tag behaves so by itself. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  healthy: { kind: 'healthy' },
  slow: { kind: 'healthy', startSeconds: 240 },
  crash: { kind: 'crash', exitCode: 1, log: ["Error: Cannot find module './prices.js'"] },
  'exit-0': { kind: 'crash', exitCode: 0, log: ['Done.'] },
  'out-of-memory': { kind: 'out-of-memory', log: ['Loading 4,000,000 orders'] },
  unhealthy: { kind: 'unhealthy', reason: 'Target.ResponseCodeMismatch', responseCode: 500, log: ['GET /health 500'] },
  timeout: { kind: 'unhealthy', reason: 'Target.Timeout' },
  'image-missing': {
    kind: 'fails-to-start',
    stoppedReason:
      'CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref registry.example.com/api:image-missing: not found',
  },
  'secret-missing': {
    kind: 'fails-to-start',
    stoppedReason:
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
  },
  'no-capacity': {
    kind: 'no-capacity',
    reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone.',
  },
  spot: { kind: 'taken-away', stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' },
}

interface Numbered {
  /** What the number is. */
  readonly of: string
  readonly least: number
  readonly most: number
  with(number: number): Behaviour
}

/** Words that take a number behind a colon: `crash:137`. */
const numbered: Readonly<Record<string, Numbered>> = {
  crash: {
    of: 'the exit code',
    least: 0,
    most: 255,
    with: (exitCode) => ({ kind: 'crash', exitCode, log: [`The program ended with exit code ${exitCode}`] }),
  },
  slow: { of: 'seconds', least: 1, most: 86_400, with: (startSeconds) => ({ kind: 'healthy', startSeconds }) },
  'out-of-memory': {
    of: 'seconds',
    least: 1,
    most: 86_400,
    with: (afterSeconds) => ({ kind: 'out-of-memory', afterSeconds, log: ['Loading 4,000,000 orders'] }),
  },
  unhealthy: {
    of: 'the HTTP status',
    least: 100,
    most: 599,
    with: (responseCode) => ({
      kind: 'unhealthy',
      reason: 'Target.ResponseCodeMismatch',
      responseCode,
      log: [`GET /health ${responseCode}`],
    }),
  },
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** What is wrong with the word of a behaviour, such as `crash` or `crash:137`; undefined: nothing. */
export function behaviourMistake(word: string): string | undefined {
  const [name = '', number, ...others] = word.split(':')
  if (own(behaviours, name) === undefined || others.length > 0)
    return `must be one of ${Object.keys(behaviours).join(', ')}, not ${JSON.stringify(word)}`
  if (number === undefined) return undefined
  const takes = own(numbered, name)
  if (takes === undefined) return `${name} takes no number, not ${JSON.stringify(word)}`
  const { of, least, most } = takes
  const isFit = /^\d{1,5}$/.test(number) && Number(number) >= least && Number(number) <= most
  return isFit
    ? undefined
    : `${name}: ${of} must be a whole number from ${least} to ${most}, not ${JSON.stringify(number)}`
}

/** The behaviour of a word that has no mistake; in AWS's words about images, `image` is named. */
export function behaviourOf(word: string, image: string): Behaviour {
  const [name = '', number] = word.split(':')
  const behaviour = number === undefined ? undefined : own(numbered, name)?.with(Number(number))
  const named = behaviour ?? own(behaviours, name) ?? { kind: 'healthy' }
  if (named.kind !== 'fails-to-start') return named
  return { ...named, stoppedReason: named.stoppedReason.replace('registry.example.com/api:image-missing', image) }
}
