import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs'
import { Failure } from '../failure.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import { isStoredAs } from '../task-definition/equal.ts'
import { refusedMembers } from '../task-definition/refused-definition.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { ecsArn } from './ecs-request.ts'
import { type AwsError, present } from './error-class.ts'
import { answerOf } from './error-words.ts'
import { isDenial } from './refusal.ts'
import { requireWhole } from './whole-request.ts'

type TaskDefinitions = Pick<Ecs, 'describeTaskDefinition' | 'registerTaskDefinition'>

/** Task definitions, kept exactly as they are written. */
export function taskDefinitions(connection: Connection): TaskDefinitions {
  return {
    describeTaskDefinition: (name) => describe(connection, name),
    registerTaskDefinition: (definition) => register(connection, definition),
  }
}

async function describe(connection: Connection, nameOrArn: string): Promise<JsonObject | undefined> {
  const client = await connection.clients.ecs()
  const { DescribeTaskDefinitionCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options): Promise<JsonObject | undefined> => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: nameOrArn, include: ['TAGS'] })
      let bytes: Uint8Array = new Uint8Array()
      // The SDK leaves out what it does not know; a definition that is rendered anew from this must not lose it.
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args)
          const response = result.response as { body: unknown }
          bytes = await client.config.streamCollector(response.body)
          response.body = bytes
          return result
        },
        { step: 'deserialize', priority: 'low', name: 'keepBody' },
      )
      await client.send(command, options)
      const body: Body = JSON.parse(new TextDecoder().decode(bytes) || '{}')
      return asStored(present(body.taskDefinition, 'taskDefinition'), body.tags)
    },
    {
      action: 'ecs:DescribeTaskDefinition',
      kind: 'read',
      // The ClientException of a family or revision that does not exist: "Unable to describe task definition."
      whenRefused: ({ message }) =>
        /unable to describe task definition/i.test(message) ? { value: undefined } : undefined,
    },
  )
}

interface Body {
  readonly taskDefinition?: JsonObject
  readonly tags?: readonly JsonObject[]
}

/** JSON of a definition as AWS answers it; the tags join it. */
function asStored(definition: object, tags: readonly object[] | undefined): JsonObject {
  return JSON.parse(JSON.stringify({ ...definition, ...(tags?.length && { tags }) }))
}

async function register(connection: Connection, definition: JsonObject): Promise<JsonObject> {
  const client = await connection.clients.ecs()
  const { RegisterTaskDefinitionCommand } = await import('@aws-sdk/client-ecs')
  const family = String(definition.family)
  return call(
    connection,
    async (options): Promise<JsonObject> => {
      const command = requireWhole(
        new RegisterTaskDefinitionCommand(definition as unknown as RegisterTaskDefinitionCommandInput),
        definition,
        { code: 'task-definition-lossy', what: text`The task definition has members that the SDK would drop` },
      )
      const { taskDefinition, tags } = await client.send(command, options)
      return asStored(present(taskDefinition, 'taskDefinition'), tags)
    },
    {
      action: 'ecs:RegisterTaskDefinition',
      resource: ecsArn(connection, `task-definition/${family}:*`),
      kind: 'mutate',
      async readBack() {
        const latest = await describe(connection, family)
        return latest && isStoredAs(definition, latest) ? latest : undefined
      },
      whenRefused: (refusal) => explainInvalid(refusal, definition),
    },
  )
}

function explainInvalid(refusal: AwsError, definition: JsonObject): undefined {
  if (!/^(ClientException|InvalidParameterException|SerializationException)$/.test(refusal.name)) return undefined
  if (isDenial(refusal)) return undefined
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`AWS refused ecs:RegisterTaskDefinition for ${untrusted(String(definition.family))}`,
    why: answerOf(refusal),
    mistakes: refusedMembers(refusal.message, definition),
    fix: text`Correct the task definition and run the job again. Nothing was registered.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html',
    cause: refusal,
  })
}
