import { setting, text, untrusted } from '../../text.ts'
import type { CodeDeployFacts, PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** The deployment group: there, of this service, free, and able to go back. */
export function judgeCodeDeploy({ codeDeploy, service }: PreflightFacts): readonly Finding[] {
  if (!codeDeploy) return []
  const { group, deploymentGroup, problem } = codeDeploy
  if (problem) {
    const { what, why = [], fix = [] } = problem.parts
    return [{ code: 'deployment-group-missing', severity: 'blocks', what, why, fix }]
  }
  const serves = group?.ecsServices ?? []
  const isOther = serves.length > 0 && !serves.some(({ serviceName }) => serviceName === service?.serviceName)
  const others = serves.map(({ clusterName, serviceName }) => `${clusterName}/${serviceName}`).join(', ')
  return [
    ...(isOther
      ? [
          {
            code: 'deployment-group-other',
            severity: 'blocks',
            what: text`The deployment group ${untrusted(deploymentGroup)} deploys another service`,
            why: text`it is the group of ${untrusted(others)}`,
            fix: text`Name the group of ${untrusted(service?.serviceName ?? '')} in ${setting('codedeploy-deployment-group')}.`,
          } as const,
        ]
      : []),
    ...judgeActive(codeDeploy),
    ...(group && group.autoRollbackConfiguration?.enabled !== true
      ? [
          {
            code: 'no-automatic-rollback',
            severity: 'notes',
            what: text`A failed deployment is not rolled back by CodeDeploy`,
            why: text`the deployment group ${untrusted(deploymentGroup)} has automatic rollback off`,
            fix: text`Turn it on for DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM.`,
          } as const,
        ]
      : []),
  ]
}

function judgeActive({ active, deploymentGroup }: CodeDeployFacts): readonly Finding[] {
  if (!active || active.isWanted) return []
  return [
    {
      code: 'deployment-active',
      severity: 'blocks',
      what: text`The deployment group ${untrusted(deploymentGroup)} is busy with ${active.isRollback ? 'the rollback' : 'deployment'} ${untrusted(active.id)}`,
      why: text`CodeDeploy runs one deployment of a group at a time`,
      fix: active.isRollback
        ? text`Wait until it has ended: it is the way to a good state.`
        : text`Wait until it has ended, or end it: aws deploy stop-deployment --auto-rollback-enabled --deployment-id ${untrusted(active.id)}.`,
    },
  ]
}
