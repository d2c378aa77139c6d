import { describe, expect, test } from '@jest/globals'
import { appSpecOf, completeAppSpec, sameAppSpec, taskDefinitionIn } from '../../src/deployment/appspec.ts'
import { groupNameOf } from '../../src/deployment/codedeploy-group.ts'
import type { DeployRequest } from '../../src/deployment/journey.ts'

const arn = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7'
const balanced = { serviceName: 'api', loadBalancers: [{ containerName: 'api', containerPort: 8080 }] }

describe('the AppSpec of a service', () => {
  test('carries the load balancer, and network, platform and capacity providers where the service has them', () => {
    const service = {
      ...balanced,
      platformVersion: '1.4.0',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } },
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 2 }],
    }
    expect(JSON.parse(appSpecOf(service, arn))).toEqual({
      version: '0.0',
      Resources: [
        {
          TargetService: {
            Type: 'AWS::ECS::Service',
            Properties: {
              TaskDefinition: arn,
              LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 },
              PlatformVersion: '1.4.0',
              NetworkConfiguration: {
                AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'], AssignPublicIp: 'DISABLED' },
              },
              CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 2, Base: 0 }],
            },
          },
        },
      ],
    })
  })

  test('cannot be made without a load balancer', () => {
    expect(() => appSpecOf({ serviceName: 'api' }, arn)).toThrow('service-unsupported')
  })
})

describe('an AppSpec that somebody wrote', () => {
  const written = `
version: 0.0
resources:
  - One: { Type: AWS::ECS::Service, properties: { taskDefinition: "<TASK_DEFINITION>", LoadBalancerInfo: { ContainerName: web } } }
  - Other: { type: AWS::ECS::Service, Properties: { LoadBalancerInfo: { ContainerName: web } } }
  - Function: { Type: AWS::Lambda::Function, Properties: { Name: f } }
Hooks:
  - AfterAllowTestTraffic: CodeDeployHook_smoke
`

  test('gets the revision in every ECS service, whatever the case of its names; the rest stays', () => {
    const completed = JSON.parse(completeAppSpec(written, arn))
    expect(completed.resources[0].One.properties.taskDefinition).toBe(arn)
    expect(completed.resources[1].Other.Properties.TaskDefinition).toBe(arn)
    expect(completed.resources[2].Function.Properties).toEqual({ Name: 'f' })
    expect(completed.Hooks).toEqual([{ AfterAllowTestTraffic: 'CodeDeployHook_smoke' }])
    expect(taskDefinitionIn(JSON.stringify(completed))).toBe(arn)
  })

  test('says the same as JSON in another order and case', () => {
    const completed = completeAppSpec(written, arn)
    const { Hooks, resources, version } = JSON.parse(completed)
    expect(sameAppSpec(completed, JSON.stringify({ HOOKS: Hooks, Resources: resources, version }))).toBe(true)
    expect(sameAppSpec(completed, completeAppSpec(written, `${arn}0`))).toBe(false)
  })

  test.each([
    ['nothing', ''],
    ['a list', '- a'],
    ['no resources', 'version: 0.0'],
    ['no ECS service', 'Resources: [{ F: { Type: AWS::Lambda::Function, Properties: {} } }]'],
    ['no properties', 'Resources: [{ F: { Type: AWS::ECS::Service } }]'],
    ['neither YAML nor JSON', '{ "version": '],
    ['aliases that could explode', 'a: &a [1]\nb: [*a, *a]\nResources: *a'],
  ])('is refused with %s', (_, source) => {
    expect(() => completeAppSpec(source, arn)).toThrow('file-invalid')
  })
})

test('names of applications and groups are cut where the console and the AWS CLI cut them', () => {
  const long = 'x'.repeat(60)
  const request = { cluster: `arn:aws:ecs:eu-west-1:111122223333:cluster/${long}`, service: long, codeDeploy: {} }
  const { application, deploymentGroup } = groupNameOf(request as unknown as DeployRequest)
  expect(application).toBe(`AppECS-${'x'.repeat(46)}-${'x'.repeat(46)}`)
  expect(deploymentGroup).toHaveLength(100)
})
