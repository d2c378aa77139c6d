/** Policies as the simulated IAM evaluates them. */
import { expect, test } from '@jest/globals'
import { isAllowed, type Policy, type PolicyStatement, type Question } from './iam-policy.ts'

const policy = (...statements: readonly Partial<PolicyStatement>[]): Policy => ({
  Version: '2012-10-17',
  Statement: statements.map((one) => ({ Effect: 'Allow', Action: 'ecs:UpdateService', Resource: '*', ...one })),
})
const asked: Question = {
  action: 'ecs:UpdateService',
  resource: 'arn:aws:ecs:eu-west-1:111122223333:service/shop/api',
  context: { 'ecs:cluster': 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop' },
}
const ofCluster = (value: string | readonly string[], operator = 'ArnEquals') => ({
  Condition: { [operator]: { 'ecs:cluster': value } },
})

test.each<[string, Policy, boolean]>([
  ['no statement', policy(), false],
  ['the action', policy({}), true],
  ['the action in another case', policy({ Action: ['ECS:updateSERVICE'] }), true],
  ['a pattern of actions', policy({ Action: 'ecs:Update*' }), true],
  ['another action', policy({ Action: 'ecs:UpdateServices' }), false],
  ['the resource', policy({ Resource: [asked.resource] }), true],
  ['a pattern of resources', policy({ Resource: 'arn:aws:ecs:*:*:service/shop/*' }), true],
  ['a resource that begins with it', policy({ Resource: `${asked.resource}-2` }), false],
  ['a resource that it begins with', policy({ Resource: asked.resource.slice(0, -1) }), false],
  ['a resource in another case', policy({ Resource: asked.resource.toUpperCase() }), false],
  ['the condition', policy(ofCluster('arn:aws:ecs:eu-west-1:111122223333:cluster/shop')), true],
  ['one of several values', policy(ofCluster(['x:x:x:x:x:x', 'arn:aws:ecs:*:111122223333:cluster/shop'])), true],
  ['another value', policy(ofCluster('arn:aws:ecs:eu-west-1:111122223333:cluster/other')), false],
  ['a wildcard that reaches over a colon', policy(ofCluster('arn:*:cluster/shop')), false],
  ['a wildcard where none is known', policy(ofCluster('arn:aws:ecs:*', 'StringEquals')), false],
  ['a key that the request has not', policy({ Condition: { StringEquals: { 'ecs:service': 'x' } } }), false],
  ['a denial beside it', policy({}, { Effect: 'Deny', Resource: asked.resource }), false],
  ['a denial of something else', policy({}, { Effect: 'Deny', Action: 'ecs:RunTask' }), true],
])('%s', (_, given, expected) => {
  expect(isAllowed([given], asked)).toBe(expected)
})

test('an operator that is not modelled is an error, and no permission', () => {
  const given = policy({ Condition: { NumericLessThan: { 'ecs:cluster': '1' } } })
  expect(() => isAllowed([given], asked)).toThrow('does not know the operator NumericLessThan')
})
