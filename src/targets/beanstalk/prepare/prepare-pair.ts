import { begun } from '../../../begun.ts'
import type { Judgement, Watchman } from '../../../deployment/commit-guard.ts'
import type { Changed, Obstacle } from '../../../deployment/conflict.ts'
import type { End } from '../../../deployment/outcomes.ts'
import type { Plan } from '../../../deployment/plan.ts'
import type { Events, Prepared } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import { asName, setting, text, untrusted } from '../../../text.ts'
import { type Pair, swapCnames } from '../change/swap-cnames.ts'
import type { BeanstalkContext, BeanstalkRequest } from '../request/beanstalk-request.ts'
import { decide } from './decide.ts'
import { prepareEnvironment } from './prepare-environment.ts'
import { type EnvironmentState, provenanceOf, readState } from './read-state.ts'

/** A request with the other environment of its pair. */
export interface PairRequest extends BeanstalkRequest {
  readonly swap: { readonly environment: string; readonly cnamePrefix: string }
}

/** Deploys to the environment of a pair that has not the CNAME, and then swaps the CNAMEs of the two. */
export async function* preparePair(
  request: PairRequest,
  context: BeanstalkContext,
  watchman: Watchman | undefined,
): Events<Prepared> {
  const wanted = request.wanted()
  const own = { ...request, wanted: () => wanted }
  const { live, idle } = await readPair(request, context)
  const { version } = decide(await wanted, live, request)
  if (version === undefined)
    return yield* prepareEnvironment({ ...own, environment: live.environment.name }, context, watchman)
  context.keep({ own: { environment: idle.environment.name } })
  const prepared = yield* prepareEnvironment(
    { ...own, environment: idle.environment.name },
    context,
    unjudged(watchman),
  )
  const judgement = watchman ? provenanceOf(live.live, context).then((there) => watchman.judge(there)) : pass
  const pair = { live: live.environment, idle: idle.environment }
  return {
    ...prepared,
    plan: planOfPair(prepared.plan, version.label, pair),
    judgement: begun(judgement),
    async ready() {
      const ready = prepared.plan.does === 'nothing' ? undefined : await prepared.ready()
      return { ...ready, change: () => deployAndSwap(ready?.change, pair, context) }
    },
  }
}

const pass: Promise<Judgement> = Promise.resolve({ kind: 'pass' })

/** The version is marked with our commit; what it replaces is the live version, and not that of the idle environment. */
function unjudged(watchman: Watchman | undefined): Watchman | undefined {
  return watchman && { ...watchman, judge: () => pass }
}

function planOfPair(plan: Plan, label: string, { live, idle }: Pair): Plan {
  const version = (name: string | undefined) => (name === undefined ? undefined : { id: name, label: name })
  const value = text`${asName(live.cname ?? '')} from ${asName(live.name)} to ${asName(idle.name)}`
  return {
    ...plan,
    does: 'deploys',
    from: version(live.versionLabel),
    to: version(label),
    facts: [...plan.facts, { label: 'CNAME swap', value, line: text`swap     ${value}` }],
  }
}

async function* deployAndSwap(
  deploy: (() => Events<End | Obstacle | Changed>) | undefined,
  pair: Pair,
  context: BeanstalkContext,
): Events<End | Obstacle | Changed> {
  const end = deploy ? yield* deploy() : undefined
  if (end && 'kind' in end) return end
  if (end && end.outcome !== 'succeeded') return untouched(end, pair)
  return yield* swapCnames(pair, deploy !== undefined, context)
}

/** Users are still on the live environment, whatever became of the idle one. */
function untouched(end: End, { live }: Pair): End {
  const { versionLabel: label } = live
  const serving = label === undefined ? undefined : { id: label, label }
  const { left: _, ...rest } = end
  const isOver = end.outcome === 'failed' || end.outcome === 'rolled-back' || end.outcome === 'rollback-failed'
  return isOver ? { ...rest, outcome: 'rolled-back', serving } : end
}

async function readPair(
  { application, environment, swap }: PairRequest,
  context: BeanstalkContext,
): Promise<{ readonly live: EnvironmentState; readonly idle: EnvironmentState }> {
  const [one, other] = await Promise.all(
    [environment, swap.environment].map((name) => readState({ application, environment: name }, context)),
  )
  if (one === undefined || other === undefined) throw new Error('a pair has two environments')
  const isLive = ({ environment: { cname = '' } }: EnvironmentState) => cname.startsWith(`${swap.cnamePrefix}.`)
  if (isLive(one)) return { live: one, idle: other }
  if (isLive(other)) return { live: other, idle: one }
  throw new Failure({
    code: 'environment-unsupported',
    what: text`Neither environment has the CNAME prefix ${untrusted(swap.cnamePrefix)}`,
    why: text`${untrusted(environment)} has ${untrusted(one.environment.cname ?? 'none')}, ${untrusted(swap.environment)} has ${untrusted(other.environment.cname ?? 'none')}`,
    fix: text`Set ${setting('swap-cname-prefix')} to the prefix that users reach. Nothing has been changed.`,
  })
}
