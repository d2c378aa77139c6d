import { begun } from '../../../begun.ts'
import type { Judgement, Watchman } from '../../../deployment/commit-guard.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { tagsOf } from '../../../deployment/origin.ts'
import type { Events, Prepared } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { asWarnings } from '../../../diagnosis/finding.ts'
import { Failure } from '../../../failure.ts'
import type { OptionSetting } from '../../../ports.ts'
import { joined, renderText, setting, text, untrusted } from '../../../text.ts'
import { changeEnvironment } from '../change/change-environment.ts'
import type { BeanstalkContext, BeanstalkRequest, WantedVersion } from '../request/beanstalk-request.ts'
import { labelSince } from '../watch/fleet.ts'
import { againBecause, type Decision, decide, planOf, requireTier, requireUsable } from './decide.ts'
import { judgeEnvironment, readFacts, rollbackFinding } from './environment-checks.ts'
import { obstacleOf, requestInProgress } from './obstacle.ts'
import { type EnvironmentState, ownOf, provenanceOf, readState } from './read-state.ts'

/** Reads an environment and what is wanted of it, and decides; the result makes the change. */
export async function* prepareEnvironment(
  request: BeanstalkRequest,
  context: BeanstalkContext,
  watchman: Watchman | undefined,
): Events<Prepared> {
  const preparing = forPreparation(context, request)
  yield* []
  const [state, wanted] = await Promise.all([readState(request, preparing), request.wanted()])
  const existing = wanted && (await versionOf(wanted, request, preparing))
  const judgement = begun(judge(watchman, state, preparing))
  const decision = decide(wanted, state, request)
  const isReady = state.environment.status === 'Ready'
  // Option settings that differ are not in the update in progress: it is waited for, and they are changed after it.
  const mayAdopt = !isReady && wanted !== undefined && decision.settings.length === 0
  const adopted = mayAdopt ? await adoptable(wanted, state, request, preparing) : undefined
  context.keep({ own: { ...ownOf(state.environment), mixes: !decision.policy.replaces } })
  if (wanted) requireTier(wanted, state)
  const plan = planOf(adopted ? { ...decision, version: wanted } : decision, state, request)
  const facts = plan.does === 'nothing' ? undefined : await readFacts(state, decision.policy, wanted, preparing)
  const foreseen = request.dryRun && facts ? await foresee(state, decision, preparing) : []
  const findings = [...(facts ? judgeEnvironment(facts) : []), ...foreseen]
  const again = againBecause(decision, state).map((reason) => untrusted(renderText(reason, (theirs) => theirs)))
  return {
    plan,
    warnings: [...(wanted?.warnings ?? []), ...again, ...asWarnings(findings)],
    findings,
    minutes: request.wait ? request.waitMinutes : undefined,
    judgement,
    ...(!isReady && adopted === undefined && { obstacle: await obstacleOf(state, preparing) }),
    mark: () => mark(watchman, state, preparing),
    async ready() {
      await requireValidSettings(decision.settings, request, preparing)
      const origin = watchman?.guard.origin
      return {
        change: () => changeEnvironment({ request, context, preparing, state, decision, existing, origin, adopted }),
      }
    },
  }
}

/** What only a dry run and `doctor` say. */
async function foresee(state: EnvironmentState, { policy }: Decision, context: BeanstalkContext) {
  const { judgeRoles, readRoles } = await import('./environment-roles.ts')
  const roles = judgeRoles(await readRoles(state, context))
  return state.environment.tierType === 'EKS' ? roles : [...roles, rollbackFinding(policy)]
}

async function versionOf(wanted: WantedVersion, request: BeanstalkRequest, { beanstalk }: BeanstalkContext) {
  const existing = await beanstalk.describeVersion(request.application, wanted.label)
  if (request.usesExisting && existing) return existing
  requireUsable(wanted, existing, request)
  return existing
}

async function judge(
  watchman: Watchman | undefined,
  { live }: EnvironmentState,
  context: BeanstalkContext,
): Promise<Judgement> {
  return watchman ? await watchman.judge(await provenanceOf(live, context)) : { kind: 'pass' }
}

/** Marks the version that is live already with our commit, where that is not older than its own. */
async function* mark(
  watchman: Watchman | undefined,
  { live }: EnvironmentState,
  context: BeanstalkContext,
): Events<void> {
  yield* []
  if (watchman === undefined || live === undefined) return
  const { origin: ours } = watchman.guard
  const theirs = (await provenanceOf(live, context))?.origin
  if (theirs?.commit === ours.commit || (theirs && !(await watchman.mayMark(theirs)))) return
  await unlessDenied(context.beanstalk.tag(live.arn, tagsOf(ours)), () => undefined)
}

/** The update in progress, where it deploys what is wanted: a repeated job watches it, and begins nothing. */
async function adoptable(
  wanted: WantedVersion,
  { environment, instances }: EnvironmentState,
  request: BeanstalkRequest,
  context: BeanstalkContext,
) {
  if (environment.status !== 'Updating') return undefined
  const found = await requestInProgress(request, context)
  return found && labelSince(found.at, instances) === wanted.label ? found : undefined
}

async function requireValidSettings(
  settings: readonly OptionSetting[],
  { application, environment }: BeanstalkRequest,
  { beanstalk }: BeanstalkContext,
): Promise<void> {
  if (settings.length === 0) return
  const invalid = await beanstalk.invalidSettings(application, environment, settings)
  if (invalid.length === 0) return
  const said = invalid.map(({ setting: name, message }) => text`${untrusted(name)}: ${untrusted(message)}`)
  throw new Failure({
    code: 'inputs-invalid',
    what: text`Configuration validation exception: ${invalid.length} ${invalid.length === 1 ? 'option setting is' : 'option settings are'} invalid`,
    why: joined(said, '; '),
    fix: text`Correct ${setting('option-settings')}. Nothing has been changed.`,
  })
}
