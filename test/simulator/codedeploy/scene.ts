/** A service behind a load balancer, a deployment group, and the questions that tests ask about a deployment. */
import {
  CodeDeployClient,
  CreateDeploymentCommand,
  type CreateDeploymentCommandInput,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
} from '@aws-sdk/client-codedeploy'
import { DescribeServicesCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { seededTaskDefinition } from '../fixtures.ts'
import { createSimulator } from '../simulator.ts'
import { codeDeployOf } from './codedeploy.ts'
import { type BlueGreenOptions, seedBlueGreen } from './fixtures.ts'

const region = 'eu-west-1'

/** An AppSpec for container `api`, port 8080. */
export const appSpec = (taskDefinition: string, hooks: readonly Record<string, string>[] = []) =>
  JSON.stringify({
    version: '0.0',
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: taskDefinition,
            LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 },
          },
        },
      },
    ],
    ...(hooks.length > 0 && { Hooks: hooks }),
  })

/** Revision 1 (tag `one`) serves 2 tasks; revision 2 (tag `two`) waits to be deployed. */
export async function scene(options: BlueGreenOptions = {}) {
  const sim = createSimulator()
  const settings = { region, credentials: sim.iam.root, maxAttempts: 1, requestHandler: sim.requestHandler }
  const ecs = new ECSClient(settings)
  const codedeploy = new CodeDeployClient(settings)
  const image = (tag: string) => `registry.example.com/api:${tag}`
  const names = seedBlueGreen(sim, { ...options, image: image('one') })
  const register = async (tag: string) => {
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand(seededTaskDefinition(sim.world, { image: image(tag) })),
    )
    return taskDefinition?.taskDefinitionArn ?? ''
  }
  const one = names.taskDefinitionArn
  const two = await register('two')
  const weightsOf = (listenerArn: string) => {
    const forward = sim.world.region(region).elbv2.listener(listenerArn)?.forward ?? {}
    return { blue: forward[names.blueTargetGroupArn] ?? 0, green: forward[names.greenTargetGroupArn] ?? 0 }
  }
  const deploy = async (more: Partial<CreateDeploymentCommandInput> & { content?: string } = {}) => {
    const { content = appSpec(two), ...rest } = more
    const { deploymentId = '' } = await codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: names.application,
        deploymentGroupName: names.group,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
        ...rest,
      }),
    )
    return deploymentId
  }
  const deployment = async (deploymentId: string) =>
    (await codedeploy.send(new GetDeploymentCommand({ deploymentId }))).deploymentInfo!
  const target = async (deploymentId: string) =>
    (await codedeploy.send(new GetDeploymentTargetCommand({ deploymentId, targetId: 'shop:api' }))).deploymentTarget!
      .ecsTarget!
  return {
    sim,
    codedeploy,
    one,
    two,
    names,
    deploy,
    deployment,
    target,
    service: codeDeployOf(sim.world, region),
    alarms: sim.world.region(region).cloudwatch,
    advance: (seconds: number) => sim.clock.advance(seconds * 1000),
    /** `name:status` of every lifecycle event. */
    events: async (id: string) =>
      (await target(id)).lifecycleEvents!.map((event) => `${event.lifecycleEventName}:${event.status}`),
    /** Weights of the production listener. */
    weights: () => weightsOf(names.productionListenerArn),
    testWeights: () => weightsOf(names.testListenerArn),
    running: async () => {
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['api'] }))
      return {
        taskDefinition: services?.[0]?.taskDefinition,
        taskSets: services?.[0]?.taskSets?.map((set) => `${set.status} ${set.taskDefinition?.split('/')[1]}`),
      }
    },
  }
}
