import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { CodeDeploy } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'
import type { GatherSubject } from './gather-subject.ts'

/** CodeDeploy's account of a deployment: its error, and the lifecycle events that did not succeed. */
export async function readCodeDeploy(
  subject: GatherSubject,
  codeDeploy: CodeDeploy,
  readFact: ReadFact,
): Promise<Evidence['codeDeploy']> {
  const id = subject.codeDeployDeploymentId
  if (id === undefined) return undefined
  const [deployment, target] = await Promise.all([
    readFact('codedeploy:GetDeployment', 'the error of CodeDeploy', () => codeDeploy.describeDeployment(id)),
    readFact('codedeploy:GetDeploymentTarget', 'the lifecycle event that failed', () =>
      codeDeploy.describeTarget(id, subject.cluster, subject.service),
    ),
  ])
  const failures = (target?.value?.lifecycleEvents ?? [])
    .filter(({ status }) => status === 'Failed')
    .map(({ lifecycleEventName = '', status = '', diagnostics }) => ({
      event: lifecycleEventName,
      status,
      errorCode: diagnostics?.errorCode,
      scriptName: diagnostics?.scriptName,
      message: diagnostics?.message ? untrusted(diagnostics.message) : undefined,
      logTail: diagnostics?.logTail ? untrusted(diagnostics.logTail) : undefined,
    }))
  const { code, message } = deployment?.value?.errorInformation ?? {}
  return {
    createdAt: deployment?.value?.createTime?.getTime(),
    errorCode: code,
    message: message ? untrusted(message) : undefined,
    failures,
  }
}
