/** A simulator with a service that Amazon ECS deploys by shifting traffic, for the tests of this folder. */
import {
  ContinueServiceDeploymentCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { type NativeOptions, seededTaskDefinition, seedNativeService } from '../fixtures.ts'
import { createClients } from './rig.ts'

/** One line of a deployment's diary: stage, weights of the new revision, and the rule's weight for its target group. */
export interface Entry {
  readonly at: number
  readonly stage: string | undefined
  readonly status: string | undefined
  readonly production: number | undefined
  readonly test: number | undefined
}

export function createNativeRig(options: NativeOptions) {
  const clients = createClients()
  const { sim, ecs, home } = clients
  const seeded = seedNativeService(sim, options)
  const target = { cluster: 'shop', service: 'api' }

  const deployment = async (arn: string): Promise<ServiceDeployment> =>
    (await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))).serviceDeployments![0]!
  /** The same without the wire: for looking every second. */
  const peek = (arn: string) => {
    const input = { serviceDeploymentArns: [arn] }
    const reply = home.ecs.handlers.DescribeServiceDeployments!(input, {} as never)
    return structuredClone((reply as { serviceDeployments: ServiceDeployment[] }).serviceDeployments[0]!)
  }
  const newest = () =>
    home.ecs.handlers.ListServiceDeployments!(target, {} as never) as { serviceDeployments: ServiceDeployment[] }

  const rig = {
    ...clients,
    ...seeded,
    target,
    deployment,
    service: async (): Promise<Service> =>
      (await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['api'] }))).services![0]!,
    messages: async () => (await rig.service()).events!.map(({ message }) => message!),
    /** Registers a revision of this image and asks the service to run it. Returns the ARN of the service deployment. */
    deploy: async (image: string): Promise<string> => {
      const input = seededTaskDefinition(sim.world, { ...options, image })
      const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(input))
      await ecs.send(new UpdateServiceCommand({ ...target, taskDefinition: taskDefinition!.taskDefinitionArn! }))
      sim.clock.advance(home.ecs.quirks.listedAfterSeconds * 1000)
      const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand(target))
      return serviceDeployments![0]!.serviceDeploymentArn!
    },
    /** Advances until the deployment is as wanted; throws after a virtual day. */
    until: async (
      arn: string,
      wanted: (found: ServiceDeployment) => boolean,
      step = 1000,
    ): Promise<ServiceDeployment> => {
      for (let waited = 0; waited < 86_400_000; waited += step) {
        if (wanted(peek(arn))) return deployment(arn)
        sim.clock.advance(step)
      }
      throw new Error(`The service deployment is still ${JSON.stringify(await deployment(arn))}`)
    },
    finish: (arn: string, step = 5000) => rig.until(arn, ({ finishedAt }) => finishedAt !== undefined, step),
    stop: (serviceDeploymentArn: string, stopType: 'ABORT' | 'ROLLBACK' = 'ROLLBACK') =>
      ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType })),
    answer: (serviceDeploymentArn: string, hookId: string, action?: 'CONTINUE' | 'ROLLBACK') =>
      ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, ...(action && { action }) })),
    /** Weights of production traffic by target group, as the load balancer has them. */
    weights: () => {
      const forward = home.elbv2.route(seeded.productionRuleArn)?.forward ?? {}
      return { blue: forward[seeded.blueTargetGroupArn] ?? 0, green: forward[seeded.greenTargetGroupArn] ?? 0 }
    },
    /** Every change of stage and weights until the end, with virtual seconds since the call. */
    diary: async (arn: string): Promise<Entry[]> => {
      const start = sim.clock.now()
      const entries: Entry[] = []
      const look = (found: ServiceDeployment) => {
        const { requestedProductionTrafficWeight: production, requestedTestTrafficWeight: test } =
          found.targetServiceRevision!
        const entry = { stage: found.lifecycleStage, status: found.status, production, test }
        const last = entries.at(-1)
        const isNew = !last || Object.entries(entry).some(([key, value]) => last[key as keyof Entry] !== value)
        if (isNew) entries.push({ at: (sim.clock.now() - start) / 1000, ...entry })
        return found.finishedAt !== undefined
      }
      for (;;) {
        if (look(peek(arn))) return entries
        sim.clock.advance(1000)
      }
    },
    newest,
  }
  return rig
}
