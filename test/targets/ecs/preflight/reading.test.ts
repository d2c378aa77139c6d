/** How what somebody wrote, and what IAM answers, is read. */
import { describe, expect, test } from '@jest/globals'
import type { Json, JsonObject } from '../../../../src/ports.ts'
import { loadBalancersIn } from '../../../../src/targets/ecs/codedeploy-group/appspec.ts'
import { secretUsesIn } from '../../../../src/targets/ecs/facts/secret-uses.ts'
import { isRole } from '../../../../src/targets/ecs/preflight/judge-roles.ts'
import { placeholdersIn } from '../../../../src/targets/ecs/preflight/left-placeholders.ts'
import { isTrusting } from '../../../../src/targets/ecs/preflight/task-trust.ts'
import { definitionWith } from './facts.ts'

describe('what a container takes from a store', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf'
  const place = { region: 'eu-west-1', accountId: '111122223333' }
  const nothing = { key: undefined, stage: undefined, version: undefined }
  const uses = (container: JsonObject) =>
    secretUsesIn(definitionWith(container), new Set()).map(({ reference }) => reference)

  test.each<readonly [string, object]>([
    [arn, { kind: 'secret', id: arn, ...place, ...nothing }],
    [`${arn}:password::`, { kind: 'secret', id: arn, ...place, ...nothing, key: 'password' }],
    [
      `${arn}:password:AWSPREVIOUS:`,
      { kind: 'secret', id: arn, ...place, key: 'password', stage: 'AWSPREVIOUS', version: undefined },
    ],
    [`${arn}:a:b:c:d`, { kind: 'invalid', id: '' }],
    ['/shop/key', { kind: 'parameter', id: '/shop/key' }],
    ['key:3', { kind: 'parameter', id: 'key:3' }],
    ['hunter2!=secret', { kind: 'invalid', id: '' }],
    ['arn:aws:s3:::bucket/key', { kind: 'invalid', id: '' }],
    ['arn:aws:secretsmanager:eu-west-1::secret:db', { kind: 'invalid', id: '' }],
    ['arn:aws:secretsmanager::111122223333:secret:db', { kind: 'invalid', id: '' }],
    ['arn:aws:ssm:eu-west-1::parameter/shop/key', { kind: 'invalid', id: '' }],
    [
      'arn:aws:ssm:eu-west-1::parameter/aws/service/x',
      { kind: 'parameter', id: 'arn:aws:ssm:eu-west-1::parameter/aws/service/x', region: 'eu-west-1', accountId: '' },
    ],
  ])('valueFrom %s', (valueFrom, expected) => {
    expect(uses({ secrets: [{ name: 'A', valueFrom }] })).toEqual([expected])
  })

  test('registry credentials may be the name of a secret, where a secret may not', () => {
    expect(uses({ repositoryCredentials: { credentialsParameter: 'docker-hub' } })).toEqual([
      { kind: 'secret', id: 'docker-hub' },
    ])
    expect(uses({ secrets: [{ name: 'A', valueFrom: 'docker-hub' }] })).toEqual([
      { kind: 'parameter', id: 'docker-hub' },
    ])
  })
})

describe('a trust policy', () => {
  const allow = (principal: Json, action: Json = 'sts:AssumeRole', more: JsonObject = {}): JsonObject => ({
    Statement: [{ Effect: 'Allow', Principal: principal, Action: action, ...more }],
  })
  const tasks = 'ecs-tasks.amazonaws.com'

  test.each<readonly [boolean, string, JsonObject | undefined]>([
    [true, 'for tasks', allow({ Service: tasks })],
    [true, 'for several services', allow({ Service: ['lambda.amazonaws.com', tasks] })],
    [true, 'for everybody', allow('*')],
    [true, 'of a partition with names of its own', allow({ Service: `${tasks}.cn` })],
    [true, 'with a condition, which is not weighed', allow({ Service: tasks }, 'sts:AssumeRole', { Condition: {} })],
    [true, 'with a wildcard', allow({ Service: tasks }, 'sts:Assume*')],
    [true, 'with an action among others, in any case', allow({ Service: tasks }, ['sts:TagSession', 'STS:assumerole'])],
    [true, 'by exception', { Statement: [{ Effect: 'Allow', NotPrincipal: { AWS: 'x' }, NotAction: 'iam:*' }] }],
    [true, 'that cannot be read', undefined],
    [false, 'for other services', allow({ Service: 'ecs.amazonaws.com' })],
    [false, 'for another action', allow({ Service: tasks }, 'sts:AssumeRoleWithWebIdentity')],
    [false, 'with a wildcard for another action', allow({ Service: tasks }, 'sts:Get*')],
    [
      false,
      'that only denies',
      { Statement: { Effect: 'Deny', Principal: { Service: tasks }, Action: 'sts:AssumeRole' } },
    ],
    [false, 'without statements', {}],
  ])('%s: %s', (expected, _, policy) => {
    expect(isTrusting('taskRoleArn', policy)).toBe(expected)
  })
})

test.each([
  [true, 'api-task'],
  [true, 'arn:aws:iam::111122223333:role/service/api-task'],
  [false, 'arn:aws:iam::111122223333:user/ann'],
  [false, 'arn:aws:iam::1111:role/x'],
  [false, 'a role'],
  [true, '/team/api-task'],
  [false, '<ROLE>'],
])('Amazon ECS takes for a role: %s, %s', (expected, given) => {
  expect(isRole(given)).toBe(expected)
})

describe('the container and port of an AppSpec', () => {
  const resource = (properties: JsonObject) =>
    JSON.stringify({ resources: [{ target: { type: 'AWS::ECS::Service', properties } }] })

  test.each<readonly [string, string, readonly object[]]>([
    [
      'JSON in any case',
      resource({ loadBalancerInfo: { containerName: 'web', ContainerPort: 80 } }),
      [{ containerName: 'web', containerPort: 80 }],
    ],
    [
      'YAML',
      'version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: "80"\n',
      [{ containerName: 'web', containerPort: 80 }],
    ],
    ['no load balancer', resource({}), []],
    ['no AppSpec', 'version: 0.0\n[', []],
  ])('%s', (_, appSpec, expected) => {
    expect(loadBalancersIn(appSpec)).toEqual(expected)
  })
})

test('what may be a placeholder and runs in the same place already is meant; what is certain is not', () => {
  const marked = definitionWith({
    image: 'set-by-slipway',
    environment: [
      { name: 'OLD', value: '<OLD_HOST>' },
      { name: 'NEW', value: '<NEW_HOST>' },
    ],
  })
  const running = definitionWith({ image: 'set-by-slipway', environment: [{ name: 'OLD', value: '<OLD_HOST>' }] })
  expect(placeholdersIn(marked, running).map(({ mark }) => mark)).toEqual(['set-by-slipway', '<NEW_HOST>'])
})
