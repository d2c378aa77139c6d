/** What the core does with the answers of a target: what stands in the way, what explains an end, what a rollback makes of one. */
import { describe, expect, test } from '@jest/globals'
import type { Obstacle } from '../../src/deployment/conflict.ts'
import type { Context } from '../../src/deployment/context.ts'
import type { DeploymentRecord } from '../../src/deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { certain, type End } from '../../src/deployment/outcomes.ts'
import { asRollback, rollBack } from '../../src/deployment/roll-back.ts'
import { runDeployment } from '../../src/deployment/run-deployment.ts'
import type { Events, Explained, InFlight, Prepared, Ready, Target } from '../../src/deployment/target.ts'
import type { Terms } from '../../src/deployment/terms.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import { finish, finishByError } from '../../src/deployment/verdict-cause.ts'
import { Failure } from '../../src/failure.ts'
import { text, untrusted } from '../../src/text.ts'
import { plain } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

const clock = createClock({ kind: 'idle' }).forProgram
const version = (label: string) => ({ id: `toy/${label}`, label })
const method = { label: text`swap`, deploys: text`by a swap`, rollsBack: text`by a swap` }
const plan: Prepared['plan'] = {
  ...{ does: 'deploys', from: version('v1'), to: version('v2'), method },
  ...{ facts: [], settings: [], changes: [], changesOf: 'Box', artifacts: [] },
}
const nouns = { target: 'shelf', targets: 'shelves', version: 'box', made: 'packed' }
const terms: Terms = { wait: true, waitMinutes: 5, dryRun: false, onCancel: 'leave' }
const contextOf = (signal = new AbortController().signal): Context => ({
  ...{ clock, signal, keep() {} },
  credentialLifetime: async () => ({ kind: 'renewed' }) as const,
})

async function* changing(): Events<End> {
  yield { kind: 'message', at: 0, message: untrusted('changed') }
  return { outcome: 'succeeded' }
}
async function* checking(): Events<void> {
  yield { kind: 'note', at: 0, message: untrusted('checked') }
}

function targetOf(prepared: Partial<Prepared> = {}, ready: Partial<Ready> = {}, more: Partial<Target> = {}): Target {
  const judgement = Promise.resolve({ kind: 'pass' } as const)
  return {
    ...{ kind: 'toy', nouns, name: 'left', goesOn: true, own: {}, conceal: (value) => value },
    async *prepare() {
      yield { kind: 'note', at: 0, message: untrusted('reading') }
      const all = { check: checking, change: changing, ...ready }
      return { plan, warnings: [], minutes: 1, judgement, ready: async () => all, ...prepared }
    },
    ...more,
  }
}

/** Events by kind or words, and what they lead to. */
async function played<Result>(events: AsyncGenerator<DeploymentEvent, Result>) {
  const said: string[] = []
  for (;;) {
    const { done, value } = await events.next()
    if (done) return { said, result: value }
    said.push('message' in value ? value.message.untrusted : value.kind)
  }
}

const busy = new Failure({ code: 'deployment-conflict', what: text`busy` })
const obstacle: Obstacle = { kind: 'conflict', failure: busy, isRollback: false, isOver: async () => true }
const guard: Terms['guard'] = {
  ...{ mode: 'on', onDiverged: 'other-branch', allowOlder: false },
  origin: { commit: 'a'.repeat(40), repository: 'acme/api', run: '1/1', ref: 'refs/heads/main' },
}
const older = Promise.resolve({
  kind: 'older',
  than: { commit: 'b'.repeat(40), repository: 'acme/api', run: '2/1', ref: 'refs/heads/main' },
} as const)
const run = (target: Target, more: Partial<Terms> = {}) =>
  played(runDeployment(target, { ...terms, ...more }, contextOf()))

describe('one attempt', () => {
  test('tells the plan, what is doubtful, what to know, and checks before it changes', async () => {
    const prepared = { doubts: [untrusted('doubt')], warnings: [untrusted('warning')] }
    const { said, result } = await run(targetOf(prepared, { warnings: [untrusted('late warning')] }))
    expect(said).toEqual(['reading', 'planned', 'doubt', 'warning', 'late warning', 'checked', 'changed'])
    expect(result).toEqual({ outcome: 'succeeded' })
  })

  test.each<[string, Partial<Prepared>, readonly string[]]>([
    ['what AWS takes no second one beside hides the plan', { obstacle }, ['reading', 'checked']],
    ['what ours would replace does not', { replaces: obstacle }, ['reading', 'planned', 'checked']],
  ])('changes nothing beside another deployment: %s', async (_, prepared, expected) => {
    const { said, result } = await run(targetOf(prepared))
    expect([said, result]).toEqual([expected, obstacle])
  })

  test('of an older commit changes and checks nothing, whatever else is in its way', async () => {
    const { said, result } = await run(targetOf({ judgement: older, replaces: obstacle }), { guard })
    expect(said).toEqual(['reading', 'planned'])
    expect(result).toMatchObject({ outcome: 'superseded', serving: version('v1') })
  })

  test('warns of what the order of commits leaves open, and only where it is asked for', async () => {
    const judgement = Promise.resolve({ kind: 'pass', warning: text`unclear` } as const)
    expect((await run(targetOf({ judgement }), { guard })).said).toContain('unclear')
    expect((await run(targetOf({ judgement }))).said).not.toContain('unclear')
  })

  test.each<[string, Partial<Prepared>, RegExp]>([
    ['would wait or fail', { obstacle }, /^This deployment would fail\. busy/],
    ['is older', { judgement: older }, /^This deployment would end as superseded: Commit aaaaaaa is older/],
  ])('that only asks is told that it %s, with its plan', async (_, prepared, expected) => {
    const { said, result } = await run(targetOf(prepared), { guard, dryRun: true })
    expect([said[1], result]).toEqual(['planned', undefined])
    expect(said.at(-1)).toMatch(expected)
  })

  test('that only asks changes nothing where nothing is in its way', async () => {
    expect((await run(targetOf(), { dryRun: true })).said).toEqual(['reading', 'planned', 'checked'])
  })
})

const record = {
  target: 'toy',
  own: {},
  policy: 'leave',
  startedAt: 0,
  stage: 'watching',
  deploymentId: 'toy-1',
} as const
const found = (isGeneral = false): Explained => ({
  cause: { ...certain('unexplained', text`A brick fell`, text`it was wet`, text`Dry it.`), isGeneral },
  evidence: { sections: [], said: [], missingPermissions: [] },
  gauges: [{ label: 'Alarms', value: text`wet` }],
  standing: 'open',
})

describe('an end', () => {
  async function ended(end: End, explained?: Explained) {
    const asked: string[] = []
    const explain = async () => {
      asked.push('explained')
      return explained
    }
    const target = targetOf({}, {}, { explain })
    const events: DeploymentEvent[] = []
    for await (const event of finish(end, { target, context: contextOf(), record })) events.push(event)
    const last = events.at(-1)
    const cause = last?.kind === 'finished' ? last.verdict.cause : undefined
    return { asked, events, words: cause && [cause.what, cause.fix].map(plain).join(' | ') }
  }
  const late = certain('timed-out', text`It was late`, text`slow`, text`Wait longer.`)

  test('that is good, or whose cause is known, asks for no evidence', async () => {
    expect((await ended({ outcome: 'succeeded' }, found())).asked).toEqual([])
    const { asked, words } = await ended({ outcome: 'failed', cause: late, left: text`Sweep up.` }, found())
    expect([asked, words]).toEqual([[], 'It was late | Wait longer. Sweep up.'])
  })

  test('that is bad has the cause of its evidence, with what its gauges showed', async () => {
    const { words, events } = await ended({ outcome: 'failed' }, found())
    expect(words).toBe('A brick fell | Dry it.')
    expect(events[0]).toMatchObject({ kind: 'explained', gauges: found().gauges })
  })

  test.each<[string, Explained | undefined, string]>([
    ['says both where the evidence tells more', found(), 'It was late: A brick fell | Dry it. Wait longer.'],
    ['keeps its own words where it is general', found(true), 'It was late | Wait longer.'],
    ['keeps its own words where there is none', undefined, 'It was late | Wait longer.'],
  ])('by time-out %s', async (_, explained, words) => {
    expect((await ended({ outcome: 'timed-out', cause: late }, explained)).words).toBe(words)
  })
})

describe('an error', () => {
  async function endedBy(
    error: unknown,
    part: Partial<DeploymentRecord>,
    options: Partial<Terms> & { readonly cancelled?: boolean } = {},
  ) {
    const job = new AbortController()
    if (options.cancelled) job.abort()
    const target = targetOf({}, {}, { watchAgain: () => text` Watch toy-1.` })
    const finished = { target, context: contextOf(job.signal), record: { ...record, from: version('v1'), ...part } }
    const { value } = await finishByError(error, finished, { ...terms, ...options }).next()
    if (value?.kind !== 'finished') throw new Error('no verdict')
    const { outcome, serving, cause } = value.verdict
    return {
      outcome,
      live: serving?.label,
      why: plain(cause?.why),
      words: `${plain(cause?.what)} | ${plain(cause?.fix)}`,
    }
  }
  const refused = (code: Failure['parts']['code']) => new Failure({ code, what: text`no`, fix: text`Mend it.` })

  test.each<[DeploymentRecord['stage'], Failure['parts']['code'], Outcome, string | undefined]>([
    ['watching', 'permission-missing', 'detached', undefined],
    ['updating', 'aws-unreachable', 'detached', undefined],
    ['updating', 'credentials-expired', 'detached', undefined],
    ['updating', 'cancelled', 'detached', undefined],
    ['updating', 'permission-missing', 'failed', 'v1'],
    ['registering', 'aws-unreachable', 'failed', 'v1'],
  ])('at stage %s with %s: %s, live %s', async (stage, code, outcome, live) => {
    expect(await endedBy(refused(code), { stage })).toMatchObject({ outcome, live })
  })

  test('that is a fault while something may have begun is no end either', async () => {
    const { outcome, words } = await endedBy(new TypeError('x is undefined'), { stage: 'updating' })
    expect(outcome).toBe('detached')
    expect(words).toMatch(/^Internal error \(a bug in Slipway\), so the deployment toy-1 is no longer watched/)
  })

  test('says what continues, and how it is watched', async () => {
    expect((await endedBy(refused('permission-missing'), {})).words).toBe(
      'no, so the deployment toy-1 is no longer watched and its end is unknown | Mend it. The deployment continues without this run; run this job again to watch it further. Watch toy-1.',
    )
    const back = await endedBy(refused('permission-missing'), { deploymentId: undefined }, { isTurnedRound: true })
    expect(back.words).toBe(
      'no, so the deployment is no longer watched and its end is unknown | Mend it. The rollback continues without this run. Watch toy-1.',
    )
  })

  test.each<[DeploymentRecord['policy'], RegExp]>([
    ['stop-and-roll-back', /stops and rolls back \(on-cancel: stop-and-roll-back\)\.$/],
    ['leave', /continues without this run \(on-cancel: leave\)\.$/],
    ['go-on', /continues without this run, as it is a rollback\.$/],
  ])('by a cancel in the middle says what on-cancel %s does', async (policy, expected) => {
    const { outcome, words, why } = await endedBy(new Error('cancelled'), { policy }, { cancelled: true })
    expect(outcome).toBe('cancelled')
    expect(words).toMatch(expected)
    expect(why).toMatch(/while the deployment toy-1 was in progress$/)
  })
})

describe('a rollback', () => {
  test.each<[End, object]>([
    [
      { outcome: 'rolled-back', serving: version('v1') },
      { outcome: 'succeeded', serving: version('v1') },
    ],
    [{ outcome: 'failed' }, { outcome: 'rollback-failed' }],
    [{ outcome: 'timed-out' }, { outcome: 'timed-out' }],
    [{ outcome: 'succeeded' }, { outcome: 'failed', serving: version('v2'), cause: { code: 'complete-already' } }],
  ])('of a deployment in progress that ends as %j', (end, expected) => {
    expect(asRollback(end, version('v2'), nouns)).toMatchObject(expected)
  })

  const moving: InFlight = {
    ...{ plan: { ...plan, from: version('v2'), to: version('v1') }, version: version('v2'), known: {} },
    async *turnRound({ isTurnedRound }) {
      yield { kind: 'note', at: 0, message: untrusted(`turned: ${isTurnedRound}`) }
      return { outcome: 'rolled-back', serving: version('v1') }
    },
  }

  test('turns round what is in progress, and only plans it in a dry run', async () => {
    const target = targetOf({}, {}, { inFlight: async () => moving })
    expect((await played(rollBack(target, terms, contextOf()))).said).toEqual(['planned', 'turned: true', 'finished'])
    expect((await played(rollBack(target, { ...terms, dryRun: true }, contextOf()))).said).toEqual(['planned'])
  })

  test('deploys where AWS refuses to say what is in progress', async () => {
    const target = targetOf({}, {}, { inFlight: () => Promise.reject(busy) })
    expect((await played(rollBack(target, terms, contextOf()))).said).toContain('changed')
  })

  test.each<[boolean, Outcome, Outcome]>([
    [true, 'failed', 'rollback-failed'],
    [true, 'rolled-back', 'rollback-failed'],
    [true, 'timed-out', 'timed-out'],
    [false, 'failed', 'failed'],
  ])('that was started (%s) and ends as %s is told as %s', async (isStarted, outcome, expected) => {
    async function* change(): Events<End> {
      if (isStarted)
        yield {
          ...{ kind: 'started', at: 0, deploymentId: 'toy-1', consoleUrl: undefined, adopted: false },
          ...{ commands: { look: [] }, outputs: {} },
        } as const
      return { outcome }
    }
    const events = rollBack(targetOf({}, { change }), terms, contextOf())
    const all: DeploymentEvent[] = []
    for await (const event of events) all.push(event)
    expect(all.at(-1)).toMatchObject({ kind: 'finished', verdict: { outcome: expected } })
  })
})
