import type { Grant } from './grants.ts'
import type { Conditions, Statement } from './policy-document.ts'

/**
 * The fewest statements that allow these grants and nothing else: first the resources of equal actions and conditions are put
 * together, then the actions of equal resources and conditions.
 */
export function statementsOf(grants: readonly Grant[]): readonly Statement[] {
  const byAction = Map.groupBy(grants, ({ action, condition }) => JSON.stringify([action, condition]))
  const whole = [...byAction.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, resources: sorted([first, ...others].flatMap(({ resources }) => resources)) }],
  )
  const byResources = Map.groupBy(whole, ({ resources, condition }) => JSON.stringify([resources, condition]))
  const groups = [...byResources.values()].map((group) => ({
    actions: sorted(group.map(({ action }) => action)),
    resources: group[0]?.resources ?? [],
    condition: group[0]?.condition,
  }))
  return named(groups.map(({ actions, resources, condition }) => statement(actions, resources, condition)))
}

function statement(actions: readonly string[], resources: readonly string[], condition?: Conditions): Statement {
  return {
    Sid: sidOf(actions, resources),
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition && { Condition: condition }),
  }
}

/** In order, each once; `*` contains all others. */
function sorted<Value extends string>(values: readonly Value[]): readonly Value[] {
  const once = [...new Set(values)].sort()
  return once.includes('*' as Value) ? (['*'] as readonly string[] as readonly Value[]) : once
}

/** A name for people: what is allowed, on which kind of resource. Letters and digits, as IAM requires. */
function sidOf(actions: readonly string[], resources: readonly string[]): string {
  const [only] = actions
  if (actions.length === 1 && only) return only.split(':').map(capital).join('').replaceAll('-', '')
  const services = [...new Set(actions.map((action) => action.split(':')[0] ?? ''))]
  const kind = resources[0] === '*' ? 'WithoutResource' : capital(kindOf(resources[0] ?? ''))
  return `${services.length === 1 ? capital(services[0] ?? '') : 'Several'}${kind}`.replaceAll(/[^A-Za-z0-9]/g, '')
}

function kindOf(arn: string): string {
  return /^(?:[^:]*:){5}([a-z-]+)/.exec(arn)?.[1] ?? 'Resources'
}

function capital(word: string): string {
  return word.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Sids are unique in a policy. */
function named(statements: readonly Statement[]): readonly Statement[] {
  const sids = statements.map(({ Sid }) => Sid ?? '')
  return statements.map((one, index) => {
    const earlier = sids.slice(0, index).filter((sid) => sid === one.Sid).length
    return earlier === 0 ? one : { ...one, Sid: `${one.Sid}${earlier + 1}` }
  })
}
