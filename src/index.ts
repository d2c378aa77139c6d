import type { LoadSimulator } from './cli/command.ts'
import type { Action } from './runner/action.ts'
import type { InputSpec } from './runner/inputs.ts'
import { reportUncaught, run, type Step } from './runner/run.ts'

/** Every action by name. Each is loaded only when it runs, so that none pays for another's code. */
const actions = {
  'build-push': () => import('./actions/build-push/index.ts'),
  continue: () => import('./actions/continue/index.ts'),
  deploy: () => import('./actions/deploy/index.ts'),
  'deploy-site': () => import('./actions/deploy-site/index.ts'),
  'deploy-beanstalk': () => import('./actions/deploy-beanstalk/index.ts'),
  'deploy-express': () => import('./actions/deploy-express/index.ts'),
  doctor: () => import('./actions/doctor/index.ts'),
  notify: () => import('./actions/notify/index.ts'),
  plan: () => import('./actions/plan/index.ts'),
  promote: () => import('./actions/promote/index.ts'),
  'plan-images': () => import('./actions/plan-images/index.ts'),
  'run-task': () => import('./actions/run-task/index.ts'),
  'register-task-definition': () => import('./actions/register-task-definition/index.ts'),
  rollback: () => import('./actions/rollback/index.ts'),
  verify: () => import('./actions/verify/index.ts'),
} satisfies Record<string, () => Promise<{ action: unknown }>>

/** Name of an action, as in the folder `actions/`. */
export type ActionName = keyof typeof actions

/** Runs one step of one action; the entry point of every file of an action in `dist/`. */
export async function main(name: ActionName, step: Step): Promise<void> {
  reportUncaught()
  const { action }: { action: Action<InputSpec> } = await actions[name]()
  await run(action, step)
}

/** Runs the command line; the entry point of `dist/cli.js`, whose address is `bundle`, and which loads `dist/simulate.js`. */
export async function commandLine(bundle: string, loadSimulator: LoadSimulator): Promise<void> {
  const { cli } = await import('./cli/index.ts')
  await cli(bundle, loadSimulator)
}
