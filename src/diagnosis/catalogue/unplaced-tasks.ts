import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html'

/** Reasons of RunTask (`failures[].reason`) for which it places no task; ECS says the same of services in other words. */
export const unplacedTasks: readonly Entry[] = [
  {
    code: 'instance-cpu',
    pattern: /^RESOURCE:CPU\b/,
    error: 'RESOURCE:CPU',
    why: 'insufficient CPU units available on every container instance',
    fix: 'Add container instances to the cluster, or lower cpu of the task.',
    docs,
  },
  {
    code: 'instance-memory',
    pattern: /^RESOURCE:MEMORY\b/,
    error: 'RESOURCE:MEMORY',
    why: 'insufficient memory available on every container instance',
    fix: 'Add container instances to the cluster, or lower memory of the task.',
    docs,
  },
  {
    code: 'instance-port',
    pattern: /^RESOURCE:PORTS\b/,
    error: 'RESOURCE:PORTS',
    why: 'every container instance is already using a host port of the task',
    fix: 'Use dynamic host ports (hostPort: 0) or network mode awsvpc.',
    docs,
  },
  {
    code: 'instance-network-interfaces',
    pattern: /^RESOURCE:ENI\b/,
    error: 'RESOURCE:ENI',
    why: 'no container instance has a network interface left for a task with network mode awsvpc',
    fix: 'Turn on awsvpcTrunking for the account, use larger instances, or add container instances.',
    docs,
  },
  {
    code: 'instance-gpu',
    pattern: /^RESOURCE:GPU\b/,
    error: 'RESOURCE:GPU',
    why: 'no container instance has so many GPUs left',
    fix: 'Add container instances with GPUs, or lower the GPU requirement of the container.',
    docs,
  },
  {
    code: 'instance-agent',
    pattern: /^AGENT\b/,
    error: 'AGENT',
    why: 'the ECS container agent of the instances is disconnected',
    fix: 'Restart the agent, or replace the container instances.',
    docs,
  },
  {
    code: 'instance-attribute',
    pattern: /^ATTRIBUTE\b(?:: ?(?<what>.{1,200}))?/,
    error: 'ATTRIBUTE',
    why: 'no container instance has an attribute that the task requires ({what|AWS does not name it})',
    fix: 'Compare requiresAttributes of the task definition with the attributes of the instances: a log driver, an execution role or a network mode may need a newer agent.',
    docs,
  },
  {
    code: 'instance-location',
    pattern: /^LOCATION\b/,
    error: 'LOCATION',
    why: 'no container instance is in a subnet or Availability Zone of the task',
    fix: 'Use subnets in which the cluster has container instances.',
    docs,
  },
  {
    code: 'instance-gone',
    pattern: /^(?:MISSING|INACTIVE)\b/,
    error: 'MISSING',
    why: 'the container instance or the capacity provider of the task does not exist or is not active',
    fix: 'Check the capacity providers of the cluster and their instances.',
    docs,
  },
]
