/** Failures of one-off tasks in AWS's own texts: the right cause comes first, with AWS's name for it. */
import { expect, test } from '@jest/globals'
import { region } from '../deployment/scene.ts'
import { some } from '../often.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { migrate, runStep, startedTasks, taskScene } from './task-scene.ts'

const exits = (exitCode: number, ...log: readonly string[]): Behaviour => ({ kind: 'crash', exitCode, log })
const starts = (stoppedReason: string): Behaviour => ({ kind: 'fails-to-start', stoppedReason })
const lost = (stopCode: 'SpotInterruption' | 'TerminationNotice', stoppedReason: string): Behaviour => ({
  kind: 'taken-away',
  stopCode,
  stoppedReason,
})

const pull = 'CannotPullContainerError: pull image manifest has been retried'
const init =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:'

/** What the task does, the code of the cause, and what its sentence says. */
const ends: readonly (readonly [string, Behaviour, string, RegExp])[] = [
  [
    'an exception',
    exits(1, 'Error: relation "orders" does not exist'),
    'container-crashed',
    /Essential container in task exited \("api", exit code 1\).*relation "orders"/,
  ],
  [
    'a command that does not exist',
    exits(127, 'sh: 1: bin/migrat: not found'),
    'container-crashed',
    /exit code 127\): command not found/,
  ],
  [
    'a file without execute permission',
    exits(126),
    'container-crashed',
    /exit code 126\): the command cannot be executed/,
  ],
  ['a segmentation fault', exits(139), 'container-crashed', /exit code 139, SIGSEGV\): segmentation fault/],
  [
    'no memory',
    { kind: 'out-of-memory' },
    'out-of-memory',
    /^The one-off task of api:2 failed: OutOfMemoryError: container "api" ran out of memory \(limit 512 MiB, exit code 137, SIGKILL\)/,
  ],
  ['another architecture', exits(1, 'exec /app/bin/migrate: exec format error'), 'exec-format', /exec format error/],
  ['a database that refuses', exits(1, 'connect ECONNREFUSED 10.0.3.7:5432'), 'dependency-unreachable', /ECONNREFUSED/],
  ['a missing module', exits(1, "Error: Cannot find module './prices.js'"), 'module-missing', /Cannot find module/],
  [
    'a missing image',
    starts(`${pull} 5 time(s): failed to resolve ref docker.io/acme/api:v9: docker.io/acme/api:v9: not found`),
    'image-not-found',
    /^The one-off task of api:2 failed: CannotPullContainerError: .*acme\/api:v9/,
  ],
  [
    'the pull limit of Docker Hub',
    starts(
      'CannotPullContainerError: inspect image has been retried 5 time(s): httpReaderSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/api/manifests/sha256:0: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
    ),
    'registry-rate-limit',
    /CannotPullContainerError.*toomanyrequests/,
  ],
  [
    'a missing secret',
    starts(
      `${init} unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    ),
    'secret-not-found',
    /ResourceInitializationError.*secret/,
  ],
  [
    'no way to Amazon ECR',
    starts(
      'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 10.0.0.9:443: i/o timeout',
    ),
    'ecr-unreachable',
    /ResourceInitializationError/,
  ],
  [
    'a missing log group',
    starts(
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
    ),
    'log-group-missing',
    /ResourceInitializationError.*log group/,
  ],
  [
    'a Spot interruption',
    lost('SpotInterruption', 'Your Spot Task was interrupted.'),
    'spot-interruption',
    /SpotInterruption: AWS reclaimed the Spot capacity/,
  ],
  [
    'a host that goes away',
    lost('TerminationNotice', 'Host EC2 (instance i-0abc) terminated.'),
    'host-lost',
    /TerminationNotice.*Host EC2 \(instance i-0abc\) terminated/,
  ],
]

test.each(some(ends, 2))('%s', async (_, behaviour, code, words) => {
  const sim = taskScene(behaviour)
  const { outputs, isRed } = await runStep(sim)
  expect({ isRed, code: outputs['cause-code'], cause: outputs.cause }).toEqual({
    isRed: true,
    code,
    cause: expect.stringMatching(words),
  })
  expect(outputs.cause).toMatch(/^The one-off task of api:2 failed: /)
  expect(startedTasks(sim)).toHaveLength(1)
})

/** `failures[].reason` of RunTask, the code of the cause, and AWS's name in front. */
const reasons: readonly (readonly [string, string, RegExp])[] = [
  ['RESOURCE:CPU', 'instance-cpu', /failed: RESOURCE:CPU: insufficient CPU units/],
  ['RESOURCE:MEMORY', 'instance-memory', /failed: RESOURCE:MEMORY: insufficient memory/],
  ['RESOURCE:PORTS', 'instance-port', /failed: RESOURCE:PORTS: /],
  ['RESOURCE:ENI', 'instance-network-interfaces', /failed: RESOURCE:ENI: .*network interface/],
  ['RESOURCE:GPU', 'instance-gpu', /failed: RESOURCE:GPU: /],
  ['AGENT', 'instance-agent', /failed: AGENT: .*agent/],
  ['ATTRIBUTE', 'instance-attribute', /failed: ATTRIBUTE: /],
  ['LOCATION', 'instance-location', /failed: LOCATION: /],
  ['MISSING', 'instance-gone', /failed: MISSING: /],
  [
    'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    'capacity-unavailable',
    /failed: Capacity is unavailable at this time: /,
  ],
  [
    "You've reached the limit on the number of vCPUs you can run concurrently",
    'quota-reached',
    /failed: You've reached the limit on the number of vCPUs/,
  ],
  [
    'The tasks provisioning capacity limit was exceeded.',
    'provisioning-limit',
    /failed: tasks provisioning capacity limit was exceeded/,
  ],
  ['SOMETHING:NEW', 'task-failed', /failed: SOMETHING:NEW/],
]

test.each(some(reasons, 2))('RunTask: %s', async (reason, code, words) => {
  const sim = taskScene()
  sim.world.region(region).ecs.quirks.shortage = { reason }
  const { outputs, isRed } = await runStep(sim, { ...migrate, 'retry-on-capacity': '0' })
  expect({ isRed, code: outputs['cause-code'], cause: outputs.cause }).toEqual({
    isRed: true,
    code,
    cause: expect.stringMatching(words),
  })
  expect(sim.recorder.count('ecs', 'RunTask')).toBe(1)
})

/** What RunTask refuses as a whole: AWS's error first. */
test.each(
  some(
    [
      ['InvalidParameterException', 'No Container Instances were found in your cluster.'],
      ['PlatformUnknownException', 'The specified platform does not exist.'],
      [
        'PlatformTaskDefinitionIncompatibilityException',
        'The platform version must be null when specifying an EC2 launch type.',
      ],
      ['BlockedException', 'Your account was blocked. For more information, contact AWS Support.'],
      [
        'ClientException',
        'ECS was unable to assume the role arn:aws:iam::111122223333:role/gone that was provided for this task.',
      ],
    ],
    2,
  ),
)('RunTask refuses with %s', async (code, message) => {
  const sim = taskScene()
  sim.faults.add({ operation: 'RunTask', times: 9, effect: { kind: 'error', code, message } })
  const { outputs, isRed } = await runStep(sim)
  expect([isRed, outputs.cause]).toEqual([true, expect.stringContaining(message.slice(0, 40))])
  expect(outputs.cause).toContain(code)
})
