import { describe, expect, test } from '@jest/globals'
import {
  appSpecOf,
  completeAppSpec,
  sameAppSpec,
  taskDefinitionIn,
} from '../../../../src/targets/ecs/codedeploy-group/appspec.ts'
import { countServices } from '../../../../src/targets/ecs/codedeploy-group/appspec-source.ts'
import { groupNameOf } from '../../../../src/targets/ecs/codedeploy-group/group-name.ts'
import type { ServiceRequest } from '../../../../src/targets/ecs/request/service-request.ts'
import { refusal, said } from '../../../refusal.ts'

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

  test('is made of what the tasks run with now, where an earlier AppSpec has changed that', () => {
    const taskSet = {
      status: 'PRIMARY',
      platformVersion: '1.4.0',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-2'], securityGroups: ['sg-2'] } },
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    }
    const old = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } }
    const service = { ...balanced, platformVersion: '1.3.0', networkConfiguration: old, taskSets: [taskSet] }
    expect(JSON.parse(appSpecOf(service, arn)).Resources[0].TargetService.Properties).toMatchObject({
      PlatformVersion: '1.4.0',
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-2'], SecurityGroups: ['sg-2'] } },
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1, Base: 0 }],
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
  const { application, deploymentGroup } = groupNameOf(request as unknown as ServiceRequest)
  expect(application).toBe(`AppECS-${'x'.repeat(46)}-${'x'.repeat(46)}`)
  expect(deploymentGroup).toHaveLength(100)
})

describe('the hooks of an AppSpec', () => {
  const hooked = (hooks: unknown) => {
    const Properties = { LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 } }
    const Resources = [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }]
    return completeAppSpec(JSON.stringify({ version: 0.0, Resources, Hooks: hooks }), arn)
  }

  test('of all lifecycle events that take one are kept', () => {
    const names = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic']
    const hooks = names.map((name) => ({ [name]: `CodeDeployHook_${name}` }))
    expect(JSON.parse(hooked(hooks)).Hooks).toEqual(hooks)
  })

  test.each([
    [
      [{ AfterAllowTestTrafic: 'f' }],
      /unknown lifecycle event hook "AfterAllowTestTrafic" .*did you mean AfterAllowTestTraffic/,
    ],
    [[{ ApplicationStart: 'f' }], /unknown lifecycle event hook "ApplicationStart" .*valid: BeforeInstall/],
    [[{ BeforeInstall: ['f', 'g'] }], /hook BeforeInstall must name one Lambda function/],
    [{ BeforeInstall: 'f' }, /Hooks must be a list/],
  ])('are refused before anything begins: %j', (hooks, says) => {
    const refused = () => {
      try {
        return hooked(hooks)
      } catch (error) {
        return said(error)
      }
    }
    expect(refused()).toMatch(says)
  })
})

describe('all that is wrong with an AppSpec is told at once, with its lines', () => {
  const file = { file: 'deploy/appspec.yaml' }
  const written = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo: { ContainerNam: web, ContainerPort: <PORT> }
        PlatfromVersion: LATEST
  - Other: { Type: AWS::ECS::Service }
Hooks:
  - AfterAllowTestTrafic: f
  - BeforeAllowTraffic: arn:aws:lambda:eu-west-1:111122223333:function:smoke:$LATEST
`

  test('in a file', () => {
    expect(refusal(() => completeAppSpec(written, arn, file)).split('\n')).toEqual([
      'The AppSpec is invalid:',
      '- deploy/appspec.yaml:7:29: unknown property "ContainerNam" (did you mean ContainerName?)',
      '- deploy/appspec.yaml:7:48: ContainerPort still has the placeholder <PORT>',
      '- deploy/appspec.yaml:8:9: unknown property "PlatfromVersion" (did you mean PlatformVersion?)',
      '- deploy/appspec.yaml:9:5: Other has no Properties',
      '- deploy/appspec.yaml:11:5: unknown lifecycle event hook "AfterAllowTestTrafic" (did you mean AfterAllowTestTraffic?)',
      expect.stringMatching(/^Correct the AppSpec, or remove the input codedeploy-appspec/),
    ])
  })

  test('in the text of the input', () => {
    expect(refusal(() => completeAppSpec('Resources: [{ F: 1', arn, { input: 'codedeploy-appspec' }))).toContain(
      'The AppSpec is invalid: codedeploy-appspec:1:',
    )
  })

  test('for EC2, it is called so', () => {
    expect(refusal(() => completeAppSpec('version: 0.0\nos: linux\nfiles: []', arn, file))).toContain(
      'deploy/appspec.yaml: it is an AppSpec of CodeDeploy for EC2.',
    )
  })

  test('and one that was deployed before is taken as it is', () => {
    const deployed = written.replace('- Other: { Type: AWS::ECS::Service }', '').replace('Trafic: f', 'Traffic: f')
    expect(
      JSON.parse(completeAppSpec(deployed.replace('  - \n', ''), arn)).Resources[0].TargetService.Properties,
    ).toMatchObject({
      TaskDefinition: arn,
      PlatfromVersion: 'LATEST',
    })
  })
})

test('services of an AppSpec are counted, Lambda functions are not', () => {
  const target = (Type: string) => ({ Target: { Type, Properties: {} } })
  const Resources = [target('AWS::ECS::Service'), target('AWS::ECS::Service'), target('AWS::Lambda::Function')]
  expect(countServices(JSON.stringify({ Resources }))).toBe(2)
})
