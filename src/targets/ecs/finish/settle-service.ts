import { persistently } from '../../../deployment/agreement.ts'
import type { Settlement } from '../../../deployment/settle-cancelled.ts'
import { Failure } from '../../../failure.ts'
import type { JsonObject } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { remains } from '../facts/remains.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { EcsRecord } from '../request/ecs-record.ts'
import { reattach } from '../request/watch-again.ts'
import { readTruth } from './after-cancel.ts'
import { concealer } from './redact-evidence.ts'

type Ports = Pick<EcsContext, 'ecs' | 'codeDeploy' | 'clock'>

const readsForMade = 5

/** What can be read and done about the deployment of a service that a cancelled run has started. */
export function settleService(record: EcsRecord, ports: Ports): Settlement {
  const isCodeDeploy = record.engine === 'codedeploy'
  return {
    noun: 'service',
    look(id) {
      const known = isCodeDeploy ? { deploymentId: id } : { serviceDeploymentArn: id }
      return readTruth(id === undefined ? record : { ...record, ...known }, ports)
    },
    async stop(id) {
      await (isCodeDeploy ? ports.codeDeploy.stopDeployment(id, true) : ports.ecs.rollBackServiceDeployment(id))
    },
    watchAgain: (id) => reattach(id, { cluster: record.cluster, service: record.service }),
    made: () => madeService(record, ports),
    async conceal(value) {
      return concealer(await definitionsOf(record, ports), record)(value)
    },
  }
}

/** The service that was to be made: a new one has no earlier revision, whatever the policy says. */
async function madeService(
  { cluster, service, stage }: EcsRecord,
  { ecs, clock }: Ports,
): ReturnType<NonNullable<Settlement['made']>> {
  const read = async () => {
    const seen = await ecs.describeService(cluster, service)
    return seen?.status === 'INACTIVE' ? undefined : seen
  }
  // Reads may not contain a service that was just created.
  const made =
    stage === 'preparing' || stage === 'registering' ? undefined : await persistently({ clock }, read, readsForMade)
  return (
    made && {
      why: text`the service ${untrusted(service)} had been created and keeps starting its tasks: a new service has no earlier revision to roll back to`,
      fix: remains(made, { cluster, service }),
    }
  )
}

/** The task definitions that it was about, as far as they can be read. */
async function definitionsOf(
  { taskDefinition, previousTaskDefinition }: EcsRecord,
  { ecs }: Ports,
): Promise<readonly JsonObject[]> {
  const read = [taskDefinition, previousTaskDefinition].map(async (arn) => {
    try {
      return (arn === undefined ? undefined : await ecs.describeTaskDefinition(arn)) ?? []
    } catch (error) {
      if (error instanceof Failure) return []
      throw error
    }
  })
  return (await Promise.all(read)).flat()
}
