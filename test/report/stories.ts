import type { Details } from '../../src/deployment/details.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { type DeploymentState, fold, initialState } from '../../src/deployment/state.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import type { Version } from '../../src/deployment/version.ts'
import type { Cause } from '../../src/diagnosis/cause.ts'
import type { Commit, Subject } from '../../src/report/subject.ts'
import { hookCommands } from '../../src/targets/ecs/facts/cli-commands.ts'
import type { Evidence } from '../../src/targets/ecs/facts/deployment-evidence.ts'
import { outputNames, startedEvent } from '../../src/targets/ecs/facts/started-event.ts'
import { taskProgress } from '../../src/targets/ecs/facts/task-progress.ts'
import { evidenceInWords } from '../../src/targets/ecs/finish/evidence-words.ts'
import { planInWords } from '../../src/targets/ecs/prepare/plan-words.ts'
import type { ServicePlan } from '../../src/targets/ecs/prepare/service-plan.ts'
import { serviceNouns } from '../../src/targets/ecs/request/service-nouns.ts'
import {
  type Alarms,
  alarmGauge,
  bakeGauge,
  breakerGauge,
  breakerLimit,
  hookGauge,
  together,
} from '../../src/targets/ecs/watch/gauges.ts'
import { text, untrusted } from '../../src/text.ts'

/** 2026-11-20 09:00:00 UTC. */
export const start = Date.UTC(2026, 10, 20, 9, 0, 0)

export const version = (revision: number): Version => ({
  id: `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${revision}`,
  label: `api:${revision}`,
})
const host = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'

export const commit: Commit = {
  sha: '1a2b3c4d5e6f708192a3b4c5d6e7f80912345678',
  repository: 'acme/api',
  ref: untrusted('main'),
  title: untrusted('Fix login race (#481)'),
}

export const subject: Subject = {
  service: 'api',
  home: { kind: 'cluster', name: 'production-eu' },
  region: 'eu-west-1',
  environment: 'production',
  accountId: '111122223333',
  url: 'https://api.example.com',
  nouns: serviceNouns,
  outputs: outputNames,
  run: {
    serverUrl: 'https://github.com',
    repository: 'acme/api',
    runId: '8812345678',
    runNumber: '512',
    runAttempt: 1,
    actor: untrusted('ann'),
  },
  commit,
}

export const servicePlan: ServicePlan = {
  cluster: 'production-eu',
  service: 'api',
  region: 'eu-west-1',
  engine: 'codedeploy',
  from: version(117),
  changes: [
    {
      path: 'containerDefinitions[api].image',
      kind: 'changed',
      from: `"${host}/api:9f8e7d6c5b4a"`,
      to: `"${host}/api@sha256:${'4be1'.repeat(16)}"`,
    },
    { path: 'containerDefinitions[api].environment[LOG_LEVEL]', kind: 'added', to: '"***"' },
  ],
  images: [{ container: 'api', from: `${host}/api:9f8e7d6c5b4a`, to: `${host}/api@sha256:${'4be1'.repeat(16)}` }],
  codeDeploy: {
    application: 'AppECS-production-api',
    deploymentGroup: 'DgpECS-production-api',
    deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
    appSpec: '{}',
  },
  unchanged: false,
}

export const plan = planInWords(servicePlan)

export const cause: Cause = {
  code: 'out-of-memory',
  what: text`3 of 3 new tasks stopped`,
  error: text`OutOfMemoryError`,
  why: text`container "${untrusted('api')}" ran out of memory (limit 256 MiB, exit code 137, SIGKILL)`,
  fix: text`Raise memory in the task definition, or reduce the memory use of the program.`,
  confidence: 'certain',
}

export const evidence: Evidence = {
  desiredCount: 3,
  stoppedTasks: [
    {
      count: 3,
      stopCode: 'EssentialContainerExited',
      stoppedReason: untrusted('Essential container in task exited'),
      containers: [
        {
          name: 'api',
          exitCode: 137,
          reason: untrusted('OutOfMemoryError: Container killed due to memory usage'),
          essential: true,
          image: `${host}/api@sha256:${'4be1'.repeat(16)}`,
          memory: 256,
        },
      ],
      exampleTaskArn: 'arn:aws:ecs:eu-west-1:111122223333:task/production-eu/0af1c2d3e4f5061728394a5b6c7d8e9f',
    },
  ],
  serviceEvents: [
    { at: start + 40_000, message: untrusted('(service api) has started 3 tasks: (task 0af1c2d3).') },
    {
      at: start + 70_000,
      message: untrusted(
        '(service api) (port 8080) is unhealthy in target-group blue due to (reason Request timed out).',
      ),
    },
  ],
  targetHealth: [
    {
      target: '10.0.1.5:8080',
      targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/green/1',
      state: 'unhealthy',
      reason: 'Target.Timeout',
      description: untrusted('Request timed out'),
    },
  ],
  isByCodeDeploy: true,
  codeDeploy: {
    errorCode: 'HEALTH_CONSTRAINTS',
    message: untrusted('The deployment failed because too few tasks were healthy.'),
    failures: [
      { event: 'Install', status: 'Failed', errorCode: 'UnknownError', message: untrusted('Tasks kept stopping') },
    ],
  },
  logs: [
    {
      container: 'api',
      logGroup: '/ecs/api',
      logStream: 'ecs/api/0af1c2d3',
      lines: [
        untrusted('loading model'),
        untrusted('db password=hunter2secret'),
        untrusted('FATAL heap out of memory'),
      ],
    },
  ],
  missingPermissions: [{ action: 'cloudwatch:DescribeAlarms', shows: 'time and reason of the alarm' }],
}

const at = (seconds: number) => start + seconds * 1000

export const planned: DeploymentEvent = { kind: 'planned', at: at(1), plan }

const registered: DeploymentEvent = { kind: 'versioned', at: at(3), version: version(118), reused: false }

const where = { cluster: 'production-eu', service: 'api', region: 'eu-west-1' }

const started: readonly DeploymentEvent[] = [
  startedEvent(
    {
      at: at(5),
      engine: 'codedeploy',
      deploymentId: 'd-ABCDEF123',
      consoleUrl:
        'https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-ABCDEF123?region=eu-west-1',
      adopted: false,
    },
    where,
  ),
  { kind: 'phase', at: at(6), name: 'BeforeInstall', status: 'skipped' },
  { kind: 'phase', at: at(6), name: 'Install', status: 'running' },
  { kind: 'phase', at: at(6), name: 'AllowTraffic', status: 'pending' },
  taskProgress(at(20), { desired: 3, running: 1, pending: 2, failed: 0 }),
  { kind: 'message', at: at(40), message: untrusted('(service api) has started 3 tasks: (task 0af1c2d3).') },
]

const shifting: readonly DeploymentEvent[] = [
  taskProgress(at(60), { desired: 3, running: 3, pending: 0, failed: 0 }),
  { kind: 'phase', at: at(66), name: 'Install', status: 'succeeded' },
  { kind: 'phase', at: at(66), name: 'AllowTraffic', status: 'running' },
  { kind: 'traffic', at: at(70), percent: 10 },
]

const failing: readonly DeploymentEvent[] = [
  taskProgress(at(80), { desired: 3, running: 0, pending: 1, failed: 3 }),
  { kind: 'phase', at: at(90), name: 'Install', status: 'failed', detail: untrusted('Tasks kept stopping') },
  { kind: 'explained', at: at(92), cause, evidence: evidenceInWords(evidence) },
]

const rollingBack: DeploymentEvent = {
  kind: 'rolling-back',
  at: at(95),
  reason: untrusted('Deployment d-ABCDEF123 failed'),
  deploymentId: 'd-GHIJKL456',
}

const end = (seconds: number, outcome: Outcome, serving?: Version): DeploymentEvent => ({
  kind: 'finished',
  at: at(seconds),
  verdict: { outcome, serving, cause: ['succeeded', 'unchanged'].includes(outcome) ? undefined : cause },
})

const before = [planned, registered, ...started]
const broken = [...before, ...failing]
const unchangedPlan = planInWords({
  ...servicePlan,
  changes: [],
  unchanged: true,
  to: version(117),
  images: servicePlan.images.map(({ container, to }) => ({ container, from: to, to })),
})
const noCause = (outcome: Outcome): DeploymentEvent => ({ kind: 'finished', at: at(120), verdict: { outcome } })

const canaryPlan: ServicePlan = {
  ...servicePlan,
  engine: 'ecs-rolling',
  strategy: 'CANARY',
  steps: '10% for 5 min',
  codeDeploy: undefined,
  settings: [
    { name: 'strategy', from: 'ROLLING', to: 'CANARY 10% for 5 min' },
    { name: 'alarms', from: 'none', to: 'api-5xx (roll back)' },
  ],
}

interface Shown {
  readonly breaker: { readonly status: string; readonly failureCount: number; readonly threshold: number }
  readonly alarms: Alarms
  /** Status of a hook; absent: it does not run yet. */
  readonly hook?: 'IN_PROGRESS' | 'SUCCEEDED'
  readonly bakeEndsAt?: number
}

const early: Shown = {
  breaker: { status: 'MONITORING', failureCount: 2, threshold: 10 },
  alarms: { status: 'MONITORING', names: ['api-5xx'], triggered: [] },
}

/** What ECS shows of a canary. */
function detailsOf({ breaker, alarms, hook, bakeEndsAt }: Shown): Details {
  const targetArn = 'arn:aws:lambda:eu-west-1:111122223333:function:smoke-test'
  const hooks = hook ? [{ hookId: 'ecs-lambda-1', targetType: 'AWS_LAMBDA', targetArn, status: hook } as const] : []
  return {
    ...together(breakerGauge(breaker), alarmGauge(alarms), hookGauge(hooks), bakeGauge(bakeEndsAt, 10)),
    shares: [
      { version: 'api:118', side: 'new', percent: 10 },
      { version: 'api:117', side: 'old', percent: 90 },
    ],
    failureLimit: breakerLimit(breaker),
    fired: alarms.triggered,
  }
}

const canary: readonly DeploymentEvent[] = [
  { kind: 'planned', at: at(1), plan: planInWords(canaryPlan) },
  registered,
  startedEvent(
    {
      at: at(5),
      engine: 'ecs-rolling',
      deploymentId: 'ecs-svc/1234567890123456789',
      consoleUrl:
        'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/production-eu/services/api?region=eu-west-1',
      adopted: false,
    },
    where,
  ),
  { kind: 'phase', at: at(8), name: 'SCALE_UP', status: 'running' },
  taskProgress(at(30), { desired: 3, running: 1, pending: 0, failed: 0 }),
  { kind: 'details', at: at(50), details: detailsOf(early) },
  taskProgress(at(50), { desired: 3, running: 3, pending: 0, failed: 2 }),
  { kind: 'phase', at: at(60), name: 'SCALE_UP', status: 'succeeded' },
  { kind: 'phase', at: at(60), name: 'PRODUCTION_TRAFFIC_SHIFT', status: 'running' },
  { kind: 'details', at: at(65), details: detailsOf({ ...early, hook: 'IN_PROGRESS', bakeEndsAt: at(370) }) },
  { kind: 'traffic', at: at(70), percent: 10 },
  { kind: 'details', at: at(80), details: detailsOf({ ...early, hook: 'SUCCEEDED', bakeEndsAt: at(370) }) },
]

const settingsPlan: ServicePlan = {
  ...canaryPlan,
  ...{ changes: [], images: [], settingsOnly: true, to: version(117) },
}

/** Two hooks wait at once; the second would go on by itself. */
const waiting: readonly DeploymentEvent[] = [
  ...canary.slice(0, 5),
  { kind: 'phase', at: at(60), name: 'SCALE_UP', status: 'succeeded' },
  { kind: 'phase', at: at(60), name: 'POST_TEST_TRAFFIC_SHIFT', status: 'running' },
  ...([1, 2] as const).map(
    (number): DeploymentEvent => ({
      kind: 'paused',
      at: at(60 + number),
      pause: {
        id: `ecs-pause-${number}`,
        noun: 'hook',
        stage: 'POST_TEST_TRAFFIC_SHIFT',
        until: at(3600 * number),
        otherwise: number === 1 ? 'roll-back' : 'continue',
        permission: 'ecs:ContinueServiceDeployment',
        commands: hookCommands(`ecs-pause-${number}`, where),
      },
    }),
  ),
]

/** Every state in which a report can be, as the events that lead there. */
export const stories: Readonly<Record<string, readonly DeploymentEvent[]>> = {
  queued: [],
  preparing: [planned],
  deploying: before,
  shifting: [...before, ...shifting],
  'rolling-back': [...broken, rollingBack],
  succeeded: [
    ...before,
    ...shifting,
    { kind: 'traffic', at: at(370), percent: 100 },
    { kind: 'phase', at: at(372), name: 'AllowTraffic', status: 'succeeded' },
    { kind: 'warning', at: at(373), message: untrusted('The answer of DescribeServices was late.') },
    end(375, 'succeeded', version(118)),
  ],
  unchanged: [{ kind: 'planned', at: at(1), plan: unchangedPlan }, end(2, 'unchanged', version(117))],
  failed: [...broken, end(100, 'failed')],
  'rolled-back': [...broken, rollingBack, end(192, 'rolled-back', version(117))],
  'rollback-failed': [...broken, rollingBack, end(400, 'rollback-failed')],
  stopped: [...before, ...shifting, noCause('stopped')],
  superseded: [...before, ...shifting, noCause('superseded')],
  'timed-out': [...before, noCause('timed-out')],
  cancelled: [...before, noCause('cancelled')],
  detached: [...before, noCause('detached')],
  waiting: [...waiting, { kind: 'resumed', at: at(90), id: 'ecs-pause-1', answer: 'continue' }],
  paused: [...waiting, { kind: 'finished', at: at(63), verdict: { outcome: 'paused' } }],
  canary,
  'canary-alarm': [
    ...canary,
    {
      kind: 'details',
      at: at(200),
      details: detailsOf({
        ...early,
        hook: 'SUCCEEDED',
        alarms: { status: 'TRIGGERED', names: ['api-5xx'], triggered: ['api-5xx'] },
      }),
    },
    rollingBack,
    end(260, 'rolled-back', version(117)),
  ],
  settings: [{ kind: 'planned', at: at(1), plan: planInWords(settingsPlan) }, end(3, 'succeeded', version(117))],
}

/** All states that a story goes through, the first before any event. */
export function statesOf(events: readonly DeploymentEvent[]): readonly DeploymentState[] {
  let state = initialState(start)
  return [
    state,
    ...events.map((event) => {
      state = fold(state, event)
      return state
    }),
  ]
}

export function lastState(events: readonly DeploymentEvent[]): DeploymentState {
  return statesOf(events).at(-1) ?? initialState(start)
}
