import type { Ecs } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'

/** Sets and removes tags of an ECS resource; others that it has stay. */
export function tagging(connection: Connection): Pick<Ecs, 'tagResource' | 'untagResource'> {
  return {
    async tagResource(arn, tags) {
      const client = await connection.clients.ecs()
      const { TagResourceCommand } = await import('@aws-sdk/client-ecs')
      const command = new TagResourceCommand({
        resourceArn: arn,
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
      })
      await call(connection, async (options) => client.send(command, options), {
        action: 'ecs:TagResource',
        resource: arn,
        kind: 'mutate',
        idempotent: true,
      })
    },
    async untagResource(resourceArn, keys) {
      const client = await connection.clients.ecs()
      const { UntagResourceCommand } = await import('@aws-sdk/client-ecs')
      const command = new UntagResourceCommand({ resourceArn, tagKeys: [...keys] })
      await call(connection, async (options) => client.send(command, options), {
        action: 'ecs:UntagResource',
        resource: resourceArn,
        kind: 'mutate',
        idempotent: true,
      })
    },
  }
}
