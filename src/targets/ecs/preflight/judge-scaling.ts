import { resourceName } from '../../../arn.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { asName, setting, text } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'
import { activityWords, scalingActivities, scalingMark } from '../request/scaling-mark.ts'

/** Auto scaling that a run of Slipway left suspended; what others have suspended is their choice. */
export function judgeScaling({ service, leftSuspended, region }: PreflightFacts): readonly Finding[] {
  if (service === undefined || leftSuspended.length === 0) return []
  const { clusterArn = '', serviceName = '' } = service
  const id = asName(`service/${resourceName(clusterArn)}/${serviceName}`)
  const state = leftSuspended.map((activity) => `${scalingActivities[activity]}=false`).join(',')
  return [
    finding('scaling-suspended', {
      what: text`Auto scaling of the service is suspended: ${activityWords(leftSuspended)}`,
      why: text`a run of Slipway with ${setting('suspend-auto-scaling')} was killed, and its tag ${scalingMark} is on the scalable target`,
      fix: text`Run aws application-autoscaling register-scalable-target --region ${region} --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id ${id} --suspended-state ${state} or deploy a new revision, which resumes it.`,
    }),
  ]
}
