/** Tags of services, task definitions and clusters. */
import type { Tag } from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { type EcsState, invalidParameter } from './state.ts'
import { checkTags, refuseEmptyTags } from './task-definition-rules.ts'

function taggable(
  ecs: EcsState,
  resourceArn: string,
  missing = new AwsError('ResourceNotFoundException', 'The specified resource was not found.'),
): { tags: Tag[] } {
  const all = [...ecs.services.values()].map((service) => ({
    resource: service as { tags: Tag[] },
    key: service.serviceArn,
  }))
  const clusters = [...ecs.clusters.values()].map((cluster) => ({
    resource: cluster as { tags: Tag[] },
    key: cluster.clusterArn,
  }))
  const definitions = [...ecs.families.values()]
    .flat()
    .map((record) => ({ resource: record as { tags: Tag[] }, key: record.definition.taskDefinitionArn ?? '' }))
  const found = [...all, ...clusters, ...definitions].find(({ key }) => key === resourceArn)
  if (!resourceArn.startsWith('arn:')) throw invalidParameter('Invalid resource ARN.')
  if (!found) throw missing
  return found.resource
}

export const tagHandlers = (ecs: EcsState): Handlers => ({
  TagResource: ({ resourceArn, tags }: { resourceArn: string; tags: Tag[] }) => {
    const resource = taggable(ecs, resourceArn)
    refuseEmptyTags(tags)
    const merged = [...resource.tags.filter((old) => !tags.some((tag) => tag.key === old.key)), ...tags]
    checkTags(merged)
    resource.tags = merged
    return {}
  },
  UntagResource: ({ resourceArn, tagKeys }: { resourceArn: string; tagKeys: string[] }) => {
    const resource = taggable(ecs, resourceArn)
    resource.tags = resource.tags.filter((tag) => !tagKeys.includes(tag.key ?? ''))
    return {}
  },
  // Unlike the others, this one does not know ResourceNotFoundException (API ListTagsForResource).
  ListTagsForResource: ({ resourceArn }: { resourceArn: string }) => ({
    tags: taggable(ecs, resourceArn, invalidParameter('The specified resource was not found.')).tags,
  }),
})
