/**
 * Policies as IAM evaluates them: statements with actions, resources and conditions, taken literally. Whatever the evaluation does
 * not know, such as an operator, is an error: a policy must not pass because half of it was ignored.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

type OneOrMore = string | readonly string[]

export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: Readonly<Record<string, OneOrMore>>
  readonly Action?: OneOrMore
  readonly Resource?: OneOrMore
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>
}

export interface Policy {
  readonly Version: string
  readonly Statement: readonly PolicyStatement[]
}

/** What is asked: may this action be done on this resource, under these circumstances. */
export interface Question {
  readonly action: string
  /** `*` for actions that know no resource: only a statement on `*` allows them. */
  readonly resource: string
  readonly context: Readonly<Record<string, string>>
}

const list = (value: OneOrMore | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

const pattern = (glob: string, flags = '') =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    flags,
  )

/** Each part between colons is compared on its own, so that no `*` reaches into another (ArnLike). */
const arnLike = (value: string, glob: string) => {
  const [own, wanted] = [value.split(':', 6), glob.split(':', 6)]
  return own.length === wanted.length && own.every((part, index) => pattern(wanted[index] ?? '').test(part))
}

const operators: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringLike: (value, wanted) => pattern(wanted).test(value),
  ArnEquals: arnLike,
  ArnLike: arnLike,
}

/** Every key of every operator must fit; of one key one value is enough. A key that the request has not fits nothing. */
function meets(conditions: PolicyStatement['Condition'], context: Question['context']): boolean {
  return Object.entries(conditions ?? {}).every(([name, keys]) => {
    const fits = operators[name]
    if (fits === undefined) throw new Error(`the simulator does not know the operator ${name}`)
    return Object.entries(keys).every(([key, wanted]) => {
      const value = Object.entries(context).find(([known]) => known.toLowerCase() === key.toLowerCase())?.[1]
      return value !== undefined && list(wanted).some((one) => fits(value, one))
    })
  })
}

const applies = (statement: PolicyStatement, { action, resource, context }: Question) =>
  list(statement.Action).some((one) => pattern(one, 'i').test(action)) &&
  list(statement.Resource).some((one) => pattern(one).test(resource)) &&
  meets(statement.Condition, context)

/** An explicit denial wins; without a statement that allows it, a request is denied. */
export function isAllowed(policies: readonly Policy[], question: Question): boolean {
  const fitting = policies.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, question))
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny')
}

/** Whether a trust policy lets the bearer of a token in: by its provider, its action and its conditions. */
export function isTrusted(policy: Policy, provider: string, context: Question['context']): boolean {
  const fitting = policy.Statement.filter(
    (statement) =>
      list(statement.Principal?.Federated).includes(provider) &&
      list(statement.Action).includes('sts:AssumeRoleWithWebIdentity') &&
      meets(statement.Condition, context),
  )
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny')
}
