/** Reads that lag, and reads that are denied, for tests of single ends. */
import type { FaultRule } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/simulator.ts'

/** DescribeServices shows the service as it was before its last change, for so many looks. */
export function lag(sim: Simulator, looks: number): void {
  sim.faults.add({ operation: 'DescribeServices', effect: { kind: 'lag', looks } })
}

/** UpdateService answers with the deployments from before. */
export function lagReplies(sim: Simulator): void {
  sim.faults.add({ operation: 'UpdateService', effect: { kind: 'lag', looks: 1 } })
}

export function deny(sim: Simulator, operation: FaultRule['operation']): void {
  sim.faults.add({ operation, times: Number.POSITIVE_INFINITY, effect: { kind: 'access-denied' } })
}

/** Policies of people who come from other actions have none of the three. */
export function denyServiceDeployments(sim: Simulator): void {
  deny(sim, ['ListServiceDeployments', 'DescribeServiceDeployments', 'DescribeServiceRevisions'])
}
