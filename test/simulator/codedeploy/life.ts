/** The life of a deployment on the virtual clock, from Created to its end. */
import { fail, succeed } from './ending.ts'
import { runEvent } from './stages.ts'
import { type CodeDeployState, type DeploymentRecord, isOver, later, refusal, regionOf } from './state.ts'

/** Lets the deployment begin. */
export function begin(state: CodeDeployState, deployment: DeploymentRecord) {
  const { startSeconds, queuedSeconds } = state.quirks
  later(state, deployment, startSeconds, () => {
    deployment.status = 'Queued'
  })
  later(state, deployment, startSeconds + queuedSeconds, () => {
    deployment.status = 'InProgress'
    deployment.startedAt = state.world.clock.now()
    if (deployment.appSpecProblem)
      return fail(state, deployment, {
        status: 'Failed',
        error: { code: 'INVALID_REVISION', message: deployment.appSpecProblem },
        event: 'DEPLOYMENT_FAILURE',
      })
    const [wanted] = deployment.group.settings.ecsServices ?? []
    const service = regionOf(state).ecs.service(wanted?.clusterName ?? '', wanted?.serviceName ?? '')
    const blue = service?.taskSets.find((taskSet) => taskSet.status === 'PRIMARY')
    if (!service || !blue)
      return fail(state, deployment, {
        status: 'Failed',
        error: { code: 'INVALID_ECS_SERVICE', message: 'The Amazon ECS service identifier is invalid.' },
        event: 'DEPLOYMENT_FAILURE',
      })
    deployment.service = service
    deployment.blue = blue
    if (activeAlarms(state, deployment).length > 0) watchAlarms(state, deployment, state.quirks.activeAlarmSeconds)
    advance(state, deployment)
  })
}

function advance(state: CodeDeployState, deployment: DeploymentRecord) {
  const next = deployment.events.find((event) => event.status === 'Pending')
  if (!next) return awaitTermination(state, deployment)
  const proceed = () =>
    runEvent(state, deployment, next, () => later(state, deployment, 0.2, () => advance(state, deployment)))
  if (next.name === 'BeforeAllowTraffic') awaitReady(state, deployment, proceed)
  else proceed()
}

/** Who must say by when that production traffic may move. AWS leaves a wait that is not given unsaid; the simulator takes an hour. */
function awaitReady(state: CodeDeployState, deployment: DeploymentRecord, proceed: () => void) {
  const { actionOnTimeout, waitTimeInMinutes: minutes = 60 } = deployment.blueGreen?.deploymentReadyOption ?? {}
  if (actionOnTimeout !== 'STOP_DEPLOYMENT') return proceed()
  deployment.status = 'Ready'
  let isAnswered = false
  deployment.wait = {
    kind: 'READY_WAIT',
    end: () => {
      isAnswered = true
      delete deployment.wait
      deployment.status = 'InProgress'
      later(state, deployment, 1, proceed)
    },
  }
  later(state, deployment, minutes * 60, () => {
    if (isAnswered) return
    fail(state, deployment, {
      status: 'Stopped',
      error: {
        code: 'TIMEOUT',
        message: `The deployment timed out while waiting for a notification to continue. This time out period is ${minutes} minutes.`,
      },
      event: 'DEPLOYMENT_FAILURE',
    })
  })
}

function awaitTermination(state: CodeDeployState, deployment: DeploymentRecord) {
  const { action, terminationWaitTimeInMinutes: minutes = 0 } =
    deployment.blueGreen?.terminateBlueInstancesOnDeploymentSuccess ?? {}
  if (action === 'KEEP_ALIVE') return succeed(state, deployment)
  let isEnding = false
  const terminate = () => {
    if (isEnding) return
    isEnding = true
    delete deployment.wait
    const { service, blue } = deployment
    if (service && blue && service.taskSets.includes(blue)) regionOf(state).ecs.deleteTaskSet(service, blue)
    later(state, deployment, 2, () => succeed(state, deployment))
  }
  deployment.terminationWaitStarted = true
  if (minutes > 0) deployment.wait = { kind: 'TERMINATION_WAIT', end: terminate }
  later(state, deployment, minutes * 60, terminate)
}

function alarmNames(deployment: DeploymentRecord): readonly string[] {
  const { enabled, alarms } = deployment.overrideAlarms ?? deployment.group.settings.alarmConfiguration ?? {}
  return enabled ? (alarms?.flatMap(({ name }) => name ?? []) ?? []) : []
}

const activeAlarms = (state: CodeDeployState, deployment: DeploymentRecord) =>
  alarmNames(deployment).filter((name) => regionOf(state).cloudwatch.state(name)?.state === 'ALARM')

function watchAlarms(state: CodeDeployState, deployment: DeploymentRecord, seconds: number) {
  later(state, deployment, seconds, () => {
    const active = activeAlarms(state, deployment)
    if (active.length === 0) return
    const names = active.map((name) => `<${name}>`).join(' ')
    fail(state, deployment, {
      status: 'Stopped',
      error: {
        code: 'ALARM_ACTIVE',
        message: `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: ${names}`,
      },
      event: 'DEPLOYMENT_STOP_ON_ALARM',
    })
  })
}

/** Stops, after a while, every deployment that watches this alarm. */
export function onAlarm(state: CodeDeployState, name: string) {
  for (const deployment of state.deployments.values())
    if (!isOver(deployment) && deployment.creator !== 'codeDeployRollback' && alarmNames(deployment).includes(name))
      watchAlarms(state, deployment, state.quirks.alarmSeconds)
}

/** StopDeployment. The words of MANUAL_STOP are not AWS's: no recording of them is known. */
export function stop(state: CodeDeployState, deployment: DeploymentRecord, rollBack: boolean | undefined) {
  if (isOver(deployment))
    throw refusal('DeploymentAlreadyCompletedException', `Deployment ${deployment.id} has already completed.`)
  const end = () =>
    fail(state, deployment, {
      status: 'Stopped',
      error: { code: 'MANUAL_STOP', message: `Deployment ${deployment.id} was stopped by a request.` },
      event: 'DEPLOYMENT_STOP_ON_REQUEST',
      rollBack,
    })
  if (deployment.status === 'Created' || deployment.status === 'Queued') {
    end()
    return { status: 'Succeeded', statusMessage: `Deployment ${deployment.id} stopped.` }
  }
  later(state, deployment, state.quirks.stopSeconds, end)
  return { status: 'Pending', statusMessage: `Stopping deployment ${deployment.id}.` }
}
