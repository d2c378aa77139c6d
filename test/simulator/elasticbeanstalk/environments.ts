/** Environments: reading, changing, aborting, making, terminating and swapping them. */
import type {
  AbortEnvironmentUpdateMessage,
  DescribeEnvironmentManagedActionsRequest,
  DescribeEnvironmentResourcesMessage,
  DescribeEnvironmentsMessage,
  DescribePlatformVersionRequest,
  ListTagsForResourceMessage,
  SwapEnvironmentCNAMEsMessage,
  TerminateEnvironmentMessage,
  UpdateEnvironmentMessage,
  UpdateTagsForResourceMessage,
} from '@aws-sdk/client-elastic-beanstalk'
import { AwsError, type Call, type Handlers } from '../contract.ts'
import type { Script } from '../ecs/script.ts'
import { paginate } from '../identifiers.ts'
import { requireFit } from './cluster.ts'
import { create, type EnvironmentToMake } from './create-environment.ts'
import { startDeployment } from './deployment.ts'
import { tell } from './events.ts'
import { healthMembers } from './health.ts'
import { invalidSetting, startConfiguration } from './settings.ts'
import { type Environment, findEnvironment, requireReady, type State } from './state.ts'
import { usableVersion } from './versions.ts'

/** EnvironmentDescription of an environment. */
function described(state: State, environment: Environment) {
  const { EnvironmentName, EnvironmentId, ApplicationName, VersionLabel, SolutionStackName, PlatformArn } = environment
  const {
    CNAME,
    EndpointURL,
    EnvironmentArn,
    Status,
    Tier,
    operation,
    DateUpdated,
    CreatedAt,
    shownReadyUntil = 0,
  } = environment
  return {
    EnvironmentName,
    EnvironmentId,
    ApplicationName,
    VersionLabel,
    SolutionStackName,
    PlatformArn,
    CNAME,
    EndpointURL,
    EnvironmentArn,
    Status: Status === 'Updating' && state.world.clock.now() < shownReadyUntil ? 'Ready' : Status,
    Tier,
    DateCreated: new Date(CreatedAt),
    DateUpdated: DateUpdated ?? new Date(CreatedAt),
    AbortableOperationInProgress: Status === 'Updating' && operation?.isAbortable === true,
    ...healthMembers(state, environment),
  }
}

/** `keep`: of terminated environments, for an hour. */
function listed(state: State, input: DescribeEnvironmentsMessage) {
  return state.environments
    .filter(
      (environment) =>
        (input.ApplicationName === undefined || environment.ApplicationName === input.ApplicationName) &&
        (input.VersionLabel === undefined || environment.VersionLabel === input.VersionLabel) &&
        (input.EnvironmentNames?.includes(environment.EnvironmentName) ?? true) &&
        (input.EnvironmentIds?.includes(environment.EnvironmentId) ?? true) &&
        (environment.Status !== 'Terminated' || input.IncludeDeleted === true),
    )
    .map((environment) => described(state, environment))
}

function update(state: State, input: UpdateEnvironmentMessage, call: Call) {
  const environment = findEnvironment(state, input)
  const { VersionLabel: label, OptionSettings: settings = [], OptionsToRemove: removed = [] } = input
  const { SolutionStackName, PlatformArn } = input
  const configures =
    settings.length + removed.length > 0 || SolutionStackName !== undefined || PlatformArn !== undefined
  // API reference, UpdateEnvironment.
  if (label !== undefined && configures)
    throw new AwsError(
      'InvalidParameterCombination',
      'You cannot update both the application version and the configuration settings of an environment in one request.',
    )
  if (label !== undefined) requireFit(environment, usableVersion(state, environment.ApplicationName, label))
  requireReady(environment)
  const mistake = invalidSetting(settings)
  if (mistake !== undefined) throw new AwsError('ConfigurationValidationException', mistake)
  const requestId = call.requestId ?? ''
  environment.shownReadyUntil = state.world.clock.now() + state.quirks.readyLag * 1000
  if (label !== undefined) startDeployment(state, environment, label, requestId)
  else startConfiguration(state, environment, { settings, removed }, requestId)
  return described(state, environment)
}

function abort(state: State, input: AbortEnvironmentUpdateMessage) {
  const environment = findEnvironment(state, input)
  if (environment.Status !== 'Updating' || environment.operation?.isAbortable !== true)
    throw new AwsError(
      'InvalidParameterValue',
      `Environment named ${environment.EnvironmentName} is in an invalid state for this operation. Must be pending deployment.`,
    )
  environment.Status = 'Aborting'
  environment.player.play(aborting(state, environment))
  return {}
}

function* aborting(state: State, environment: Environment): Script {
  tell(state, environment, 'Environment update is aborting.')
  yield { seconds: state.quirks.abort }
  const isMixed = environment.operation?.undo() ?? false
  for (const instance of environment.instances) if (instance.status === 'In Progress') instance.status = 'Deployed'
  environment.VersionLabel = environment.expected.label
  // https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.cancel.html
  if (isMixed)
    tell(
      state,
      environment,
      'During an aborted deployment, some instances may have deployed the new application version. To ensure all instances are running the same version, re-deploy the appropriate application version.',
      'ERROR',
    )
  else tell(state, environment, 'The environment was reverted to the previous configuration setting.')
  environment.Status = 'Ready'
  environment.operation = undefined
}

function terminate(state: State, input: TerminateEnvironmentMessage, call: Call) {
  const environment = findEnvironment(state, input)
  environment.Status = 'Terminating'
  environment.operation = { requestId: call.requestId ?? '', deploymentId: 0, isAbortable: false, undo: () => false }
  environment.player.play(terminating(state, environment))
  return described(state, environment)
}

function* terminating(state: State, environment: Environment): Script {
  tell(state, environment, 'terminateEnvironment is starting.')
  yield { seconds: state.quirks.termination }
  environment.instances = []
  tell(state, environment, 'terminateEnvironment completed successfully.')
  environment.Status = 'Terminated'
  environment.operation = undefined
}

function swap(state: State, input: SwapEnvironmentCNAMEsMessage, call: Call) {
  const of = (name?: string, id?: string) =>
    findEnvironment(state, { ...(name && { EnvironmentName: name }), ...(id && { EnvironmentId: id }) })
  const source = of(input.SourceEnvironmentName, input.SourceEnvironmentId)
  const destination = of(input.DestinationEnvironmentName, input.DestinationEnvironmentId)
  requireReady(source)
  requireReady(destination)
  for (const environment of [source, destination]) {
    environment.Status = 'Updating'
    environment.operation = { requestId: call.requestId ?? '', deploymentId: 0, isAbortable: false, undo: () => false }
  }
  source.player.play(swapping(state, source, destination))
  return {}
}

function* swapping(state: State, source: Environment, destination: Environment): Script {
  const names = `'${source.EnvironmentName}' and '${destination.EnvironmentName}'`
  tell(state, source, `Swapping CNAMEs for environments ${names}.`)
  yield { seconds: state.quirks.swap }
  ;[source.CNAME, destination.CNAME] = [destination.CNAME, source.CNAME]
  for (const environment of [source, destination]) {
    tell(state, environment, `Completed swapping CNAMEs for environments ${names}.`)
    environment.Status = 'Ready'
    environment.operation = undefined
  }
}

function tagged(state: State, arn: string | undefined): Map<string, string> {
  const found = [...state.environments, ...state.versions].find(
    (one) =>
      ('EnvironmentArn' in one
        ? one.EnvironmentArn
        : (one as { ApplicationVersionArn?: string }).ApplicationVersionArn) === arn,
  )
  if (!found) throw new AwsError('ResourceNotFoundException', `Resource '${arn}' not found.`)
  return found.tags
}

export function environmentHandlers(state: State): Handlers {
  return {
    DescribeEnvironments: (input: DescribeEnvironmentsMessage) => {
      const { page, nextToken } = paginate(listed(state, input), input.MaxRecords ?? 1000, input.NextToken)
      return { Environments: page, ...(nextToken && { NextToken: nextToken }) }
    },
    CreateEnvironment: (input: EnvironmentToMake, call: Call) => described(state, create(state, input, call.requestId)),
    UpdateEnvironment: (input: UpdateEnvironmentMessage, call: Call) => update(state, input, call),
    AbortEnvironmentUpdate: (input: AbortEnvironmentUpdateMessage) => abort(state, input),
    TerminateEnvironment: (input: TerminateEnvironmentMessage, call: Call) => terminate(state, input, call),
    SwapEnvironmentCNAMEs: (input: SwapEnvironmentCNAMEsMessage, call: Call) => swap(state, input, call),
    DescribeEnvironmentResources: (input: DescribeEnvironmentResourcesMessage) => {
      const { EnvironmentName, instances } = findEnvironment(state, input)
      return { EnvironmentResources: { EnvironmentName, Instances: instances.map(({ id }) => ({ Id: id })) } }
    },
    DescribeEnvironmentManagedActions: (input: DescribeEnvironmentManagedActionsRequest) => {
      const { managedAction: action } = findEnvironment(state, input)
      const row = action && {
        ActionId: action.id,
        ActionDescription: 'Platform update from version 6.1.0 to version 6.2.0',
        ActionType: 'PlatformUpdate' as const,
        Status: 'Running' as const,
        WindowStartTime: new Date(action.from),
      }
      const isAsked = row !== undefined && (input.Status === undefined || input.Status === row.Status)
      // The model allows no empty list.
      return isAsked ? { ManagedActions: [row] } : {}
    },
    DescribePlatformVersion: ({ PlatformArn }: DescribePlatformVersionRequest) => {
      const used = state.environments.find((environment) => environment.PlatformArn === PlatformArn)
      if (!used) throw new AwsError('ElasticBeanstalkServiceException', `No platform version found for ${PlatformArn}.`)
      return {
        PlatformDescription: {
          PlatformArn,
          PlatformStatus: 'Ready',
          SolutionStackName: used.SolutionStackName,
          PlatformLifecycleState: 'Recommended',
          PlatformBranchLifecycleState: state.branchLifecycle.get(PlatformArn ?? '') ?? 'Supported',
        },
      }
    },
    ListTagsForResource: ({ ResourceArn }: ListTagsForResourceMessage) => ({
      ResourceArn,
      ResourceTags: [...tagged(state, ResourceArn)].map(([Key, Value]) => ({ Key, Value })),
    }),
    UpdateTagsForResource: ({ ResourceArn, TagsToAdd = [], TagsToRemove = [] }: UpdateTagsForResourceMessage) => {
      const tags = tagged(state, ResourceArn)
      for (const { Key = '', Value = '' } of TagsToAdd) tags.set(Key, Value)
      for (const key of TagsToRemove) tags.delete(key)
      return {}
    },
  }
}
