/** What the core makes of targets that do less than ECS, that fail, or that keep a part of the contract only. */
import { describe, expect, test } from '@jest/globals'
import { deploy } from '../../src/deployment/deploy.ts'
import type { DeploymentRecord } from '../../src/deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { End } from '../../src/deployment/outcomes.ts'
import type { Plan } from '../../src/deployment/plan.ts'
import { rollBack } from '../../src/deployment/roll-back.ts'
import type { Events, Found, Prepared, Target } from '../../src/deployment/target.ts'
import type { Terms } from '../../src/deployment/terms.ts'
import type { Version } from '../../src/deployment/version.ts'
import { deployWaves } from '../../src/deployment/waves/deploy-waves.ts'
import type { WavesEvent } from '../../src/deployment/waves/waves-state.ts'
import { Failure } from '../../src/failure.ts'
import { text, untrusted } from '../../src/text.ts'
import { plain } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

const clock = createClock({ kind: 'idle' }).forProgram
const version = (label: string): Version => ({ id: `toy/${label}`, label })
const method = { label: text`swap`, deploys: text`by a swap`, rollsBack: text`by a swap` }
const plan: Plan = {
  ...{ does: 'deploys', from: version('v1'), to: version('v2'), method },
  ...{ facts: [], settings: [], changes: [], changesOf: 'Box', artifacts: [] },
}
const started: Found['started'] = {
  kind: 'started',
  at: 0,
  deploymentId: 'toy-1',
  consoleUrl: undefined,
  adopted: false,
  outputs: {},
  commands: { look: [] },
}

async function* succeeding(): Events<End> {
  yield { kind: 'versioned', at: 0, version: version('v2'), reused: false }
  yield started
  return { outcome: 'succeeded', serving: version('v2') }
}

async function* failing(error: unknown): Events<End> {
  yield started
  throw error
}

/** A target whose parts can be replaced. */
function target(parts: Partial<Target> = {}, prepared: Partial<Prepared> = {}, change = succeeding): Target {
  return {
    kind: 'toy',
    nouns: { target: 'shelf', targets: 'shelves', version: 'box', made: 'packed' },
    name: 'left',
    goesOn: true,
    own: {},
    conceal: (value) => value,
    async *prepare() {
      yield { kind: 'note', at: 0, message: untrusted('the shelf creaks') }
      const judgement = Promise.resolve({ kind: 'pass' } as const)
      return { plan, warnings: [], minutes: 1, judgement, ready: async () => ({ change }), ...prepared }
    },
    ...parts,
  }
}

const terms: Terms = { wait: true, waitMinutes: 5, dryRun: false, onCancel: 'leave' }

interface Options {
  readonly terms?: Partial<Terms>
  readonly signal?: AbortSignal
  /** Default: as a deployment. */
  readonly as?: typeof deploy
}

async function run(of: Target, { terms: more, signal = new AbortController().signal, as = deploy }: Options = {}) {
  let record: Partial<DeploymentRecord> = {}
  const keep = (part: Partial<DeploymentRecord>) => {
    record = { ...record, ...part }
  }
  const context = { clock, signal, keep, credentialLifetime: async () => ({ kind: 'renewed' }) as const }
  const events: DeploymentEvent[] = []
  let error: unknown
  const from = clock.monotonic()
  try {
    for await (const event of as(of, { ...terms, ...more }, context)) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  const last = events.at(-1)
  const verdict = last?.kind === 'finished' ? last.verdict : undefined
  const warnings = events.flatMap((event) => (event.kind === 'warning' ? event.message.untrusted : []))
  return { events, verdict, warnings, record, error, seconds: (clock.monotonic() - from) / 1000 }
}

const bug = new TypeError('x is undefined')
const refusal = new Failure({ code: 'aws-unreachable', what: text`no answer` })

describe('where the plan does nothing', () => {
  const unchanged = { ...plan, does: 'nothing', to: undefined } as const

  test('nothing is changed, and what is live stays told', async () => {
    const { verdict, events } = await run(target({}, { plan: unchanged }))
    expect(verdict).toEqual({ outcome: 'unchanged', serving: version('v1'), cause: undefined })
    expect(events.map(({ kind }) => kind)).not.toContain('started')
  })

  test('what is live is marked, but not in a dry run', async () => {
    const marked: string[] = []
    async function* mark(): Events<void> {
      marked.push('marked')
      yield { kind: 'note', at: 0, message: untrusted('marked') }
    }
    await run(target({}, { plan: unchanged, mark }), { terms: { dryRun: true } })
    expect(marked).toEqual([])
    await run(target({}, { plan: unchanged, mark }))
    expect(marked).toEqual(['marked'])
  })
})

describe('an end that is known', () => {
  async function* rolledBack(): Events<End> {
    yield started
    return { outcome: 'rolled-back', serving: version('v1') }
  }

  test.each<[string, Target['explain'], RegExp]>([
    ['refuses', () => Promise.reject(refusal), /^The cause could not be determined: no answer/],
    ['has a fault', () => Promise.reject(bug), /^The cause could not be determined: Internal error .*x is undefined/],
  ])('stays where the target %s to explain it', async (_, explain, said) => {
    const { verdict, warnings, error } = await run(target({ explain }, {}, rolledBack))
    expect([verdict?.outcome, error]).toEqual(['rolled-back', undefined])
    expect(warnings[0]).toMatch(said)
  })

  test('stays when a cancel ends the calls of its explanation', async () => {
    const job = new AbortController()
    const explain = () => {
      job.abort(new Error('cancelled'))
      return Promise.reject(new Failure({ code: 'cancelled', what: text`the run was cancelled` }))
    }
    const { verdict } = await run(target({ explain }, {}, rolledBack), { signal: job.signal })
    expect(verdict?.outcome).toBe('rolled-back')
  })

  test('is told although the target never explains it', async () => {
    const { verdict, seconds } = await run(target({ explain: () => new Promise(() => undefined) }, {}, rolledBack))
    expect(verdict?.outcome).toBe('rolled-back')
    expect(seconds).toBe(45)
  })
})

describe('after an error in the middle', () => {
  test.each<[boolean, string, Version | undefined]>([
    [true, 'detached', undefined],
    [false, 'failed', undefined],
  ])(
    'of a target that goes on without us (%s), the end is %s, and nothing is said of what is live',
    async (goesOn, outcome, serving) => {
      const { verdict, error } = await run(target({ goesOn }, {}, () => failing(refusal)))
      expect([verdict?.outcome, verdict?.serving, error]).toEqual([outcome, serving, refusal])
    },
  )

  test('before anything began, what was live is live', async () => {
    const ready = () => Promise.reject(refusal)
    expect((await run(target({}, { ready }))).verdict).toMatchObject({ outcome: 'failed', serving: version('v1') })
  })
})

describe('a cancel', () => {
  test('after an event finds what the event named, though the target kept nothing', async () => {
    const { record } = await run(target({}, {}, () => failing(bug)))
    expect(record).toMatchObject({ stage: 'ended', deploymentId: 'toy-1', from: version('v1') })
    const kept = (await run(target())).record
    expect(kept).toMatchObject({ to: version('v2'), deploymentId: 'toy-1' })
  })

  test.each<[string, Partial<DeploymentRecord>, Partial<DeploymentRecord>]>([
    ['has the stage and the id of the event', { stage: 'updating' }, { to: version('v2'), deploymentId: 'toy-1' }],
    [
      'keeps what the target knows better',
      { to: version('v9'), deploymentId: 'own-1' },
      { to: version('v9'), deploymentId: 'own-1' },
    ],
  ])('right after the start %s', async (_, own, expected) => {
    const job = new AbortController()
    const parts: Partial<Target> = {
      async *prepare(_terms, { keep }) {
        yield { kind: 'note', at: 0, message: untrusted('the shelf creaks') }
        async function* change(): Events<End> {
          keep(own)
          yield* succeeding()
          job.abort(new Error('cancelled'))
          throw job.signal.reason
        }
        const judgement = Promise.resolve({ kind: 'pass' } as const)
        return { plan, warnings: [], minutes: 1, judgement, ready: async () => ({ change }) }
      },
    }
    const { record, verdict } = await run(target(parts), { signal: job.signal })
    expect(record).toMatchObject({ stage: 'watching', target: 'toy', ...expected })
    expect(verdict?.outcome).toBe('cancelled')
  })

  test('before the change begins nothing', async () => {
    const job = new AbortController()
    const ready = async () => {
      job.abort(new Error('cancelled'))
      return { change: succeeding }
    }
    const { verdict, events } = await run(target({}, { ready }), { signal: job.signal })
    expect(verdict?.outcome).toBe('cancelled')
    expect(plain(verdict?.cause?.why)).toMatch(/before the shelf was changed$/)
    expect(events.map(({ kind }) => kind)).not.toContain('versioned')
  })

  test('names what was done before the deployment', async () => {
    const job = new AbortController()
    async function* change(): Events<End> {
      yield { kind: 'note', at: 0, message: untrusted('a task runs') }
      job.abort(new Error('cancelled'))
      job.signal.throwIfAborted()
      return { outcome: 'succeeded' }
    }
    const parts: Partial<Target> = {
      async *prepare(_, { keep }) {
        yield { kind: 'note', at: 0, message: untrusted('the shelf creaks') }
        keep({ left: 'it had started a task' })
        const judgement = Promise.resolve({ kind: 'pass' } as const)
        return { plan, warnings: [], minutes: 1, judgement, ready: async () => ({ change }) }
      },
    }
    const { verdict } = await run(target(parts), { signal: job.signal })
    expect(plain(verdict?.cause?.why)).toMatch(/before a deployment began; it had started a task$/)
  })
})

describe('an error that is a fault of the program ends in a verdict, and is thrown', () => {
  test('while a rollback looks for what is in flight', async () => {
    const { verdict, error } = await run(target({ inFlight: () => Promise.reject(bug) }), { as: rollBack })
    expect([verdict?.outcome, verdict?.cause?.code, error]).toEqual(['failed', 'unexpected', bug])
  })

  test('while services are looked at before the first of them is changed', async () => {
    const broken = target({
      async *lookAhead() {
        yield { kind: 'note', at: 0, message: untrusted('the shelf creaks') }
        throw bug
      },
    })
    const asked = { ...terms, preflight: { only: false, secretKeys: false } }
    const waves = [[{ name: 'a', target: broken, terms: asked }], [{ name: 'b', target: target(), terms: asked }]]
    const signal = new AbortController().signal
    const context = { clock, signal, keep() {}, credentialLifetime: async () => ({ kind: 'renewed' }) as const }
    const events: WavesEvent[] = []
    const all = async () => {
      for await (const event of deployWaves({ waves, onWaveFailure: 'roll-back', dryRun: false }, context))
        events.push(event)
    }
    await expect(all()).rejects.toBe(bug)
    const last = events.at(-1)
    expect(last?.kind === 'finished' && last.verdict.outcome).toBe('failed')
    expect(JSON.stringify(events)).not.toContain('toy-1')
  })
})

describe('a deployment of others', () => {
  const found: Found = {
    ...{ id: 'toy-7', plan, minutes: 1, warnings: [], known: { stage: 'watching', deploymentId: 'toy-7' } },
    started: { ...started, deploymentId: 'toy-7', adopted: true },
    watch: succeeding,
    watchAgain: text``,
  }

  test('is told with its versions and watched', async () => {
    const { verdict, events, record } = await run(target({ find: async () => found }), {
      terms: { deploymentId: 'toy-7' },
    })
    expect(verdict?.outcome).toBe('succeeded')
    expect(events.map(({ kind }) => kind).slice(0, 3)).toEqual(['planned', 'versioned', 'started'])
    expect(record).toMatchObject({ deploymentId: 'toy-7' })
    expect(events[1]).toMatchObject({ version: version('v2'), reused: true })
  })

  test('is watched without the checks that only a new one has', async () => {
    const watched: unknown[] = []
    const watch = (checks: unknown) => {
      watched.push(checks)
      return succeeding()
    }
    await run(target({ find: async () => ({ ...found, watch }) }), { terms: { deploymentId: 'toy-7' } })
    expect(watched).toEqual([[]])
  })

  test('is only told in a dry run, with what is to be known of it', async () => {
    const warned = { ...found, warnings: [untrusted('it is a rollback')] }
    const asked = { terms: { deploymentId: 'toy-7', dryRun: true } }
    const { events, warnings, record } = await run(target({ find: async () => warned }), asked)
    expect([events.map(({ kind }) => kind), warnings]).toEqual([['planned', 'warning'], ['it is a rollback']])
    expect(record.deploymentId).toBeUndefined()
  })

  test('that is taken back is told with its versions turned round, and as none of its own', async () => {
    const asked = { terms: { deploymentId: 'toy-7', isTurnedRound: true } }
    const { events } = await run(target({ find: async () => ({ ...found, watch: failing.bind(null, bug) }) }), asked)
    expect(events[0]).toMatchObject({ kind: 'planned', plan: { from: version('v2'), to: version('v1') } })
    expect(events[1]).toMatchObject({ kind: 'started', deploymentId: 'toy-7', at: clock.now() })
  })

  test.each([
    ['that has none of it', async () => undefined],
    ['that finds none', undefined],
  ] as const)('is missing in a target %s', async (_, find) => {
    const { error } = await run(target(find ? { find } : {}), { terms: { deploymentId: 'toy-7' } })
    const { parts } = error as Failure
    expect([parts.code, plain(parts.what), plain(parts.fix)]).toEqual([
      'deployment-not-found',
      'The shelf left has no deployment toy-7',
      'Check deployment-id, and leave it out to deploy.',
    ])
  })
})
