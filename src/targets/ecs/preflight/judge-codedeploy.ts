import type { Finding } from '../../../diagnosis/finding.ts'
import { setting, text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { CodeDeployFacts, PreflightFacts } from '../facts/preflight-facts.ts'

/** The deployment group: there, of this service, free, and able to roll back. */
export function judgeCodeDeploy({ codeDeploy, service }: PreflightFacts): readonly Finding[] {
  if (!codeDeploy) return []
  const { group, deploymentGroup, problem } = codeDeploy
  if (problem) {
    const { what, why = [], fix = [] } = problem.parts
    return [finding('deployment-group-missing', { what, why, fix })]
  }
  const serves = group?.ecsServices ?? []
  const isOther = serves.length > 0 && !serves.some(({ serviceName }) => serviceName === service?.serviceName)
  const others = serves.map(({ clusterName, serviceName }) => `${clusterName}/${serviceName}`).join(', ')
  return [
    ...(isOther
      ? [
          finding('deployment-group-other', {
            what: text`The deployment group ${untrusted(deploymentGroup)} deploys another service`,
            why: text`it is the group of ${untrusted(others)}`,
            fix: text`Name the group of ${untrusted(service?.serviceName ?? '')} in ${setting('codedeploy-deployment-group')}.`,
          }),
        ]
      : []),
    ...judgeActive(codeDeploy),
    ...(group && group.autoRollbackConfiguration?.enabled !== true
      ? [
          finding('no-automatic-rollback', {
            what: text`CodeDeploy does not roll back a failed deployment`,
            why: text`the deployment group ${untrusted(deploymentGroup)} has automatic rollback off`,
            fix: text`Turn it on for DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM.`,
          }),
        ]
      : []),
  ]
}

function judgeActive({ active, deploymentGroup }: CodeDeployFacts): readonly Finding[] {
  if (!active || active.isWanted) return []
  return [
    finding('deployment-active', {
      what: text`The deployment group ${untrusted(deploymentGroup)} already has an active deployment, ${active.isRollback ? 'the rollback ' : ''}${untrusted(active.id)}`,
      why: text`CodeDeploy runs one deployment of a group at a time`,
      fix: active.isRollback
        ? text`Wait until the rollback has ended.`
        : text`Wait until it has ended, or stop it: aws deploy stop-deployment --auto-rollback-enabled --deployment-id ${untrusted(active.id)}.`,
    }),
  ]
}
