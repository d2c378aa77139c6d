/** Option settings of environments: reading, validating and changing them. */
import type {
  ConfigurationOptionSetting,
  DescribeConfigurationSettingsMessage,
  OptionSpecification,
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

const keyOf = ({ Namespace, OptionName }: OptionSpecification) => `${Namespace} ${OptionName}`

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

/** Options that get values, and those that lose them. */
export interface SettingsChange {
  readonly settings: readonly ConfigurationOptionSetting[]
  readonly removed: readonly OptionSpecification[]
}

/** Changes settings of an environment that is ready. */
export function startConfiguration(
  state: State,
  environment: Environment,
  { settings, removed }: SettingsChange,
  requestId: string,
): void {
  environment.Status = 'Updating'
  environment.operation = {
    requestId,
    deploymentId: environment.deployments,
    isAbortable: true,
    undo: () => false,
  }
  const changed = new Map(environment.settings)
  for (const option of removed) changed.delete(keyOf(option))
  for (const setting of settings) changed.set(keyOf(setting), setting)
  environment.draft = { status: 'pending', settings: changed }
  environment.player.play(configure(state, environment, changed))
}

function* configure(state: State, environment: Environment, changed: Environment['settings']): Script {
  tell(state, environment, 'Environment update is starting.')
  tell(state, environment, `Updating environment ${environment.EnvironmentName}'s configuration settings.`)
  yield { seconds: state.quirks.configuration }
  const failure = environment.nextConfigurationFailure
  environment.nextConfigurationFailure = undefined
  if (failure === undefined) {
    environment.settings.clear()
    for (const [key, setting] of changed) environment.settings.set(key, setting)
    environment.draft = undefined
    tell(state, environment, 'Successfully deployed new configuration to environment.')
    tell(state, environment, 'Environment update completed successfully.')
  } else {
    environment.draft = { status: 'failed', settings: changed }
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
      const { ApplicationName, EnvironmentName, SolutionStackName, PlatformArn, settings, draft } = findEnvironment(
        state,
        input,
      )
      const row = (DeploymentStatus: string, values: Environment['settings']) => ({
        ...{ ApplicationName, EnvironmentName, SolutionStackName, PlatformArn, DeploymentStatus },
        OptionSettings: [...values.values()],
      })
      const drafts = draft ? [row(draft.status, draft.settings)] : []
      return { ConfigurationSettings: [...drafts, row('deployed', settings)] }
    },
    ValidateConfigurationSettings: (input: ValidateConfigurationSettingsMessage) => ({
      Messages: messages(input.OptionSettings ?? []),
    }),
  }
}
