/** Amazon Elastic Container Service of one region. */
import { AwsError, type EcsService, type SimulatedService, type World } from '../contract.ts'
import { nameOf } from '../identifiers.ts'
import { clusterHandlers } from './clusters.ts'
import { expressHandlers } from './express.ts'
import { createHookTargets } from './hook-targets.ts'
import { serviceDeploymentHandlers } from './service-revisions.ts'
import { serviceHandlers } from './services.ts'
import type { EcsState, ServiceRecord } from './state.ts'
import { tagHandlers } from './tags.ts'
import { findDefinition, taskDefinitionHandlers } from './task-definitions.ts'
import { startTaskGroup } from './task-groups.ts'
import { taskHandlers } from './task-handlers.ts'
import { createTaskSet, deleteTaskSet, setPrimary, taskSetHandlers } from './task-sets.ts'

export function createEcs(world: World, region: string): EcsService {
  const ecs: EcsState = {
    world,
    region,
    quirks: {
      updateReplyNamesNewDeployment: false,
      listedAfterSeconds: 3,
      rollbackDeployment: 'former',
      drainSeconds: 15,
      alarmBakeSeconds: 60,
      unhealthyAfterSeconds: 20,
      abort: 'stops',
      circuitBreakerForAllStrategies: true,
      preProductionStageShown: 'PRE_PRODUCTION_TRAFFIC_SHIFT',
      hooksOnRolling: 'run',
      stageSeconds: 2,
      trafficShiftSeconds: 10,
      networkLoadBalancerShiftSeconds: 600,
      hookRetrySeconds: 30,
      taskShownAfterSeconds: 0,
      deprovisioningSeconds: undefined,
      shortage: undefined,
      reordersDefinitions: true,
    },
    hookTargets: createHookTargets(world),
    infrastructureDenials: new Map(),
    clusters: new Map(),
    families: new Map(),
    tasks: new Map(),
    services: new Map(),
    serviceDeployments: new Map(),
    serviceRevisions: new Map(),
    runTaskTokens: new Map(),
  }
  const record = (service: SimulatedService): ServiceRecord => {
    const found = ecs.services.get(`${nameOf(service.clusterArn)}/${service.serviceName}`)
    if (!found) throw new AwsError('ServiceNotFoundException', 'Service not found.')
    return found
  }

  return {
    quirks: ecs.quirks,
    lambdaHooks: ecs.hookTargets,
    denyInfrastructure: (roleArn, ...actions) => {
      ecs.infrastructureDenials.set(roleArn, new Set(actions))
    },
    handlers: {
      ...clusterHandlers(ecs),
      ...taskDefinitionHandlers(ecs),
      ...serviceHandlers(ecs),
      ...expressHandlers(ecs),
      ...serviceDeploymentHandlers(ecs),
      ...taskHandlers(ecs),
      ...taskSetHandlers(ecs),
      ...tagHandlers(ecs),
    },
    startTaskGroup: (options) => startTaskGroup(ecs, options),
    service: (cluster, service) => ecs.services.get(`${nameOf(cluster)}/${nameOf(service)}`),
    taskDefinition: (reference) => {
      const found = findDefinition(ecs, reference)?.definition
      if (!found?.taskDefinitionArn || found.status !== 'ACTIVE') return undefined
      const containerDefinitions = (found.containerDefinitions ?? []).map((container) => ({ ...container }))
      return { taskDefinitionArn: found.taskDefinitionArn, containerDefinitions }
    },
    createTaskSet: (service, options) => createTaskSet(ecs, record(service), options),
    deleteTaskSet: (service, taskSet) => deleteTaskSet(record(service), taskSet),
    setPrimary: (service, taskSet) => setPrimary(ecs, record(service), taskSet),
  }
}
