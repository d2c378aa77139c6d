import type {
  ApplicationVersionDescription,
  ConfigurationOptionSetting,
  EnvironmentDescription,
  EventDescription,
  SingleInstanceHealth,
} from '@aws-sdk/client-elastic-beanstalk'
import type {
  ApplicationVersion,
  BeanstalkEnvironment,
  BeanstalkEvent,
  BeanstalkInstance,
  OptionSetting,
} from '../ports.ts'

/** An environment as the port has it. */
export function environmentOf(environment: EnvironmentDescription): BeanstalkEnvironment {
  return {
    application: environment.ApplicationName ?? '',
    name: environment.EnvironmentName ?? '',
    id: environment.EnvironmentId ?? '',
    status: environment.Status ?? '',
    color: environment.Health ?? 'Grey',
    healthStatus: environment.HealthStatus,
    versionLabel: environment.VersionLabel,
    cname: environment.CNAME,
    platformArn: environment.PlatformArn,
    solutionStack: environment.SolutionStackName,
    tierType: environment.Tier?.Type,
    isAbortable: environment.AbortableOperationInProgress ?? false,
  }
}

/** An application version as the port has it. */
export function versionOf(version: ApplicationVersionDescription): ApplicationVersion {
  const { S3Bucket: bucket, S3Key: key } = version.SourceBundle ?? {}
  return {
    label: version.VersionLabel ?? '',
    arn: version.ApplicationVersionArn ?? '',
    status: version.Status ?? '',
    source: bucket !== undefined && key !== undefined ? { bucket, key } : undefined,
    image: version.ImageSource?.Uri,
    createdAt: version.DateCreated?.getTime() ?? 0,
  }
}

/** An event as the port has it. */
export function eventOf(event: EventDescription): BeanstalkEvent {
  return {
    at: event.EventDate?.getTime() ?? 0,
    message: event.Message ?? '',
    severity: event.Severity ?? 'INFO',
    requestId: event.RequestId,
  }
}

/** An instance as the port has it. */
export function instanceOf(instance: SingleInstanceHealth): BeanstalkInstance {
  const { VersionLabel, DeploymentId, Status, DeploymentTime } = instance.Deployment ?? {}
  return {
    id: instance.InstanceId ?? '',
    healthStatus: instance.HealthStatus,
    causes: instance.Causes ?? [],
    label: VersionLabel,
    deploymentId: DeploymentId,
    deploymentStatus: Status,
    deployedAt: DeploymentTime?.getTime(),
  }
}

/** An option as AWS takes it. */
export function asOption({ namespace, name, value }: OptionSetting): ConfigurationOptionSetting {
  return { Namespace: namespace, OptionName: name, Value: value }
}

/** Options that have a value. */
export function settingsOf(options: readonly ConfigurationOptionSetting[]): readonly OptionSetting[] {
  return options.flatMap(({ Namespace: namespace, OptionName: name, Value: value }) =>
    namespace === undefined || name === undefined || value === undefined ? [] : [{ namespace, name, value }],
  )
}
