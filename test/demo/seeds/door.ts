/** A listener of a load balancer as users and checks reach it: it answers as the tasks behind it would. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Task } from '@aws-sdk/client-ecs'
import type { Call } from '../../simulator/contract.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { region } from './account.ts'

export interface DoorRequest {
  readonly path: string
  readonly host: string
  /** Digests of the images that the tasks behind the listener run. */
  readonly images: ReadonlySet<string>
}

export interface DoorResponse {
  readonly status: number
  readonly body: string
}

export interface Door {
  readonly port: number
  close(): void
}

/** Opens the listener, or the rule of it, with this ARN on a port of this machine. */
export async function openDoor(
  simulator: Simulator,
  arn: string,
  answer: (request: DoorRequest) => DoorResponse,
): Promise<Door> {
  const server = createServer((request: IncomingMessage, response) => {
    const images = imagesBehind(simulator, arn)
    const { url: path = '', headers } = request
    const { status, body } = answer({ path, host: headers.host ?? '', images })
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

/** What the target groups with a weight run now, by the addresses of their targets. */
function imagesBehind({ world }: Simulator, arn: string): ReadonlySet<string> {
  const { elbv2, ecs } = world.region(region)
  const forward = elbv2.route(arn)?.forward ?? elbv2.listener(arn)?.forward ?? {}
  const weighed = Object.entries(forward).flatMap(([group, weight]) => (weight > 0 ? [group] : []))
  const ask = (service: typeof ecs | typeof elbv2, operation: string, input: object) =>
    service.handlers[operation]?.(input, { at: world.clock.now(), input: {} } as unknown as Call) as never
  const addresses = weighed.flatMap((TargetGroupArn) => {
    const { TargetHealthDescriptions }: { TargetHealthDescriptions: { Target: { Id: string } }[] } = ask(
      elbv2,
      'DescribeTargetHealth',
      { TargetGroupArn },
    )
    return TargetHealthDescriptions.map(({ Target }) => Target.Id)
  })
  const { clusterArns }: { clusterArns: string[] } = ask(ecs, 'ListClusters', {})
  const tasks = clusterArns.flatMap((cluster): Task[] => {
    const { taskArns }: { taskArns: string[] } = ask(ecs, 'ListTasks', { cluster })
    if (taskArns.length === 0) return []
    const described: { tasks: Task[] } = ask(ecs, 'DescribeTasks', { cluster, tasks: taskArns })
    return described.tasks
  })
  const behind = tasks.filter(({ attachments = [] }) =>
    attachments.some(({ details = [] }) => details.some(({ value }) => addresses.includes(value ?? ''))),
  )
  const definitions = behind.map(({ taskDefinitionArn = '' }) => ecs.taskDefinition(taskDefinitionArn))
  return new Set(
    definitions.flatMap((definition) =>
      (definition?.containerDefinitions ?? []).map(({ image }) => String(image).split('@')[1] ?? ''),
    ),
  )
}
