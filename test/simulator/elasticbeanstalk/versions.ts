/** Applications and their versions. */
import type {
  CreateApplicationMessage,
  CreateApplicationVersionMessage,
  DeleteApplicationVersionMessage,
  DescribeApplicationsMessage,
  DescribeApplicationVersionsMessage,
} from '@aws-sdk/client-elastic-beanstalk'
import { AwsError, type Handlers } from '../contract.ts'
import { arn, paginate } from '../identifiers.ts'
import type { AppVersion, State } from './state.ts'

/** What is answered of a version. */
const described = ({ tags: _, ...version }: AppVersion) => version

const findVersion = (state: State, application: string | undefined, label: string | undefined) =>
  state.versions.find((one) => one.ApplicationName === application && one.VersionLabel === label)

/** The version that an environment is to get. Texts as in the issues of `einaregilsson/beanstalk-deploy`. */
export function usableVersion(state: State, application: string, label: string): AppVersion {
  const version = findVersion(state, application, label)
  if (!version) throw new AwsError('InvalidParameterValue', `No Application Version named '${label}' found.`)
  if (version.Status === 'Failed' || version.Status === 'Processing')
    throw new AwsError(
      'InvalidParameterValue',
      `Application Version ${label} is in an invalid state for this operation. Must be Processed or Unprocessed.`,
    )
  return version
}

export function applicationOf(state: State, name: string | undefined): void {
  if (!state.applications.has(name ?? ''))
    throw new AwsError('InvalidParameterValue', `No Application named '${name}' found.`)
}

function requireNew(state: State, input: CreateApplicationVersionMessage): void {
  const { ApplicationName, VersionLabel } = input
  if (input.AutoCreateApplication !== true) applicationOf(state, ApplicationName)
  if (findVersion(state, ApplicationName, VersionLabel))
    throw new AwsError('InvalidParameterValue', `Application Version ${VersionLabel} already exists.`)
  if (state.versions.length >= state.versionQuota)
    throw new AwsError(
      'TooManyApplicationVersionsException',
      `You cannot have more than ${state.versionQuota} Application Versions. Either remove some Application Versions or request a limit increase.`,
    )
  if (/[/\s]/.test(VersionLabel ?? ''))
    throw new AwsError('InvalidParameterValue', `Version label '${VersionLabel}' must not contain slashes or spaces.`)
  const isImage = input.ImageConfiguration !== undefined
  if (isImage === (input.SourceBundle !== undefined))
    throw new AwsError(
      'InvalidParameterCombination',
      isImage
        ? 'Specify either SourceBundle or ImageConfiguration, not both.'
        : 'The simulator takes no sample application: specify SourceBundle or ImageConfiguration.',
    )
}

function requireBundle(state: State, { SourceBundle }: CreateApplicationVersionMessage): void {
  if (SourceBundle === undefined) return
  const { S3Bucket = '', S3Key = '' } = SourceBundle
  if (state.storage.read(S3Bucket, S3Key) === undefined)
    throw new AwsError(
      'InvalidParameterCombination',
      `Unable to download from S3 location (Bucket: ${S3Bucket}  Key: ${S3Key}). Reason: Not Found`,
    )
}

function processed(state: State, version: AppVersion): void {
  const behaviour = state.behaviour(version.VersionLabel)
  const failed = behaviour.kind === 'processing-fails' ? behaviour.message : undefined
  const tell = (message: string, severity: 'INFO' | 'ERROR') =>
    state.events.push({
      at: state.world.clock.now(),
      message,
      severity,
      application: version.ApplicationName,
      label: version.VersionLabel,
    })
  if (failed !== undefined) tell(failed, 'ERROR')
  version.Status = failed === undefined ? 'Processed' : 'Failed'
  version.DateUpdated = new Date(state.world.clock.now())
  const end = failed === undefined ? 'PROCESSED' : 'FAILED'
  tell(
    `Finished processing application version ${version.VersionLabel} ${end}.`,
    failed === undefined ? 'INFO' : 'ERROR',
  )
}

function create(state: State, input: CreateApplicationVersionMessage): AppVersion {
  requireNew(state, input)
  requireBundle(state, input)
  const {
    ApplicationName = '',
    VersionLabel = '',
    SourceBundle,
    ImageConfiguration,
    Description,
    Process,
    Tags,
  } = input
  const now = new Date(state.world.clock.now())
  if (!state.applications.has(ApplicationName)) state.applications.set(ApplicationName, { createdAt: now.getTime() })
  const resource = `applicationversion/${ApplicationName}/${VersionLabel}`
  const version: AppVersion = {
    ApplicationName,
    VersionLabel,
    ApplicationVersionArn: arn('elasticbeanstalk', state.region, state.world.accountId, resource),
    ...(Description !== undefined && { Description }),
    ...(SourceBundle && { SourceBundle }),
    ...(ImageConfiguration?.Source && { ImageSource: ImageConfiguration.Source }),
    DateCreated: now,
    DateUpdated: now,
    Status: Process === true ? 'Processing' : 'Unprocessed',
    tags: new Map((Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  }
  state.versions.push(version)
  if (Process === true) state.world.clock.after(state.quirks.processing * 1000, () => processed(state, version))
  return version
}

function remove(state: State, { ApplicationName, VersionLabel }: DeleteApplicationVersionMessage): void {
  const version = findVersion(state, ApplicationName, VersionLabel)
  if (!version) return
  const isUsed = state.environments.some(
    ({ Status, ApplicationName: application, VersionLabel: label, instances }) =>
      Status !== 'Terminated' &&
      application === ApplicationName &&
      (label === VersionLabel || instances.some((instance) => instance.label === VersionLabel)),
  )
  // API reference: "You cannot delete an application version that is associated with a running environment."
  if (isUsed)
    throw new AwsError(
      'SourceBundleDeletionException',
      `Cannot delete application version ${VersionLabel}: it is associated with a running environment.`,
    )
  state.versions.splice(state.versions.indexOf(version), 1)
}

export function versionHandlers(state: State): Handlers {
  return {
    DescribeApplications: ({ ApplicationNames }: DescribeApplicationsMessage) => ({
      Applications: [...state.applications]
        .filter(([name]) => ApplicationNames?.includes(name) ?? true)
        .map(([name, { createdAt }]) => ({
          ApplicationName: name,
          ApplicationArn: arn('elasticbeanstalk', state.region, state.world.accountId, `application/${name}`),
          DateCreated: new Date(createdAt),
        })),
    }),
    CreateApplication: ({ ApplicationName = '' }: CreateApplicationMessage) => {
      if (state.applications.has(ApplicationName))
        throw new AwsError('InvalidParameterValue', `Application ${ApplicationName} already exists.`)
      state.applications.set(ApplicationName, { createdAt: state.world.clock.now() })
      return { Application: { ApplicationName } }
    },
    CreateApplicationVersion: (input: CreateApplicationVersionMessage) => ({
      ApplicationVersion: described(create(state, input)),
    }),
    DescribeApplicationVersions: (input: DescribeApplicationVersionsMessage) => {
      const found = state.versions.filter(
        (one) =>
          (input.ApplicationName === undefined || one.ApplicationName === input.ApplicationName) &&
          (input.VersionLabels?.includes(one.VersionLabel) ?? true),
      )
      const { page, nextToken } = paginate(found.toReversed(), input.MaxRecords ?? 1000, input.NextToken)
      return { ApplicationVersions: page.map(described), ...(nextToken && { NextToken: nextToken }) }
    },
    DeleteApplicationVersion: (input: DeleteApplicationVersionMessage) => {
      remove(state, input)
      return {}
    },
    CreateStorageLocation: () => ({ S3Bucket: state.bucket }),
    DescribeAccountAttributes: () => ({
      ResourceQuotas: { ApplicationVersionQuota: { Maximum: state.versionQuota } },
    }),
  }
}
