import { roleArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { Schedule } from '../ports.ts'
import type { DeploymentSettings } from '../targets/ecs/request/requested-settings.ts'
import type { Check, ReleaseTask } from '../targets/steps/request/release-steps.ts'
import { text, untrusted } from '../text.ts'
import { settingsIn } from './deployment-settings.ts'
import type { Config, EnvironmentConfig } from './schema.ts'
import { tasksIn } from './tasks-schema.ts'
import { checksIn } from './verify-schema.ts'

/** An environment as everything that is deployed to it sees it. */
export interface EnvironmentTarget {
  readonly environment: string
  readonly region: string
  readonly accountId: string
  readonly roleArn?: string | undefined
  readonly url?: string | undefined
  readonly slackChannel?: string | undefined
}

/** Paths of a CloudFront distribution that are invalidated after a deployment. */
export interface AfterDeployment {
  readonly distribution: string
  readonly paths: readonly string[]
}

/** A rule or schedule under its name. */
export interface NamedSchedule {
  readonly name: string
  /** Role of its target, by name or ARN. */
  readonly role?: string | undefined
  /** Family that its targets run, where that is another one than that of the service. */
  readonly family?: string | undefined
  readonly schedule: Schedule
}

/** One service in one environment: every setting of slipway.yml for a deployment. */
export interface Target extends EnvironmentTarget {
  /** Name of the service in slipway.yml. */
  readonly name: string
  readonly cluster: string
  readonly service: string
  readonly taskDefinition?: string | undefined
  readonly container?: string | undefined
  /** Names of images under `images`, by the containers that receive them. */
  readonly containers?: Readonly<Record<string, string>> | undefined
  /** File. */
  readonly codeDeployAppSpec?: string | undefined
  /** File. */
  readonly serviceDefinition?: string | undefined
  readonly codeDeployApplication?: string | undefined
  readonly codeDeployDeploymentGroup?: string | undefined
  readonly suspendAutoScaling?: boolean | undefined
  /** Rules and schedules that run its tasks. */
  readonly schedules?: readonly NamedSchedule[] | undefined
  readonly settings?: DeploymentSettings | undefined
  readonly after?: AfterDeployment | undefined
  readonly verify?: readonly Check[] | undefined
  readonly tasks?: readonly ReleaseTask[] | undefined
}

/** The targets on Amazon ECS of the named environments in the order given, each with its services in the order of the file. */
export function selectTargets(config: Config, environments: readonly string[]): readonly Target[] {
  return environments.flatMap((name) => {
    const environment = environmentOf(config, name)
    return ecsNames(environment).map((service) => target(config, name, environment, service))
  })
}

/** Names of the environment's services, wave by wave; undefined where slipway.yml declares no waves for it. */
export function selectWaves(config: Config, environmentName: string): readonly (readonly string[])[] | undefined {
  return environmentOf(config, environmentName).waves
}

/** Tags that the image gets once the environment runs it. */
export function selectImageTags(config: Config, environmentName: string): readonly string[] {
  return environmentOf(config, environmentName)['image-tags'] ?? []
}

/** Names of the environment's services, in the order of the file. */
export function serviceNames(config: Config, environmentName: string): readonly string[] {
  return Object.keys(environmentOf(config, environmentName).services)
}

/** Names of all that is deployed to the environment: its services, then its sites. */
export function memberNames(config: Config, environmentName: string): readonly string[] {
  const { services, sites } = environmentOf(config, environmentName)
  return [...Object.keys(services), ...Object.keys(sites)]
}

/** What the environment shares with everything that is deployed to it. */
export function selectEnvironment(config: Config, name: string): EnvironmentTarget {
  const { region, account, role, url, slack } = environmentOf(config, name)
  return {
    environment: name,
    region,
    accountId: account,
    roleArn: role === undefined ? undefined : roleArn(role, account, region),
    url,
    slackChannel: slack,
  }
}

/** One target; `service` may be left out where the environment has only one. */
export function selectTarget(config: Config, environmentName: string, service: string | undefined): Target {
  const environment = environmentOf(config, environmentName)
  const names = ecsNames(environment)
  const name = service ?? (names.length === 1 ? names[0] : undefined)
  if (name !== undefined && names.includes(name)) return target(config, environmentName, environment, name)
  throw new Failure({
    code: 'config-invalid',
    what:
      name === undefined
        ? text`The environment ${environmentName} of slipway.yml has several services, and the input service does not say which`
        : text`The environment ${environmentName} of slipway.yml has no service ${untrusted(name)}`,
    why: text`it has ${names.join(', ') || 'none on Amazon ECS'}`,
    fix:
      name === undefined
        ? text`Set the input service to one of them. The action deploy also deploys several together: by its input services, or by waves in slipway.yml.`
        : text`Set the input service to one of them.`,
  })
}

function ecsNames({ services }: EnvironmentConfig): readonly string[] {
  return Object.entries(services).flatMap(([name, placement]) => ('cluster' in placement ? [name] : []))
}

/** A valid environment by its name. Throws `config-invalid` with the nearest name. */
export function environmentOf(config: Config, name: string): EnvironmentConfig {
  const environment = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined
  if (environment) return environment
  const known = Object.keys(config.environments)
  const suggestion = nearest(name, known)
  throw new Failure({
    code: 'config-invalid',
    what: text`slipway.yml has no environment ${untrusted(name)}`,
    why: text`it has ${known.join(', ')}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
    fix: text`Correct the name, or add the environment to slipway.yml.`,
  })
}

function target(config: Config, environmentName: string, environment: EnvironmentConfig, name: string): Target {
  const found = environment.services[name]
  const placement = found && 'cluster' in found ? found : undefined
  const service = Object.hasOwn(config.services, name) ? config.services[name] : undefined
  if (!placement || !service) {
    throw new Failure({
      code: 'config-invalid',
      what: text`The environment ${environmentName} of slipway.yml places a service ${untrusted(name)} that is not under services`,
      why: text`services has ${Object.keys(config.services).join(', ')}`,
      fix: text`Add it under services, or correct the name.`,
    })
  }
  return {
    ...selectEnvironment(config, environmentName),
    name,
    cluster: placement.cluster,
    service: placement.service,
    taskDefinition: placement['task-definition'] ?? service['task-definition'],
    container: service.container,
    containers: service.containers,
    codeDeployAppSpec: placement['codedeploy-appspec'] ?? service['codedeploy-appspec'],
    serviceDefinition: placement['service-definition'] ?? service['service-definition'],
    codeDeployApplication: placement['codedeploy-application'],
    codeDeployDeploymentGroup: placement['codedeploy-deployment-group'],
    schedules: schedulesOf(environment, name),
    suspendAutoScaling: placement['suspend-auto-scaling'],
    settings: placement.deployment && settingsIn(placement.deployment),
    after: placement.after?.invalidate,
    verify: placement.verify && checksIn(placement.verify),
    tasks: service.tasks && tasksIn(service.tasks),
  }
}

function schedulesOf({ schedules }: EnvironmentConfig, service: string): readonly NamedSchedule[] | undefined {
  const own = Object.entries(schedules ?? {}).filter(([, one]) => one.service === service)
  if (own.length === 0) return undefined
  return own.map(([name, { rule, 'event-bus': bus, schedule = '', group, role, family }]) => ({
    name,
    role,
    family,
    // A rule of the default bus has no bus in its ARN (Service Authorization Reference, rule-on-default-event-bus).
    schedule: rule === undefined ? { schedule, group } : { rule, bus: bus === 'default' ? undefined : bus },
  }))
}
