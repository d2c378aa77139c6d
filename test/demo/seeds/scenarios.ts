/** Releases of examples/seed-000 to seed-004 that go well, and those that do not. */
import type { Behaviour } from '../../simulator/contract.ts'
import { region, type SeedAccount } from './account.ts'
import { type Answer, alarm, type Built, healthy, type SeedName } from './infrastructure.ts'

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
  readonly arrange?: (account: SeedAccount, built: Built) => void
}

const failing = { status: 500, body: '{"status":"degraded","checks":{"database":"ECONNREFUSED"}}' }

const migrate = '$ node src/migrate.js'
const smoke = '$ node src/smoke-test.js http://internal-books-1234567890.eu-west-1.elb.amazonaws.com:8081'

/** How the two tasks of seed-001 end. */
const tasks =
  (ends: Readonly<Record<string, Partial<Extract<Behaviour, { kind: 'crash' }>>>>) => (account: SeedAccount) => {
    const { scenarios } = account.simulator.world
    for (const command of [migrate, smoke])
      scenarios.set(command, { kind: 'crash', exitCode: 0, afterSeconds: 4, ...ends[command] })
  }

/** The alarm of seed-001 goes into ALARM once the canary has its share. */
function alarmAtCanary(account: SeedAccount, { productionListener = '' }: Built): void {
  tasks({})(account)
  const { clock, world } = account.simulator
  const { elbv2, cloudwatch } = world.region(region)
  const look = () => {
    const isShifting = Object.values(elbv2.listener(productionListener)?.forward ?? {}).includes(10)
    if (isShifting) cloudwatch.setState(alarm, 'ALARM', 'Threshold Crossed')
    else clock.after(10_000, look)
  }
  look()
}

/** The second image of the edge in seed-004; that of the API works. */
function breakLogRouter({ simulator, images }: SeedAccount): void {
  const image = images.get('log-router')
  simulator.world.scenarios.set(`shop-edge ${image?.name}@${image?.new}`, {
    kind: 'crash',
    exitCode: 1,
    log: ["error: Bunny::NotFound: NOT_FOUND - no exchange 'edge-logs' in vhost '/'"],
  })
}

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
  'private-vpc': {
    seed: 'seed-001',
    about: 'a private VPC: a migration, a smoke test inside at the test listener, then a canary of CodeDeploy',
    commit: 'Add the authors of books',
    verdict: 'succeeded',
    log: /Task migrate[\s\S]*Applied 002-authors\.sql[\s\S]*GET \/books: 200[\s\S]*10%/,
    running: { api: 'new' },
    arrange: tasks({
      [migrate]: { log: ['Applied 002-authors.sql'] },
      [smoke]: { log: ['GET /health: 200', 'GET /books: 200'] },
    }),
  },
  'migration-fails': {
    seed: 'seed-001',
    about: 'the migration before the deployment exits with 1: the service is not changed',
    commit: 'Make the title of books unique',
    verdict: 'failed',
    cause: /task migrate of books-api:2 failed, so the service was not changed: .*exit code 1/,
    log: /could not create unique index/,
    running: { api: 'old' },
    arrange: tasks({
      [migrate]: { exitCode: 1, log: ['error: could not create unique index "books_title_key"', "  code: '23505'"] },
    }),
  },
  'smoke-test-fails': {
    seed: 'seed-001',
    about: 'the smoke test inside the VPC exits with 1: rolled back before users get it; the schema stays',
    commit: 'Read the authors of books',
    verdict: 'rolled-back',
    cause: /^Verify failed: the task smoke of books-api:2 failed: .*exit code 1\): .GET \/books: 500/,
    log: /GET \/books: 500[\s\S]*What the task migrate of this run changed, such as a database schema, was not rolled back\./,
    running: { api: 'old' },
    arrange: tasks({ [smoke]: { exitCode: 1, log: ['GET /health: 200', 'GET /books: 500'] } }),
  },
  'canary-alarm': {
    seed: 'seed-001',
    about: 'the alarm of the deployment group is in ALARM at 10%: CodeDeploy rolls back; the schema stays',
    commit: 'List the books by author',
    verdict: 'rolled-back',
    cause: /ALARM_ACTIVE: alarm books-5xx went into ALARM/,
    log: /was not rolled back/,
    running: { api: 'old' },
    arrange: alarmAtCanary,
  },
  'two-zones': {
    seed: 'seed-002',
    about: 'a rolling deployment over two zones, checked by the host name of the users',
    commit: 'Move the API out of the monolith',
    verdict: 'succeeded',
    log: /GET http:\/\/api\.example\.com:\d+\/health \[at 127\.0\.0\.1\] answered 200/,
    running: { api: 'new' },
  },
  'circuit-breaker': {
    seed: 'seed-002',
    about: 'the new tasks exit at once: the deployment circuit breaker rolls back, with the cause',
    commit: 'Read the settings from a file',
    verdict: 'rolled-back',
    cause: /Essential container in task exited \("api", exit code 1\).*settings\.json/,
    log: /ENOENT/,
    running: { api: 'old' },
    arrange: ({ simulator, images }) =>
      simulator.world.scenarios.set(images.get('')?.new ?? '', {
        kind: 'crash',
        exitCode: 1,
        log: ["Error: ENOENT: no such file or directory, open '/app/settings.json'"],
      }),
  },
  'host-name-503': {
    seed: 'seed-002',
    about: 'the tasks are healthy, and the load balancer answers 503 by the host name: rolled back',
    commit: 'Serve the API under a path',
    verdict: 'rolled-back',
    cause: /^Verify failed: GET \S+ \[at 127\.0\.0\.1\] answered 503, not 200/,
    log: /Rolling back to api:1/,
    running: { api: 'old' },
    answer: () => ({ status: 503, body: 'no healthy upstream' }),
  },
  'edge-and-sidecar': {
    seed: 'seed-004',
    about: 'five images in three services: the API with its Envoy sidecar and log router, the edge, the log worker',
    commit: 'Trace requests from the edge to the API',
    verdict: 'succeeded',
    log: /Wave 1 of 3: api[\s\S]*Wave 2 of 3: edge[\s\S]*invalidat[\s\S]*Wave 3 of 3: log-worker/i,
    running: { api: 'new', edge: 'new', 'log-worker': 'new' },
  },
  'second-image-fails': {
    seed: 'seed-004',
    about: 'the log router of the edge exits in wave 2: the API is rolled back, and the log worker does not start',
    commit: 'Route the logs of the edge to an exchange of its own',
    verdict: 'rolled-back',
    cause: /^edge: .*Essential container in task exited \("log-router", exit code 1\).*Not started: log-worker\.$/,
    log: /Wave 2 of 3: edge/,
    running: { api: 'old', edge: 'old', 'log-worker': 'old' },
    arrange: breakLogRouter,
  },
}
