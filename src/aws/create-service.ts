import { Failure } from '../failure.ts'
import type { CreateServiceRequest, Ecs, JsonObject, Service } from '../ports.ts'
import { setting, text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { ecsArn, given } from './ecs-request.ts'
import { type AwsError, present } from './error-class.ts'
import { answerOf } from './error-words.ts'
import { whenClusterMissing } from './not-found.ts'
import { isDenial } from './refusal.ts'
import { requireWhole } from './whole-request.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html'

type Creation = Pick<Ecs, 'createService'>

/** New services, made exactly as they are written. */
export function creation(connection: Connection, describeService: Ecs['describeService']): Creation {
  return { createService: (request) => create(connection, request, describeService) }
}

async function create(
  connection: Connection,
  request: CreateServiceRequest,
  describeService: Ecs['describeService'],
): Promise<Service | undefined> {
  const { cluster, serviceName, taskDefinition } = request
  const client = await connection.clients.ecs()
  const { CreateServiceCommand } = await import('@aws-sdk/client-ecs')
  const input = given(request) as unknown as ConstructorParameters<typeof CreateServiceCommand>[0]
  const sent = input as unknown as JsonObject
  const what = text`The service definition has members that the SDK would drop`
  const command = requireWhole(new CreateServiceCommand(input), sent, { code: 'file-invalid', what })
  return call(
    connection,
    async (options): Promise<Service | undefined> => present((await client.send(command, options)).service, 'service'),
    {
      action: 'ecs:CreateService',
      resource: ecsArn(connection, `service/${cluster.split('/').at(-1)}/${serviceName}`),
      kind: 'mutate',
      // A retry has the same clientToken; the read saves a second reply that may be lost as well.
      async readBack() {
        const now = await describeService(cluster, serviceName)
        return now?.status === 'ACTIVE' && now.taskDefinition === taskDefinition ? now : undefined
      },
      whenRefused: async (refusal) => {
        await whenClusterMissing(connection, cluster)(refusal)
        if (/not idempotent/i.test(refusal.message)) return { value: undefined }
        return explainInvalid(refusal, serviceName)
      },
    },
  )
}

function explainInvalid(refusal: AwsError, service: string): undefined {
  if (isDenial(refusal) || !/^(ClientException|InvalidParameterException)$/.test(refusal.name)) return undefined
  throw new Failure({
    code: 'aws-rejected',
    what: text`AWS refused ecs:CreateService for ${untrusted(service)}`,
    why: answerOf(refusal),
    fix: text`Correct the file of ${setting('service-definition')} and run the job again. No service was created.`,
    docs,
    cause: refusal,
  })
}
