import { describe, expect, test } from '@jest/globals'
import { seedRollingService } from './fixtures.ts'
import { jsonRequest } from './raw-request.ts'
import { createSimulator } from './simulator.ts'

const role = 'arn:aws:iam::111122223333:role/shop-execution'
const minimal = { family: 'api', containerDefinitions: [{ name: 'api', image: 'a', memory: 64 }] }
const register = (input: object = {}) =>
  jsonRequest('AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition', { ...minimal, ...input })

test('the actions used are those that a policy must allow, implied ones included', async () => {
  const simulator = createSimulator()
  await simulator.handle(register({ executionRoleArn: role, tags: [{ key: 'a', value: 'b' }] }))
  await simulator.handle(jsonRequest('CodeDeploy_20141006.CreateDeployment', { applicationName: 'shop' }))
  const push = [
    ['POST', '/v2/app/blobs/uploads/'],
    ['PUT', '/v2/app/blobs/uploads/1'],
    ['PUT', '/v2/app/manifests/v1'],
  ] as const
  for (const [method, path] of push) await simulator.fetch(`http://127.0.0.1${path}`, { method })
  expect(simulator.iam.actionsUsed()).toEqual([
    'codedeploy:CreateDeployment',
    'codedeploy:GetDeploymentConfig',
    'codedeploy:RegisterApplicationRevision',
    'ecr:CompleteLayerUpload',
    'ecr:InitiateLayerUpload',
    'ecr:PutImage',
    'ecs:RegisterTaskDefinition',
    'ecs:TagResource',
    'iam:PassRole',
  ])
})

test('a role that may not be passed is named', async () => {
  const simulator = createSimulator()
  simulator.iam.allow('ecs:*')
  const response = await simulator.handle(register({ executionRoleArn: role }))
  expect(JSON.parse(String(response.body)).message).toBe(
    `User: arn:aws:iam::111122223333:user/simulator is not authorized to perform: iam:PassRole on resource: ${role} because no identity-based policy allows the iam:PassRole action`,
  )
  expect((await simulator.handle(register())).status).toBe(200)
})

test('the roles of load balancers and hooks are passed too', async () => {
  const simulator = createSimulator()
  simulator.iam.allow('ecs:*')
  const update = (input: object) =>
    simulator.handle(
      jsonRequest('AmazonEC2ContainerServiceV20141113.UpdateService', { cluster: 'shop', service: 'api', ...input }),
    )
  const hook = { lifecycleStages: ['PRE_SCALE_UP'], roleArn: role, hookTargetArn: 'arn:aws:lambda:a:b:function:c' }
  for (const input of [
    { loadBalancers: [{ advancedConfiguration: { roleArn: role } }] },
    { deploymentConfiguration: { lifecycleHooks: [hook] } },
  ])
    expect(String((await update(input)).body)).toContain(`iam:PassRole on resource: ${role}`)
})

describe('a role of another account is passed by nobody', () => {
  const foreign = 'arn:aws:iam::444455556666:role/shop-execution'
  const sentence = 'Cross-account pass role is not allowed.'

  /** A cluster `shop` with a service `api`. */
  function ask(operation: string, input: object) {
    const simulator = createSimulator()
    seedRollingService(simulator)
    return simulator.handle(jsonRequest(`AmazonEC2ContainerServiceV20141113.${operation}`, input))
  }

  test.each<readonly [string, string, object]>([
    ['an execution role', 'RegisterTaskDefinition', { ...minimal, executionRoleArn: foreign }],
    ['a task role', 'RegisterTaskDefinition', { ...minimal, taskRoleArn: foreign }],
    [
      'a role for a hook',
      'UpdateService',
      {
        cluster: 'shop',
        service: 'api',
        deploymentConfiguration: {
          lifecycleHooks: [
            { lifecycleStages: ['PRE_SCALE_UP'], roleArn: foreign, hookTargetArn: 'arn:aws:lambda:a:b:function:c' },
          ],
        },
      },
    ],
    [
      'a role in the place of the task role',
      'RunTask',
      {
        cluster: 'shop',
        taskDefinition: 'api',
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111'] } },
        overrides: { taskRoleArn: foreign },
      },
    ],
  ])('%s (%s)', async (_, operation, input) => {
    const response = await ask(operation, input)
    expect(JSON.parse(String(response.body))).toMatchObject({ message: sentence })
    expect(String(response.headers['x-amzn-errortype'] ?? response.body)).toMatch(/AccessDeniedException/)
  })

  test('a name is completed with the own account', async () => {
    const response = await ask('RegisterTaskDefinition', { ...minimal, executionRoleArn: 'shop-execution' })
    expect(JSON.parse(String(response.body)).taskDefinition.executionRoleArn).toBe(role)
  })
})
