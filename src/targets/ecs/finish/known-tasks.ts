import type { Task } from '../../../ports.ts'

/** The tasks of a service in two groups: those of the deployment, and all others. */
export interface KnownTasks {
  /** The group of a task, by an id or an address of it; undefined: the task is unknown (or no longer known). */
  whose(idOrAddress: string): 'new' | 'old' | undefined
  /** The Availability Zone of a task, by an id or an address of it. */
  zoneOf(idOrAddress: string): string | undefined
  /** When a task began to run, by an id or an address of it, in milliseconds since 1970. */
  runningSince(idOrAddress: string): number | undefined
  /** When the first task of the deployment began to run, in milliseconds since 1970; infinite where none of them did. */
  readonly firstTaskAt: number | undefined
}

/** What makes a task one of the deployment. `since` counts as well: a revision may be deployed a second time. */
export interface Deployed {
  /** ARN; empty: not known, so that nothing is known of any task. */
  readonly taskDefinition: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Groups tasks by their revision and creation time. */
export function knowTasks(tasks: readonly Task[], { taskDefinition, since }: Deployed): KnownTasks {
  const known = new Map<string, 'new' | 'old'>()
  const byName = new Map(tasks.flatMap((task) => namesOf(task).map((name) => [name, task] as const)))
  const begun: number[] = []
  for (const task of taskDefinition === '' ? [] : tasks) {
    const isNew = task.taskDefinitionArn === taskDefinition && (task.createdAt?.getTime() ?? since) >= since
    for (const name of namesOf(task)) known.set(name, isNew ? 'new' : 'old')
    if (isNew) begun.push(task.startedAt?.getTime() ?? Number.POSITIVE_INFINITY)
  }
  return {
    whose: (idOrAddress) => known.get(idOrAddress),
    zoneOf: (idOrAddress) => byName.get(idOrAddress)?.availabilityZone,
    runningSince: (idOrAddress) => byName.get(idOrAddress)?.startedAt?.getTime(),
    firstTaskAt: begun.length === 0 ? undefined : Math.min(...begun),
  }
}

/** Its id, and its addresses: targets of the type ip are named by one (ELB API, TargetDescription). */
function namesOf({ taskArn = '', containers = [], attachments = [] }: Task): readonly string[] {
  const interfaces = containers.flatMap(({ networkInterfaces = [] }) => networkInterfaces)
  const details = attachments.flatMap((attachment) => attachment.details ?? [])
  const names = [
    taskArn.slice(taskArn.lastIndexOf('/') + 1),
    ...interfaces.flatMap(({ privateIpv4Address, ipv6Address }) => [privateIpv4Address, ipv6Address]),
    ...details.filter(({ name }) => name === 'privateIPv4Address').map(({ value }) => value),
  ]
  return names.filter((name): name is string => name !== undefined && name !== '')
}
