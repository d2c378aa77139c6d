/** What CodeDeploy does in each of the eight lifecycle events of an Amazon ECS deployment. */
import type { ErrorInformation, LifecycleErrorCode } from '@aws-sdk/client-codedeploy'
import { uuid } from '../identifiers.ts'
import { trafficSteps } from './configurations.ts'
import { fail } from './ending.ts'
import {
  type CodeDeployState,
  type DeploymentRecord,
  type LifecycleEventName,
  type LifecycleEventRecord,
  later,
  regionOf,
} from './state.ts'
import { checkHealthBeforeShift, idleTargetGroup, LoadBalancerRefusal, shiftProduction, shiftTest } from './traffic.ts'

/** Seconds between two looks at the replacement task set. */
const look = 2

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html#troubleshooting-ecs-timeout */
const healthyWithinSeconds = 3600
/** https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html#troubleshooting-ecs-timeout-callback */
const hookAnswersWithinSeconds = 3600

type Stage = (state: CodeDeployState, deployment: DeploymentRecord, done: () => void) => void

const failStage = (state: CodeDeployState, deployment: DeploymentRecord, error: ErrorInformation) =>
  fail(state, deployment, { status: 'Failed', error, event: 'DEPLOYMENT_FAILURE' })

function hook(name: LifecycleEventName): Stage {
  return (state, deployment, done) => {
    const scriptName = deployment.appSpec?.hooks[name]
    if (scriptName === undefined) return later(state, deployment, 0.3, done)
    const outcome = state.hooks.get(scriptName) ?? { kind: 'Succeeded' }
    const event = deployment.events.find((candidate) => candidate.name === name)
    const refuse = (errorCode: LifecycleErrorCode, error: ErrorInformation) => {
      if (event) event.diagnostics = { errorCode, scriptName, message: error.message, logTail: '' }
      failStage(state, deployment, error)
    }
    if (outcome.kind === 'never')
      return later(state, deployment, hookAnswersWithinSeconds, () =>
        refuse('ScriptTimedOut', {
          code: 'TIMEOUT',
          message:
            'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.',
        }),
      )
    later(state, deployment, outcome.seconds ?? 3, () => {
      if (outcome.kind === 'Succeeded') return done()
      refuse('ScriptFailed', {
        code: 'HOOK_EXECUTION_FAILURE',
        message: 'The deployment failed because one or more of the lifecycle event validation functions failed.',
      })
    })
  }
}

/** Amazon ECS's refusal as CodeDeploy passes it on. */
const ecsUpdateError = (
  state: CodeDeployState,
  reason: string,
  code = 'InvalidParameterException',
): ErrorInformation => ({
  code: 'ECS_UPDATE_ERROR',
  message: `The ECS service cannot be updated due to an unexpected error: ${reason} (Service: AmazonECS; Status Code: 400; Error Code: ${code}; Request ID: ${uuid(state.world)}; Proxy: null). Check your ECS service status.`,
})

/** Why Amazon ECS would not make the task set that the AppSpec asks for. */
function refusedTaskSet(state: CodeDeployState, deployment: DeploymentRecord): ErrorInformation | undefined {
  const { taskDefinition, containerName, containerPort } = deployment.appSpec ?? {}
  const revision = /:task-definition\/[^:]+:(.+)$/.exec(taskDefinition ?? '')?.[1]
  if (revision !== undefined && !/^\d+$/.test(revision))
    return ecsUpdateError(state, `Invalid revision number. Number: ${revision}`)
  const found = regionOf(state).ecs.taskDefinition(taskDefinition ?? '')
  if (found?.taskDefinitionArn !== taskDefinition)
    return ecsUpdateError(state, 'TaskDefinition not found.', 'ClientException')
  const container = found?.containerDefinitions.find((candidate) => candidate.name === containerName)
  if (!container) return ecsUpdateError(state, 'The container does not exist in the task definition.')
  const mappings = (container.portMappings ?? []) as readonly { readonly containerPort?: number }[]
  if (!mappings.some((mapping) => mapping.containerPort === containerPort))
    return ecsUpdateError(
      state,
      `The container ${containerName} did not have a container port ${containerPort} defined.`,
    )
  return undefined
}

const install: Stage = (state, deployment, done) => {
  const { service, appSpec } = deployment
  if (!service || !appSpec) return
  const refused = refusedTaskSet(state, deployment)
  if (refused) return later(state, deployment, look, () => failStage(state, deployment, refused))
  const { ecs } = regionOf(state)
  const leftovers = service.taskSets.filter((taskSet) => taskSet.status === 'ACTIVE')
  for (const leftover of leftovers) ecs.deleteTaskSet(service, leftover)
  const targetGroupArn = idleTargetGroup(state, deployment)
  checkHealthBeforeShift(state, deployment, targetGroupArn)
  deployment.green = ecs.createTaskSet(service, {
    externalId: deployment.id,
    taskDefinitionArn: appSpec.taskDefinition,
    targetGroupArn,
    target: { containerName: appSpec.containerName, containerPort: appSpec.containerPort },
    desired: service.desiredCount,
  })
  awaitSteady(state, deployment, targetGroupArn, done)
}

function awaitSteady(state: CodeDeployState, deployment: DeploymentRecord, targetGroupArn: string, done: () => void) {
  const startedAt = state.world.clock.now()
  let steadySince: number | undefined
  const check = () => {
    const now = state.world.clock.now()
    const { desired, healthy, running } = deployment.green?.group ?? { desired: 0, healthy: 0, running: 0 }
    const good = regionOf(state).elbv2.isInUse(targetGroupArn) ? healthy : running
    steadySince = good >= desired ? (steadySince ?? now) : undefined
    const { steadySeconds, installSeconds } = state.quirks
    const isSteady = steadySince !== undefined && now - steadySince >= steadySeconds * 1000
    if (isSteady && now - startedAt >= installSeconds * 1000) return done()
    if (now - startedAt < healthyWithinSeconds * 1000) return later(state, deployment, look, check)
    failStage(state, deployment, {
      code: 'TIMEOUT',
      message:
        'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
    })
  }
  check()
}

const allowTestTraffic: Stage = (state, deployment, done) => {
  shiftTest(state, deployment)
  later(state, deployment, 1, done)
}

const allowTraffic: Stage = (state, deployment, done) => {
  const { service, green, config } = deployment
  for (const { atSeconds, percent } of trafficSteps(config.trafficRoutingConfig))
    later(state, deployment, atSeconds, () =>
      guarded(state, deployment, () => {
        shiftProduction(state, deployment, percent)
        if (percent < 100 || !service || !green) return
        regionOf(state).ecs.setPrimary(service, green)
        later(state, deployment, 2, done)
      }),
    )
}

/** Runs a part of a stage; what the load balancer refuses ends the deployment. */
function guarded(state: CodeDeployState, deployment: DeploymentRecord, action: () => void) {
  try {
    action()
  } catch (error) {
    if (!(error instanceof LoadBalancerRefusal)) throw error
    failStage(state, deployment, { code: 'ELASTIC_LOAD_BALANCING_INVALID', message: error.message })
  }
}

const stages: Readonly<Record<LifecycleEventName, Stage>> = {
  BeforeInstall: hook('BeforeInstall'),
  Install: install,
  AfterInstall: hook('AfterInstall'),
  AllowTestTraffic: allowTestTraffic,
  AfterAllowTestTraffic: hook('AfterAllowTestTraffic'),
  BeforeAllowTraffic: hook('BeforeAllowTraffic'),
  AllowTraffic: allowTraffic,
  AfterAllowTraffic: hook('AfterAllowTraffic'),
}

/** The events of a deployment, in order. Without a test listener there are six. */
export const lifecycleEvents = (withTestListener: boolean): LifecycleEventRecord[] =>
  (Object.keys(stages) as LifecycleEventName[])
    .filter((name) => withTestListener || !name.endsWith('AllowTestTraffic'))
    .map((name) => ({ name, status: 'Pending' }))

/** Runs one event; `done` is called when it has succeeded, and not at all when the deployment ends in it. */
export function runEvent(
  state: CodeDeployState,
  deployment: DeploymentRecord,
  event: LifecycleEventRecord,
  done: () => void,
) {
  event.status = 'InProgress'
  event.startedAt = state.world.clock.now()
  guarded(state, deployment, () =>
    stages[event.name](state, deployment, () => {
      event.status = 'Succeeded'
      event.endedAt = state.world.clock.now()
      done()
    }),
  )
}
