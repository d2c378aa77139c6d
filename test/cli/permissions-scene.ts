/** `slipway permissions` for the service `shop/api` that the simulator seeds, and its policies. */
import { command } from '../../src/cli/commands/permissions.ts'
import { onRequest } from '../../src/cli/permissions/permission.ts'
import { isAllowed, type Policy } from '../simulator/iam-policy.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { type CliScene, cliScene } from './cli-scene.ts'

export const ids = ['--repository', 'acme/shop', '--owner-id', '12345', '--repository-id', '456789']

export interface Role {
  readonly arn: string
  readonly name: string
  readonly environments: readonly string[]
  readonly 'trust-policy': Policy
  readonly policy: Policy
}

interface Account {
  readonly account: string
  readonly roles: readonly Role[]
  readonly 'repository-policies': readonly { readonly arn: string; readonly policy: Policy }[]
  readonly boundary?: { readonly policy: Policy }
}

const slipwayYml = (more = '') => `version: 1
image: { repository: api }
services: { api: { task-definition: td.json, container: api } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    role: deploy
    services: { api: { cluster: shop, service: api${more} } }
`

/** A repository with slipway.yml and the definition that the simulated service runs. */
export function repositoryOf(sim: Simulator, more?: string, definition?: string): CliScene {
  return cliScene({
    'slipway.yml': slipwayYml(more),
    'td.json': definition ?? JSON.stringify(seededTaskDefinition(sim.world)),
  })
}

export async function accountsOf(scene: CliScene, ...words: readonly string[]) {
  const { code, out, err } = await scene.runLoaded(command, ['--json', ...ids, ...words])
  if (code !== 0) throw new Error(err)
  return { accounts: (JSON.parse(out) as { accounts: readonly Account[] }).accounts, err }
}

/** The policy of the only role. */
export async function policyOf(scene: CliScene, ...words: readonly string[]): Promise<Policy> {
  const { accounts } = await accountsOf(scene, ...words)
  const [role, ...others] = accounts.flatMap(({ roles }) => roles)
  if (role === undefined || others.length > 0) throw new Error('one role is expected')
  return role.policy
}

export const actionsIn = ({ Statement }: Policy): readonly string[] =>
  [...new Set(Statement.flatMap(({ Action = [] }) => Action))].sort()

const everything = onRequest.flatMap((feature) => ['--with', feature])
const arns = [
  ...['--kms-key', 'arn:aws:kms:eu-west-1:111122223333:key/k'],
  ...['--signing-profile', 'arn:aws:signer:eu-west-1:111122223333:/signing-profiles/p'],
]

/** The policies of one action with all that its inputs may need, for a service of ECS and one of CodeDeploy. */
export async function policiesOf(sim: Simulator, action: string, definition?: string): Promise<readonly Policy[]> {
  const scene = repositoryOf(sim, undefined, definition)
  const words = ['--action', action, ...everything, ...arns]
  return [await policyOf(scene, ...words), await policyOf(scene, ...words, '--codedeploy', 'api')]
}

/** What calls asked of IAM that none of the policies allows, each once: actions on resources. */
export function refusedBy(policies: readonly Policy[], sim: Simulator): readonly string[] {
  const refused = sim.iam.questions().filter((question) => !isAllowed(policies, question))
  return [...new Set(refused.map(({ action, resource }) => `${action} on ${resource}`))]
}
