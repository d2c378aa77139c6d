import { resourceName } from '../arn.ts'
import type {
  CreateExpressRequest,
  Ecs,
  ExpressService,
  ExpressServices,
  JsonObject,
  Service,
  UpdateExpressRequest,
} from '../ports.ts'
import { isObject } from '../task-definition/members.ts'
import { text } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { ecsArn, given } from './ecs-request.ts'
import { present } from './error-class.ts'
import { explainExpressRefusal } from './express-refusal.ts'
import { serviceNotFound, whenClusterMissing } from './not-found.ts'
import { requireWhole } from './whole-request.ts'

type DescribeService = Ecs['describeService']

/** Services in Express Mode, which have an API of their own. Loaded by Amazon ECS's adapter, as it is small. */
export function expressServices(connection: Connection, describeService: DescribeService): ExpressServices {
  const describeExpress: ExpressServices['describeExpress'] = (serviceArn) => describe(connection, serviceArn)
  return {
    describeExpress,
    updateExpress: (cluster, request) => update(connection, { cluster, request, describeService, describeExpress }),
    createExpress: (request) => create(connection, { request, describeService, describeExpress }),
  }
}

async function describe(connection: Connection, serviceArn: string) {
  const client = await connection.clients.ecs()
  const { DescribeExpressGatewayServiceCommand } = await import('@aws-sdk/client-ecs')
  const command = new DescribeExpressGatewayServiceCommand({ serviceArn, include: ['TAGS'] })
  return call(
    connection,
    async (options): ReturnType<ExpressServices['describeExpress']> => (await client.send(command, options)).service,
    {
      action: 'ecs:DescribeExpressGatewayService',
      resource: serviceArn,
      kind: 'read',
      whenRefused: (refusal) => (refusal.name === 'ServiceNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

interface Reads {
  readonly describeService: DescribeService
  readonly describeExpress: ExpressServices['describeExpress']
}

async function update(
  connection: Connection,
  { cluster, request, ...reads }: Reads & { readonly cluster: string; readonly request: UpdateExpressRequest },
): Promise<Service> {
  const client = await connection.clients.ecs()
  const { UpdateExpressGatewayServiceCommand } = await import('@aws-sdk/client-ecs')
  const input = given(request) as ConstructorParameters<typeof UpdateExpressGatewayServiceCommand>[0]
  const command = new UpdateExpressGatewayServiceCommand(input)
  const { serviceArn } = request
  await call(connection, async (options): Promise<unknown> => client.send(command, options), {
    action: 'ecs:UpdateExpressGatewayService',
    resource: serviceArn,
    kind: 'mutate',
    readBack: async () => ((await isApplied(request, cluster, reads)) ? true : undefined),
    async whenRefused(refusal) {
      await whenClusterMissing(connection, cluster)(refusal)
      if (!/^Service(NotFound|NotActive)Exception$/.test(refusal.name))
        return explainExpressRefusal(refusal, 'ecs:UpdateExpressGatewayService')
      throw await serviceNotFound(connection, cluster, resourceName(serviceArn), refusal.name)
    },
  })
  return present(await reads.describeService(cluster, serviceArn), 'service')
}

/** Whether the service is as the request wants it. Only the newest configuration has its settings. */
async function isApplied(
  { serviceArn, taskDefinitionArn, ...settings }: UpdateExpressRequest,
  cluster: string,
  { describeService, describeExpress }: Reads,
): Promise<boolean> {
  const primary = (await describeService(cluster, serviceArn))?.deployments?.find(({ status }) => status === 'PRIMARY')
  if (taskDefinitionArn !== undefined && primary?.taskDefinition !== taskDefinitionArn) return false
  if (Object.values(settings).every((value) => value === undefined)) return taskDefinitionArn !== undefined
  const { activeConfigurations = [] } = (await describeExpress(serviceArn)) ?? {}
  return activeConfigurations.some((configuration) => holds(settings, configuration))
}

function holds(wanted: unknown, found: unknown): boolean {
  if (wanted === undefined) return true
  if (typeof wanted !== 'object' || wanted === null) return wanted === found
  if (typeof found !== 'object' || found === null) return false
  if (Array.isArray(wanted))
    return Array.isArray(found) && wanted.length === found.length && wanted.every((one) => found.includes(one))
  const there: Readonly<Record<string, unknown>> = { ...found }
  return Object.entries(wanted).every(([name, value]) => holds(value, there[name]))
}

async function create(
  connection: Connection,
  {
    request,
    describeService,
    describeExpress,
  }: Reads & { readonly request: Parameters<ExpressServices['createExpress']>[0] },
): Promise<Service | undefined> {
  const { cluster, serviceName, infrastructureRoleArn } = request
  const client = await connection.clients.ecs()
  const { CreateExpressGatewayServiceCommand } = await import('@aws-sdk/client-ecs')
  const input = given(request) as unknown as ConstructorParameters<typeof CreateExpressGatewayServiceCommand>[0]
  const what = text`The Express service has members that the SDK would drop`
  const dropped = { code: 'inputs-invalid', what } as const
  const command = requireWhole(new CreateExpressGatewayServiceCommand(input), input as unknown as JsonObject, dropped)
  const made = await call(
    connection,
    async (options): Promise<string | undefined> =>
      present((await client.send(command, options)).service, 'service').serviceArn,
    {
      action: 'ecs:CreateExpressGatewayService',
      resource: ecsArn(connection, `service/${resourceName(cluster)}/${serviceName}`),
      kind: 'mutate',
      // The API takes no client token: a service of this role and content that was not there before is the one that was asked for.
      async readBack() {
        const now = await describeService(cluster, serviceName)
        if (now?.status !== 'ACTIVE' || now.serviceArn === undefined) return undefined
        const found = await describeExpress(now.serviceArn)
        return found?.infrastructureRoleArn === infrastructureRoleArn && isMade(request, found)
          ? now.serviceArn
          : undefined
      },
      whenRefused: async (refusal) => {
        await whenClusterMissing(connection, cluster)(refusal)
        if (/not idempotent|already exists/i.test(refusal.message)) return { value: undefined }
        return explainExpressRefusal(refusal, 'ecs:CreateExpressGatewayService')
      },
    },
  )
  return made === undefined ? undefined : await describeService(cluster, made)
}

/** Whether it runs what was asked for, as far as it shows it already: another caller may have made a service of this name. */
function isMade(
  { taskDefinitionArn, primaryContainer }: CreateExpressRequest,
  { activeConfigurations = [] }: ExpressService,
): boolean {
  const wanted = isObject(primaryContainer) ? primaryContainer.image : undefined
  const fits = activeConfigurations.some((now) =>
    taskDefinitionArn === undefined
      ? now.primaryContainer?.image === wanted
      : now.taskDefinitionArn === taskDefinitionArn,
  )
  return activeConfigurations.length === 0 || fits
}
