/** What a run keeps of the deployment of a service, in the form that the core saves and in that which the target reads. */
import { expect, test } from '@jest/globals'
import type { DeploymentRecord } from '../../../../src/deployment/deployment-record.ts'
import { type EcsRecord, ecsRecordOf, keptPart } from '../../../../src/targets/ecs/request/ecs-record.ts'

const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`
const version = (number: number) => ({ id: revision(number), label: `api:${number}` })

test.each<[string, Partial<EcsRecord>, Partial<DeploymentRecord>]>([
  ['nothing', {}, { own: {} }],
  [
    "the core's own members",
    { stage: 'updating', deploymentId: 'd-1' },
    { stage: 'updating', deploymentId: 'd-1', own: {} },
  ],
  [
    "the target's own members",
    { cluster: 'shop', service: 'api', region: 'eu-west-1', engine: 'codedeploy', serviceDeploymentArn: 'arn:1' },
    {
      own: {
        cluster: 'shop',
        service: 'api',
        region: 'eu-west-1',
        engine: 'codedeploy',
        serviceDeploymentArn: 'arn:1',
      },
    },
  ],
  ['what was live before', { previousTaskDefinition: revision(1) }, { from: version(1), own: {} }],
  ['that nothing was live before', { previousTaskDefinition: undefined }, { from: undefined, own: {} }],
  ['the revision to deploy, with a name', { taskDefinition: revision(2) }, { to: version(2), own: {} }],
])('keeps %s', (_, part, kept) => {
  const made = keptPart(part)
  expect([made, Object.keys(made).sort()]).toEqual([kept, Object.keys(kept).sort()])
})

test('reads what it kept, and the target of the core is none of it', () => {
  const codeDeploy = { application: 'shop', deploymentGroup: 'api' }
  const record: EcsRecord = {
    ...{ cluster: 'shop', service: 'api', region: 'eu-west-1', engine: 'codedeploy', codeDeploy },
    ...{ stage: 'watching', policy: 'leave', startedAt: 7, deploymentId: 'd-1' },
    ...{ previousTaskDefinition: revision(1), taskDefinition: revision(2) },
  }
  const saved = { ...keptPart(record), target: 'ecs' } as unknown as DeploymentRecord
  expect(ecsRecordOf(saved)).toEqual(record)
  expect(ecsRecordOf(saved)).not.toHaveProperty('target')
  expect(ecsRecordOf({ ...saved, from: undefined, to: undefined })).toEqual({
    ...record,
    previousTaskDefinition: undefined,
    taskDefinition: undefined,
  })
})
