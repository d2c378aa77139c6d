/** What the simulated AWS really did and does, whatever it shows to clients. No part of the program under test. */
import type { DeploymentInfo, ListDeploymentsOutput } from '@aws-sdk/client-codedeploy'
import type { Call } from '../simulator/contract.ts'
import type { ServiceRecord } from '../simulator/ecs/state.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { region } from './scene.ts'

/** One deployment, by either engine. */
export interface Deployed {
  /** AWS's last word on it. A deployment of CodeDeploy that was rolled back is `ROLLBACK_SUCCESSFUL` or `ROLLBACK_FAILED`. */
  readonly status: string
  /** What was deployed; empty for CodeDeploy. */
  readonly image: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly finishedAt: number | undefined
  /** The circuit breaker fired. */
  readonly isTriggered: boolean
}

/** The service at this moment. */
export interface Truth {
  /** Image and ARN of the PRIMARY deployment, or of the PRIMARY task set. */
  readonly image: string
  readonly taskDefinition: string
  /** Of the PRIMARY deployment; COMPLETED for a task set. */
  readonly rolloutState: string
  readonly running: number
  /** Newest first, those of the scene included. */
  readonly deployments: readonly Deployed[]
}

/** Looks into the service `shop/api`. */
export function truthOf(sim: Simulator): Truth {
  const { ecs } = sim.world.region(region)
  const service = ecs.service('shop', 'api') as ServiceRecord
  const imageOf = (reference = '') => String(ecs.taskDefinition(reference)?.containerDefinitions[0]?.image)
  const set = service.taskSets.find(({ status }) => status === 'PRIMARY')
  const primary = service.rollouts.find(({ deployment }) => deployment.status === 'PRIMARY')
  const taskDefinition = set?.taskDefinitionArn ?? primary?.deployment.taskDefinition ?? ''
  const ofEcs = service.history.map(({ view, target }) => ({
    status: view.status ?? '',
    image: imageOf(target.deployment.taskDefinition),
    createdAt: view.createdAt?.getTime() ?? 0,
    finishedAt: view.finishedAt?.getTime(),
    isTriggered: view.deploymentCircuitBreaker?.status === 'TRIGGERED',
  }))
  return {
    image: imageOf(taskDefinition),
    taskDefinition,
    rolloutState: set ? 'COMPLETED' : (primary?.deployment.rolloutState ?? ''),
    running: (set?.group ?? primary?.group)?.running ?? 0,
    deployments: set ? ofCodeDeploy(sim) : ofEcs,
  }
}

function ofCodeDeploy(sim: Simulator): readonly Deployed[] {
  const { handlers } = sim.world.region(region).codedeploy
  const ask = <Output>(operation: string, input: object) => handlers[operation]?.(input, {} as Call) as Output
  const names = { applicationName: 'AppECS-shop-api', deploymentGroupName: 'DgpECS-shop-api' }
  const { deployments = [] } = ask<ListDeploymentsOutput>('ListDeployments', names)
  const info = (deploymentId: string) => {
    const { deploymentInfo } = ask<{ deploymentInfo: DeploymentInfo }>('GetDeployment', { deploymentId })
    return deploymentInfo
  }
  const own = deployments.map(info).filter(({ creator }) => creator !== 'codeDeployRollback')
  return own.map(({ status = '', rollbackInfo, createTime, completeTime }) => {
    const rollback = rollbackInfo?.rollbackDeploymentId ? info(rollbackInfo.rollbackDeploymentId) : undefined
    return {
      status: rollback ? rollbackStatus(rollback.status) : status,
      image: '',
      createdAt: createTime?.getTime() ?? 0,
      finishedAt: (rollback ? rollback.completeTime : completeTime)?.getTime(),
      isTriggered: false,
    }
  })
}

function rollbackStatus(status = ''): string {
  if (status === 'Succeeded') return 'ROLLBACK_SUCCESSFUL'
  return status === 'Failed' || status === 'Stopped' ? 'ROLLBACK_FAILED' : 'ROLLBACK_IN_PROGRESS'
}
