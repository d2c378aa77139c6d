import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'
const events = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html'
const startErrors = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/failed-to-start-error.html'

/** Why a task or its containers cannot be launched: roles, sizes, the container runtime. */
export const launch: readonly Entry[] = [
  {
    code: 'role-not-assumable',
    pattern: /ECS was unable to assume the role '(?<role>[^']+)'/,
    why: 'ECS may not assume the role {role} of the task definition',
    fix: 'Let ecs-tasks.amazonaws.com assume {role} in its trust policy. A role that was made a moment ago needs up to a minute: then deploy again.',
    docs,
  },
  {
    code: 'pass-role-denied',
    pattern:
      /(?:assumed-role\/(?<user>[^/\s]{1,64})\/\S{1,64} )?is not authorized to perform: iam:PassRole on resource: (?<role>\S+)/,
    why: 'the role {user|that deploys} may not pass {role}',
    fix: 'Allow iam:PassRole on {role} to it, with the condition iam:PassedToService ecs-tasks.amazonaws.com.',
    docs,
  },
  {
    code: 'service-linked-role',
    pattern: /Unable to assume the service linked role/,
    why: 'the service-linked role of ECS is missing in the account',
    fix: 'Run "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com" once, then deploy again.',
    docs,
  },
  {
    code: 'target-group-unattached',
    pattern: /target group with targetGroupArn (?<targetGroup>\S+) does not have an associated load balancer/,
    why: 'no listener of a load balancer forwards to the target group {targetGroup}',
    fix: 'Attach the target group to a listener or a rule.',
    docs: events,
  },
  {
    code: 'execution-role-missing',
    pattern: /Fargate requires task definition to have execution role ARN to support (?<need>[^.\n]{1,80})/,
    why: 'the task definition has no executionRoleArn, and AWS Fargate needs that role for {need}',
    fix: 'Set executionRoleArn to a role with the managed policy AmazonECSTaskExecutionRolePolicy.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html',
  },
  {
    code: 'deployment-controller',
    pattern: /Unable to update task definition on services with a (?<controller>\w+) deployment controller/,
    why: 'the service is deployed by {controller}, and Amazon ECS changes no task definition of such a service',
    fix: 'Deploy it through CodeDeploy, or change its deployment controller.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html',
  },
  {
    code: 'fargate-size',
    pattern: /No Fargate configuration exists for given values|Invalid 'cpu' setting for task/,
    why: 'Fargate has no task size with this pair of cpu and memory',
    fix: 'Choose a pair from the table of task sizes, such as 256 CPU units with 512 MiB.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html',
  },
  {
    code: 'command-not-found',
    pattern:
      /exec: "?(?<command>[^":]{1,300})"?: (?:executable file not found in \$PATH|(?:stat|fork\/exec) [^:]{1,300}: no such file or directory)/,
    why: 'the command {command} does not exist in the image',
    fix: 'Correct command or entryPoint of the container, or add the program to the image.',
    docs,
  },
  {
    code: 'memory-too-low',
    pattern: /container init was OOM-killed/,
    why: 'the memory limit of the container is too low even to start it (it was killed for its memory)',
    fix: 'Raise memory of the container in the task definition.',
    docs,
  },
  {
    code: 'volume-mount',
    pattern: /error mounting "[^"]{1,600}" to rootfs at "(?<path>[^"]{1,300})"/,
    why: 'a volume cannot be mounted at {path} in the container',
    fix: 'Mount a folder on a folder, at a path whose parent exists in the image; check mountPoints and volumes of the task definition.',
    docs,
  },
  {
    code: 'volume-mount',
    pattern: /(?:bind source path does not exist: |mount source path ['"]?)(?<path>[^\s:'"]{1,300})/,
    why: 'a volume cannot be mounted: its source {path} is not there on the container instance, or cannot be made',
    fix: 'Create the folder on the instances, or correct host.sourcePath of the volume in the task definition.',
    docs,
  },
  {
    code: 'exec-format',
    pattern: /exec format error/,
    why: 'the image is built for another processor architecture than the task runs on',
    fix: 'Build the image for the platform of the task (linux/amd64 for X86_64, linux/arm64 for ARM64), or change runtimePlatform.cpuArchitecture.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html',
    // A script without a first line such as #!/bin/sh ends in the same words.
    confidence: 'likely',
  },
  {
    code: 'dependency-unmet',
    pattern: /TaskDependencyError|dependencies cannot be resolved|container (?:ordering )?dependency/i,
    why: 'a container waited for another one (dependsOn) that did not get there',
    fix: 'Look at the container that it depends on, and at its health check and startTimeout.',
    docs,
  },
  {
    code: 'container-start',
    pattern:
      /(?<kind>CannotStartContainerError|CannotCreateContainerError|CannotInspectContainerError|CannotCreateVolumeError|ContainerRuntimeTimeoutError|ContainerRuntimeError|DockerTimeoutError|ContainerNetworkingError)/,
    why: 'the container runtime could not start a container ({said|its words are in the evidence})',
    fix: 'Check command, volumes, ports and linuxParameters of the task definition.',
    docs,
  },
  {
    code: 'no-free-addresses',
    pattern:
      /in subnet '(?<subnet>subnet-[^'\s]{1,40})'?(?:[^']{0,40}InsufficientFreeAddresses|[^']{0,80}not have enough free addresses)/,
    why: 'the subnet {subnet} has no free IP addresses',
    fix: 'Give the service more or larger subnets, or stop what uses the addresses.',
    docs: startErrors,
  },
  {
    code: 'no-free-addresses',
    pattern: /Create Network Interface with public IP assignment enabled in subnet '?(?<subnet>subnet-[^'\s]{1,40})/,
    why: 'the subnet {subnet} has no free IP addresses',
    fix: 'Give the service more or larger subnets, or stop what uses the addresses.',
    docs: startErrors,
    confidence: 'likely',
  },
  {
    code: 'network-interface',
    pattern: /Timeout waiting for network interface provisioning|network interface provision complete error timeout/,
    why: 'the network interface of the task was not provisioned in time',
    fix: 'Deploy again; if it stays so, check the free addresses of the subnets and the quota of network interfaces.',
    docs,
    weight: 'passing',
  },
  {
    code: 'network-interface',
    pattern: /Unexpected EC2 error while attempting to (?<what>[^:]{1,200})(?:: (?<reason>[^.]{1,200}))?/,
    why: 'Amazon EC2 could not {what}: {reason|it gives no reason}',
    fix: 'Correct what EC2 names; tag policies and service control policies apply to the network interfaces of tasks too.',
    docs: startErrors,
  },
  {
    code: 'spot-interruption',
    pattern: /SpotInterruption|Your Spot Task was interrupted/,
    why: 'AWS took the Spot capacity back',
    fix: 'Deploy again, or give the service some capacity that is not Spot.',
    docs,
    weight: 'noise',
  },
  {
    code: 'host-lost',
    pattern: /Host EC2 \(instance [^)]{1,80}\) (?:terminated|stopped)|InfrastructureHealth/,
    why: 'the host of the task went away',
    fix: 'Deploy again; look at the capacity provider if it happens again.',
    docs,
    confidence: 'likely',
    weight: 'noise',
  },
  {
    code: 'aws-internal',
    pattern: /\bInternalError\b/,
    why: 'AWS had an error of its own (InternalError)',
    fix: 'Deploy again; if it stays so, look at https://health.aws.amazon.com/health/status.',
    docs,
    confidence: 'likely',
    weight: 'noise',
  },
]
