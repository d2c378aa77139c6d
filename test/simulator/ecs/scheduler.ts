/** The service scheduler of the ECS deployment controller: each deployment by the engine of its strategy, one at a time. */
import { AwsError } from '../contract.ts'
import { createRollingEngine } from './rolling-deployment.ts'
import { createRollout } from './rollout.ts'
import { createShiftingEngine } from './shifting-deployment.ts'
import type { RolloutRecord, ServiceRecord, ServiceScheduler } from './state.ts'
import { clientException, type DeploymentEngine, type EcsState, invalidParameter } from './state.ts'
import { giveTrafficBack, servingBalancers, targetBalancers } from './traffic.ts'

const mostDeployments = 5

export function createScheduler(ecs: EcsState, service: ServiceRecord): ServiceScheduler {
  const wake = () => {
    shifting.wake()
    rolling.wake()
  }
  const rolling: DeploymentEngine = createRollingEngine(ecs, service, {
    isBusy: () => shifting.inFlight !== undefined,
    create: (definition, id) => createRollout(ecs, service, definition, id, servingBalancers(service), wake),
  })
  const shifting: DeploymentEngine = createShiftingEngine(ecs, service, {
    create: (definition, id, source: RolloutRecord | undefined) =>
      createRollout(ecs, service, definition, id, targetBalancers(service, source), wake),
  })
  const engines = [rolling, shifting]

  return {
    deploy: (definition) => {
      const open = service.rollouts.filter(({ deployment }) => deployment.rolloutState !== 'COMPLETED')
      if (open.length >= mostDeployments)
        throw clientException(`${mostDeployments} active deployments exist, unable to create new deployment.`)
      const { strategy = 'ROLLING' } = service.settings.deploymentConfiguration ?? {}
      const isTakenOver = strategy === 'ROLLING' && shifting.inFlight !== undefined
      for (const engine of engines) engine.supersede()
      if (isTakenOver) giveTrafficBack(ecs, service)
      if (strategy === 'ROLLING') rolling.deploy(definition)
      else shifting.deploy(definition)
    },
    stop: (serviceDeploymentArn, stopType) => {
      const engine = engines.find(({ inFlight }) => inFlight?.view.serviceDeploymentArn === serviceDeploymentArn)
      if (!engine)
        throw new AwsError('ConflictException', 'The service deployment is in a terminal state and cannot be stopped.')
      if (stopType === 'ABORT' && ecs.quirks.abort === 'is-refused')
        throw invalidParameter('The stopType ABORT is not supported.')
      engine.stop(stopType)
    },
    answer: (serviceDeploymentArn, hookId, action) => {
      const engine = engines.find(({ inFlight }) => inFlight?.view.serviceDeploymentArn === serviceDeploymentArn)
      if (!engine)
        throw invalidParameter(
          'Continuing a service deployment is not allowed for service deployment in terminal states.',
        )
      engine.answer(hookId, action)
    },
    wake,
  }
}
