import type { Aws } from '../../aws/connect.ts'
import type { Clock } from '../../clock.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import type { Settlement } from '../../deployment/settle-cancelled.ts'
import { ecsSettlement } from '../../targets/ecs/index.ts'

type Open = (record: DeploymentRecord, aws: Aws, clock: Clock) => Promise<Settlement>

/** By the kind of the target. */
const openers: Readonly<Record<string, Open>> = {
  beanstalk: async (record, aws, clock) => {
    const { beanstalkSettlement } = await import('../../targets/beanstalk/index.ts')
    return await beanstalkSettlement(record, aws, clock)
  },
  ecs: ecsSettlement,
  task: async (record, aws, clock) => {
    const { taskSettlement } = await import('../../targets/task/index.ts')
    return await taskSettlement(record, aws, clock)
  },
  site: async (record, { storages, distributions }, clock) => {
    const { siteSettlement } = await import('../../targets/site/index.ts')
    return await siteSettlement(record, storages.bucket, distributions, clock)
  },
}

/** What the post step can do about the deployment that a record is of. */
export async function openSettlement(record: DeploymentRecord, aws: Aws, clock: Clock): Promise<Settlement> {
  const open = openers[record.target]
  if (open === undefined) throw new Error(`a record of a target that cannot be settled: ${record.target}`)
  return await open(record, aws, clock)
}
