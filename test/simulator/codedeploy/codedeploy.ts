/** AWS CodeDeploy for Amazon ECS: blue/green deployments with their lifecycle events, waits and roll backs. */
import type { AwsService, World } from '../contract.ts'
import { applicationHandlers } from './applications.ts'
import { configHandlers } from './configurations.ts'
import { deploymentHandlers } from './deployments.ts'
import { groupHandlers } from './groups.ts'
import { onAlarm } from './life.ts'
import { type CodeDeployQuirks, type CodeDeployState, defaultQuirks, type HookOutcome } from './state.ts'

export interface CodeDeployService extends AwsService {
  readonly quirks: CodeDeployQuirks
  /** What the Lambda function of an AppSpec hook answers from now on. A function that was never named here succeeds. */
  hook(name: string, outcome: HookOutcome): void
}

/** CodeDeploy of one region. */
export function createCodeDeploy(world: World, region: string): CodeDeployService {
  const state: CodeDeployState = {
    world,
    region,
    quirks: defaultQuirks(),
    hooks: new Map(),
    applications: new Map(),
    customConfigs: new Map(),
    deployments: new Map(),
  }
  world.region(region).cloudwatch.onChange((name) => onAlarm(state, name))
  return {
    quirks: state.quirks,
    hook: (name, outcome) => state.hooks.set(name, outcome),
    handlers: {
      ...applicationHandlers(state),
      ...configHandlers(state),
      ...groupHandlers(state),
      ...deploymentHandlers(state),
    },
  }
}

/** CodeDeploy of a region with what only tests may do to it. */
export const codeDeployOf = (world: World, region: string) => world.region(region).codedeploy as CodeDeployService
