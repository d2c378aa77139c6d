import type { Account } from './read-account.ts'

/** Where tasks of a new service are placed. */
export interface Placing {
  readonly subnets: readonly string[]
  readonly securityGroups: readonly string[]
  /** Tasks in a public subnet reach Amazon ECR only with a public address (Amazon ECS developer guide, "Fargate task networking"). */
  readonly isPublic: boolean
}

/** Subnets that tasks can be placed in, with their way to the internet: `igw-…`, `nat-…`; undefined without one. */
interface Way {
  readonly id: string
  readonly target: string | undefined
}

/** The subnets of the default VPC, or of the only one: private ones with a way out where there are any. Undefined where that is open. */
export async function defaultPlacing(account: Account): Promise<Placing | undefined> {
  const { aws, read } = account
  const all = (await read(() => aws.inventory.subnets())) ?? []
  const defaults = all.filter(({ isDefault }) => isDefault)
  const found = defaults.length > 0 ? defaults : all
  const [vpcId, ...otherVpcs] = new Set(found.map((subnet) => subnet.vpcId))
  if (vpcId === undefined || otherVpcs.length > 0) return undefined
  const ways = await waysOf(
    account,
    vpcId,
    found.map(({ id }) => id),
  )
  const ofPrivate = ways.filter(({ target }) => target !== undefined && !target.startsWith('igw-'))
  const ofPublic = ways.filter(({ target }) => target?.startsWith('igw-'))
  const chosen = ofPrivate.length > 0 ? ofPrivate : ofPublic
  if (chosen.length === 0) return undefined
  const group = await read(() => aws.inventory.defaultSecurityGroup(vpcId))
  const subnets = chosen.map(({ id }) => id).sort()
  return { subnets, securityGroups: group === undefined ? [] : [group], isPublic: chosen === ofPublic }
}

/** Whether given subnets are public; false where the account was not read. */
export async function arePublic(subnets: readonly string[], account: Account | undefined): Promise<boolean> {
  const all = await account?.read(() => account.aws.inventory.subnets())
  const own = all?.filter(({ id }) => subnets.includes(id)) ?? []
  const [vpcId] = own.map((subnet) => subnet.vpcId)
  if (account === undefined || vpcId === undefined) return false
  return (await waysOf(account, vpcId, subnets)).some(({ target }) => target?.startsWith('igw-'))
}

async function waysOf({ aws, read }: Account, vpcId: string, ids: readonly string[]): Promise<readonly Way[]> {
  const tables = (await read(() => aws.network.routeTables(vpcId))) ?? []
  return ids.map((id) => {
    const table = tables.find(({ subnets }) => subnets.includes(id)) ?? tables.find(({ isMain }) => isMain)
    const outward = table?.routes.find(({ destination, isBlackhole }) => destination === '0.0.0.0/0' && !isBlackhole)
    return { id, target: outward?.target }
  })
}
