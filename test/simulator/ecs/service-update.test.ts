import { DeleteServiceCommand, ListServiceDeploymentsCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { createRig } from './rig.ts'

const good = 'registry.example.com/api:v2'

describe('UpdateService', () => {
  test('changes nothing without a change, and deploys again when forced', async () => {
    const rig = createRig()
    const [{ id }] = (await rig.service()).deployments as [{ id: string }]
    await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, taskDefinition: rig.taskDefinitionArn }))
    expect((await rig.service()).deployments).toMatchObject([{ id }])
    await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, forceNewDeployment: true }))
    expect((await rig.service()).deployments).toHaveLength(2)
    expect((await rig.finish()).status).toBe('SUCCESSFUL')
  })

  test('scales without a deployment', async () => {
    const rig = createRig()
    for (const desiredCount of [4, 1]) {
      await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, desiredCount }))
      rig.sim.clock.advance(120_000)
      expect(await rig.service()).toMatchObject({ desiredCount, runningCount: desiredCount })
    }
    const { serviceDeployments } = await rig.ecs.send(new ListServiceDeploymentsCommand(rig.target))
    expect(serviceDeployments).toHaveLength(1)
  })

  test('removes volume configurations when the list is empty, and keeps them when it is left out', async () => {
    const rig = createRig()
    const volumeConfigurations = [
      { name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::111122223333:role/ebs', sizeInGiB: 10 } },
    ]
    const update = async (more: object) => {
      const { service } = await rig.ecs.send(
        new UpdateServiceCommand({ ...rig.target, forceNewDeployment: true, ...more }),
      )
      return service!.deployments![0]!.volumeConfigurations
    }
    expect(await update({ volumeConfigurations })).toEqual(volumeConfigurations)
    expect(await update({})).toEqual(volumeConfigurations)
    expect(await update({ volumeConfigurations: [] })).toBeUndefined()
  })

  test.each([
    { quirk: true, listedAfterSeconds: 0, named: 'new', listed: 2 },
    { quirk: false, listedAfterSeconds: 3, named: 'old', listed: 1 },
  ])('names the $named service deployment in its reply, and $listed are listed at once', async (row) => {
    const rig = createRig()
    Object.assign(rig.home.ecs.quirks, {
      updateReplyNamesNewDeployment: row.quirk,
      listedAfterSeconds: row.listedAfterSeconds,
    })
    const old = (await rig.service()).currentServiceDeployment
    const taskDefinition = await rig.register(good)
    const { service } = await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, taskDefinition }))
    const { serviceDeployments } = await rig.ecs.send(new ListServiceDeploymentsCommand(rig.target))
    expect(serviceDeployments).toHaveLength(row.listed)
    expect(service!.currentServiceDeployment === old).toBe(row.named === 'old')
    rig.sim.clock.advance(5000)
    expect((await rig.service()).currentServiceDeployment).not.toBe(old)
  })

  test.each([
    { input: { service: 'gone' }, name: 'ServiceNotFoundException' },
    { input: { cluster: 'gone' }, name: 'ClusterNotFoundException', message: 'Cluster not found.' },
    { input: { taskDefinition: 'api:99' }, name: 'ClientException', message: 'TaskDefinition not found.' },
    {
      input: { deploymentConfiguration: { strategy: 'CANARY' as const } },
      name: 'InvalidParameterException',
      message:
        'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
    },
    {
      input: { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
      name: 'InvalidParameterException',
    },
  ])('refuses $input', async ({ input, ...error }) => {
    const rig = createRig()
    await expect(rig.ecs.send(new UpdateServiceCommand({ ...rig.target, ...input }))).rejects.toMatchObject(error)
  })

  test('refuses a deleted service; deleting needs force while tasks are wanted', async () => {
    const rig = createRig()
    await expect(rig.ecs.send(new DeleteServiceCommand(rig.target))).rejects.toThrow(
      'The service cannot be stopped while it is scaled above 0.',
    )
    await rig.ecs.send(new DeleteServiceCommand({ ...rig.target, force: true }))
    rig.sim.clock.advance(60_000)
    expect(await rig.service()).toMatchObject({ status: 'INACTIVE', runningCount: 0 })
    await expect(rig.ecs.send(new UpdateServiceCommand({ ...rig.target, desiredCount: 1 }))).rejects.toMatchObject({
      name: 'ServiceNotActiveException',
    })
  })
})
