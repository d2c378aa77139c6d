import type { Source } from '../../../document/document.ts'
import { Failure } from '../../../failure.ts'
import type { CodeDeployDeployment, Json, JsonObject, LoadBalancer, Service, TaskSet } from '../../../ports.ts'
import { isObject, objectIn, objectsIn } from '../../../task-definition/members.ts'
import { setting, text, untrusted } from '../../../text.ts'
import { contentMistakes, formMistakes } from './appspec-check.ts'
import { appSpecDocs, invalidAppSpec, isEcsService, nameOf, readAppSpec, serviceType } from './appspec-source.ts'

/**
 * The AppSpec of a service, from the service itself: the container and port of its load balancer, its platform version,
 * network and capacity providers as they are. Returns JSON text. Throws `service-unsupported` without a load balancer.
 */
export function appSpecOf(service: Service, taskDefinitionArn: string): string {
  const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY')
  const [balancer] = loadBalancersOf(service)
  if (!balancer?.containerName || balancer.containerPort === undefined) {
    throw new Failure({
      code: 'service-unsupported',
      what: text`The service ${untrusted(service.serviceName ?? '')} has no load balancer with a container and a port`,
      why: text`CodeDeploy shifts traffic between two target groups of a load balancer, and LoadBalancerInfo of the AppSpec names container and port`,
      fix: text`Add a load balancer to the service, or set ${setting('codedeploy-appspec')} to an AppSpec file.`,
      docs: appSpecDocs,
    })
  }
  const running = { ...service, ...known(primary) }
  const properties = {
    TaskDefinition: taskDefinitionArn,
    LoadBalancerInfo: { ContainerName: balancer.containerName, ContainerPort: balancer.containerPort },
    ...(running.platformVersion ? { PlatformVersion: running.platformVersion } : {}),
    ...network(running),
    ...capacityProviders(running),
  }
  return JSON.stringify({
    version: '0.0',
    Resources: [{ TargetService: { Type: serviceType, Properties: properties } }],
  })
}

/** The load balancers of a service; with CodeDeploy those of its primary task set, which the next one takes over. */
export function loadBalancersOf(service: Service | undefined): readonly LoadBalancer[] {
  const { loadBalancers = [] } = service?.taskSets?.find(({ status }) => status === 'PRIMARY') ?? {}
  return loadBalancers.length > 0 ? loadBalancers : (service?.loadBalancers ?? [])
}

/** What an earlier AppSpec changed is in the task set alone; the service keeps what it was created with. */
function known({ platformVersion, networkConfiguration, capacityProviderStrategy = [] }: TaskSet = {}) {
  return {
    ...(platformVersion === undefined ? {} : { platformVersion }),
    ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
    ...(capacityProviderStrategy.length === 0 ? {} : { capacityProviderStrategy }),
  }
}

/** All three members or none: CodeDeploy refuses a part of them. */
function network(running: Pick<Service, 'networkConfiguration'>): JsonObject {
  const { subnets, securityGroups, assignPublicIp } = running.networkConfiguration?.awsvpcConfiguration ?? {}
  if (!subnets?.length || !securityGroups?.length) return {}
  return {
    NetworkConfiguration: {
      AwsvpcConfiguration: {
        Subnets: subnets,
        SecurityGroups: securityGroups,
        AssignPublicIp: assignPublicIp ?? 'DISABLED',
      },
    },
  }
}

function capacityProviders(running: Pick<Service, 'capacityProviderStrategy'>): JsonObject {
  const strategy = running.capacityProviderStrategy ?? []
  if (strategy.length === 0) return {}
  return {
    CapacityProviderStrategy: strategy.map(({ capacityProvider = '', weight = 0, base = 0 }) => ({
      CapacityProvider: capacityProvider,
      Weight: weight,
      Base: base,
    })),
  }
}

/**
 * An AppSpec of the user, as YAML or JSON, with the task definition put into every ECS service of it. Member names match in any
 * case; hooks and everything else stay unchanged. `source`: the origin of a text that was not deployed before. Returns JSON text;
 * throws `file-invalid` with every error.
 */
export function completeAppSpec(content: string, taskDefinitionArn: string, source?: Source): string {
  const document = readAppSpec(content, source)
  const mistakes = [...formMistakes(document), ...(source === undefined ? [] : contentMistakes(document))]
  if (mistakes.length > 0) throw invalidAppSpec(mistakes)
  const { value: appSpec } = document
  const name = nameOf(appSpec, 'Resources') ?? 'Resources'
  const completed = objectsIn(appSpec, name).map((resource) =>
    mapValues(resource, (one) => (isEcsService(one) ? withTaskDefinition(one, taskDefinitionArn) : one)),
  )
  return JSON.stringify({ ...appSpec, [name]: completed })
}

function withTaskDefinition(content: JsonObject, arn: string): JsonObject {
  const name = nameOf(content, 'Properties') ?? 'Properties'
  const properties = objectIn(content, name)
  return { ...content, [name]: { ...properties, [nameOf(properties, 'TaskDefinition') ?? 'TaskDefinition']: arn } }
}

/** The task definition of the first ECS service in an AppSpec; undefined when the text is no AppSpec for Amazon ECS. */
export function taskDefinitionIn(appSpec: string): string | undefined {
  return propertiesIn(appSpec)
    .map(({ taskdefinition }) => taskdefinition)
    .find((arn) => typeof arn === 'string')
}

/** The containers and ports that an AppSpec sends traffic to; none when the text is no AppSpec for Amazon ECS. */
export function loadBalancersIn(appSpec: string): readonly LoadBalancer[] {
  return propertiesIn(appSpec).flatMap(({ loadbalancerinfo: info }) => {
    if (!isObject(info) || typeof info.containername !== 'string') return []
    const port = Number(info.containerport)
    return [{ containerName: info.containername, containerPort: Number.isInteger(port) ? port : undefined }]
  })
}

/** The properties of all ECS services in an AppSpec, under their names in lower case. */
function propertiesIn(appSpec: string): readonly JsonObject[] {
  try {
    const canonical = JSON.parse(canonicalise(appSpec)) as { resources?: readonly JsonObject[] }
    const services = (canonical.resources ?? []).flatMap((resource) => Object.values(resource)).filter(isObject)
    return services.flatMap(({ properties }) => (isObject(properties) ? [properties] : []))
  } catch {
    return []
  }
}

/** The task definition that a revision of CodeDeploy deploys; undefined when it has no AppSpec for Amazon ECS. */
export function taskDefinitionOf(revision: CodeDeployDeployment['revision'] | undefined): string | undefined {
  return taskDefinitionIn(revision?.appSpecContent?.content ?? '')
}

/** True when two AppSpecs say the same, whatever their format, order and case of member names. */
export function sameAppSpec(left: string, right: string): boolean {
  try {
    return canonicalise(left) === canonicalise(right)
  } catch {
    return false
  }
}

function canonicalise(source: string): string {
  return JSON.stringify(sorted(readAppSpec(source).value))
}

/** Hooks and properties are compared without regard to the case of their names; CodeDeploy reads them so. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, content]) => [name.toLowerCase(), sorted(content)] as const)
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

function mapValues(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}
