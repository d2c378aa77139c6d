import { expect, test } from '@jest/globals'
import { codeDeployCommands, ecsCommands, hookCommands } from '../../../../src/targets/ecs/facts/cli-commands.ts'
import { plain } from '../../../refusal.ts'

const arns = {
  cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
  service: 'arn:aws:ecs:eu-west-1:111122223333:service/shop/api',
  region: 'eu-west-1',
}

test('commands name cluster and service also where the inputs are ARNs, without the account', () => {
  const { look, rollBackTo } = ecsCommands(arns)
  expect(look.map(plain)).toEqual(['aws ecs describe-services --cluster shop --services api --region eu-west-1'])
  expect(`${plain(rollBackTo?.start)}api:7${plain(rollBackTo?.end)}`).toBe(
    'aws ecs update-service --cluster shop --service api --task-definition api:7 --region eu-west-1',
  )
  expect(hookCommands('hook-1', arns).prepare.map(plain).join()).toContain('--cluster shop --service api')
})

test('what the shell would read is quoted', () => {
  expect(codeDeployCommands("d-1' ; x", 'eu-west-1').look.map(plain)).toEqual([
    `aws deploy get-deployment --deployment-id 'd-1'\\'' ; x' --region eu-west-1`,
  ])
})
