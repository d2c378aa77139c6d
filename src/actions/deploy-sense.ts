import { invalidInputs } from '../runner/inputs.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { DeployInputs } from './deploy-inputs.ts'
import type { Place } from './place.ts'

/** Refuses inputs that are right one by one and make no sense together. Throws `inputs-invalid` with all that is wrong. */
export function requireSense(inputs: DeployInputs, { service }: Place): void {
  const { deploymentId } = inputs
  const isLost = deploymentId !== undefined && service === undefined
  const problems = [...unpaired(inputs), ...(isLost ? [lost(deploymentId)] : [])]
  if (problems.length > 0) throw invalidInputs(problems)
}

/** Inputs that are given without the one that they belong to. */
export function unpaired(inputs: DeployInputs): readonly Text[] {
  const pairs = [
    ['service-managed-ebs-volume', inputs.serviceManagedEbsVolume, inputs.serviceManagedEbsVolumeName],
    ['run-task-managed-ebs-volume', inputs.runTaskManagedEbsVolume, inputs.runTaskManagedEbsVolumeName],
  ] as const
  return pairs
    .filter(([, one, other]) => (one === undefined) !== (other === undefined))
    .map(([name]) => text`${name} and ${name}-name must be given together`)
}

/** Without a service, this action registers a definition; who watches a deployment wants nothing changed. */
function lost(deploymentId: string): Text {
  return text`deployment-id ${untrusted(deploymentId)} does not say whose deployment it is: give service (and cluster) or environment as well, or the ARN of a service deployment`
}
