import type { Clock } from '../../clock.ts'
import type { Watchman } from '../../deployment/commit-guard.ts'
import type { Context } from '../../deployment/context.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import type { Settlement } from '../../deployment/settle-cancelled.ts'
import type { Earlier, Events, Prepared, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { text, untrusted } from '../../text.ts'
import { prepareEnvironment } from './prepare/prepare-environment.ts'
import { environmentNouns } from './request/beanstalk-nouns.ts'
import type {
  BeanstalkAccess,
  BeanstalkChange,
  BeanstalkContext,
  BeanstalkRecord,
  WantedVersion,
} from './request/beanstalk-request.ts'
import { formerSettings, warningOfKept } from './request/former-options.ts'
import { openKnownProperties } from './request/known-properties.ts'
import { onlyOver } from './rollback/only-over.ts'

/** An environment of Elastic Beanstalk that is deployed to. */
export function beanstalkTarget(change: BeanstalkChange, aws: BeanstalkAccess): Target {
  const { application, environment } = change
  const own: BeanstalkRecord = { application, environment, region: aws.region }
  const properties = openKnownProperties(change, change.settings)
  const contextOf = (context: Context): BeanstalkContext => ({ ...aws, ...context, learn: properties.learn })
  const request = (terms: Terms) => ({ ...change, ...terms })
  async function* prepare(terms: Terms, context: Context, watchman: Watchman | undefined): Events<Prepared> {
    const { swap } = change
    if (swap === undefined) return yield* prepareEnvironment(request(terms), contextOf(context), watchman)
    const { preparePair } = await import('./prepare/prepare-pair.ts')
    return yield* preparePair({ ...request(terms), swap }, contextOf(context), watchman)
  }
  return {
    kind: 'beanstalk',
    nouns: environmentNouns,
    name: environment,
    goesOn: true,
    own,
    conceal: properties.conceal,
    prepare,
    async *lookAhead(terms, context) {
      const prepared = yield* prepare(terms, context, undefined)
      await prepared.ready()
      return prepared
    },
    async find(id, terms, context) {
      const { findUpdate } = await import('./prepare/find-update.ts')
      return await findUpdate(id, request(terms), contextOf(context))
    },
    async explain(known, record, context, time) {
      // Loaded only now: a deployment on which nothing fails needs no diagnosis.
      const { investigate } = await import('./finish/explain-environment.ts')
      const { createdAt = record.startedAt } = record
      const about = { ...(record.own as BeanstalkRecord), since: createdAt - 5_000, label: record.to?.label }
      return await investigate(known, about, contextOf(context), time)
    },
    earlier(goal) {
      const { settings, kept } = formerSettings(goal.undo)
      const back = beanstalkTarget(earlierChange(change, goal, settings), aws)
      return warningOfKept(onlyOver(goal, back), kept)
    },
    watchAgain({ deploymentId }) {
      if (deploymentId === undefined) return []
      return text` To watch only this deployment, use actions/deploy-beanstalk with application-name: ${untrusted(application)}, environment-name: ${untrusted(environment)}, deployment-id: ${untrusted(deploymentId)}.`
    },
  }
}

/** A version that exists is deployed again; settings that were changed with the other one get their values before it. */
function earlierChange(
  change: BeanstalkChange,
  { to }: Earlier,
  settings: BeanstalkChange['settings'],
): BeanstalkChange {
  return {
    ...change,
    settings,
    keepVersions: undefined,
    rollsBack: false,
    wanted: async () => existingVersion(to.label),
  }
}

/** A version that exists, by its label. */
export function existingVersion(label: string): WantedVersion {
  return { label, isLabelGiven: true, content: { kind: 'existing' }, artifacts: [], warnings: [] }
}

/** An environment that is rolled back to the version that was healthy in it last, or to a named one. */
export function beanstalkRollback(change: BeanstalkChange, label: string | undefined, aws: BeanstalkAccess): Target {
  const target = beanstalkTarget(change, aws)
  return {
    ...target,
    async *prepare(terms, context, watchman) {
      const { lastGoodVersion } = await import('./rollback/last-good-version.ts')
      const goal =
        label === undefined
          ? await lastGoodVersion(change, { ...aws, ...context, learn: () => undefined })
          : { label, why: 'it was asked for' }
      const restoring = { ...change, wanted: async () => existingVersion(goal.label) }
      const prepared = yield* beanstalkTarget(restoring, aws).prepare(terms, context, watchman)
      return { ...prepared, plan: { ...prepared.plan, basis: untrusted(goal.why) } }
    },
  }
}

/** What the post step can do about a deployment to an environment. */
export async function beanstalkSettlement(
  record: DeploymentRecord,
  aws: BeanstalkAccess,
  clock: Clock,
): Promise<Settlement> {
  const { settleEnvironment } = await import('./finish/settle.ts')
  return settleEnvironment(record, aws, clock)
}
