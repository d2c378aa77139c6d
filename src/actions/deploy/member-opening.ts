import type { Aws } from '../../aws/connect.ts'
import type { EnvironmentOrder } from '../../deployment/policies.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { World } from '../world/world.ts'

/** What all members of a run share. */
export interface Opening {
  readonly inputs: DeployInputs
  readonly aws: Aws
  readonly runner: Runner
  /** The runner with a signal that also aborts calls to AWS once the report is complete. */
  readonly calling: Runner
  readonly world: World
  readonly order: EnvironmentOrder | undefined
  readonly source: Source | undefined
}
