/** `slipway permissions` for the service `shop/api` that the simulator seeds, and its policies. */
import type { Policy } from '../simulator/iam-policy.ts'
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
export function repositoryOf(sim: Simulator, more?: string): CliScene {
  return cliScene({ 'slipway.yml': slipwayYml(more), 'td.json': JSON.stringify(seededTaskDefinition(sim.world)) })
}

export async function accountsOf(scene: CliScene, ...words: readonly string[]) {
  const { code, out, err } = await scene.run(['permissions', '--json', ...ids, ...words])
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
