/** Texts as AWS's documentation, issues and incident reports have them, beside those that `test/bench/failures` plays. */
import { describe, expect, test } from '@jest/globals'
import type { Evidence } from '../../src/targets/ecs/facts/deployment-evidence.ts'
import { untrusted } from '../../src/text.ts'
import { causeOf, event, nothing, sentences, stopped } from '../targets/ecs/finish/evidence.ts'

const task = (reason: string): Evidence => ({ ...nothing, stoppedTasks: [stopped(reason)] })
const container = (reason: string): Evidence => ({
  ...nothing,
  stoppedTasks: [stopped('Task failed to start', { containers: [{ reason }] })],
})
const told = (message: string): Evidence => ({ ...nothing, serviceEvents: [event(`(service api) ${message}`)] })
const ended = (reason: string): Evidence => ({ ...nothing, statusReason: untrusted(reason) })
const secrets =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:'
const efs = 'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr:'
const because = 'Service deployment rolled back because of invalid networking configuration.'

describe('names what AWS names', () => {
  test.each<[string, Evidence, readonly string[]]>([
    [
      'a tag policy',
      task('Unexpected EC2 error while attempting to tag the network interface: TagPolicyViolation'),
      ['tag the network interface', 'TagPolicyViolation'],
    ],
    [
      'a subnet without addresses, with and without the code of EC2',
      task(
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-0aaa1111'",
      ),
      ['subnet-0aaa1111 does not have enough free addresses'],
    ],
    [
      'who may not pass which role',
      told(
        'was unable to place a task. Reason: ResourceInitializationError: Unable to launch instance(s) for capacity provider managed. UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/ecsInfrastructureRole/ECSFargateManagedInstances is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/ecsInstanceRole because no identity-based policy allows the iam:PassRole action.',
      ),
      ['role ecsInfrastructureRole is not authorized to perform iam:PassRole on', 'role/ecsInstanceRole'],
    ],
    [
      'a secret that is no JSON',
      task(
        `${secrets} unable to retrieve secret from asm: service call has been retried 1 time(s): invalid character 'p' in literal true (expecting 'r')`,
      ),
      ['not valid JSON'],
    ],
    [
      'a role without the right to log in to ECR',
      task(
        `${secrets} unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-execution/0af1 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action`,
      ),
      ['orders-execution', 'ecr:GetAuthorizationToken'],
    ],
    [
      'a directory that EFS does not have',
      task(
        `${efs} b'mount.nfs4: mounting fs-e5645f66.efs.eu-west-1.amazonaws.com:/grafana failed, reason given by server: No such file or directory' : unsuccessful EFS utils command execution; code: 32`,
      ),
      ['fs-e5645f66.efs.eu-west-1.amazonaws.com:/grafana', 'No such file or directory'],
    ],
    [
      'a file system without an address',
      task(
        `${efs} Failed to resolve "fs-00000000.efs.eu-west-1.amazonaws.com" - check that your file system ID is correct.`,
      ),
      ['fs-00000000.efs.eu-west-1.amazonaws.com'],
    ],
    [
      'a limit that is too low to start',
      container(
        'CannotStartContainerError: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: container init was OOM-killed (memory limit too low?): unknown',
      ),
      ['container init was OOM-killed', 'memory limit is too low'],
    ],
    [
      'a folder that is mounted on a file',
      container(
        'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/volumes/1/api" to rootfs at "/app/settings.json": flags=MS_RDONLY|MS_BIND: not a directory',
      ),
      ['/app/settings.json'],
    ],
    [
      'a listener that the role may not change',
      ended(
        'Service deployment rolled back because TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. User: arn:aws:sts::123456789012:assumed-role/myELBRole/ECSNetworkingWithELB is not authorized to perform: elasticloadbalancing:ModifyListener on resource: arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/app/my-alb/abc123/def456 because no identity-based policy allows the elasticloadbalancing:ModifyListener action',
      ),
      ['myELBRole', 'elasticloadbalancing:ModifyListener', 'my-alb'],
    ],
    [
      'target health that the role may not see',
      told(
        'failed to describe target health on target-group myTargetGroup with (error User: arn:aws:sts::123456789012:assumed-role/myELBRole/ecs-service-scheduler is not authorized to perform: elasticloadbalancing:DescribeTargetHealth because no identity-based policy allows the elasticloadbalancing:DescribeTargetHealth action)',
      ),
      ['myELBRole', 'elasticloadbalancing:DescribeTargetHealth'],
    ],
    [
      'a rule that serves two target groups',
      ended(
        `${because} productionListenerRule arn:aws:elasticloadbalancing:us-west-2:123456789012:listener-rule/app/my-alb/abc123/def456/ghi789 should have exactly one target group serving traffic but found 2 target groups which are serving traffic`,
      ),
      ['listener-rule/app/my-alb', '2 target groups'],
    ],
    [
      'a target group of somebody else',
      ended(
        `${because} Production listener rule is forwarding traffic to unexpected target group arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/random-nlb-tg/abc123. Expected traffic to be forwarded to either targetGroupArn: x or alternateTargetGroupArn: y`,
      ),
      ['random-nlb-tg'],
    ],
    ['a rule that is gone', ended(`${because} One or more rules not found`), ['One or more rules not found']],
  ])('%s', (_, evidence, words) => {
    const cause = causeOf(evidence)
    for (const word of words) expect(sentences(cause)).toContain(word)
    expect(cause.confidence).not.toBe('possible')
  })

  test('where the text is cut, as Fargate cuts long ones, it says what it knows', () => {
    const cause = causeOf(task(`${secrets} AccessDeniedException: is not authorized to perform: ssm:GetParameters`))
    expect(sentences(cause)).toContain(
      'execution role of the task is not authorized to perform ssm:GetParameters on what the task needs',
    )
  })
})

describe('a text that nobody knows', () => {
  const strange = 'The selected task definition is not compatible with the selected compute strategy'

  test('is quoted, before what is said of the deployment as a whole', () => {
    const breaker = 'Service deployment rolled back because the circuit breaker threshold was exceeded.'
    const cause = causeOf({ ...task(strange), statusReason: untrusted(breaker) })
    expect(sentences(cause)).toContain(`3 of 3 new tasks could not start: ${strange}. `)
  })

  test('of a known kind is quoted with it', () => {
    const words = 'ref pull has been retried 1 time(s): failed to unpack image on snapshotter overlayfs'
    expect(sentences(causeOf(task(`CannotPullContainerError: ${words}`)))).toContain(words)
  })
})

describe('words that mean something else elsewhere', () => {
  const create = 'CannotCreateContainerError: Error response from daemon:'
  test.each<[string, Evidence, string, RegExp]>([
    ['a network that is not found', container(`${create} network 3f2a: not found`), 'container-start', /image|pull/],
    [
      'the source of a mount',
      container(`${create} invalid mount config for type "bind": bind source path does not exist: /data/shop`),
      'volume-mount',
      /command/,
    ],
    [
      'a mount inside the container',
      container(
        'CannotStartContainerError: error during container init: error mounting "/var/lib/1" to rootfs at "/app/x": stat /var/lib/1: no such file or directory: unknown',
      ),
      'volume-mount',
      /command/,
    ],
    [
      'secrets whose name holds ecr',
      task(
        'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets: RequestError',
      ),
      'resource-initialization',
      /Amazon ECR/,
    ],
    [
      'a secret store that has no address',
      task(
        `${secrets} unable to retrieve secret from asm: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://secretsmanager.eu-west-1.amazonaws.com/": dial tcp: lookup: no such host`,
      ),
      'secrets-unreachable',
      /Amazon ECR/,
    ],
    [
      'a time-out that is not that of a health check',
      told('failed to launch a task with (error Request timed out).'),
      'unexplained',
      /health check/,
    ],
    [
      'a target that is not registered',
      told('task set (x) (task 0af1c2d3) is not healthy in target-group (x) due to TARGET IS NOT FOUND'),
      'target-group-missing',
      /target group x not found/,
    ],
  ])('%s', (_, evidence, code, never) => {
    const cause = causeOf(evidence)
    expect([cause.code, sentences(cause)]).toEqual([code, expect.not.stringMatching(never)])
  })

  test('an image without a name is said without one', () => {
    const said = sentences(
      causeOf(told('was unable to place a task. Reason: CannotPullContainerError: manifest unknown.')),
    )
    expect(said).toContain('CannotPullContainerError: image not found.')
    expect(said).not.toContain('?')
  })

  test.each([
    'Service deployment rolled back because the deployment was stopped manually by user.',
    'The deployment was manually stopped.',
  ])('stopped by a user: %s', (words) => {
    expect(causeOf(ended(words)).code).toBe('manual-stop')
  })
})
