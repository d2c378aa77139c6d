/** Evidence that invites several causes: which one is told, and which never. */
import { describe, expect, test } from '@jest/globals'
import type { Evidence } from '../../../../src/targets/ecs/facts/deployment-evidence.ts'
import { untrusted } from '../../../../src/text.ts'
import { causeOf, event, log, sentences, stopped } from './evidence.ts'

const crash = (count: number) =>
  stopped('Essential container in task exited', {
    count,
    stopCode: 'EssentialContainerExited',
    containers: [{ exitCode: 1 }],
  })
const spot = (count: number) =>
  stopped('Your Spot Task was interrupted.', { count, stopCode: 'SpotInterruption', containers: [{ exitCode: 143 }] })
const lost = (count: number) =>
  stopped('Host EC2 (instance i-0af1c2d3e4f506172) terminated.', {
    count,
    stopCode: 'TerminationNotice',
    containers: [{ exitCode: 137 }],
  })
const internal = (count: number) => stopped('InternalError: failed to create the task', { count })
const timeout = (count: number) =>
  stopped(
    'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref x/y:1: failed to do request: Head "https://x/v2/y/manifests/1": dial tcp 3.210.148.47:443: i/o timeout',
    { count },
  )
const breaker = untrusted('Service deployment rolled back because the circuit breaker threshold was exceeded.')
const pullError = event(
  '(service api) was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref x/api:v1: x/api:v1: not found.',
)
const capacity = event('(service api) was unable to place a task. Reason: Capacity is unavailable at this time.')
const steady = event('(service api) has reached a steady state.')

describe('one unlucky task is not the cause of what befell the others', () => {
  test.each<[string, Evidence['stoppedTasks'], string, RegExp]>([
    ['9 crashes, 1 lost host', [crash(9), lost(1)], 'container-crashed', /^9 of 10 new tasks stopped/],
    ['3 crashes, 1 Spot stop', [crash(3), spot(1)], 'container-crashed', /^3 of 4/],
    ['the same, the newest first', [spot(1), crash(3)], 'container-crashed', /^3 of 4/],
    ['as many of both', [spot(2), crash(2)], 'container-crashed', /^2 of 4/],
    ['9 crashes, 1 error of AWS', [crash(9), internal(1)], 'container-crashed', /^9 of 10/],
    ['9 crashes, 1 pull that timed out', [crash(9), timeout(1)], 'container-crashed', /^9 of 10/],
    ['more Spot stops', [spot(4), crash(3)], 'spot-interruption', /^4 of 7/],
    ['more Spot stops, in two groups', [spot(2), spot(2), crash(3)], 'spot-interruption', /^4 of 7/],
    ['nothing but a lost host', [lost(1)], 'host-lost', /^The new task stopped/],
    ['more pulls that timed out', [timeout(3), crash(1)], 'registry-unreachable', /^3 of 4/],
  ])('%s', (_, stoppedTasks, code, starts) => {
    const cause = causeOf({ stoppedTasks, statusReason: breaker })
    expect([cause.code, sentences(cause)]).toEqual([code, expect.stringMatching(starts)])
  })

  test('what AWS takes away explains less than why nothing can be placed, and than unhealthy tasks', () => {
    expect(causeOf({ stoppedTasks: [lost(1)], serviceEvents: [capacity] }).code).toBe('capacity-unavailable')
  })
})

describe('events of the time before', () => {
  test('count less than what was said since the service was steady', () => {
    expect(causeOf({ serviceEvents: [pullError, steady, capacity] }).code).toBe('capacity-unavailable')
  })

  test('count where the service went back and nothing was said since', () => {
    expect(causeOf({ serviceEvents: [pullError, steady] }).code).toBe('image-not-found')
  })

  test('the newest of two that are equally sure is told', () => {
    expect(causeOf({ serviceEvents: [pullError, capacity] }).code).toBe('capacity-unavailable')
    expect(causeOf({ serviceEvents: [capacity, pullError] }).code).toBe('image-not-found')
  })

  test('of old tasks are no cause, and of unknown ones no sure one', () => {
    const said = '(service api) (task 0af1c2d3) is unhealthy in (target-group x) due to (reason Request timed out)'
    const about = (whose: 'new' | 'old' | undefined) => ({ ...event(said), about: whose })
    expect(causeOf({ serviceEvents: [capacity, about('old')] }).code).toBe('capacity-unavailable')
    expect(causeOf({ serviceEvents: [about('old')] }).code).toBe('unexplained')
    expect(causeOf({ serviceEvents: [about('new')] })).toMatchObject({
      code: 'health-check-timeout',
      confidence: 'certain',
    })
    expect(causeOf({ serviceEvents: [about(undefined)] }).confidence).toBe('likely')
  })
})

describe('what AWS decided by', () => {
  const denied = event(
    '(service api) failed to describe target health on target-group x with (error User: arn:aws:sts::111122223333:assumed-role/infra/x is not authorized to perform: elasticloadbalancing:DescribeTargetHealth)',
  )

  test('an event on the way is no decision: a crash says more than a role that may not look', () => {
    expect(causeOf({ stoppedTasks: [crash(3)], serviceEvents: [denied], statusReason: breaker }).code).toBe(
      'container-crashed',
    )
    expect(causeOf({ serviceEvents: [denied] }).code).toBe('infrastructure-role')
  })

  test('the end in the words of an event is one', () => {
    const ended = event(
      '(service api) (deployment ecs-svc/1) deployment failed: Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to parse the response from arn:x due to: HookStatus must not be null.',
    )
    expect(causeOf({ stoppedTasks: [crash(1)], serviceEvents: [ended] }).code).toBe('hook-answer')
  })

  test('a stop that this run asked for is not called that of another user', () => {
    const statusReason = untrusted('Service deployment rolled back because a stop was requested.')
    expect(causeOf({ statusReason, stopped: 'by-us', serviceEvents: [capacity] }).code).toBe('capacity-unavailable')
    expect(causeOf({ statusReason: untrusted('Words nobody knows.'), stopped: 'by-others' }).code).toBe('manual-stop')
  })
})

describe('an alarm', () => {
  const events = [
    event('(service api) (deployment ecs-svc/8028) deployment failed: alarm detected.'),
    event('(service api) rolling back to deployment ecs-svc/3225.'),
  ]
  const named = { triggeredAlarms: ['api-5xx'], serviceEvents: events }
  const began = { startedAt: 1_000_000, firstTaskAt: 1_060_000 }
  const fired = (since: number) => [
    { name: 'api-5xx', state: 'ALARM', reason: 'Threshold Crossed: 12 errors', since },
    { name: 'other', state: 'ALARM', reason: 'Nothing to do with it', since: 5 },
  ]

  test.each([
    undefined,
    'Service deployment rolled back because words that nobody knows.',
    breaker.untrusted,
    'Service deployment rolled back because of a health condition with targets.',
  ])('that AWS names decides, whatever the words are: %s', (words) => {
    const cause = causeOf({ ...named, ...(words !== undefined && { statusReason: untrusted(words) }) })
    expect([cause.code, cause.confidence]).toEqual(['alarm-active', 'certain'])
    expect(sentences(cause)).toMatch(/^The deployment failed: alarm detected: alarm api-5xx went into ALARM/)
  })

  test('is told beside the crashes that may have set it off', () => {
    const cause = causeOf({ ...named, stoppedTasks: [crash(3)] })
    expect(cause.code).toBe('container-crashed')
    expect(sentences(cause)).toContain(
      'exit code 1): no log lines are available; the deployment ended when alarm api-5xx went into ALARM',
    )
  })

  test('in the words of an event, without a name', () => {
    expect(sentences(causeOf({ serviceEvents: events }))).toMatch(
      /^The deployment failed: alarm detected: a CloudWatch alarm of the deployment went into ALARM\. /,
    )
  })

  test.each([
    [
      880_000,
      /ALARM 2m 0s before the deployment started: `Threshold Crossed: 12 errors`\. The deployment did not cause it/,
    ],
    [1_030_000, /ALARM before the first new task was running: .*12 errors`\. The deployment did not cause it/],
    [
      1_090_000,
      /ALARM 30s after the first new task was running: .*12 errors`\. Check what the new tasks did until then/,
    ],
  ])('says when it went off: %d', (since, says) => {
    const said = sentences(causeOf({ ...named, ...began, alarms: fired(since) }))
    expect(said).toMatch(says)
    expect(said).not.toMatch(/Nothing to do with it/)
  })

  test('without the permission it is said which one', () => {
    const missingPermissions = [{ action: 'cloudwatch:DescribeAlarms', shows: 'why' }]
    expect(sentences(causeOf({ ...named, missingPermissions }))).toContain(
      'Allow cloudwatch:DescribeAlarms to the deploying role to get the time and the reason of the alarm.',
    )
  })
})

describe('what may not be read is part of the advice', () => {
  const missing = (...actions: string[]) => ({ missingPermissions: actions.map((action) => ({ action, shows: 'x' })) })

  test('the log of a container that crashed', () => {
    const cause = causeOf({ stoppedTasks: [crash(3)], ...missing('logs:GetLogEvents') })
    expect(sentences(cause)).toContain('Allow logs:GetLogEvents to the deploying role to get more details.')
  })

  test('the tasks, instead of advice to look at what may not be read', () => {
    const said = sentences(causeOf({ statusReason: breaker, ...missing('ecs:ListTasks and ecs:DescribeTasks') }))
    expect(said).toContain('Allow ecs:ListTasks and ecs:DescribeTasks to the deploying role to get the reason.')
    expect(said).not.toMatch(/Deploy again/)
  })

  test('but not what has nothing to do with the cause', () => {
    const logs = [log('api', "Error: Cannot find module 'x'")]
    const cause = causeOf({ stoppedTasks: [crash(3)], logs, ...missing('elasticloadbalancing:DescribeTargetHealth') })
    expect(sentences(cause)).not.toContain('elasticloadbalancing')
  })
})

describe('a health check', () => {
  const arn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api-blue/0af1'
  const healthChecks = [{ targetGroupArn: arn, container: 'proxy', port: 8080, path: '/health', accepts: '200-299' }]

  test.each([
    [
      `(service api) (task 0af1c2d3) (port 8080) is unhealthy in (target-group ${arn}) due to (reason Health checks failed with these codes: [404])`,
      'failed ELB health checks (container "proxy", port 8080, path /health, target group api-blue): target returned HTTP 404 (Target.ResponseCodeMismatch). Return HTTP 200-299, which the target group accepts, on the health check path',
    ],
    [
      `(service api) (task 0af1c2d3) (port 8080) is unhealthy in (target-group ${arn}) due to (reason Request timed out)`,
      'failed ELB health checks (container "proxy", port 8080, path /health, target group api-blue): request timed out (Target.Timeout). Allow inbound traffic from the load balancer on port 8080',
    ],
  ])('is named with container, port, path and target group: %s', (message, says) => {
    const serviceEvents = [{ ...event(message), about: 'new' as const }]
    expect(sentences(causeOf({ serviceEvents, healthChecks }))).toContain(says)
  })

  test('in a zone that the load balancer does not serve names the zone, also by an event alone', () => {
    const message = `(service api) (task 0af1c2d3) (port 8080) is unhealthy in (target-group ${arn}) due to (reason Target is in an Availability Zone that is not enabled for the load balancer)`
    const serviceEvents = [{ ...event(message), about: 'new' as const, zone: 'eu-west-1c' }]
    expect(sentences(causeOf({ serviceEvents, healthChecks }))).toContain(
      'Target is in an Availability Zone that is not enabled for the load balancer (eu-west-1c). Enable',
    )
  })

  test('of a container is named by the container whose check failed', () => {
    const containers = [
      { name: 'api', hasHealthCheck: true, healthStatus: 'HEALTHY', exitCode: 143 },
      { name: 'proxy', hasHealthCheck: true, healthStatus: 'UNHEALTHY', exitCode: 137 },
    ]
    const tasks = stopped('Task failed container health checks', { stopCode: 'ServiceSchedulerInitiated', containers })
    expect(sentences(causeOf({ stoppedTasks: [tasks] }))).toContain(
      'failed container health checks: the healthCheck command of container "proxy" fails',
    )
    const unknown = containers.map((container) => ({ ...container, healthStatus: 'UNKNOWN' }))
    const blind = stopped('Task failed container health checks', {
      stopCode: 'ServiceSchedulerInitiated',
      containers: unknown,
    })
    expect(sentences(causeOf({ stoppedTasks: [blind] }))).toContain('container "api" or "proxy"')
  })
})

describe('what is not found', () => {
  const place = { region: 'eu-west-1', accountId: '111122223333' }
  const start = 'ResourceInitializationError: '
  test.each<[string, Partial<Evidence>]>([
    [
      'secret',
      { stoppedTasks: [stopped(`${start}ResourceNotFoundException: Secrets Manager can't find the specified secret`)] },
    ],
    [
      'SSM parameter',
      { stoppedTasks: [stopped(`${start}unable to retrieve secrets from ssm: invalid parameters: /x`)] },
    ],
    [
      'log group',
      { stoppedTasks: [stopped(`${start}ResourceNotFoundException: The specified log group does not exist`)] },
    ],
    [
      'target group',
      { serviceEvents: [event('(service api) is not healthy in target-group (x) due to TARGET GROUP IS NOT FOUND')] },
    ],
    ['rules', { statusReason: untrusted('Service deployment rolled back because One or more rules not found') }],
  ])('is named with region and account: %s', (what, evidence) => {
    const said = sentences(causeOf({ ...evidence, place }))
    expect(said).toContain(what)
    expect(said).toContain('not found in region eu-west-1, account 111122223333')
    expect(sentences(causeOf(evidence))).toContain('not found in this account and region')
  })
})

describe('an image that is not there', () => {
  const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v1.2.4'
  const stoppedTasks = [
    stopped(
      `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`,
    ),
  ]

  test('is told with the tags most like it', () => {
    const imageTags = { image, repository: 'api', tags: ['latest', 'main-0af1', 'v1.2.3', 'v1.2.5', 'v1.1.4'] }
    expect(sentences(causeOf({ stoppedTasks, imageTags }))).toContain(
      'not found. Nearest tags in repository api: v1.2.3, v1.2.5, v1.1.4.',
    )
    expect(sentences(causeOf({ stoppedTasks, imageTags: { ...imageTags, tags: [] } }))).toContain(
      'Repository api has no tagged images.',
    )
  })

  test('without the permission to list tags it is said which one', () => {
    const missingPermissions = [{ action: 'ecr:DescribeImages', shows: 'tags' }]
    expect(sentences(causeOf({ stoppedTasks, missingPermissions }))).toContain('Allow ecr:DescribeImages')
  })
})

describe('a quotation carries no hedge', () => {
  test.each<[string, Partial<Evidence>]>([
    ['of a task', { stoppedTasks: [stopped('Words nobody knows')] }],
    ['of the end', { statusReason: untrusted('Words nobody knows') }],
    ['of a pull', { stoppedTasks: [stopped('CannotPullContainerError: words nobody knows')] }],
    ['of a resource', { stoppedTasks: [stopped('ResourceInitializationError: words nobody knows')] }],
    ['of EC2', { stoppedTasks: [stopped('Unexpected EC2 error while attempting to do it: words nobody knows')] }],
    [
      'of CodeDeploy',
      { statusReason: untrusted('The ECS service cannot be updated due to an unexpected error: words nobody knows') },
    ],
    ['of an event', { serviceEvents: [event('(service api) was unable to place a task. Words nobody knows.')] }],
  ])('%s', (_, evidence) => {
    const said = sentences(causeOf(evidence))
    expect(said).toMatch(/words nobody knows/i)
    expect(said).not.toMatch(/likely|possibly/)
  })
})
