/** A service behind a load balancer, a deployment group, and the questions that tests ask about a deployment. */
import {
  CodeDeployClient,
  CreateDeploymentCommand,
  type CreateDeploymentCommandInput,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
} from '@aws-sdk/client-codedeploy'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { createSimulator } from '../simulator.ts'
import { codeDeployOf } from './codedeploy.ts'
import { type CodeDeployFixture, seedCodeDeploy } from './fixtures.ts'

const region = 'eu-west-1'

export interface SceneOptions extends Omit<CodeDeployFixture, 'service'> {
  readonly withoutTestListener?: boolean
}

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

/** Revision 1 (image `api:one`) serves 2 tasks; revision 2 (`api:two`) waits to be deployed. */
export async function scene(options: SceneOptions = {}) {
  const sim = createSimulator()
  const settings = { region, credentials: { accessKeyId: 'AKIASCENE', secretAccessKey: 'secret' }, maxAttempts: 1 }
  const credentials = sim.iam.root
  const ecs = new ECSClient({ ...settings, credentials, requestHandler: sim.requestHandler })
  const codedeploy = new CodeDeployClient({ ...settings, credentials, requestHandler: sim.requestHandler })
  const { elbv2 } = sim.world.region(region)
  const blue = elbv2.createTargetGroup('api-blue')
  const green = elbv2.createTargetGroup('api-green')
  const production = elbv2.createListener(80, { [blue.targetGroupArn]: 1 })
  const test = options.withoutTestListener ? undefined : elbv2.createListener(8080, { [green.targetGroupArn]: 1 })
  await ecs.send(new CreateClusterCommand({ clusterName: 'prod' }))
  const register = async (image: string) => {
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'api',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        executionRoleArn: 'arn:aws:iam::111122223333:role/ecsTaskExecutionRole',
        containerDefinitions: [{ name: 'api', image, essential: true, portMappings: [{ containerPort: 8080 }] }],
      }),
    )
    return taskDefinition?.taskDefinitionArn ?? ''
  }
  const one = await register('api:one')
  const two = await register('api:two')
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'prod',
      serviceName: 'api',
      taskDefinition: one,
      desiredCount: 2,
      launchType: 'FARGATE',
      deploymentController: { type: 'CODE_DEPLOY' },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'] } },
      loadBalancers: [{ targetGroupArn: blue.targetGroupArn, containerName: 'api', containerPort: 8080 }],
    }),
  )
  sim.clock.advance(60_000)
  const names = seedCodeDeploy(sim, {
    ...options,
    service: {
      region,
      cluster: 'prod',
      service: 'api',
      targetGroups: ['api-blue', 'api-green'],
      productionListenerArn: production.listenerArn,
      testListenerArn: test?.listenerArn,
    },
  })
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
    (await codedeploy.send(new GetDeploymentTargetCommand({ deploymentId, targetId: 'prod:api' }))).deploymentTarget!
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
    register,
    service: codeDeployOf(sim.world, region),
    alarms: sim.world.region(region).cloudwatch,
    advance: (seconds: number) => sim.clock.advance(seconds * 1000),
    /** `name:status` of every lifecycle event. */
    events: async (id: string) =>
      (await target(id)).lifecycleEvents!.map((event) => `${event.lifecycleEventName}:${event.status}`),
    /** Percent of production traffic by target group; a listener knows weights only. */
    weights: () => {
      const { forward } = production as unknown as { forward: Record<string, number> }
      return { blue: forward[blue.targetGroupArn] ?? 0, green: forward[green.targetGroupArn] ?? 0 }
    },
    testTraffic: () => {
      const { forward } = test as unknown as { forward: Record<string, number> }
      return Object.keys(forward).map((arn) => (arn === blue.targetGroupArn ? 'blue' : 'green'))
    },
    running: async () => {
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['api'] }))
      return {
        taskDefinition: services?.[0]?.taskDefinition,
        taskSets: services?.[0]?.taskSets?.map((set) => `${set.status} ${set.taskDefinition?.split('/')[1]}`),
      }
    },
  }
}
