/** Deployments and their targets as the API shows them. */
import { createHash } from 'node:crypto'
import type {
  DeploymentInfo,
  DeploymentTarget,
  ECSTaskSet,
  RevisionLocation,
  TargetLabel,
  TargetStatus,
} from '@aws-sdk/client-codedeploy'
import type { TaskSetRecord } from '../contract.ts'
import { contentOf } from './app-spec.ts'
import { type CodeDeployState, type DeploymentRecord, isOver, regionOf } from './state.ts'

const at = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : new Date(milliseconds))

/** `members` without those that are undefined: AWS leaves them out. */
const present = <T extends object>(members: T) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** Recorded: no `deploymentOverview` for Amazon ECS. */
export function describeDeployment(deployment: DeploymentRecord): DeploymentInfo {
  const { settings } = deployment.group
  return present({
    applicationName: deployment.application.applicationName,
    deploymentGroupName: settings.deploymentGroupName,
    deploymentConfigName: deployment.config.deploymentConfigName,
    deploymentId: deployment.id,
    previousRevision: deployment.previousRevision,
    revision: deployment.revision,
    status: deployment.status,
    errorInformation: deployment.error,
    createTime: at(deployment.createdAt),
    startTime: at(deployment.startedAt),
    completeTime: at(deployment.completedAt),
    description: deployment.description,
    creator: deployment.creator,
    ignoreApplicationStopFailures: false,
    autoRollbackConfiguration: deployment.autoRollback,
    updateOutdatedInstancesOnly: false,
    rollbackInfo: deployment.rollback,
    deploymentStyle: settings.deploymentStyle,
    instanceTerminationWaitTimeStarted: deployment.terminationWaitStarted,
    blueGreenDeploymentConfiguration: deployment.blueGreen,
    loadBalancerInfo: settings.loadBalancerInfo,
    fileExistsBehavior: 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: 'ECS',
    overrideAlarmConfiguration: deployment.overrideAlarms,
  })
}

/** A revision with its hash and without its content. */
export function hashed(revision: RevisionLocation): RevisionLocation {
  const sha256 = createHash('sha256').update(contentOf(revision)).digest('hex')
  return { revisionType: 'AppSpecContent', appSpecContent: { sha256 } }
}

/** As the API answers: with or without the AppSpecs. */
export function describeShown({ quirks }: CodeDeployState, deployment: DeploymentRecord): DeploymentInfo {
  const info = describeDeployment(deployment)
  if (!quirks.hidesAppSpecs) return info
  const { revision, previousRevision } = info
  return {
    ...info,
    ...(revision && { revision: hashed(revision) }),
    ...(previousRevision && { previousRevision: hashed(previousRevision) }),
  }
}

/** `<cluster>:<service>`. */
export const targetId = (deployment: DeploymentRecord) => {
  const [service] = deployment.group.settings.ecsServices ?? []
  return `${service?.clusterName}:${service?.serviceName}`
}

/** There is no target before the deployment has begun. */
export const hasTarget = (deployment: DeploymentRecord) =>
  deployment.service !== undefined && deployment.startedAt !== undefined

function targetStatus(deployment: DeploymentRecord): TargetStatus {
  if (deployment.events.every((event) => event.status === 'Succeeded')) return 'Succeeded'
  if (isOver(deployment)) return 'Failed'
  return deployment.status === 'Ready' ? 'Ready' : 'InProgress'
}

export function describeTarget(state: CodeDeployState, deployment: DeploymentRecord): DeploymentTarget {
  const { blue, green, greenWeight } = deployment
  const describeTaskSet = (taskSet: TaskSetRecord, taskSetLabel: TargetLabel, trafficWeight: number): ECSTaskSet => ({
    identifer: taskSet.id,
    desiredCount: taskSet.group.desired,
    pendingCount: taskSet.group.pending,
    runningCount: taskSet.group.running,
    status: taskSet.status,
    trafficWeight,
    targetGroup: { name: regionOf(state).elbv2.targetGroup(taskSet.targetGroupArn)?.name ?? '' },
    taskSetLabel,
  })
  return {
    deploymentTargetType: 'ECSTarget',
    ecsTarget: {
      deploymentId: deployment.id,
      targetId: targetId(deployment),
      targetArn: deployment.service?.serviceArn,
      lastUpdatedAt: new Date(deployment.updatedAt),
      lifecycleEvents: deployment.events.map(({ name, status, startedAt, endedAt, diagnostics }) =>
        present({ lifecycleEventName: name, status, startTime: at(startedAt), endTime: at(endedAt), diagnostics }),
      ),
      status: targetStatus(deployment),
      taskSetsInfo: [
        ...(blue ? [describeTaskSet(blue, 'Blue', 100 - greenWeight)] : []),
        ...(green ? [describeTaskSet(green, 'Green', greenWeight)] : []),
      ],
    },
  }
}
