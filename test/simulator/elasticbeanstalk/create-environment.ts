/** Environments that are made, by a request or by a test. */
import type { CreateEnvironmentMessage } from '@aws-sdk/client-elastic-beanstalk'
import { AwsError } from '../contract.ts'
import { createPlayer, type Script } from '../ecs/script.ts'
import { arn, hexadecimal } from '../identifiers.ts'
import { newInstance } from './deployment.ts'
import { tell } from './events.ts'
import { invalidSetting } from './settings.ts'
import type { Environment, State } from './state.ts'
import { applicationOf, usableVersion } from './versions.ts'

export type EnvironmentToMake = CreateEnvironmentMessage

/** What a made environment has beside the request. */
interface Making {
  readonly count: number
  readonly enhanced: boolean
}

const docker = '64bit Amazon Linux 2023 v4.7.2 running Docker'

/** An environment with its instances, as it is once it is ready. */
export function newEnvironment(state: State, input: EnvironmentToMake, { count, enhanced }: Making): Environment {
  const { region, world } = state
  const { EnvironmentName = '', ApplicationName = '', VersionLabel = '', CNAMEPrefix = EnvironmentName } = input
  const of = (resource: string) => arn('elasticbeanstalk', region, world.accountId, resource)
  const stack = input.SolutionStackName ?? docker
  return {
    EnvironmentName,
    EnvironmentId: `e-${hexadecimal(world, 10)}`,
    ApplicationName,
    EnvironmentArn: of(`environment/${ApplicationName}/${EnvironmentName}`),
    VersionLabel,
    SolutionStackName: stack,
    PlatformArn:
      input.PlatformArn ??
      `arn:aws:elasticbeanstalk:${region}::platform/${stack.replace(/^.* running /, '')} running on 64bit Amazon Linux 2023/4.7.2`,
    CNAME: `${CNAMEPrefix}.${region}.elasticbeanstalk.com`,
    EndpointURL: `awseb-${hexadecimal(world, 8)}.${region}.elb.amazonaws.com`,
    Status: 'Ready',
    Tier: input.Tier ?? { Name: 'WebServer', Type: 'Standard', Version: '1.0' },
    CreatedAt: world.clock.now(),
    tags: new Map((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    instances: Array.from({ length: count }, () => newInstance(state, VersionLabel, 1)),
    deployments: 1,
    expected: { label: VersionLabel, deploymentId: 1 },
    settings: new Map(
      (input.OptionSettings ?? []).map((setting) => [`${setting.Namespace} ${setting.OptionName}`, setting]),
    ),
    enhanced,
    player: createPlayer(world.clock, (reason) => {
      throw new Error(reason)
    }),
  }
}

/** CreateEnvironment. Texts of refusals: issues of `aws-elastic-beanstalk-cli` and Terraform's provider. */
export function create(state: State, input: EnvironmentToMake, requestId = ''): Environment {
  const { ApplicationName, EnvironmentName, VersionLabel, CNAMEPrefix = EnvironmentName } = input
  applicationOf(state, ApplicationName)
  const living = state.environments.filter(({ Status }) => Status !== 'Terminated')
  if (living.some((environment) => environment.EnvironmentName === EnvironmentName))
    throw new AwsError('InvalidParameterValue', `Environment ${EnvironmentName} already exists.`)
  const cname = `${CNAMEPrefix}.${state.region}.elasticbeanstalk.com`
  if (living.some(({ CNAME }) => CNAME === cname))
    throw new AwsError('InvalidParameterValue', `DNS name (${cname}) is not available.`)
  if (VersionLabel !== undefined) usableVersion(state, ApplicationName ?? '', VersionLabel)
  const mistake = invalidSetting(input.OptionSettings ?? [])
  if (mistake !== undefined) throw new AwsError('ConfigurationValidationException', mistake)
  const environment = newEnvironment(state, input, { count: 0, enhanced: true })
  environment.Status = 'Launching'
  environment.operation = { requestId, deploymentId: 1, isAbortable: false, undo: () => false }
  state.environments.push(environment)
  environment.player.play(launching(state, environment))
  return environment
}

function* launching(state: State, environment: Environment): Script {
  const { EnvironmentName, VersionLabel = '' } = environment
  tell(state, environment, 'createEnvironment is starting.')
  yield { seconds: state.quirks.launch }
  environment.instances = [newInstance(state, VersionLabel, 1)]
  const behaviour = state.behaviour(VersionLabel)
  yield { seconds: state.quirks.command }
  if (behaviour.kind === 'command-fails') {
    tell(state, environment, "Instance deployment failed. For details, see 'eb-engine.log'.", 'ERROR')
    tell(
      state,
      environment,
      'Create environment operation is complete, but with errors. For more information, see troubleshooting documentation.',
      'ERROR',
    )
  } else tell(state, environment, `Successfully launched environment: ${EnvironmentName}`)
  environment.Status = 'Ready'
  environment.operation = undefined
}
