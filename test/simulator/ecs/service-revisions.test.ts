import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  ListServiceDeploymentsCommand,
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

const days = (count: number) => count * 24 * 3_600_000

test('ListServiceDeployments takes no time that is more than 89 days ago', async () => {
  const rig = createNativeRig({ strategy: 'BLUE_GREEN', loadBalancer: 'none' })
  const ask = (createdAt: { after?: Date; before?: Date }) =>
    rig.ecs.send(new ListServiceDeploymentsCommand({ ...rig.target, createdAt }))
  const ago = (count: number) => new Date(rig.sim.clock.now() - days(count))
  expect((await ask({ after: ago(88) })).serviceDeployments).toHaveLength(1)
  const message = 'Before and After time filter must be within the last 3 months.'
  for (const time of [{ after: ago(90) }, { before: ago(90) }, { after: new Date(0) }])
    await expect(ask(time)).rejects.toMatchObject({ name: 'InvalidParameterException', message })
})

test('a service deployment is known from when it is listed, and for 90 days', async () => {
  const rig = createNativeRig({ strategy: 'BLUE_GREEN', loadBalancer: 'none', bakeTimeInMinutes: 0 })
  const arn = await rig.deploy('registry.example.com/api:v2')
  const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] })
  const { quirks } = rig.sim.world.region('eu-west-1').ecs
  expect(quirks.listedAfterSeconds).toBe(3)
  expect((await rig.ecs.send(command)).serviceDeployments).toHaveLength(1)
  await rig.finish(arn)
  rig.sim.clock.advance(days(91))
  expect(await rig.ecs.send(command)).toMatchObject({ serviceDeployments: [], failures: [{ reason: 'MISSING' }] })
  expect((await rig.ecs.send(new ListServiceDeploymentsCommand(rig.target))).serviceDeployments).toEqual([])
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
