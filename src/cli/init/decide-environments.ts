import { parseArn } from '../../arn.ts'
import { accountSchema, nameSchema, regionSchema } from '../../config/names.ts'
import type { Given } from '../command.ts'
import { optionValues } from '../given.ts'
import type { Asking } from './asking.ts'
import { namedMistakes, valueFor } from './given-names.ts'
import type { Account } from './read-account.ts'
import { shellText } from './shell-text.ts'
import type { Survey } from './survey.ts'

/** Where an environment is: everything of it but its services. */
export interface EnvironmentPlace {
  readonly name: string
  readonly region: string
  readonly account: string
  readonly role: string
  readonly cluster: string
}

/** Decides the environments by the options, the workflows, the account and questions; what is missing is in `asking`. */
export async function decideEnvironments(around: Circumstances): Promise<readonly EnvironmentPlace[]> {
  const { given, survey, asking } = around
  const named = optionValues(given, 'environment')
    .flatMap((one) => one.split(/[\s,]+/))
    .filter((one) => one !== '')
  const known = survey.workflows.flatMap(({ environments }) => environments)
  const names = [...new Set(named.length > 0 ? named : known.length > 0 ? known : ['production'])]
  for (const name of names) refuseInvalid(asking, `--environment ${name}`, nameSchema.safeParse(name))
  for (const option of ['region', 'account', 'cluster', 'role'])
    for (const mistake of namedMistakes(option, optionValues(given, option), names)) asking.refuse(mistake)
  const places: EnvironmentPlace[] = []
  for (const name of names) places.push(await decideOne(name, around))
  return places.map((place) => {
    const isAlone = places.every((other) => other === place || other.account !== place.account)
    return isAlone || optionValues(given, 'role').length > 0 ? place : { ...place, role: `slipway-${place.name}` }
  })
}

/** Everything that decides what slipway.yml has. */
export interface Circumstances {
  readonly given: Given
  readonly survey: Survey
  /** Undefined where it was not read. */
  readonly account: Account | undefined
  /** There are no credentials for any. */
  readonly isUnread: boolean
  /** Of the first environment; empty where it is missing. */
  readonly region: string
  readonly asking: Asking
}

/** In mistakes, which state why once. */
export const unreadAccount = 'the AWS account was not read'

async function decideOne(name: string, around: Circumstances): Promise<EnvironmentPlace> {
  const { given, account, asking } = around
  const option = (of: string) => valueFor(optionValues(given, of), name)
  const region = option('region') ?? around.region
  if (region !== '') refuseInvalid(asking, `--region ${region}`, regionSchema.safeParse(region))
  const role = option('role') ?? 'slipway-deploy'
  const id =
    option('account') ??
    parseArn(role)?.accountId ??
    account?.id ??
    (await asking.choose({
      option: '--account',
      what: `AWS account ID of ${name}`,
      why: around.isUnread ? unreadAccount : 'it is unknown',
      mistakeIn: (answer) => problemIn(accountSchema.safeParse(answer)),
    })) ??
    ''
  if (id !== '') refuseInvalid(asking, `--account ${id}`, accountSchema.safeParse(id))
  const cluster = await decideCluster(name, { ...around, region, id }, option('cluster'))
  return { name, region, account: id, role, cluster }
}

async function decideCluster(
  name: string,
  { survey, account, asking, region, id, isUnread }: Circumstances & { readonly id: string },
  given: string | undefined,
): Promise<string> {
  const isRead = account !== undefined && account.id === id && account.region === region
  const clusters = isRead ? await account.read(() => account.aws.inventory.clusters()) : undefined
  const wanted = given ?? survey.variable('ECS_CLUSTER')
  if (clusters?.length === 0) {
    const command = shellText('aws', 'ecs', 'create-cluster', '--region', region, '--cluster-name', wanted ?? name)
    asking.refuse(`--cluster: account ${id} has no ECS cluster in ${region}; ${command} creates one`)
    return wanted ?? ''
  }
  if (wanted !== undefined) {
    if (clusters === undefined || clusters.includes(wanted)) return wanted
    asking.refuse(`--cluster must be one of ${clusters.join(', ')} (account ${id}, ${region}), not ${wanted}`)
    return ''
  }
  const [only, ...others] = clusters ?? []
  if (only !== undefined && others.length === 0) return only
  const mistakeIn = (answer: string) =>
    clusters && !clusters.includes(answer) ? `It must be one of ${clusters.join(', ')}` : undefined
  const question = {
    option: '--cluster',
    what: `ECS cluster of ${name}`,
    why: isUnread ? unreadAccount : `account ${id} was not read`,
    mistakeIn,
  }
  return (await asking.choose({ ...question, ...(clusters && { candidates: clusters }) })) ?? ''
}

interface Checked {
  readonly success: boolean
  readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined
}

function problemIn({ success, error }: Checked): string | undefined {
  return success ? undefined : `It ${error?.issues[0]?.message ?? 'is invalid'}`
}

function refuseInvalid(asking: Asking, what: string, checked: Checked): void {
  if (!checked.success) asking.refuse(`${what}: it ${checked.error?.issues[0]?.message ?? 'is invalid'}`)
}
