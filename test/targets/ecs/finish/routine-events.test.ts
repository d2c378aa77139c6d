import { expect, test } from '@jest/globals'
import { isRoutine } from '../../../../src/targets/ecs/finish/routine-events.ts'

test.each([
  '(service api) has started 2 tasks: (task 023950e01d22b9b3a5fc3454a04f64ab) (task 546b1773b3f2eac5526da3a95f7ce9ba).',
  '(service api) registered 1 targets in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/716c43069c43a8c3)',
  '(service api) has stopped 1 running tasks: (task 684e4edaa36434ef2510c632d4e86a53).',
  '(service api, taskSet ecs-svc/7285971691913143655) has begun draining connections on 1 tasks.',
  '(service api) (deployment ecs-svc/2268449709125551366) deployment completed.',
  '(service api) has reached a steady state.',
])('%s is routine', (message) => {
  expect(isRoutine(message)).toBe(true)
})

test.each([
  '(service api) (task 1) failed container health checks.',
  '(service api) (deployment ecs-svc/1) deployment failed: tasks failed to start.',
  '(service api) was unable to place a task. Reason: secret-value.',
  '(service api) has reached a steady state. secret-value',
  'secret-value (service api) has reached a steady state.',
  '(service secret value) has reached a steady state.',
  '(service api) has started 2 tasks: (task 1) secret-value.',
])('%s is not', (message) => {
  expect(isRoutine(message)).toBe(false)
})
