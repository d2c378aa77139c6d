/** Releases of examples/seed-000 to seed-004 that go well, and those that do not. */
import type { SeedAccount } from './account.ts'
import { type Answer, healthy, type SeedName } from './infrastructure.ts'

export interface SeedScenario {
  readonly seed: SeedName
  /** For `--list`. */
  readonly about: string
  /** First line of the commit's message. */
  readonly commit: string
  readonly verdict: 'succeeded' | 'rolled-back' | 'failed'
  /** What the cause has to say; a release that succeeds has none. */
  readonly cause?: RegExp
  /** What the log has to say. */
  readonly log: RegExp
  /** Images of each service afterwards. */
  readonly running: Readonly<Record<string, 'old' | 'new'>>
  /** What users and checks get from the new revision. Default: it is healthy. */
  readonly answer?: Answer
  /** Makes the world as the story needs it. */
  readonly arrange?: (account: SeedAccount) => void
}

const failing = { status: 500, body: '{"status":"degraded","checks":{"database":"ECONNREFUSED"}}' }

export const seedScenarios: Readonly<Record<string, SeedScenario>> = {
  'canary-verified': {
    seed: 'seed-000',
    about: 'ECR Public, a canary of ECS: /health at the test listener, 10%, all of the traffic, /health again',
    commit: 'Suggest titles with Bedrock',
    verdict: 'succeeded',
    log: /answered 200[\s\S]*10%[\s\S]*answered 200/,
    running: { api: 'new' },
  },
  'canary-health-500': {
    seed: 'seed-000',
    about: '/health of the canary answers 500 at the test listener: rolled back before a user gets it',
    commit: 'Connect with the new password',
    verdict: 'rolled-back',
    cause: /^Verify failed: GET \S+\/health answered 500, not 200; body begins .{"status":"degraded"/,
    log: /POST_TEST_TRAFFIC_SHIFT/,
    running: { api: 'old' },
    answer: () => failing,
  },
  'health-500-after-shift': {
    seed: 'seed-000',
    about: '/health answers 500 once all traffic is on the canary: rolled back with the response as the cause',
    commit: 'Warm the cache in the background',
    verdict: 'rolled-back',
    cause: /^Verify failed: GET \S+\/health answered 500, not 200/,
    log: /answered 200[\s\S]*10%/,
    running: { api: 'old' },
    answer: ({ isTest }) => (isTest ? healthy : failing),
  },
}
