import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'
const events = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html'
const startErrors = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/failed-to-start-error.html'

const cannotStart = '{errorName|CannotStartContainerError}'

/** Why a task or its containers cannot be launched: roles, sizes, the container runtime. */
export const launch: readonly Entry[] = [
  {
    code: 'role-not-assumable',
    pattern: /ECS was unable to assume the role '(?<role>[^']+)'/,
    why: "ECS was unable to assume the role '{role}' that was provided for this task",
    fix: 'Allow ecs-tasks.amazonaws.com to assume {role} in its trust policy. IAM needs up to a minute to propagate a new role: then deploy again.',
    docs,
  },
  {
    code: 'pass-role-denied',
    pattern:
      /(?:assumed-role\/(?<user>[^/\s]{1,64})\/\S{1,64} )?is not authorized to perform: iam:PassRole on resource: (?<role>\S+)/,
    why: 'role {user|of the deployment} is not authorized to perform iam:PassRole on {role}',
    fix: 'Allow iam:PassRole on {role} in a policy of that role, with the condition iam:PassedToService: ecs-tasks.amazonaws.com.',
    docs,
  },
  {
    code: 'service-linked-role',
    pattern: /Unable to assume the service linked role/,
    why: 'Unable to assume the service linked role: AWSServiceRoleForECS does not exist in the account',
    fix: 'Run `aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com` once, then deploy again.',
    docs,
  },
  {
    code: 'target-group-unattached',
    pattern: /target group with targetGroupArn (?<targetGroup>\S+) does not have an associated load balancer/,
    why: 'target group {targetGroup} does not have an associated load balancer',
    fix: 'Add the target group to a listener or a listener rule.',
    docs: events,
  },
  {
    code: 'execution-role-missing',
    pattern: /Fargate requires task definition to have execution role ARN to support (?<need>[^.\n]{1,80})/,
    why: 'Fargate requires task definition to have execution role ARN to support {need}',
    fix: 'Set executionRoleArn to a role with the managed policy AmazonECSTaskExecutionRolePolicy.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html',
  },
  {
    code: 'deployment-controller',
    pattern: /Unable to update task definition on services with a (?<controller>\w+) deployment controller/,
    why: 'Unable to update task definition on services with a {controller} deployment controller',
    fix: 'Deploy through CodeDeploy, or change the deployment controller of the service.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html',
  },
  {
    code: 'fargate-size',
    pattern: /(?<setting>No Fargate configuration exists for given values|Invalid 'cpu' setting for task)/,
    error: '{setting|No Fargate configuration exists for given values}',
    why: 'Fargate has no task size with these values of cpu and memory',
    fix: 'Choose a pair from the table of task sizes, such as cpu 256 with memory 512, 1024 or 2048.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html',
  },
  {
    code: 'command-not-found',
    pattern:
      /exec: "?(?<command>[^":]{1,300})"?: (?:(?:stat|fork\/exec) [^:]{1,300}: )?(?<problem>executable file not found in \$PATH|no such file or directory)/,
    error: cannotStart,
    why: 'exec: "{command}": {problem|executable file not found in $PATH}',
    fix: 'Correct command or entryPoint of the container, or add the program to the image.',
    docs,
  },
  {
    code: 'memory-too-low',
    pattern: /container init was OOM-killed/,
    error: cannotStart,
    why: 'container init was OOM-killed: the memory limit is too low to start the container',
    fix: 'Raise memory of the container in the task definition.',
    docs,
  },
  {
    code: 'volume-mount',
    pattern: /error mounting "[^"]{1,600}" to rootfs at "(?<path>[^"]{1,300})"/,
    error: cannotStart,
    why: 'error mounting a volume to {path} in the container',
    fix: 'Mount a directory on a directory, at a path whose parent exists in the image; check mountPoints and volumes in the task definition.',
    docs,
  },
  {
    code: 'volume-mount',
    pattern: /(?:bind source path does not exist: |mount source path ['"]?)(?<path>[^\s:'"]{1,300})/,
    error: cannotStart,
    why: 'bind source path does not exist on the container instance: {path}',
    fix: 'Create the directory on the instances, or correct host.sourcePath of the volume in the task definition.',
    docs,
  },
  {
    code: 'exec-format',
    pattern: /exec format error/,
    error: cannotStart,
    why: 'exec format error: the image is built for another CPU architecture than the task runs on',
    fix: 'Build the image for the platform of the task (linux/amd64 for X86_64, linux/arm64 for ARM64), or change runtimePlatform.cpuArchitecture in the task definition.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html',
    // A script without a first line such as #!/bin/sh ends in the same words.
    confidence: 'likely',
  },
  {
    code: 'dependency-unmet',
    pattern: /TaskDependencyError|dependencies cannot be resolved|container (?:ordering )?dependency/i,
    error: '{errorName|TaskDependencyError}',
    why: 'a container that another one depends on (dependsOn) did not reach its condition',
    fix: 'Check the container that it depends on, its health check and startTimeout.',
    docs,
  },
  {
    code: 'container-start',
    pattern:
      /(?<kind>CannotStartContainerError|CannotCreateContainerError|CannotInspectContainerError|CannotCreateVolumeError|ContainerRuntimeTimeoutError|ContainerRuntimeError|DockerTimeoutError|ContainerNetworkingError)/,
    error: '{errorName|CannotStartContainerError}',
    why: '{said|the container runtime gives no reason}',
    fix: 'Check command, volumes, ports and linuxParameters in the task definition.',
    docs,
  },
  {
    code: 'no-free-addresses',
    pattern:
      /in subnet '(?<subnet>subnet-[^'\s]{1,40})'?(?:[^']{0,40}InsufficientFreeAddresses|[^']{0,80}not have enough free addresses)/,
    error: 'InsufficientFreeAddressesInSubnet',
    why: '{subnet} does not have enough free addresses',
    fix: 'Use larger or more subnets, or delete network interfaces that are not needed.',
    docs: startErrors,
  },
  {
    code: 'no-free-addresses',
    pattern: /Create Network Interface with public IP assignment enabled in subnet '?(?<subnet>subnet-[^'\s]{1,40})/,
    error: 'Unexpected EC2 error while attempting to Create Network Interface',
    why: '{subnet} does not have enough free addresses',
    fix: 'Use larger or more subnets, or delete network interfaces that are not needed.',
    docs: startErrors,
    confidence: 'likely',
  },
  {
    code: 'network-interface',
    pattern: /Timeout waiting for network interface provisioning|network interface provision complete error timeout/,
    why: 'Timeout waiting for network interface provisioning to complete',
    fix: 'Deploy again. If it persists, check the free addresses of the subnets and the quota of network interfaces.',
    docs,
    weight: 'passing',
  },
  {
    code: 'network-interface',
    pattern: /Unexpected EC2 error while attempting to (?<what>[^:]{1,200})(?:: (?<reason>[^.]{1,200}))?/,
    error: 'Unexpected EC2 error while attempting to {what}',
    why: '{reason|EC2 gives no reason}',
    fix: 'Correct what EC2 rejected; tag policies and service control policies also apply to the network interfaces of tasks.',
    docs: startErrors,
  },
  {
    code: 'spot-interruption',
    pattern: /SpotInterruption|Your Spot Task was interrupted/,
    error: 'SpotInterruption',
    why: 'AWS reclaimed the Spot capacity of the task',
    fix: 'Deploy again, or run part of the service on on-demand capacity.',
    docs,
    weight: 'noise',
  },
  {
    code: 'host-lost',
    pattern: /(?<said>Host EC2 \(instance [^)]{1,80}\) (?:terminated|stopped))|InfrastructureHealth/,
    error: 'TerminationNotice',
    why: '{said|the host of the task was lost}',
    fix: 'Deploy again. If it happens repeatedly, check the capacity provider.',
    docs,
    confidence: 'likely',
    weight: 'noise',
  },
  {
    code: 'aws-internal',
    pattern: /\bInternalError\b/,
    error: 'InternalError',
    why: 'internal error of AWS: {said}',
    fix: 'Deploy again. If it persists, check the AWS Health Dashboard of the region.',
    docs,
    confidence: 'likely',
    weight: 'noise',
  },
]
