import type { Beanstalk, EventQuery } from '../ports.ts'
import { environmentOf, eventOf, versionOf } from './beanstalk-shapes.ts'
import { healthReads, settingReads } from './beanstalk-state.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { everyPage } from './pages.ts'

/** The members of the port that change nothing. */
export type Reads = Omit<Beanstalk, 'createVersion' | 'deleteVersion' | 'update' | 'abort' | 'swapCnames' | 'tag'>

/** The reads of AWS Elastic Beanstalk. */
export function beanstalkReads(connection: Connection): Reads {
  return {
    ...versionReads(connection),
    ...healthReads(connection),
    ...settingReads(connection),
    describeEnvironment: async (application, name) => (await environments(connection, application, name)).at(0),
    liveLabels: async (application) =>
      (await environments(connection, application, undefined)).flatMap(({ versionLabel }) => versionLabel ?? []),
    events: (application, query) => events(connection, application, query),
    managedAction: (name) => managedAction(connection, name),
    async platform(arn) {
      const client = await connection.clients.elasticBeanstalk()
      const { DescribePlatformVersionCommand } = await import('@aws-sdk/client-elastic-beanstalk')
      const command = new DescribePlatformVersionCommand({ PlatformArn: arn })
      const { PlatformLifecycleState: version, PlatformBranchLifecycleState: branch } = await call(
        connection,
        async (options) => present((await client.send(command, options)).PlatformDescription, 'PlatformDescription'),
        { action: 'elasticbeanstalk:DescribePlatformVersion', resource: arn, kind: 'read' },
      )
      return { version, branch }
    },
  }
}

/** Environments of an application that are not terminated; `name`: only that one. */
async function environments(connection: Connection, application: string, name: string | undefined) {
  const client = await connection.clients.elasticBeanstalk()
  const { DescribeEnvironmentsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const found = await everyPage(async (NextToken) => {
    const command = new DescribeEnvironmentsCommand({
      ApplicationName: application,
      ...(name !== undefined && { EnvironmentNames: [name] }),
      ...(NextToken !== undefined && { NextToken }),
    })
    return call(
      connection,
      async (options) => {
        const reply = await client.send(command, options)
        return { items: present(reply.Environments, 'Environments'), next: reply.NextToken }
      },
      { action: 'elasticbeanstalk:DescribeEnvironments', kind: 'read' },
    )
  })
  return found.filter(({ Status }) => Status !== 'Terminated').map(environmentOf)
}

/** Newest first in AWS's replies. */
async function events(connection: Connection, application: string, query: EventQuery) {
  const client = await connection.clients.elasticBeanstalk()
  const { DescribeEventsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const named = 'label' in query ? { VersionLabel: query.label } : { EnvironmentName: query.environment }
  const requestId = 'label' in query ? undefined : query.requestId
  const all = await everyPage(async (NextToken) => {
    const command = new DescribeEventsCommand({
      ApplicationName: application,
      ...named,
      ...(requestId !== undefined && { RequestId: requestId }),
      StartTime: new Date(query.since),
      ...(NextToken !== undefined && { NextToken }),
    })
    return call(
      connection,
      async (options) => {
        const reply = await client.send(command, options)
        return { items: present(reply.Events, 'Events').map(eventOf), next: reply.NextToken }
      },
      { action: 'elasticbeanstalk:DescribeEvents', kind: 'read' },
    )
  })
  return all.toReversed()
}

async function managedAction(connection: Connection, name: string) {
  const client = await connection.clients.elasticBeanstalk()
  const { DescribeEnvironmentManagedActionsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new DescribeEnvironmentManagedActionsCommand({ EnvironmentName: name, Status: 'Running' })
  const [running] = await call(
    connection,
    async (options) => (await client.send(command, options)).ManagedActions ?? [],
    { action: 'elasticbeanstalk:DescribeEnvironmentManagedActions', kind: 'read' },
  )
  return running && { id: running.ActionId ?? '', description: running.ActionDescription ?? '' }
}

function versionReads(
  connection: Connection,
): Pick<Reads, 'describeVersion' | 'listVersions' | 'storageBucket' | 'tags'> {
  const read = async (application: string, labels: readonly string[] | undefined) => {
    const client = await connection.clients.elasticBeanstalk()
    const { DescribeApplicationVersionsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
    return everyPage(async (NextToken) => {
      const command = new DescribeApplicationVersionsCommand({
        ApplicationName: application,
        ...(labels && { VersionLabels: [...labels] }),
        ...(NextToken !== undefined && { NextToken }),
      })
      return call(
        connection,
        async (options) => {
          const reply = await client.send(command, options)
          return {
            items: present(reply.ApplicationVersions, 'ApplicationVersions').map(versionOf),
            next: reply.NextToken,
          }
        },
        { action: 'elasticbeanstalk:DescribeApplicationVersions', kind: 'read' },
      )
    })
  }
  return {
    describeVersion: async (application, label) => (await read(application, [label])).at(0),
    listVersions: async (application) =>
      (await read(application, undefined)).toSorted((one, other) => other.createdAt - one.createdAt),
    async storageBucket() {
      const client = await connection.clients.elasticBeanstalk()
      const { CreateStorageLocationCommand } = await import('@aws-sdk/client-elastic-beanstalk')
      const command = new CreateStorageLocationCommand({})
      return call(connection, async (options) => present((await client.send(command, options)).S3Bucket, 'S3Bucket'), {
        action: 'elasticbeanstalk:CreateStorageLocation',
        kind: 'mutate',
        idempotent: true,
      })
    },
    async tags(arn) {
      const client = await connection.clients.elasticBeanstalk()
      const { ListTagsForResourceCommand } = await import('@aws-sdk/client-elastic-beanstalk')
      const command = new ListTagsForResourceCommand({ ResourceArn: arn })
      const tags = await call(
        connection,
        async (options) => present((await client.send(command, options)).ResourceTags, 'ResourceTags'),
        { action: 'elasticbeanstalk:ListTagsForResource', resource: arn, kind: 'read' },
      )
      return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    },
  }
}
