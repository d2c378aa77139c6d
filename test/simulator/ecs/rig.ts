/** A simulator with a service and the clients of a deployer, for the tests of this folder. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type ServiceDeployment,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type RollingOptions, seededTaskDefinition, seedRollingService } from '../fixtures.ts'
import { createSimulator } from '../simulator.ts'

export const region = 'eu-west-1'

export function createClients() {
  const sim = createSimulator()
  const options = {
    region,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: sim.requestHandler,
    maxAttempts: 1,
  }
  const clients = {
    ecs: new ECSClient(options),
    elbv2: new ElasticLoadBalancingV2Client(options),
    logs: new CloudWatchLogsClient(options),
  }
  return { sim, home: sim.world.region(region), ...clients }
}

/** With a rolling service `api` in the cluster `shop`, steady unless `options` say otherwise. */
export function createRig(options: RollingOptions = {}) {
  const clients = createClients()
  const { sim, ecs, elbv2 } = clients
  const seeded = seedRollingService(sim, options)
  const target = { cluster: 'shop', service: 'api' }

  const service = async (): Promise<Service> =>
    (await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['api'] }))).services![0]!

  const register = async (image: string, more: RollingOptions = {}): Promise<string> => {
    const input = seededTaskDefinition(sim.world, { ...options, ...more, image })
    return (await ecs.send(new RegisterTaskDefinitionCommand(input))).taskDefinition!.taskDefinitionArn!
  }

  const latest = async (): Promise<ServiceDeployment> => {
    const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand(target))
    return deployment(serviceDeployments![0]!.serviceDeploymentArn!)
  }

  const deployment = async (arn: string): Promise<ServiceDeployment> =>
    (await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))).serviceDeployments![0]!

  return {
    ...clients,
    ...seeded,
    target,
    service,
    register,
    latest,
    deployment,
    /** Registers a revision of this image and asks the service to run it. Returns the new revision. */
    deploy: async (image: string, more: RollingOptions = {}): Promise<string> => {
      const taskDefinition = await register(image, more)
      await ecs.send(new UpdateServiceCommand({ ...target, taskDefinition }))
      return taskDefinition
    },
    /** The newest service deployment at its end; throws after an hour of virtual time. */
    finish: async (): Promise<ServiceDeployment> => {
      for (let waited = 0; waited < 720; waited++) {
        sim.clock.advance(5000)
        const found = await latest()
        if (found.finishedAt) return found
      }
      throw new Error('The service deployment did not end within an hour.')
    },
    /** Newest first. */
    messages: async (): Promise<string[]> => (await service()).events!.map(({ message }) => message!),
    tasks: async (desiredStatus: 'RUNNING' | 'STOPPED', taskDefinition?: string): Promise<Task[]> => {
      const { taskArns } = await ecs.send(
        new ListTasksCommand({ ...{ cluster: 'shop', serviceName: 'api' }, desiredStatus }),
      )
      if (!taskArns?.length) return []
      const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: taskArns }))
      return tasks!.filter((task) => !taskDefinition || task.taskDefinitionArn === taskDefinition)
    },
    targetHealth: async () => {
      const command = new DescribeTargetHealthCommand({ TargetGroupArn: seeded.targetGroupArn })
      return (await elbv2.send(command)).TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth!)
    },
  }
}
