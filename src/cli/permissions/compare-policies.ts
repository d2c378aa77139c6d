import { fitsWildcard } from '../../wildcard.ts'
import { asList, type Conditions, type PolicyDocument, type Statement } from './policy-document.ts'

/** One action on one resource under a condition. */
export interface Allowance {
  readonly action: string
  readonly resource: string
  readonly condition?: Conditions | undefined
}

/** How the policies that a role has differ from the one that it needs. */
export interface PolicyDifference {
  readonly missing: readonly Allowance[]
  readonly excess: readonly Allowance[]
  /** Statements that this comparison does not understand, or that deny. */
  readonly unclear: readonly Statement[]
}

/** Compares by what is allowed, not by how it is written: statements may be split, and patterns be wider. */
export function comparePolicies(needed: PolicyDocument, existing: readonly PolicyDocument[]): PolicyDifference {
  const statements = existing.flatMap(({ Statement }) => [Statement].flat())
  const isClear = ({ Effect, Action, Resource }: Statement) =>
    Effect === 'Allow' && Action !== undefined && Resource !== undefined
  const wanted = needed.Statement.flatMap(allowancesOf)
  const given = statements.filter(isClear).flatMap(allowancesOf)
  return {
    missing: wanted.filter((one) => !given.some((other) => covers(other, one))),
    excess: given.filter((one) => !wanted.some((other) => covers(other, one))),
    unclear: statements.filter((statement) => !isClear(statement)),
  }
}

function allowancesOf({ Action, Resource, Condition }: Statement): readonly Allowance[] {
  return asList(Action).flatMap((action) =>
    asList(Resource).map((resource) => ({ action, resource, condition: Condition })),
  )
}

/** Whether all that the narrower allows is allowed by the wider, too. A condition only narrows. */
function covers(wider: Allowance, narrower: Allowance): boolean {
  return (
    fits(wider.action.toLowerCase(), narrower.action.toLowerCase()) &&
    fits(wider.resource, narrower.resource) &&
    (wider.condition === undefined || canonical(wider.condition) === canonical(narrower.condition ?? {}))
  )
}

/** A pattern contains another pattern, which is compared like a text: `a*` contains `ab*`. */
function fits(pattern: string, text: string): boolean {
  return fitsWildcard(pattern, text, (wanted, found) => wanted === found || (wanted === '?' && found !== '*'))
}

/** The same for policies that mean the same: keys and lists in order, lists of one as their value, no Sid. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(canonical).sort()
    return items.length === 1 ? (items[0] ?? '') : `[${items.join(',')}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const members = Object.entries(value)
    .filter(([key, member]) => key !== 'Sid' && member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}
