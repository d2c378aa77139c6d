import type { UpdateEnvironmentCommandInput } from '@aws-sdk/client-elastic-beanstalk'
import { partitionOf } from '../partitions.ts'
import type { Beanstalk, BeanstalkEnvironment, EnvironmentUpdate, OptionName, SettingsUpdate } from '../ports.ts'
import { createVersion, deleteVersion } from './application-versions.ts'
import { beanstalkReads, type Reads } from './beanstalk-reads.ts'
import { asOption } from './beanstalk-shapes.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** AWS Elastic Beanstalk behind the port. */
export function beanstalk(connection: Connection): Beanstalk {
  const reads = beanstalkReads(connection)
  return {
    ...reads,
    createVersion: (version) => createVersion(connection, version, reads),
    deleteVersion: (application, label, withBundle) => deleteVersion(connection, application, label, withBundle),
    update: (environment, update) => updateEnvironment(connection, environment, update, reads),
    abort: (environment) => abort(connection, environment),
    swapCnames: (source, destination) => swap(connection, source, destination, reads),
    tag: (arn, tags) => tag(connection, arn, tags),
  }
}

/** AWS's clock may be a little behind ours. Milliseconds. */
const skew = 5_000
const beginning = 'Environment update is starting.'

async function updateEnvironment(
  connection: Connection,
  { application, name }: BeanstalkEnvironment,
  update: EnvironmentUpdate,
  reads: Reads,
): Promise<string | undefined> {
  const client = await connection.clients.elasticBeanstalk()
  const { UpdateEnvironmentCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new UpdateEnvironmentCommand({
    ApplicationName: application,
    EnvironmentName: name,
    ...('label' in update ? { VersionLabel: update.label } : options(update)),
  })
  const since = connection.clock.now() - skew
  return call(
    connection,
    async (options): Promise<string | undefined> =>
      present((await client.send(command, options)).$metadata.requestId, 'request id'),
    {
      action: 'elasticbeanstalk:UpdateEnvironment',
      resource: environmentArn(connection, application, name),
      kind: 'mutate',
      // By the events: a deployment may have ended since, and the id of its request is all that finds them.
      readBack: async () => {
        const [seen, isTheirs] = await Promise.all([
          reads.events(application, { environment: name, since }),
          isOfOthers(application, name, update, reads),
        ])
        return isTheirs ? undefined : seen.findLast(({ message }) => message === beginning)?.requestId
      },
      whenRefused: ({ message }) =>
        /invalid state for this operation/.test(message) ? { value: undefined } : undefined,
    },
  )
}

function options({ settings, removed = [] }: SettingsUpdate): Partial<UpdateEnvironmentCommandInput> {
  const OptionsToRemove = removed.map(({ namespace, name }) => ({ Namespace: namespace, OptionName: name }))
  return {
    ...(settings.length > 0 && { OptionSettings: settings.map(asOption) }),
    ...(OptionsToRemove.length > 0 && { OptionsToRemove }),
  }
}

/** Whether settings are neither deployed nor being deployed: the update in progress is then that of another user. */
async function isOfOthers(
  application: string,
  name: string,
  update: EnvironmentUpdate,
  { latestSettings }: Reads,
): Promise<boolean> {
  if ('label' in update) return false
  const now = await latestSettings(application, name)
  const found = (option: OptionName) =>
    now.find((one) => one.namespace === option.namespace && one.name === option.name)?.value
  const isSet = update.settings.every((wanted) => found(wanted) === wanted.value)
  return !isSet || !(update.removed ?? []).every((option) => found(option) === undefined)
}

function environmentArn({ region }: Connection, application: string, name: string): string {
  return `arn:${partitionOf(region).id}:elasticbeanstalk:${region}:*:environment/${application}/${name}`
}

async function abort(connection: Connection, name: string): Promise<boolean> {
  const client = await connection.clients.elasticBeanstalk()
  const { AbortEnvironmentUpdateCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new AbortEnvironmentUpdateCommand({ EnvironmentName: name })
  return call(
    connection,
    async (options) => {
      await client.send(command, options)
      return true
    },
    {
      action: 'elasticbeanstalk:AbortEnvironmentUpdate',
      kind: 'mutate',
      idempotent: true,
      whenRefused: ({ message }) => (/invalid state for this operation/.test(message) ? { value: false } : undefined),
    },
  )
}

async function swap(
  connection: Connection,
  source: BeanstalkEnvironment,
  destination: BeanstalkEnvironment,
  reads: Reads,
): Promise<string> {
  const client = await connection.clients.elasticBeanstalk()
  const { SwapEnvironmentCNAMEsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new SwapEnvironmentCNAMEsCommand({
    SourceEnvironmentName: source.name,
    DestinationEnvironmentName: destination.name,
  })
  return call(
    connection,
    async (options) => present((await client.send(command, options)).$metadata.requestId, 'request id'),
    {
      action: 'elasticbeanstalk:SwapEnvironmentCNAMEs',
      kind: 'mutate',
      // Sent twice, it would swap back.
      readBack: async () => {
        const now = await reads.describeEnvironment(source.application, source.name)
        return now?.cname !== source.cname || now?.status !== 'Ready' ? '' : undefined
      },
    },
  )
}

async function tag(connection: Connection, arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const client = await connection.clients.elasticBeanstalk()
  const { UpdateTagsForResourceCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const TagsToAdd = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const command = new UpdateTagsForResourceCommand({ ResourceArn: arn, TagsToAdd })
  await call(connection, async (options) => client.send(command, options), {
    action: 'elasticbeanstalk:AddTags',
    resource: arn,
    kind: 'mutate',
    idempotent: true,
  })
}
