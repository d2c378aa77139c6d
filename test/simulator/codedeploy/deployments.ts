/** The operations on deployments and their targets. */
import type {
  BatchGetDeploymentsInput,
  BatchGetDeploymentTargetsInput,
  ContinueDeploymentInput,
  CreateDeploymentInput,
  GetApplicationRevisionInput,
  GetDeploymentInput,
  GetDeploymentTargetInput,
  ListDeploymentsInput,
  ListDeploymentTargetsInput,
  RevisionLocation,
  StopDeploymentInput,
} from '@aws-sdk/client-codedeploy'
import type { Handlers } from '../contract.ts'
import { paginate } from '../identifiers.ts'
import { contentOf, readAppSpec } from './app-spec.ts'
import { findApplication } from './applications.ts'
import { findConfig } from './configurations.ts'
import { findGroup, validateAlarms, validateAutoRollback } from './groups.ts'
import { begin, stop } from './life.ts'
import { lifecycleEvents } from './stages.ts'
import {
  type ApplicationRecord,
  type CodeDeployState,
  type DeploymentRecord,
  deploymentId,
  type GroupRecord,
  isOver,
  refusal,
} from './state.ts'
import { hasTestListener } from './traffic.ts'
import { describeShown, describeTarget, hashed, hasTarget, targetId } from './views.ts'

/**
 * Seen in production: https://github.com/codeship-library/aws-utilities/pull/92. The list of quotas says 256, the API
 * reference nothing.
 */
const maximumDescription = 512

function find(state: CodeDeployState, id: string | undefined): DeploymentRecord {
  if (!/^d-[A-Z0-9]{9}$/.test(id ?? ''))
    throw refusal('InvalidDeploymentIdException', `Specified DeploymentId is not in the valid format: ${id}`)
  const found = state.deployments.get(id ?? '')
  if (!found) throw refusal('DeploymentDoesNotExistException', `The deployment ${id} could not be found`)
  return found
}

function validate(state: CodeDeployState, input: CreateDeploymentInput): [ApplicationRecord, GroupRecord] {
  const application = findApplication(state, input.applicationName)
  if (!input.deploymentGroupName)
    throw refusal('DeploymentGroupNameRequiredException', 'Deployment Group name is missing')
  const group = findGroup(application, input.deploymentGroupName)
  if ((input.description?.length ?? 0) > maximumDescription)
    throw refusal('DescriptionTooLongException', `Description is longer than ${maximumDescription} characters`)
  if (input.deploymentMode === 'RESTART')
    throw refusal('InvalidInputException', 'The deployment mode RESTART is not supported for the ECS compute platform.')
  if (input.targetInstances)
    throw refusal('InvalidTargetInstancesException', 'Target instances are not supported for the ECS compute platform.')
  validateAlarms(input.overrideAlarmConfiguration)
  validateAutoRollback(input.autoRollbackConfiguration)
  return [application, group]
}

function refuseSecond(state: CodeDeployState, group: GroupRecord) {
  const active = [...state.deployments.values()].find((deployment) => deployment.group === group && !isOver(deployment))
  if (active)
    throw refusal(
      'DeploymentLimitExceededException',
      `The Deployment Group '${group.settings.deploymentGroupName}' already has an active Deployment '${active.id}'`,
    )
}

function createDeployment(state: CodeDeployState, input: CreateDeploymentInput) {
  const [application, group] = validate(state, input)
  const config = findConfig(
    state,
    input.deploymentConfigName ?? group.settings.deploymentConfigName ?? 'CodeDeployDefault.ECSAllAtOnce',
  )
  const { appSpec, problem } = readAppSpec(contentOf(input.revision))
  refuseSecond(state, group)
  const now = state.world.clock.now()
  const deployment: DeploymentRecord = {
    id: deploymentId(state.world),
    application,
    group,
    config,
    description: input.description,
    creator: 'user',
    revision: input.revision,
    previousRevision: group.lastSuccessful?.revision,
    appSpec,
    appSpecProblem: problem,
    autoRollback: input.autoRollbackConfiguration ?? group.settings.autoRollbackConfiguration,
    overrideAlarms: input.overrideAlarmConfiguration,
    blueGreen: group.settings.blueGreenDeploymentConfiguration,
    createdAt: now,
    updatedAt: now,
    events: lifecycleEvents(hasTestListener(group.settings.loadBalancerInfo?.targetGroupPairInfoList?.[0])),
    status: 'Created',
    greenWeight: 0,
    terminationWaitStarted: false,
    timers: new Set(),
  }
  state.deployments.set(deployment.id, deployment)
  group.lastAttempted = deployment
  begin(state, deployment)
  return { deploymentId: deployment.id }
}

function listDeployments(state: CodeDeployState, input: ListDeploymentsInput) {
  if (input.deploymentGroupName && !input.applicationName)
    throw refusal('ApplicationNameRequiredException', 'Application name is missing')
  if (input.applicationName && !input.deploymentGroupName)
    throw refusal('DeploymentGroupNameRequiredException', 'Deployment Group name is missing')
  const group = input.applicationName
    ? findGroup(findApplication(state, input.applicationName), input.deploymentGroupName)
    : undefined
  const { start, end } = input.createTimeRange ?? {}
  const ids = [...state.deployments.values()]
    .filter(
      (deployment) =>
        (!group || deployment.group === group) &&
        (!input.includeOnlyStatuses?.length || input.includeOnlyStatuses.includes(deployment.status)) &&
        (!start || deployment.createdAt >= start.getTime()) &&
        (!end || deployment.createdAt <= end.getTime()),
    )
    .map(({ id }) => id)
    .reverse()
  const { page, nextToken } = paginate(ids, 100, input.nextToken)
  return { deployments: page, ...(nextToken && { nextToken }) }
}

function continueDeployment(state: CodeDeployState, input: ContinueDeploymentInput) {
  const deployment = find(state, input.deploymentId)
  if (isOver(deployment))
    throw refusal('DeploymentAlreadyCompletedException', `Deployment ${deployment.id} has already completed.`)
  const kind = input.deploymentWaitType ?? 'READY_WAIT'
  if (deployment.wait?.kind !== kind)
    throw refusal('DeploymentIsNotInReadyStateException', `Deployment ${deployment.id} is not in the ready state.`)
  deployment.wait.end()
  return {}
}

function targetOf(state: CodeDeployState, id: string | undefined, wanted: string | undefined) {
  const deployment = find(state, id)
  if (!hasTarget(deployment) || wanted !== targetId(deployment))
    throw refusal('DeploymentTargetDoesNotExistException', `The deployment target ${wanted} does not exist in ${id}.`)
  return describeTarget(state, deployment)
}

const targetHandlers = (state: CodeDeployState): Handlers => ({
  ListDeploymentTargets: (input: ListDeploymentTargetsInput) => {
    const deployment = find(state, input.deploymentId)
    if (!hasTarget(deployment))
      throw refusal('DeploymentNotStartedException', `The deployment ${deployment.id} has not started.`)
    return { targetIds: [targetId(deployment)] }
  },
  GetDeploymentTarget: (input: GetDeploymentTargetInput) => ({
    deploymentTarget: targetOf(state, input.deploymentId, input.targetId),
  }),
  BatchGetDeploymentTargets: (input: BatchGetDeploymentTargetsInput) => ({
    deploymentTargets: input.targetIds?.map((id) => targetOf(state, input.deploymentId, id)) ?? [],
  }),
})

export const deploymentHandlers = (state: CodeDeployState): Handlers => ({
  ...targetHandlers(state),
  CreateDeployment: (input: CreateDeploymentInput) => createDeployment(state, input),
  GetDeployment: (input: GetDeploymentInput) => ({
    deploymentInfo: describeShown(state, find(state, input.deploymentId)),
  }),
  BatchGetDeployments: (input: BatchGetDeploymentsInput) => {
    const ids = input.deploymentIds ?? []
    if (ids.length > 25)
      throw refusal('BatchLimitExceededException', 'The maximum number of deployments in one request is 25.')
    return {
      deploymentsInfo: ids.flatMap((id) => state.deployments.get(id) ?? []).map((each) => describeShown(state, each)),
    }
  },
  ListDeployments: (input: ListDeploymentsInput) => listDeployments(state, input),
  StopDeployment: (input: StopDeploymentInput) =>
    stop(state, find(state, input.deploymentId), input.autoRollbackEnabled ?? undefined),
  ContinueDeployment: (input: ContinueDeploymentInput) => continueDeployment(state, input),
  GetApplicationRevision: (input: GetApplicationRevisionInput) => {
    const { applicationName } = findApplication(state, input.applicationName)
    const asked = input.revision?.appSpecContent
    const isAsked = (revision: RevisionLocation) =>
      asked?.content === undefined
        ? hashed(revision).appSpecContent?.sha256 === asked?.sha256
        : contentOf(revision) === asked.content
    const uses = [...state.deployments.values()].filter(
      ({ application, revision }) =>
        application.applicationName === applicationName && revision !== undefined && isAsked(revision),
    )
    const [first] = uses
    if (!first) throw refusal('RevisionDoesNotExistException', 'The revision could not be found')
    const times = uses.map(({ createdAt }) => new Date(createdAt))
    return {
      applicationName,
      revision: first.revision,
      revisionInfo: {
        deploymentGroups: [...new Set(uses.map(({ group }) => group.settings.deploymentGroupName))],
        firstUsedTime: times[0],
        lastUsedTime: times.at(-1),
        registerTime: times[0],
      },
    }
  },
})
