import type { Ecs, Service, UpdateServiceRequest } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { creation } from './create-service.ts'
import { ecsArn, given } from './ecs-request.ts'
import { present } from './error-class.ts'
import { expressServices } from './express-services.ts'
import { serviceNotFound, whenClusterMissing } from './not-found.ts'
import { serviceDeployments } from './service-deployments.ts'
import { explainSettingsRefusal } from './service-refusal.ts'
import { tagging } from './tags.ts'
import { taskDefinitions } from './task-definitions.ts'
import { tasks } from './tasks.ts'

/** Amazon ECS behind the port: every read is complete (all pages), every mutation is read back when its reply was lost. */
export function ecs(connection: Connection): Ecs {
  const describe: Ecs['describeService'] = (cluster, service) => describeService(connection, cluster, service)
  return {
    describeService: describe,
    explainMissingService: (cluster, service, reason) => serviceNotFound(connection, cluster, service, reason),
    ...creation(connection, describe),
    updateService: (request) => updateService(connection, request),
    ...expressServices(connection, describe),
    ...serviceDeployments(connection),
    ...tasks(connection),
    ...taskDefinitions(connection),
    ...tagging(connection),
  }
}

function serviceArn(connection: Connection, cluster: string, service: string): string {
  return service.startsWith('arn:') ? service : ecsArn(connection, `service/${cluster.split('/').at(-1)}/${service}`)
}

async function describeService(connection: Connection, cluster: string, service: string): Promise<Service | undefined> {
  const client = await connection.clients.ecs()
  const { DescribeServicesCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options): Promise<Service | undefined> => {
      const reply = await client.send(new DescribeServicesCommand({ cluster, services: [service] }), options)
      const found = present(reply.services, 'services')[0]
      if (!found && !reply.failures?.length) present(undefined, 'service')
      return found
    },
    {
      action: 'ecs:DescribeServices',
      resource: serviceArn(connection, cluster, service),
      kind: 'read',
      whenRefused: whenClusterMissing(connection, cluster),
    },
  )
}

async function updateService(connection: Connection, request: UpdateServiceRequest): Promise<Service> {
  const { cluster, service } = request
  const client = await connection.clients.ecs()
  const { UpdateServiceCommand } = await import('@aws-sdk/client-ecs')
  // Only a forced deployment needs a read before: it is applied when the primary deployment differs from this one.
  const before = request.forceNewDeployment ? await describeService(connection, cluster, service) : undefined
  const command = new UpdateServiceCommand(given(request) as ConstructorParameters<typeof UpdateServiceCommand>[0])
  return call(
    connection,
    async (options): Promise<Service> => present((await client.send(command, options)).service, 'service'),
    {
      action: 'ecs:UpdateService',
      resource: serviceArn(connection, cluster, service),
      kind: 'mutate',
      async readBack() {
        const now = await describeService(connection, cluster, service)
        return now && isApplied(request, before, now) ? now : undefined
      },
      async whenRefused(refusal) {
        await whenClusterMissing(connection, cluster)(refusal)
        const settings = explainSettingsRefusal(refusal)
        if (settings) throw settings
        if (!/^Service(NotFound|NotActive)Exception$/.test(refusal.name)) return undefined
        throw await serviceNotFound(connection, cluster, service, refusal.name)
      },
    },
  )
}

/** Whether the service is as the request wants it. */
function isApplied(request: UpdateServiceRequest, before: Service | undefined, now: Service): boolean {
  const { taskDefinition, desiredCount, forceNewDeployment, deploymentConfiguration, loadBalancers } = request
  const { enableECSManagedTags, propagateTags, deploymentController } = request
  const runsIt = taskDefinition === undefined || isSameRevision(taskDefinition, now.taskDefinition)
  const isSized = desiredCount === undefined || desiredCount === now.desiredCount
  const isNew = !forceNewDeployment || primaryId(now) !== primaryId(before)
  const isTagged =
    holds(enableECSManagedTags, now.enableECSManagedTags ?? false) && holds(propagateTags, now.propagateTags ?? 'NONE')
  const isSet = holds(deploymentConfiguration, now.deploymentConfiguration) && holds(loadBalancers, now.loadBalancers)
  const isHanded = holds(deploymentController, now.deploymentController)
  return runsIt && isSized && isNew && isSet && isTagged && isHanded
}

/** Whether every requested member exists; AWS may add its defaults. */
function holds(wanted: unknown, found: unknown): boolean {
  if (wanted === undefined) return true
  if (typeof wanted !== 'object' || wanted === null) return wanted === found
  if (typeof found !== 'object' || found === null) return Array.isArray(wanted) && wanted.length === 0
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length !== found.length) return false
  const there: Readonly<Record<string, unknown>> = { ...found }
  return Object.entries(wanted).every(([name, value]) => holds(value, there[name]))
}

function primaryId(service: Service | undefined): string | undefined {
  return service?.deployments?.find((deployment) => deployment.status === 'PRIMARY')?.id
}

/** `family:7` and the ARN that ends in it are the same; a bare family is whatever is newest and equals nothing. */
function isSameRevision(wanted: string, actual: string | undefined): boolean {
  return actual === wanted || (actual?.endsWith(`:task-definition/${wanted}`) ?? false)
}
