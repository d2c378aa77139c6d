import { describe, expect, test } from '@jest/globals'
import { untrusted } from '../../src/text.ts'
import { causeOf, event, sentences, stopped } from '../targets/ecs/finish/evidence.ts'

const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v2'
const pull = 'CannotPullContainerError: '
const manifest = `${pull}pull image manifest has been retried 7 time(s): `
const auth = 'ResourceInitializationError: unable to pull secrets or registry auth: '
const logger = 'ResourceInitializationError: failed to validate logger args: '
const role = 'arn:aws:sts::111122223333:assumed-role/shop-execution/0af1'
const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf'

/** Texts as AWS prints them; sources are named in the catalogue of failure texts that the entries were made from. */
describe('why tasks could not start', () => {
  test.each([
    ['image-not-found', `${manifest}failed to resolve ref ${image}: ${image}: not found`, image],
    [
      'image-not-found',
      `${pull}The task can’t pull the image. Check whether the image exists. Error response from daemon: manifest for ${image} not found: manifest unknown`,
      image,
    ],
    [
      'image-platform',
      `${manifest}image Manifest does not contain descriptor matching platform 'linux/amd64'`,
      'linux/amd64',
    ],
    [
      'registry-unreachable',
      `${manifest}failed to resolve ref docker.io/library/nginx:1: failed to do request: Head "https://registry-1.docker.io/v2/library/nginx/manifests/1": dial tcp 3.216.34.172:443: i/o timeout`,
      'registry-1.docker.io',
    ],
    [
      'registry-credentials-missing',
      `${manifest}failed to resolve ref ghcr.io/acme/api:1: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized`,
      'repositoryCredentials',
    ],
    [
      'registry-layers-unreachable',
      `${pull}The task cannot pull ${image} from the registry ${image}. There is a connection issue between the task and the registry. Check your task network configuration. : failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x": dial tcp 52.218.1.1:443: i/o timeout`,
      'S3 gateway endpoint',
    ],
    [
      'registry-layers-denied',
      `${pull}ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code https://x: 403 Forbidden`,
      'Amazon S3 denied access',
    ],
    [
      'image-pull-denied',
      `${pull}The task can’t pull the image. Check that the role has the permissions to pull images from the registry. Error response from daemon: denied: User: ${role} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/api because no identity-based policy allows the ecr:BatchGetImage action`,
      'ecr:BatchGetImage',
    ],
    [
      'image-pull-denied',
      `${pull}Error response from daemon: pull access denied for acme/api, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
      image,
    ],
    [
      'registry-unreachable',
      `${pull}The task can’t pull the image. Check your network configuration. Error response from daemon: Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": net/http: request canceled while waiting for connection`,
      'ecr.dkr',
    ],
    [
      'registry-rate-limit',
      `${pull}inspect image has been retried 5 time(s): httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
      'Docker Hub',
    ],
    ['disk-full', `${pull}failed to register layer: write /usr/lib/x: no space left on device`, 'ephemeralStorage'],
    ['image-pull-failed', 'CannotPullECRContainerError: AccessDeniedException', image],
    [
      'secrets-unreachable',
      `${auth}unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret ${secret} from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded`,
      'interface endpoint secretsmanager',
    ],
    [
      'ecr-unreachable',
      `${auth}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 10.0.1.5:443: i/o timeout`,
      'ecr.api',
    ],
    [
      'ecr-unreachable',
      `${auth}execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 54.239.1.1:443: i/o timeout`,
      'ecr.api',
    ],
    [
      'logs-unreachable',
      `${logger}The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed`,
      'interface endpoint logs',
    ],
    [
      'log-group-missing',
      `${logger}create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1`,
      'awslogs-create-group',
    ],
    [
      'logs-denied',
      `${logger}create stream has been retried 1 times: failed to create Cloudwatch log group: AccessDeniedException: User: ${role} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/shop:log-stream: because no identity-based policy allows the logs:CreateLogGroup action`,
      'logs:CreateLogGroup',
    ],
    [
      'log-configuration',
      'ResourceInitializationError: unable to get awslogs driver arguments: awslogs-region is required',
      'awslogs-region',
    ],
    [
      'parameters-unreachable',
      `${auth}unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded`,
      'interface endpoint ssm',
    ],
    [
      'parameters-unreachable',
      `${auth}The task cannot pull secrets from AWS Systems Manager Parameter Store. Check your network connection between the task and AWS Systems Manager.`,
      'interface endpoint ssm',
    ],
    [
      'parameter-not-found',
      `${auth}execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /shop/token`,
      '/shop/token',
    ],
    [
      'secret-denied',
      `${auth}execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${secret} from secrets manager: AccessDeniedException: User: ${role} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
      'secretsmanager:GetSecretValue',
    ],
    [
      'secret-denied',
      `${auth}unable to retrieve secrets from ssm: AccessDeniedException: User: ${role} is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/shop/token`,
      'ssm:GetParameters',
    ],
    [
      'secret-denied',
      `${auth}unable to retrieve secret from asm: AccessDeniedException: User: ${role} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/1`,
      'kms:Decrypt',
    ],
    [
      'secret-not-found',
      `${auth}execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): ResourceNotFoundException: The task can't retrieve the secret with ARN '${secret}' from AWS Secrets Manager. Check whether the secret exists in the specified Region.`,
      secret,
    ],
    [
      'secret-key-missing',
      `${auth}execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key DB_URL`,
      'DB_URL',
    ],
    [
      'efs-mount',
      'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out : unsuccessful EFS utils command execution; code: 32',
      '2049',
    ],
    ['resource-initialization', 'resource cannot be initialized for task 0af1', 'execution role'],
    [
      'role-not-assumable',
      "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/shop-execution' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
      'role/shop-execution',
    ],
    [
      'command-not-found',
      'CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "serve": executable file not found in $PATH: unknown',
      'serve',
    ],
    [
      'container-start',
      'CannotCreateContainerError: API error (400): invalid mount config',
      'CannotCreateContainerError',
    ],
    [
      'container-start',
      'DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s',
      'DockerTimeoutError',
    ],
    [
      'container-start',
      'ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m0s',
      'ContainerRuntimeTimeoutError',
    ],
    ['dependency-unmet', 'TaskDependencyError: Task dependencies cannot be resolved', 'dependsOn'],
    ['spot-interruption', 'Your Spot Task was interrupted.', 'Spot'],
    [
      'no-free-addresses',
      "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-1': InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.",
      'subnet',
    ],
    [
      'image-not-found',
      `${pull}The task can’t pull the image. Check whether the image exists. Error response from daemon: denied: requested access to the resource is denied`,
      image,
    ],
    ['image-pull-denied', `${pull}API error (404): repository acme/api not found`, image],
    ['registry-rate-limit', `${pull}You have reached your pull rate limit.`, image],
    ['image-pull-failed', 'CannotPullContainerAuthError: authentication failed', image],
    ['image-pull-failed', 'CannotPullImageManifestError: unexpected end of input', image],
    [
      'logs-denied',
      `${logger}create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: ${role} is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/shop:log-stream:x because no identity-based policy allows the logs:CreateLogStream action`,
      'logs:CreateLogStream',
    ],
    [
      'efs-mount',
      'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: command failed',
      '2049',
    ],
    ['fargate-size', 'No Fargate configuration exists for given values.', 'cpu 256'],
    [
      'fargate-size',
      "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section.",
      'cpu 256',
    ],
    [
      'execution-role-missing',
      'Fargate requires task definition to have execution role ARN to support ECR images.',
      'ECR images',
    ],
    [
      'deployment-controller',
      'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
      'CODE_DEPLOY',
    ],
    [
      'target-group-unattached',
      'The target group with targetGroupArn arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/1 does not have an associated load balancer.',
      'targetgroup/api/1',
    ],
    ['too-many-deployments', '5 active deployments exist, unable to create new deployment.', 'five deployments'],
    ...[
      'CannotStartContainerError: Error response from daemon: OCI runtime create failed',
      'ContainerRuntimeError: failed to start shim',
      'CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s',
      'CannotCreateVolumeError: create db: volume name is too short',
      'ContainerNetworkingError: failed to get network namespace',
    ].map((words) => ['container-start', words, words.split(':')[0] ?? ''] as const),
    ['aws-internal', 'InternalError: The service could not be reached', 'InternalError'],
    ['spot-interruption', 'SpotInterruptionError: the task was stopped', 'Spot'],
  ])('%s: %s', (code, text, says) => {
    const cause = causeOf({ stoppedTasks: [stopped(text)] })
    expect([cause.code, sentences(cause)]).toEqual([code, expect.stringContaining(says)])
    expect(sentences(cause)).toMatch(/^3 of 3 new tasks could not start: /)
    // The name by which people search for it, as AWS spells it.
    const [name] = /^(?!InternalError|SpotInterruption)[A-Z]\w+Error(?=:)/.exec(text) ?? []
    if (name) expect(sentences(cause)).toContain(`: ${name}: `)
  })
})

describe('why tasks are not placed or not healthy, by service events', () => {
  const service = '(service api)'
  const group = '(target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/1)'
  const place = `${service} was unable to place a task`
  test.each([
    ['no-fitting-instance', `${place} because no container instance met all of its requirements.`],
    [
      'instance-cpu',
      `${place} because no container instance met all of its requirements. The closest matching (container-instance 1) has insufficient CPU units available.`,
    ],
    [
      'instance-memory',
      `${place} because no container instance met all of its requirements. The closest matching (container-instance 1) has insufficient memory available.`,
    ],
    [
      'instance-port',
      `${place} because no container instance met all of its requirements. The closest matching (container-instance 1) is already using a port required by your task.`,
    ],
    [
      'instance-agent',
      `${place} because no container instance met all of its requirements. The closest matching (container-instance 1) encountered error "AGENT".`,
    ],
    [
      'capacity-unavailable',
      `${place}. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.`,
    ],
    ['quota-reached', `${place}. Reason: You've reached the limit on the number of vCPUs you can run concurrently`],
    ['size-above-limit', `${place}. Reason: The requested MEMORY configuration is above your limit.`],
    ['unsupported-zone', `${place}. Reason: Internal error.`],
    [
      'no-instances',
      `${service} was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.`,
    ],
    [
      'provisioning-limit',
      `${service} was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.`,
    ],
    [
      'deployment-arithmetic',
      `${service} was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`,
    ],
    [
      'tasks-protected',
      `${service} was unable to reach steady state because task set (x) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks`,
    ],
    ['ecs-throttled', `${service} operations are being throttled on elb. Will try again later.`],
    ['image-not-found', `${place}. Reason: ${manifest}failed to resolve ref ${image}: ${image}: not found.`],
    [
      'role-not-assumable',
      `${service} failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/x' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions).`,
    ],
    [
      'service-linked-role',
      `${service} Unable to assume the service linked role. Please verify that the ECS service linked role exists.`,
    ],
    [
      'health-check-code',
      `${service} (task 0af1) (port 8080) is unhealthy in ${group} due to (reason Health checks failed with these codes: [404])`,
    ],
    [
      'health-check-timeout',
      `${service} (task 0af1) (port 8080) is unhealthy in ${group} due to (reason Request timed out)`,
    ],
    [
      'health-check-refused',
      `${service} (task 0af1) (port 8080) is unhealthy in ${group} due to (reason Health checks failed)`,
    ],
    [
      'health-check-zone',
      `${service} (task 0af1) (port 8080) is unhealthy in ${group} due to (reason Target is in an Availability Zone that is not enabled for the load balancer)`,
    ],
    ['container-health-check', `${service} (task 0af1) failed container health checks.`],
    [
      'target-group-missing',
      `${service} task set (x) (task 0af1) is not healthy in target-group (x) due to TARGET GROUP IS NOT FOUND`,
    ],
    [
      'tasks-inconsistent',
      `${service} is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.`,
    ],
    ['circuit-breaker', `${service} (deployment ecs-svc/1) deployment failed: tasks failed to start.`],
    ['unexplained', `${service} rolling back to deployment ecs-svc/1.`],
    ['alarm-active', `${service} (deployment ecs-svc/1) deployment failed: alarm detected.`],
    ['quota-reached', `${place}. Reason: You've reached the limit on the number of tasks you can run concurrently`],
    ['size-above-limit', `${place}. Reason: The requested CPU configuration is above your limit.`],
    ['tasks-not-launched', `${service} could not launch 2 tasks for deployment ecs-svc/1.`],
    ['ecs-throttled', `${service} operations are being throttled. Will try again later.`],
    ['no-free-addresses', `${place}. The specified subnet does not have enough free addresses to satisfy the request.`],
    ...['503', '301'].map(
      (status) =>
        [
          'health-check-code',
          `${service} (task 0af1) (port 8080) is unhealthy in ${group} due to (reason Health checks failed with these codes: [${status}])`,
        ] as const,
    ),
    ['container-health-check', 'Task failed container health checks'],
    [
      'target-group-missing',
      `${service} task set (x) (task 0af1) is not healthy in target-group (x) due to TARGET IS NOT FOUND`,
    ],
    [
      'target-registration',
      `${service} failed to register targets in ${group} with (error The provided target group is in another VPC)`,
    ],
    [
      'target-registration',
      `${service} failed to describe target health on target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/1 with (error Access denied)`,
    ],
  ])('%s: %s', (code, message) => {
    expect(causeOf({ serviceEvents: [event(message)] }).code).toBe(code)
  })
})

describe('what ECS and CodeDeploy say about the end', () => {
  const hook = 'arn:aws:lambda:eu-west-1:111122223333:function:check'
  const because = 'Service deployment rolled back because '
  test.each([
    ['circuit-breaker', `${because}the circuit breaker threshold was exceeded.`],
    [
      'hook-failed',
      `${because}POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. Lifecycle hook target ${hook} returned FAILED status.`,
    ],
    [
      'hook-denied',
      `${because}PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to invoke hook target ${hook} due to User: ${role} is not authorized to perform: lambda:InvokeFunction on resource: ${hook}`,
    ],
    [
      'hook-answer',
      `${because}PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to parse the response from ${hook} due to HookStatus must not be null`,
    ],
    [
      'hook-answer',
      `${because}PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to parse the response from ${hook} due to: HookStatus must not be null.`,
    ],
    [
      'hook-role',
      `${because}PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to assume role arn:aws:iam::111122223333:role/hooks`,
    ],
    ['pause-over', `${because}POST_SCALE_UP pause hook timed out.`],
    [
      'listener-weights',
      `${because}of invalid networking configuration: productionListenerRule arn:x should have exactly one target group serving traffic but found 2 target groups which are serving traffic`,
    ],
    [
      'listener-rules',
      `${because}of invalid networking configuration: Target group arn:x is not associated with either productionListenerRule or testListenerRule.`,
    ],
    ['listener-rules', `${because}of invalid networking configuration: One or more rules not found`],
    [
      'infrastructure-role',
      `${because}ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role 'arn:aws:iam::111122223333:role/infra'.`,
    ],
    [
      'permissions-changed',
      'IAM permissions policies have been misconfigured or changed, and ECS can no longer maintain your service',
    ],
    [
      'alarm-active',
      'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <errors> <latency>',
    ],
    [
      'replacement-unhealthy',
      'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
    ],
    [
      'ready-wait-over',
      'The deployment timed out while waiting for a notification to continue. This time out period is 30 minutes.',
    ],
    [
      'hook-silent',
      'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.',
    ],
    ['hook-failed', 'The deployment failed because one or more of the lifecycle event validation functions failed.'],
    [
      'codedeploy-role',
      'The IAM role arn:aws:iam::111122223333:role/cd does not give you permission to perform operations in the following AWS service: AWSLambda. Contact your AWS administrator',
    ],
    [
      'listener-mismatch',
      'The ELB could not be updated due to the following error: Primary taskset target group must be behind listener',
    ],
    [
      'gradual-needs-alb',
      'Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing instead when you create/update Deployment group',
    ],
    [
      'container-port',
      'The ECS service cannot be updated due to an unexpected error: The container api did not have a container port 443 defined. (Service: AmazonECS; Status Code: 400). Check your ECS service status.',
    ],
    [
      'service-update',
      'The ECS service cannot be updated due to an unexpected error: Invalid revision number. Number: latest (Service: AmazonECS). Check your ECS service status.',
    ],
    [
      'pass-role-denied',
      `The ECS service cannot be updated due to an unexpected error: User: ${role} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/x. Check your ECS service status.`,
    ],
    ['circuit-breaker', 'ECS deployment circuit breaker: tasks failed to start.'],
    [
      'permissions-changed',
      'IAM trust relationship has been misconfigured or changed, and ECS can no longer maintain your service',
    ],
    [
      'listener-weights',
      `${because}of invalid networking configuration: Production listener rule is forwarding traffic to unexpected target group arn:x`,
    ],
    [
      'listener-rules',
      `${because}of invalid networking configuration: Both targetGroup and alternateTargetGroup must be associated with productionListenerRule`,
    ],
    [
      'infrastructure-role',
      `${because}ECS was unable to manage the ELB resources: User: ${role} is not authorized to perform: elasticloadbalancing:ModifyListener on resource: arn:x`,
    ],
    [
      'container-port',
      'The ECS service cannot be updated due to an unexpected error: The container does not exist in the task definition. (Service: AmazonECS; Status Code: 400). Check your ECS service status.',
    ],
    ['appspec-missing', 'An AppSpec file is required, but could not be found in the revision'],
  ])('%s: %s', (code, message) => {
    const said = untrusted(message)
    expect(causeOf({ statusReason: said }).code).toBe(code)
    expect(causeOf({ codeDeploy: { message: said, failures: [] } }).code).toBe(code)
  })

  test("are named by CodeDeploy's own error code, as it came", () => {
    const message = untrusted('The deployment timed out while waiting for the replacement task set to become healthy.')
    const said = (errorCode?: string) => sentences(causeOf({ codeDeploy: { errorCode, message, failures: [] } }))
    expect(said('HEALTH_CONSTRAINTS')).toMatch(/^The deployment failed: HEALTH_CONSTRAINTS: timed out waiting for/)
    expect(said()).toMatch(/^The deployment failed: TIMEOUT: timed out waiting for/)
  })
})
