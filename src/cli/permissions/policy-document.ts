/** Conditions of a statement: operator, then key, then value or values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** One statement of an IAM policy, as IAM's JSON has it. */
export interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Conditions
}

/** An IAM policy (IAM user guide, "Grammar of the IAM JSON policy language"). */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

/** A policy of these statements. */
export function policyOf(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}

/** One value, or several, as a list. */
export function asList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** Characters that count towards IAM's quotas: white space does not (IAM user guide, "IAM and AWS STS quotas"). */
export function policySize(policy: PolicyDocument): number {
  return JSON.stringify(policy).length
}
