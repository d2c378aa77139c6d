import { expect, test } from '@jest/globals'
import { queryRequest } from './raw-request.ts'
import { createSimulator } from './simulator.ts'

const setUp = () => {
  const sim = createSimulator()
  const ask = async (action: string, parameters: Record<string, string>) => {
    const reply = await sim.handle(queryRequest('iam', '2010-05-08', action, parameters, { region: 'us-east-1' }))
    return { status: reply.status, body: String(reply.body) }
  }
  return { sim, ask }
}

test('a role tells its ARN and who may assume it; one that does not exist is refused', async () => {
  const { sim, ask } = setUp()
  const { arn } = sim.iam.role({ name: 'shop/execution', trustedServices: ['ecs-tasks.amazonaws.com'] })
  const { body } = await ask('GetRole', { RoleName: 'execution' })
  expect(body).toContain(`<Path>/shop/</Path><RoleName>execution</RoleName>`)
  expect(body).toContain(`<Arn>${arn}</Arn>`)
  const [, document = ''] = /<AssumeRolePolicyDocument>(.*)<\/AssumeRolePolicyDocument>/.exec(body) ?? []
  expect(JSON.parse(decodeURIComponent(document)).Statement).toEqual([
    { Effect: 'Allow', Principal: { Service: ['ecs-tasks.amazonaws.com'] }, Action: 'sts:AssumeRole' },
  ])
  expect(await ask('GetRole', { RoleName: 'gone' })).toEqual({
    status: 404,
    body: expect.stringContaining(
      '<Code>NoSuchEntity</Code><Message>The role with name gone cannot be found.</Message>',
    ),
  })
})

test('a simulation tells what a role may do', async () => {
  const { sim, ask } = setUp()
  const { arn } = sim.iam.role({ name: 'execution', allows: ['ecr:*', 'logs:PutLogEvents'] })
  const decision = async (PolicySourceArn: string, action: string) =>
    /<EvalDecision>(\w+)</.exec(
      (await ask('SimulatePrincipalPolicy', { PolicySourceArn, 'ActionNames.member.1': action })).body,
    )?.[1]
  expect(await decision(arn, 'ecr:BatchGetImage')).toBe('allowed')
  expect(await decision(arn, 'secretsmanager:GetSecretValue')).toBe('implicitDeny')
  expect(await decision(`${arn}-of-somebody-else`, 'ecr:BatchGetImage')).toBeUndefined()
  sim.iam.allow('iam:SimulatePrincipalPolicy', 'ecs:*')
  expect(await decision(sim.iam.root.arn, 'ecs:UpdateService')).toBe('allowed')
  expect(await decision(sim.iam.root.arn, 'iam:PassRole')).toBe('implicitDeny')
})
