/** Deployment groups for tests, the demo and the bench, as somebody's infrastructure code would have made them. */
import type { CreateDeploymentGroupInput } from '@aws-sdk/client-codedeploy'
import type { Call } from '../contract.ts'
import {
  type BlueGreenSeedOptions,
  type Seeded,
  type SeededBlueGreenService,
  seedBlueGreenService,
} from '../fixtures.ts'

/** A service with the CODE_DEPLOY controller and what its traffic goes through, as `seedBlueGreenService` returns it. */
export type BlueGreenService = Pick<
  SeededBlueGreenService,
  'serviceArn' | 'blueTargetGroupName' | 'greenTargetGroupName' | 'productionListenerArn'
> & { readonly testListenerArn?: string | undefined }

export interface CodeDeployFixture {
  readonly service: BlueGreenService
  /** Default `CodeDeployDefault.ECSAllAtOnce`. */
  readonly deploymentConfig?: string
  /** Default 5. `undefined` leaves the member out of the group. */
  readonly terminationWaitMinutes?: number | undefined
  /** Minutes that a deployment waits for ContinueDeployment before it is stopped. Default: it does not wait. */
  readonly readyWait?: number
  /** Names of CloudWatch alarms that stop a deployment. */
  readonly alarms?: readonly string[]
  /** Default: all three events. An empty list disables it. */
  readonly autoRollback?: NonNullable<CreateDeploymentGroupInput['autoRollbackConfiguration']>['events']
  /** Leaves out `blueGreenDeploymentConfiguration` altogether, as groups that were made through the API may have it. */
  readonly withoutBlueGreenConfiguration?: boolean
  /** Default `AppECS-<cluster>-<service>`. */
  readonly application?: string
  /** Default `DgpECS-<cluster>-<service>`. */
  readonly group?: string
}

const nobody = {} as Call

function blueGreenConfiguration(
  fixture: CodeDeployFixture,
): CreateDeploymentGroupInput['blueGreenDeploymentConfiguration'] {
  const minutes = 'terminationWaitMinutes' in fixture ? fixture.terminationWaitMinutes : 5
  return {
    deploymentReadyOption:
      fixture.readyWait === undefined
        ? { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 }
        : { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: fixture.readyWait },
    terminateBlueInstancesOnDeploymentSuccess: {
      action: 'TERMINATE',
      ...(minutes !== undefined && { terminationWaitTimeInMinutes: minutes }),
    },
  }
}

/** Makes an application and a deployment group for a service; nothing of it is recorded as a call. */
export function seedCodeDeploy(sim: Seeded, fixture: CodeDeployFixture) {
  const { serviceArn, blueTargetGroupName, greenTargetGroupName, productionListenerArn, testListenerArn } =
    fixture.service
  const [, , , region = '', , path = ''] = serviceArn.split(':')
  const [, cluster = '', service = ''] = path.split('/')
  const application = fixture.application ?? `AppECS-${cluster}-${service}`
  const group = fixture.group ?? `DgpECS-${cluster}-${service}`
  const events = fixture.autoRollback ?? [
    'DEPLOYMENT_FAILURE',
    'DEPLOYMENT_STOP_ON_ALARM',
    'DEPLOYMENT_STOP_ON_REQUEST',
  ]
  const { codedeploy, cloudwatch } = sim.world.region(region)
  const { handlers } = codedeploy
  for (const name of fixture.alarms ?? []) if (!cloudwatch.state(name)) cloudwatch.setState(name, 'OK')
  const settings: CreateDeploymentGroupInput = {
    applicationName: application,
    deploymentGroupName: group,
    deploymentConfigName: fixture.deploymentConfig ?? 'CodeDeployDefault.ECSAllAtOnce',
    serviceRoleArn: `arn:aws:iam::${sim.world.accountId}:role/ecsCodeDeployRole`,
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ...(!fixture.withoutBlueGreenConfiguration && {
      blueGreenDeploymentConfiguration: blueGreenConfiguration(fixture),
    }),
    autoRollbackConfiguration: events.length > 0 ? { enabled: true, events: [...events] } : { enabled: false },
    ...(fixture.alarms?.length && {
      alarmConfiguration: { enabled: true, alarms: fixture.alarms.map((name) => ({ name })) },
    }),
    ecsServices: [{ clusterName: cluster, serviceName: service }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          targetGroups: [{ name: blueTargetGroupName }, { name: greenTargetGroupName }],
          prodTrafficRoute: { listenerArns: [productionListenerArn] },
          ...(testListenerArn !== undefined && { testTrafficRoute: { listenerArns: [testListenerArn] } }),
        },
      ],
    },
  }
  handlers.CreateApplication?.({ applicationName: application, computePlatform: 'ECS' }, nobody)
  handlers.CreateDeploymentGroup?.(settings, nobody)
  return { application, group, region, cluster, service }
}

export interface BlueGreenOptions extends BlueGreenSeedOptions, Omit<CodeDeployFixture, 'service'> {
  /** Then the target groups get no test traffic, and deployments have six lifecycle events. */
  readonly withoutTestListener?: boolean
}

/** A service behind a load balancer with its CodeDeploy application and deployment group; the first revision runs. */
export function seedBlueGreen(sim: Seeded, options: BlueGreenOptions = {}) {
  const seeded = seedBlueGreenService(sim, options)
  const { service: _name, ...fixture } = options
  const testListenerArn = options.withoutTestListener ? undefined : seeded.testListenerArn
  return { ...seeded, ...seedCodeDeploy(sim, { ...fixture, service: { ...seeded, testListenerArn } }) }
}
