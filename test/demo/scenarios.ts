/** What can go wrong in the demo, told by the simulator, and what Slipway has to say about it. */
import type { Simulator } from '../simulator/simulator.ts'

/** Region, cluster and service of examples/api/slipway.yml. */
export const place = { region: 'eu-west-1', cluster: 'staging', service: 'api' } as const

type Json = Record<string, unknown>

export interface Definition extends Json {
  readonly containerDefinitions: readonly Json[]
}

export interface Scenario {
  /** For `--list`. */
  readonly about: string
  readonly engine: 'rolling' | 'codedeploy'
  /** First line of the commit's message. */
  readonly commit: string
  /** `failed`: preflight stops it before anything is registered. */
  readonly verdict: 'succeeded' | 'rolled-back' | 'failed'
  /** What the cause has to say; a deployment that succeeds has none. */
  readonly cause?: RegExp
  /** Makes the world as the story needs it. `tag` is the image's. */
  readonly arrange?: (simulator: Simulator, tag: string) => void
  /** Changes deploy/api.json of the commit. */
  readonly definition?: (definition: Definition) => Definition
  /** Of the image. Default `amd64`. */
  readonly architecture?: 'amd64' | 'arm64'
  /** Deploys this tag instead of the image that was pushed. */
  readonly deployedTag?: string
  /** Whether the alarm goes off when the canary has its traffic. */
  readonly alarmAtTraffic?: boolean
}

const withContainer = (definition: Definition, members: Json): Definition => ({
  ...definition,
  containerDefinitions: definition.containerDefinitions.map((container) => ({ ...container, ...members })),
})

const crashLog = [
  '{"level":"info","version":"v3","message":"Starting"}',
  "Error: Cannot find module './prices.js' imported from /app/src/server.js",
  '    at finalizeResolution (node:internal/modules/esm/resolve:283:11)',
  "  code: 'ERR_MODULE_NOT_FOUND'",
]

const crash = (simulator: Simulator, tag: string) =>
  simulator.world.scenarios.set(tag, { kind: 'crash', exitCode: 1, afterSeconds: 3, log: crashLog })

/** The second half of the story that `npm run demo` tells. */
export const brokenCanary: Scenario = {
  about: 'the new containers exit at once, under CodeDeploy',
  engine: 'codedeploy',
  commit: 'Read the prices from a file of their own',
  verdict: 'rolled-back',
  cause: /exit code 1\b/,
  arrange: crash,
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  success: {
    about: 'a healthy image by CodeDeploy blue/green: 10% of the traffic first, then all of it',
    engine: 'codedeploy',
    commit: 'Take orders of up to 100 pieces',
    verdict: 'succeeded',
  },
  crash: {
    about: 'the new containers exit at once; the circuit breaker of ECS rolls back',
    engine: 'rolling',
    commit: 'Read the prices from a file of their own',
    verdict: 'rolled-back',
    cause: /exit code 1\b/,
    arrange: crash,
  },
  'out-of-memory': {
    about: 'the new containers use more memory than their task has',
    engine: 'rolling',
    commit: 'Keep all orders in memory',
    verdict: 'rolled-back',
    cause: /OutOfMemoryError/,
    arrange: (simulator, tag) =>
      simulator.world.scenarios.set(tag, {
        kind: 'out-of-memory',
        afterSeconds: 6,
        log: ['{"level":"info","message":"Loading 4,000,000 orders"}'],
      }),
  },
  'unhealthy-target': {
    about: 'the new containers run, but the load balancer gets a 500 from /health',
    engine: 'rolling',
    commit: 'Check the database in /health',
    verdict: 'rolled-back',
    cause: /failed ELB health checks .*Target\.ResponseCodeMismatch/,
    arrange: (simulator, tag) =>
      simulator.world.scenarios.set(tag, {
        kind: 'unhealthy',
        reason: 'Target.ResponseCodeMismatch',
        responseCode: 500,
        log: ['{"level":"error","method":"GET","path":"/health","status":500}'],
      }),
  },
  'image-missing': {
    about: 'the tag to deploy was never pushed: preflight stops the deployment',
    engine: 'rolling',
    commit: 'Deploy the release candidate',
    verdict: 'failed',
    cause: /Image not found for container api: \S+api:v3-rc1 is not in Amazon ECR/,
    deployedTag: 'v3-rc1',
  },
  'secret-missing': {
    about: 'the task definition names a secret that does not exist: preflight stops the deployment',
    engine: 'rolling',
    commit: 'Sign the webhooks',
    verdict: 'failed',
    cause: /The secret WEBHOOK_KEY of container api does not exist/,
    definition: (definition) =>
      withContainer(definition, {
        secrets: [
          {
            name: 'WEBHOOK_KEY',
            valueFrom: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/webhook-key-AbCdEf',
          },
        ],
      }),
  },
  'log-group-missing': {
    about: 'the task definition logs to a group that does not exist: preflight stops the deployment',
    engine: 'rolling',
    commit: 'Log to a group per team',
    verdict: 'failed',
    cause: /The specified log group does not exist for container api/,
    definition: (definition) =>
      withContainer(definition, {
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': '/teams/orders/api',
            'awslogs-region': place.region,
            'awslogs-stream-prefix': 'api',
          },
        },
      }),
  },
  'wrong-architecture': {
    about: 'the image was built for arm64, the tasks run on x86-64: preflight stops the deployment',
    engine: 'rolling',
    commit: 'Build on the faster laptop',
    verdict: 'failed',
    cause: /Wrong CPU architecture in the image of container api: \S+ is built for linux\/arm64/,
    architecture: 'arm64',
  },
  capacity: {
    about: 'AWS has no capacity for the new tasks',
    engine: 'rolling',
    commit: 'Scale for the sale',
    verdict: 'rolled-back',
    cause: /Capacity is unavailable at this time/,
    arrange: (simulator, tag) =>
      simulator.world.scenarios.set(tag, {
        kind: 'no-capacity',
        reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone.',
      }),
  },
  alarm: {
    about: 'a CloudWatch alarm goes into ALARM while the canary has 10% of the traffic',
    engine: 'codedeploy',
    commit: 'Round prices half to even',
    verdict: 'rolled-back',
    cause: /ALARM_ACTIVE: alarm \S+ went into ALARM/,
    alarmAtTraffic: true,
  },
}
