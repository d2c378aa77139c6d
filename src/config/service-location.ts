import { type Arn, parseArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { partitions } from '../partitions.ts'
import { setting, type Text, text, untrusted } from '../text.ts'

/** Names and ARNs from inputs, each under the name of its input. */
export interface Places {
  readonly cluster?: string | undefined
  readonly service?: string | undefined
  readonly 'task-definition'?: string | undefined
  readonly 'task-definition-arn'?: string | undefined
  /** A revision to roll back to. */
  readonly to?: string | undefined
  /** `service-deployment/<cluster>/<service>/<id>`, with its account or without; other ids contain no names. */
  readonly 'deployment-id'?: string | undefined
}

/** Settings given beside them, which may contradict them. */
export interface Bounds {
  readonly region?: string | undefined
  /** Accounts that the credentials may belong to; none: every account. */
  readonly accountIds: readonly string[]
}

/** Cluster, service, region and accounts of a deployment. */
export interface ServiceLocation {
  readonly cluster?: string | undefined
  readonly service?: string | undefined
  readonly region?: string | undefined
  readonly accountIds: readonly string[]
  /** The inputs whose ARNs contain what no other input does. */
  readonly arnInputs: { readonly cluster?: string; readonly region?: string; readonly account?: string }
}

/** One value that one setting contains. */
interface Claim {
  readonly setting: string
  /** As it was written. */
  readonly written: string
  readonly value: string
}

/**
 * Takes names out of ARNs: the cluster, region and account of an ARN are where the service is. Throws `inputs-invalid` with
 * every contradiction, both sides named. The old ARNs of services have no cluster (ECS developer guide, "Amazon Resource
 * Names (ARNs) and IDs").
 */
export function serviceLocation(places: Places, { region, accountIds }: Bounds): ServiceLocation {
  const arns = arnsIn(places)
  const clusters = [...named('cluster', places), ...inArns(arns, ({ names }) => names.cluster)]
  const services = [...named('service', places), ...inArns(arns, ({ names }) => names.service)]
  const regions = inArns(arns, ({ arn }) => arn?.region)
  const accounts = inArns(arns, ({ arn }) => arn?.accountId)
  const given = region === undefined ? [] : [{ setting: 'aws-region', written: region, value: region }]
  const problems = [
    ...arns.flatMap(({ problem }) => (problem ? [problem] : [])),
    ...contradictions('the cluster', clusters),
    ...contradictions('the service', services),
    ...contradictions('the region', [...given, ...regions]),
    ...contradictions('the account', accounts),
    ...strangers(accountIds, accounts),
  ]
  if (problems.length > 0) throw contradictory(problems)
  const [cluster] = clusters
  const [account] = accounts
  return {
    cluster: cluster?.value,
    service: services[0]?.value,
    region: region ?? regions[0]?.value,
    accountIds: account === undefined ? accountIds : [account.value],
    arnInputs: {
      ...(cluster && cluster.written !== cluster.value && { cluster: cluster.setting }),
      ...(region === undefined && regions[0] && { region: regions[0].setting }),
      ...(account && { account: account.setting }),
    },
  }
}

interface Located {
  readonly setting: string
  readonly written: string
  readonly arn: Arn | undefined
  readonly names: { readonly cluster?: string | undefined; readonly service?: string | undefined }
  readonly problem: Text | undefined
}

/** Resources that an ARN of each setting may have, and the names in them. */
const shapes: Readonly<Record<keyof Places, { readonly kind: string; readonly pattern: RegExp }>> = {
  service: { kind: 'service', pattern: /^service\/(?:(?<cluster>[^/]+)\/)?(?<service>[^/]+)$/ },
  cluster: { kind: 'cluster', pattern: /^cluster\/(?<cluster>[^/]+)$/ },
  'deployment-id': {
    kind: 'service deployment',
    pattern: /^service-deployment\/(?<cluster>[^/]+)\/(?<service>[^/]+)\/.+$/,
  },
  'task-definition': { kind: 'task definition', pattern: /^task-definition\/[^/]+$/ },
  'task-definition-arn': { kind: 'task definition', pattern: /^task-definition\/[^/]+$/ },
  to: { kind: 'task definition', pattern: /^task-definition\/[^/]+$/ },
}

function arnsIn(places: Places): readonly Located[] {
  return Object.entries(shapes).flatMap(([name, { kind, pattern }]) => {
    const written = places[name as keyof Places] ?? ''
    const arn = parseArn(written)
    const isId = name === 'deployment-id' && written.startsWith('service-deployment/')
    if (arn === undefined && !isId) return []
    const match = pattern.exec(arn?.resource ?? written)
    return {
      setting: name,
      written,
      arn,
      names: match?.groups ?? {},
      problem: arn && problemOf(name, written, arn, kind, match !== null),
    }
  })
}

function problemOf(name: string, written: string, arn: Arn, kind: string, fits: boolean): Text | undefined {
  if (arn.service !== 'ecs' || !fits)
    return text`${setting(name)} must be a name or the ARN of an ECS ${kind}, not ${untrusted(written)}`
  const lost = arn.region === '' ? 'region' : arn.accountId === '' ? 'account' : undefined
  if (lost) return text`${setting(name)} has no ${lost}, as if a variable in it were empty: ${untrusted(written)}`
  const partition = partitions.find(({ pattern }) => pattern.test(arn.region))?.id ?? arn.partition
  if (partition === arn.partition) return undefined
  return text`${setting(name)} has the partition ${untrusted(arn.partition)}, but its region ${untrusted(arn.region)} is in ${partition}: ${untrusted(written)}`
}

/** The value of the setting itself, where it is a name. */
function named(name: 'cluster' | 'service', places: Places): readonly Claim[] {
  const written = places[name]
  return written === undefined || parseArn(written) ? [] : [{ setting: name, written, value: written }]
}

function inArns(arns: readonly Located[], find: (located: Located) => string | undefined): readonly Claim[] {
  return arns.flatMap((located) => {
    const value = find(located)
    return value ? [{ setting: located.setting, written: located.written, value }] : []
  })
}

function contradictions(what: string, [first, ...others]: readonly Claim[]): readonly Text[] {
  if (first === undefined) return []
  return others
    .filter(({ value }) => value !== first.value)
    .map((other) => text`${what} is ${claim(first)}, but ${claim(other)}`)
}

/** Accounts of ARNs that the credentials may not belong to. */
function strangers(accountIds: readonly string[], accounts: readonly Claim[]): readonly Text[] {
  const allowed = accountIds.join(', ')
  return accounts
    .filter(({ value }) => accountIds.length > 0 && !accountIds.includes(value))
    .map((account) => text`the account is ${allowed} (${setting('allowed-account-ids')}), but ${claim(account)}`)
}

/** `shop (the input service: arn:aws:ecs:…)`. */
function claim({ setting: name, written, value }: Claim): Text {
  const source = written === value ? [] : text`: ${untrusted(written)}`
  return text`${untrusted(value)} (${setting(name)}${source})`
}

function contradictory(problems: readonly Text[]): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`The settings are inconsistent`,
    why: text`\n${problems.flatMap((problem) => ['- ', ...problem, '\n'])}`,
    fix: text`Correct them. Nothing has been changed on AWS.`,
  })
}
