/** Enhanced health of environments and instances. Words: developer guide, "Enhanced health: notifications and troubleshooting". */
import type {
  DescribeEnvironmentHealthRequest,
  DescribeInstancesHealthRequest,
} from '@aws-sdk/client-elastic-beanstalk'
import { AwsError, type Handlers } from '../contract.ts'
import { type Environment, findEnvironment, type Instance, type State } from './state.ts'

interface Health {
  readonly status: 'Ok' | 'Warning' | 'Degraded' | 'Severe' | 'Pending' | 'NoData'
  readonly causes: readonly string[]
}

const colors = {
  Ok: 'Green',
  Warning: 'Yellow',
  Degraded: 'Red',
  Severe: 'Red',
  Pending: 'Grey',
  NoData: 'Grey',
} as const

function instanceHealth(state: State, { expected, operation }: Environment, instance: Instance): Health {
  const behaviour = state.behaviour(instance.label)
  if (behaviour.kind === 'unhealthy' && instance.status === 'Deployed')
    return { status: 'Severe', causes: behaviour.causes }
  if (behaviour.kind === 'warning') return { status: 'Warning', causes: behaviour.causes }
  if (behaviour.kind === 'no-data') return { status: 'NoData', causes: ['None of the instances are sending data.'] }
  if (instance.status === 'Failed' && operation === undefined)
    return { status: 'Severe', causes: [wrongVersion(instance, expected)] }
  if (operation === undefined && instance.label !== expected.label)
    return { status: 'Degraded', causes: [wrongVersion(instance, expected)] }
  return { status: 'Ok', causes: [] }
}

const wrongVersion = ({ label, deploymentId }: Instance, expected: Environment['expected']) =>
  `Incorrect application version "${label}" (deployment ${deploymentId}). Expected version "${expected.label}" (deployment ${expected.deploymentId}).`

/** The health of an environment, from that of its instances. */
export function environmentHealth(state: State, environment: Environment): Health {
  const { instances, expected, operation } = environment
  const all = instances.map((instance) => instanceHealth(state, environment, instance))
  const wrong = instances.filter(({ label }) => label !== expected.label)
  const causes = [...new Set(all.flatMap((one) => (one.status === 'Severe' ? one.causes : [])))].filter(
    (cause) => !/^Incorrect application version/.test(cause),
  )
  if (wrong.length > 0 && operation === undefined)
    causes.push(
      `Incorrect application version found on ${wrong.length} out of ${instances.length} instances. Expected version "${expected.label}" (deployment ${expected.deploymentId}).`,
    )
  const known = all.find(({ status }) => status === 'NoData') ?? all.find(({ status }) => status === 'Warning')
  if (known && causes.length === 0) return known
  const isSevere = all.some(({ status }) => status === 'Severe')
  if (isSevere) return { status: 'Severe', causes }
  return causes.length > 0 ? { status: 'Degraded', causes } : { status: 'Ok', causes: [] }
}

/** Members of EnvironmentDescription. */
export function healthMembers(state: State, environment: Environment) {
  const { status } = environmentHealth(state, environment)
  const known = environment.Status === 'Launching' ? 'Pending' : status
  return environment.enhanced ? { Health: colors[known], HealthStatus: known } : { Health: colors[known] }
}

function requireEnhanced({ enhanced }: Environment, operation: string): void {
  if (!enhanced) throw new AwsError('InvalidRequestException', `${operation} is not supported.`)
}

export function healthHandlers(state: State): Handlers {
  const now = () => new Date(state.world.clock.now())
  return {
    DescribeEnvironmentHealth: (input: DescribeEnvironmentHealthRequest) => {
      const environment = findEnvironment(state, input)
      requireEnhanced(environment, 'DescribeEnvironmentHealth')
      const { status, causes } = environmentHealth(state, environment)
      return {
        EnvironmentName: environment.EnvironmentName,
        HealthStatus: status,
        Color: colors[status],
        Causes: causes.map((cause) => cause.slice(0, 255)),
        RefreshedAt: now(),
      }
    },
    DescribeInstancesHealth: (input: DescribeInstancesHealthRequest) => {
      const environment = findEnvironment(state, input)
      requireEnhanced(environment, 'DescribeInstancesHealth')
      return {
        InstanceHealthList: environment.instances.map((instance) => {
          const { status, causes } = instanceHealth(state, environment, instance)
          return {
            InstanceId: instance.id,
            HealthStatus: status,
            Color: colors[status],
            Causes: causes.map((cause) => cause.slice(0, 255)),
            LaunchedAt: new Date(instance.launchedAt),
            Deployment: {
              VersionLabel: instance.label,
              DeploymentId: instance.deploymentId,
              Status: instance.status,
              DeploymentTime: new Date(instance.deployedAt),
            },
          }
        }),
        RefreshedAt: now(),
      }
    },
  }
}
