import type { Aws } from '../../aws/connect.ts'
import { Failure } from '../../failure.ts'
import type { JsonObject, RoleDetails } from '../../ports.ts'
import { text } from '../../text.ts'
import { type CliWorld, exitCodes, type Given } from '../command.ts'
import { isGiven, printJson } from '../given.ts'
import { openAccount } from '../open-account.ts'
import { type Allowance, canonical, comparePolicies } from './compare-policies.ts'
import type { AccountPlan, PermissionsPlan, PlannedRole } from './plan-permissions.ts'
import type { PolicyDocument } from './policy-document.ts'

/** What differs in one role, or in the identity provider. */
interface Difference {
  /** `role deploy`, or `OIDC provider`. */
  readonly of: string
  readonly missing: readonly string[]
  readonly excess: readonly string[]
  /** What was not compared. */
  readonly unclear: readonly string[]
}

/** Compares the plan with the account that the AWS credentials belong to, and prints the differences. Reads only. */
export async function compareWithAccount(plan: PermissionsPlan, given: Given, world: CliWorld): Promise<number> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = world.environment
  const aws = openAccount(AWS_REGION || AWS_DEFAULT_REGION || plan.accounts[0]?.region, world)
  const { accountId } = await aws.identity()
  const account = plan.accounts.find((one) => one.accountId === accountId)
  const others = plan.accounts.filter((one) => one !== account).map((one) => one.accountId)
  if (account === undefined) throw ofAnotherAccount(accountId, others)
  const differences = [await providerDifference(account, aws)]
  for (const role of account.roles) differences.push(await roleDifference(role, account, aws))
  const isEqual = differences.every(isAsNeeded)
  if (isGiven(given, 'json'))
    printJson(world, { account: accountId, equal: isEqual, differences, 'not-compared': others })
  else world.out(`account ${accountId}\n${differences.map(shown).join('')}`)
  if (others.length > 0)
    world.err(`note: not compared, because the credentials are of ${accountId}: ${others.join(', ')}.\n`)
  return isEqual ? exitCodes.done : exitCodes.different
}

function ofAnotherAccount(accountId: string, known: readonly string[]): Failure {
  return new Failure({
    code: 'account-not-allowed',
    what: text`The AWS credentials are of account ${accountId}, which slipway.yml does not have`,
    why: text`it has ${known.join(', ')}`,
    fix: text`Use credentials of one of them, such as by AWS_PROFILE.`,
  })
}

async function providerDifference({ provider }: AccountPlan, aws: Aws): Promise<Difference> {
  const audiences = await aws.rolePolicies.audiences(provider.arn)
  const missing =
    audiences === undefined
      ? [`the provider ${provider.arn}`]
      : audiences.includes(provider.audience)
        ? []
        : [`the audience ${provider.audience}`]
  return { of: 'OIDC provider', missing, excess: [], unclear: [] }
}

async function roleDifference(role: PlannedRole, { boundary }: AccountPlan, aws: Aws): Promise<Difference> {
  const of = `role ${role.name}`
  const found = await aws.rolePolicies.details(role.name)
  if (found === undefined) return { of, missing: [`the role ${role.arn}`], excess: [], unclear: [] }
  const trust = trustDifference(role.trust, found.trust)
  const policies = comparePolicies(
    role.policy,
    found.policies.flatMap(({ document }) => (document ? [asPolicy(document)] : [])),
  )
  return {
    of,
    missing: [
      ...(found.arn === role.arn ? [] : [`the path: the role is ${found.arn}, and slipway.yml has ${role.arn}`]),
      ...trust.missing,
      ...(boundary && found.boundary !== boundary.arn ? [`the permissions boundary ${boundary.arn}`] : []),
      ...policies.missing.map(allowanceText),
    ],
    excess: [...trust.excess, ...policies.excess.map(allowanceText)],
    unclear: [...policies.unclear.map((statement) => JSON.stringify(statement)), ...unread(found, boundary?.arn)],
  }
}

function unread({ policies, boundary }: RoleDetails, planned: string | undefined): readonly string[] {
  return [
    ...policies.filter(({ document }) => document === undefined).map(({ name }) => `policy ${name} could not be read`),
    ...(boundary === undefined || boundary === planned
      ? []
      : [`the permissions boundary ${boundary} may allow less than the policies`]),
  ]
}

/** A single statement may stand without its list. */
function asPolicy(document: JsonObject): PolicyDocument {
  return document as unknown as PolicyDocument
}

function trustDifference(needed: PolicyDocument, existing: JsonObject | undefined) {
  const wanted = needed.Statement.map(canonical)
  const found = [existing?.Statement ?? []].flat()
  return {
    missing: needed.Statement.filter((one) => !found.some((other) => canonical(other) === canonical(one))).map(
      (one) => `trust: ${JSON.stringify(one)}`,
    ),
    excess: found.filter((one) => !wanted.includes(canonical(one))).map((one) => `trust: ${JSON.stringify(one)}`),
  }
}

function allowanceText({ action, resource, condition }: Allowance): string {
  return `${action} on ${resource}${condition === undefined ? '' : ` if ${JSON.stringify(condition)}`}`
}

/** What could not be compared is not as needed: it may allow more, or deny. */
function isAsNeeded({ missing, excess, unclear }: Difference): boolean {
  return missing.length + excess.length + unclear.length === 0
}

function shown(difference: Difference): string {
  const { of, missing, excess, unclear } = difference
  const lines = [
    ...missing.map((line) => `  missing   ${line}`),
    ...excess.map((line) => `  too much  ${line}`),
    ...unclear.map((line) => `  unclear   ${line}`),
  ]
  return `${of}: ${isAsNeeded(difference) ? 'as needed' : 'differs'}\n${lines.map((line) => `${line}\n`).join('')}`
}
