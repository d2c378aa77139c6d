import type { Beanstalk, OptionSetting } from '../ports.ts'
import { asOption, instanceOf, settingsOf } from './beanstalk-shapes.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { type AwsError, present } from './error-class.ts'
import { everyPage } from './pages.ts'

/** Refused where health reporting is basic: API reference, DescribeEnvironmentHealth. */
const whereBasic = {
  whenRefused: ({ name }: AwsError) => (name === 'InvalidRequestException' ? { value: undefined } : undefined),
}

/** Enhanced health of an environment and its instances. */
export function healthReads(connection: Connection): Pick<Beanstalk, 'health' | 'instances'> {
  return {
    async health(name) {
      const client = await connection.clients.elasticBeanstalk()
      const { DescribeEnvironmentHealthCommand } = await import('@aws-sdk/client-elastic-beanstalk')
      const command = new DescribeEnvironmentHealthCommand({ EnvironmentName: name, AttributeNames: ['All'] })
      return call(
        connection,
        async (options): Promise<Awaited<ReturnType<Beanstalk['health']>>> => {
          const reply = await client.send(command, options)
          return { status: present(reply.HealthStatus, 'HealthStatus'), causes: reply.Causes ?? [] }
        },
        { action: 'elasticbeanstalk:DescribeEnvironmentHealth', kind: 'read', ...whereBasic },
      )
    },
    async instances(name) {
      const client = await connection.clients.elasticBeanstalk()
      const { DescribeInstancesHealthCommand } = await import('@aws-sdk/client-elastic-beanstalk')
      const read = (NextToken: string | undefined) => {
        const command = new DescribeInstancesHealthCommand({
          EnvironmentName: name,
          AttributeNames: ['HealthStatus', 'Causes', 'Deployment'],
          ...(NextToken !== undefined && { NextToken }),
        })
        return call(
          connection,
          async (options) => {
            const reply = await client.send(command, options)
            return { list: present(reply.InstanceHealthList, 'InstanceHealthList'), next: reply.NextToken }
          },
          { action: 'elasticbeanstalk:DescribeInstancesHealth', kind: 'read', ...whereBasic },
        )
      }
      const first = await read(undefined)
      if (first === undefined) return undefined
      const rest = first.next
        ? await everyPage(async (next) => {
            const page = await read(next ?? first.next)
            return { items: page?.list ?? [], next: page?.next }
          })
        : []
      return [...first.list, ...rest].map(instanceOf)
    },
  }
}

/** Option settings, and the quota of versions. */
export function settingReads(
  connection: Connection,
): Pick<Beanstalk, 'settings' | 'latestSettings' | 'invalidSettings' | 'versionQuota'> {
  return {
    // A change that failed is left as a draft beside the settings that are deployed.
    settings: (application, name) => settingsIn(connection, application, name, ['deployed']),
    latestSettings: (application, name) => settingsIn(connection, application, name, ['pending', 'deployed']),
    invalidSettings: (application, name, settings) => invalid(connection, application, name, settings),
    async versionQuota() {
      const client = await connection.clients.elasticBeanstalk()
      const { DescribeAccountAttributesCommand } = await import('@aws-sdk/client-elastic-beanstalk')
      const command = new DescribeAccountAttributesCommand({})
      return call(
        connection,
        async (options) => (await client.send(command, options)).ResourceQuotas?.ApplicationVersionQuota?.Maximum,
        { action: 'elasticbeanstalk:DescribeAccountAttributes', kind: 'read' },
      )
    },
  }
}

/** The settings of an environment in the first of these states that there is: API reference, ConfigurationSettingsDescription. */
async function settingsIn(
  connection: Connection,
  application: string,
  name: string,
  states: readonly string[],
): Promise<readonly OptionSetting[]> {
  const client = await connection.clients.elasticBeanstalk()
  const { DescribeConfigurationSettingsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new DescribeConfigurationSettingsCommand({ ApplicationName: application, EnvironmentName: name })
  const all = await call(
    connection,
    async (options) => present((await client.send(command, options)).ConfigurationSettings, 'ConfigurationSettings'),
    { action: 'elasticbeanstalk:DescribeConfigurationSettings', kind: 'read' },
  )
  const [found = all[0]] = states.flatMap((state) => all.filter(({ DeploymentStatus }) => DeploymentStatus === state))
  return settingsOf(found?.OptionSettings ?? [])
}

async function invalid(connection: Connection, application: string, name: string, settings: readonly OptionSetting[]) {
  const client = await connection.clients.elasticBeanstalk()
  const { ValidateConfigurationSettingsCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new ValidateConfigurationSettingsCommand({
    ApplicationName: application,
    EnvironmentName: name,
    OptionSettings: settings.map(asOption),
  })
  const messages = await call(
    connection,
    async (options) => present((await client.send(command, options)).Messages, 'Messages'),
    { action: 'elasticbeanstalk:ValidateConfigurationSettings', kind: 'read' },
  )
  return messages
    .filter(({ Severity }) => Severity === 'error')
    .map(({ Message = '', Namespace = '', OptionName = '' }) => ({
      message: Message,
      setting: `${Namespace}:${OptionName}`,
    }))
}
