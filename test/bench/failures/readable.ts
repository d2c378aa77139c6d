/** What AWS shows of a deployment at this moment to whoever asks: one line per fact, read past the recorder. */
import type { DeploymentInfo } from '@aws-sdk/client-codedeploy'
import type { ServiceDeployment, Task } from '@aws-sdk/client-ecs'
import { region } from '../../deployment/scene.ts'
import type { AwsService, Call } from '../../simulator/contract.ts'
import { ask } from '../../simulator/seeding.ts'
import type { Simulator } from '../../simulator/simulator.ts'

export interface Readable {
  readonly lines: readonly string[]
  /** Tasks of new revisions that ended by themselves. */
  readonly failures: number
}

const here = { cluster: 'shop', service: 'api' }

function asked<Output>({ handlers }: AwsService, operation: string, input: object): Output {
  return handlers[operation]?.(input, {} as Call) as Output
}

/** `since`: virtual milliseconds since 1970; nothing older is shown. */
export function readable(sim: Simulator, since: number): Readable {
  const stopped = stoppedTasks(sim, since)
  const lines = [
    ...stopped.map(taskLine),
    ...stopped.flatMap((task) => (task.containers ?? []).map(containerLine)),
    ...eventLines(sim, since),
    ...deploymentLines(sim, since),
    ...codeDeployLines(sim, since),
    ...targetLines(sim),
    ...alarmLines(sim),
    ...logLines(sim, since),
  ]
  return { lines, failures: stopped.length }
}

function stoppedTasks(sim: Simulator, since: number): readonly Task[] {
  const { taskArns: tasks } = ask<{ taskArns: string[] }>(sim.world, region, 'ListTasks', {
    cluster: 'shop',
    serviceName: 'api',
    desiredStatus: 'STOPPED',
  })
  if (tasks.length === 0) return []
  const described = ask<{ tasks: Task[] }>(sim.world, region, 'DescribeTasks', { cluster: 'shop', tasks })
  const isOwn = ({ createdAt, stoppedReason = '' }: Task) =>
    (createdAt?.getTime() ?? 0) >= since && !stoppedReason.startsWith('Scaling activity')
  return described.tasks.filter(isOwn)
}

const taskLine = ({ stopCode, stoppedReason }: Task) => `task ${stopCode} ${stoppedReason}`

const containerLine = ({ name, exitCode, reason }: NonNullable<Task['containers']>[number]) =>
  `container "${name}" exited ${exitCode} ${reason ?? ''}`

function eventLines(sim: Simulator, since: number): readonly string[] {
  const { services } = ask<{ services: { events: { createdAt: Date; message: string }[] }[] }>(
    sim.world,
    region,
    'DescribeServices',
    { cluster: 'shop', services: ['api'] },
  )
  const events = services[0]?.events ?? []
  return events.filter(({ createdAt }) => createdAt.getTime() >= since).map(({ message }) => `event ${message}`)
}

/** When AWS was done with the newest deployment since `since`, its roll back included; undefined while it is not, or without one. */
export function doneAt(sim: Simulator, since: number): number | undefined {
  const ends = [
    ...serviceDeployments(sim, since).map(({ finishedAt }) => finishedAt?.getTime()),
    ...codeDeployments(sim, since).map(({ completeTime }) => completeTime?.getTime()),
  ]
  return ends.length === 0 || ends.includes(undefined) ? undefined : Math.max(...ends.map((at) => at ?? 0))
}

const controllerOf = (sim: Simulator) => sim.world.region(region).ecs.service('shop', 'api')?.deploymentControllerType

function serviceDeployments(sim: Simulator, since: number): readonly ServiceDeployment[] {
  if (controllerOf(sim) !== 'ECS') return []
  const listed = ask<{ serviceDeployments: ServiceDeployment[] }>(sim.world, region, 'ListServiceDeployments', here)
  const newest = listed.serviceDeployments.filter(({ createdAt }) => (createdAt?.getTime() ?? 0) >= since)
  const serviceDeploymentArns = newest.map(({ serviceDeploymentArn }) => serviceDeploymentArn)
  if (serviceDeploymentArns.length === 0) return []
  const described = ask<{ serviceDeployments: ServiceDeployment[] }>(sim.world, region, 'DescribeServiceDeployments', {
    serviceDeploymentArns,
  })
  return described.serviceDeployments
}

function deploymentLines(sim: Simulator, since: number): readonly string[] {
  return serviceDeployments(sim, since).map(
    ({ status, statusReason }) => `service deployment ${status} ${statusReason ?? ''}`,
  )
}

function codeDeployments(sim: Simulator, since: number): readonly DeploymentInfo[] {
  if (controllerOf(sim) !== 'CODE_DEPLOY') return []
  const { codedeploy } = sim.world.region(region)
  const group = { applicationName: 'AppECS-shop-api', deploymentGroupName: 'DgpECS-shop-api' }
  const { deployments } = asked<{ deployments: string[] }>(codedeploy, 'ListDeployments', group)
  return deployments
    .map((deploymentId) => asked<{ deploymentInfo: DeploymentInfo }>(codedeploy, 'GetDeployment', { deploymentId }))
    .map(({ deploymentInfo }) => deploymentInfo)
    .filter(({ createTime }) => (createTime?.getTime() ?? 0) >= since)
}

function codeDeployLines(sim: Simulator, since: number): readonly string[] {
  return codeDeployments(sim, since).map(
    ({ status, errorInformation: error }) => `codedeploy ${status} ${error?.code ?? ''} ${error?.message ?? ''}`,
  )
}

interface TargetDescription {
  readonly TargetHealth: { readonly State: string; readonly Reason?: string; readonly Description?: string }
}

function targetLines(sim: Simulator): readonly string[] {
  const { elbv2 } = sim.world.region(region)
  const groups = asked<{ TargetGroups: { TargetGroupArn: string }[] }>(elbv2, 'DescribeTargetGroups', {})
  return groups.TargetGroups.flatMap(({ TargetGroupArn }) => {
    const input = { TargetGroupArn }
    const shown = asked<{ TargetHealthDescriptions: TargetDescription[] }>(elbv2, 'DescribeTargetHealth', input)
    return shown.TargetHealthDescriptions.map(
      ({ TargetHealth: { State, Reason = '', Description = '' } }) => `target ${State} ${Reason} ${Description}`,
    )
  })
}

function alarmLines(sim: Simulator): readonly string[] {
  const { cloudwatch } = sim.world.region(region)
  const shown = asked<{ MetricAlarms: { AlarmName: string; StateValue: string }[] }>(cloudwatch, 'DescribeAlarms', {})
  return shown.MetricAlarms.map(({ AlarmName, StateValue }) => `alarm ${AlarmName} ${StateValue}`)
}

function logLines(sim: Simulator, since: number): readonly string[] {
  const input = { logGroupName: '/shop/api', startTime: since }
  const { events } = asked<{ events: { message: string }[] }>(sim.world.region(region).logs, 'FilterLogEvents', input)
  return events.map(({ message }) => `log ${message}`)
}
