/** Option settings of environments: reading, validating and changing them. */
import type {
  ConfigurationOptionSetting,
  DescribeConfigurationSettingsMessage,
  ValidateConfigurationSettingsMessage,
} from '@aws-sdk/client-elastic-beanstalk'
import type { Handlers } from '../contract.ts'
import type { Script } from '../ecs/script.ts'
import { tell } from './events.ts'
import { type Environment, findEnvironment, type State } from './state.ts'
import { applicationOf } from './versions.ts'

/** Option values with limits. Developer guide, "General options for all environments". */
const limits: Readonly<Record<string, (value: string) => boolean>> = {
  'aws:elasticbeanstalk:command DeploymentPolicy': (value) =>
    /^(AllAtOnce|Rolling|RollingWithAdditionalBatch|Immutable|TrafficSplitting)$/.test(value),
  'aws:elasticbeanstalk:command Timeout': (value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 3600,
  'aws:elasticbeanstalk:command BatchSizeType': (value) => /^(Percentage|Fixed)$/.test(value),
  'aws:elasticbeanstalk:trafficsplitting NewVersionPercent': (value) => Number(value) >= 1 && Number(value) <= 100,
}

const keyOf = ({ Namespace, OptionName }: ConfigurationOptionSetting) => `${Namespace} ${OptionName}`

/** What ValidateConfigurationSettings says of settings. */
function messages(settings: readonly ConfigurationOptionSetting[]) {
  return settings
    .filter((setting) => limits[keyOf(setting)]?.(setting.Value ?? '') === false)
    .map((setting) => ({
      Message: `Invalid option value: '${setting.Value}' (Namespace: '${setting.Namespace}', OptionName: '${setting.OptionName}')`,
      Severity: 'error' as const,
      Namespace: setting.Namespace,
      OptionName: setting.OptionName,
    }))
}

/** The first mistake in settings, in the words of UpdateEnvironment. */
export const invalidSetting = (settings: readonly ConfigurationOptionSetting[]): string | undefined =>
  messages(settings)[0]?.Message

/** Changes settings of an environment that is ready. */
export function startConfiguration(
  state: State,
  environment: Environment,
  settings: readonly ConfigurationOptionSetting[],
  requestId: string,
): void {
  environment.Status = 'Updating'
  environment.operation = {
    requestId,
    deploymentId: environment.deployments,
    isAbortable: true,
    undo: () => false,
  }
  environment.player.play(configure(state, environment, settings))
}

function* configure(state: State, environment: Environment, settings: readonly ConfigurationOptionSetting[]): Script {
  tell(state, environment, 'Environment update is starting.')
  tell(state, environment, `Updating environment ${environment.EnvironmentName}'s configuration settings.`)
  yield { seconds: state.quirks.configuration }
  const failure = environment.nextConfigurationFailure
  environment.nextConfigurationFailure = undefined
  if (failure === undefined) {
    for (const setting of settings) environment.settings.set(keyOf(setting), setting)
    tell(state, environment, 'Successfully deployed new configuration to environment.')
    tell(state, environment, 'Environment update completed successfully.')
  } else {
    tell(state, environment, failure, 'ERROR')
    tell(state, environment, 'Failed to deploy configuration.', 'ERROR')
    tell(state, environment, 'The environment was reverted to the previous configuration setting.')
  }
  environment.Status = 'Ready'
  environment.operation = undefined
}

export function settingHandlers(state: State): Handlers {
  return {
    DescribeConfigurationSettings: (input: DescribeConfigurationSettingsMessage) => {
      applicationOf(state, input.ApplicationName)
      const environment = findEnvironment(state, input)
      return {
        ConfigurationSettings: [
          {
            ApplicationName: environment.ApplicationName,
            EnvironmentName: environment.EnvironmentName,
            SolutionStackName: environment.SolutionStackName,
            PlatformArn: environment.PlatformArn,
            DeploymentStatus: 'deployed',
            OptionSettings: [...environment.settings.values()],
          },
        ],
      }
    },
    ValidateConfigurationSettings: (input: ValidateConfigurationSettingsMessage) => ({
      Messages: messages(input.OptionSettings ?? []),
    }),
  }
}
