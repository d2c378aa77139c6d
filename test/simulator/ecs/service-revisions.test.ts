import {
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  ListTagsForResourceCommand,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { seededTaskDefinition } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'

const digest = `sha256:${'a'.repeat(64)}`

test('a service revision tells digests and which target group serves it', async () => {
  const rig = createNativeRig({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 })
  const image = `registry.example.com/api:v2@${digest}`
  const { targetServiceRevision, sourceServiceRevisions } = await rig.finish(await rig.deploy(image))
  const serviceRevisionArns = [targetServiceRevision!.arn!, sourceServiceRevisions![0]!.arn!]
  const { serviceRevisions } = await rig.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns }))
  expect(serviceRevisions).toMatchObject([
    {
      containerImages: [{ containerName: 'api', image, imageDigest: digest }],
      resolvedConfiguration: {
        loadBalancers: [{ targetGroupArn: rig.greenTargetGroupArn, productionListenerRule: rig.productionRuleArn }],
      },
    },
    { resolvedConfiguration: { loadBalancers: [{ targetGroupArn: rig.blueTargetGroupArn }] } },
  ])
})

test('tags of a task definition are kept from its registration, changed, and read with it', async () => {
  const rig = createNativeRig({ strategy: 'BLUE_GREEN', loadBalancer: 'none' })
  const commit = { key: 'commit', value: 'abc1234' }
  const { taskDefinition } = await rig.ecs.send(
    new RegisterTaskDefinitionCommand({ ...seededTaskDefinition(rig.sim.world), tags: [commit] }),
  )
  const resourceArn = taskDefinition!.taskDefinitionArn!
  const tags = async () => (await rig.ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags
  expect(await tags()).toEqual([commit])
  const run = { key: 'run', value: '42' }
  await rig.ecs.send(new TagResourceCommand({ resourceArn, tags: [run, { key: 'commit', value: 'def5678' }] }))
  await rig.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['run'] }))
  const described = await rig.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: resourceArn, include: ['TAGS'] }),
  )
  expect(described.tags).toEqual([{ key: 'commit', value: 'def5678' }])
  expect(described.tags).toEqual(await tags())
})
