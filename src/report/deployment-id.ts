import type { DeploymentState } from '../deployment/state.ts'

/** Id of CodeDeploy's deployment (`d-…`), where there is one: it makes none of a service's first tasks. */
export function codeDeployId({ deployment }: DeploymentState): string | undefined {
  return deployment?.engine === 'codedeploy' && deployment.id.startsWith('d-') ? deployment.id : undefined
}
