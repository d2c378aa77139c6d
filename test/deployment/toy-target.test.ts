/** All that a target has to be, and what the core and every channel make of it without knowing it. */
import { describe, expect, test } from '@jest/globals'
import { openWatchman } from '../../src/deployment/commit-guard.ts'
import { deploy } from '../../src/deployment/deploy.ts'
import { type DeploymentRecord, parseRecord } from '../../src/deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { Nouns } from '../../src/deployment/nouns.ts'
import { certain, type End, notWatched, supersededBy } from '../../src/deployment/outcomes.ts'
import { asRollback, rollBack } from '../../src/deployment/roll-back.ts'
import { type Settlement, settleCancelled } from '../../src/deployment/settle-cancelled.ts'
import { type DeploymentState, fold, initialState } from '../../src/deployment/state.ts'
import type { Events, Target } from '../../src/deployment/target.ts'
import type { Terms } from '../../src/deployment/terms.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import type { Version } from '../../src/deployment/version.ts'
import { deployWaves } from '../../src/deployment/waves/deploy-waves.ts'
import { foldWaves, initialWaves } from '../../src/deployment/waves/waves-state.ts'
import type { Cause } from '../../src/diagnosis/cause.ts'
import { concealing } from '../../src/diagnosis/conceal.ts'
import { logLines } from '../../src/report/log-lines.ts'
import { outputs } from '../../src/report/outputs.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { wavesAnnotations } from '../../src/report/waves-annotations.ts'
import { wavesLogLines } from '../../src/report/waves-log.ts'
import { wavesOutputs } from '../../src/report/waves-outputs.ts'
import { wavesSlackMessage } from '../../src/report/waves-slack.ts'
import { renderWavesSummary } from '../../src/report/waves-summary.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { subject as anySubject } from '../report/stories.ts'
import { createClock } from '../simulator/clock.ts'

const clock = createClock({ kind: 'idle' }).forProgram
const version = (label: string): Version => ({ id: `toy/${label}`, label })

interface Toy {
  readonly to?: string
  readonly from?: string
  readonly does?: 'deploys' | 'creates' | 'settings'
  readonly reused?: boolean
  readonly waits?: boolean
  readonly why?: string
}

const nouns: Nouns = { target: 'shelf', targets: 'shelves', version: 'box', made: 'packed' }

/** A shelf, on which boxes are swapped. */
function toy(
  ends: Outcome,
  { to = 'v2', from = 'v1', does = 'deploys', reused = true, waits = false, why }: Toy = {},
): Target {
  return {
    kind: 'toy',
    nouns,
    name: 'left',
    goesOn: true,
    own: { shelf: 'left' },
    conceal: concealing(() => [{ name: 'PIN', value: 'correct-horse' }]),
    async *prepare(_, { keep, signal }) {
      yield { kind: 'note', at: clock.now(), message: untrusted('the shelf creaks') }
      return {
        plan: {
          does,
          from: version(from),
          to: version(to),
          method: { label: text`toy swap`, deploys: text`by a toy swap`, rollsBack: text`by a toy swap` },
          facts: [{ label: 'Shelf', value: text`left`, line: text`shelf    left` }],
          settings: [],
          changes: [],
          changesOf: 'Box',
          basis: why === undefined ? undefined : untrusted(why),
          artifacts: [{ kind: 'Box', name: 'toys', from: `s3://attic/boxes/${from}`, to: `s3://attic/boxes/${to}` }],
        },
        warnings: [],
        minutes: 1,
        judgement: Promise.resolve({ kind: 'pass' }),
        ready: async () => ({ change }),
      }
      async function* change(): Events<End> {
        keep({ stage: 'updating' })
        yield { kind: 'versioned', at: clock.now(), version: version(to), reused }
        yield {
          kind: 'started',
          at: clock.now(),
          deploymentId: 'toy-1',
          consoleUrl: 'https://toy.example',
          adopted: false,
          outputs: { 'toy-id': 'toy-1' },
          commands: { look: [text`toy show toy-1`], rollBackTo: { start: text`toy swap `, end: text`` } },
        }
        for (const percent of [10, 50, 100]) yield { kind: 'traffic', at: clock.now(), percent }
        const progress = { unit: 'bricks', doneWord: 'laid', wanted: 2, done: 1, pending: 1, failed: 0 }
        yield { kind: 'progress', at: clock.now(), progress }
        signal.throwIfAborted()
        if (waits) {
          const commands = { prepare: [], goOn: [], rollBack: [] }
          const pause = {
            id: 'nap',
            stage: 'HALFWAY',
            otherwise: 'continue',
            permission: 'toy:Wake',
            commands,
          } as const
          yield { kind: 'paused', at: clock.now(), pause }
        }
        yield { kind: 'message', at: clock.now(), message: untrusted('the PIN is correct-horse') }
        // What is live after a failure is not proven here.
        const serving = version(ends === 'succeeded' ? to : from)
        return { outcome: ends, ...(ends !== 'failed' && { serving }) }
      }
    },
    async explain() {
      return {
        cause: certain(
          'unexplained',
          text`A brick fell`,
          text`it was wet: ${untrusted('correct-horse')}`,
          text`Dry it.`,
        ),
        evidence: {
          sections: [{ kind: 'failure', title: text`Bricks`, lines: [text`1 wet`] }],
          said: [],
          missingPermissions: [],
        },
        standing: 'open',
      }
    },
    earlier: (goal) => toy('succeeded', { to: goal.to.label, from: goal.from.label, why: goal.why }),
  }
}

const origin = { repository: 'acme/toys', commit: 'c'.repeat(40), ref: '', run: '1/1' }

const terms: Terms = { wait: true, waitMinutes: 5, dryRun: false, onCancel: 'stop-and-roll-back' }

const subject = {
  ...anySubject,
  service: 'left',
  home: { kind: 'room', name: 'attic' },
  nouns,
  outputs: { version: 'box', previous: 'previous-box', own: { 'toy-id': '' } },
}

interface Run {
  readonly purpose?: DeploymentState['purpose']
  readonly keep?: (part: Partial<DeploymentRecord>) => void
  readonly signal?: AbortSignal
}

const contextOf = ({ keep = () => undefined, signal = new AbortController().signal }: Run = {}) => {
  return { clock, signal, keep, credentialLifetime: async () => ({ kind: 'renewed' }) as const }
}

/** What every channel tells of a deployment. */
async function told(events: AsyncIterable<DeploymentEvent>, { purpose }: Run = {}) {
  let state: DeploymentState = { ...initialState(clock.now()), purpose }
  const lines: string[] = []
  for await (const event of events) {
    const next = fold(state, event)
    lines.push(...logLines(state, next, subject).map((line) => renderText(line, (theirs) => theirs)))
    state = next
  }
  const report = { subject, state }
  const channels = {
    log: lines.join('\n'),
    summary: renderSummary(report),
    slack: JSON.stringify(slackMessage(report)),
  }
  for (const channel of Object.values(channels)) expect(channel).not.toMatch(foreign)
  return { ...channels, outputs: outputs(report) }
}

/** No word of any service of AWS, and no value that nobody may see. */
const foreign = /correct-horse|\bECS\b|CodeDeploy|\btasks?\b|cluster|\bservices?\b|\brevisions?\b/i

describe('a target that nobody knows', () => {
  test('is told in every channel when it is deployed', async () => {
    const { log, summary, slack, outputs } = await told(deploy(toy('succeeded'), terms, contextOf()))
    for (const channel of [log, summary, slack]) expect(channel).toContain('v2')
    expect(log).toMatch(
      /left .*by a toy swap \(room attic[\s\S]*shelf {4}left[\s\S]*box {6}toys: s3:\/\/attic\/boxes\/v1 → s3:\/\/attic\/boxes\/v2[\s\S]*box {6}v2 reused[\s\S]*bricks +1 of 2 laid/,
    )
    expect(summary).toMatch(
      />Shelf<\/th>[\s\S]*Box of <code>toys<\/code>[\s\S]*>Box<\/th>[\s\S]*Live box[\s\S]*Traffic on the new box/,
    )
    expect(slack).toMatch(/\*Box\*[\s\S]*s3:\/\/attic\/boxes\/v2/)
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'toy-id': 'toy-1', 'deployment-id': 'toy-1' })
    expect(outputs).toMatchObject({ box: 'toy/v2', 'previous-box': 'toy/v1' })
  })

  test('is told with cause, evidence and what to do when it was rolled back', async () => {
    const { summary, slack, outputs } = await told(deploy(toy('rolled-back'), terms, contextOf()))
    for (const channel of [summary, slack]) expect(channel).toMatch(/A brick fell/)
    expect(summary).toMatch(/Dry it[\s\S]*1 wet[\s\S]*toy show toy-1/)
    expect(outputs).toMatchObject({ verdict: 'rolled-back', 'cause-code': 'unexplained' })
  })

  test('is rolled back as a deployment of what was there before', async () => {
    const back = toy('succeeded').earlier?.({ to: version('v1'), from: version('v2'), why: 'it fell' })
    const run = { purpose: 'rollback' } as const
    const { log, slack } = await told(rollBack(back as Target, terms, contextOf(run)), run)
    expect(log).toMatch(/Rolling back left in .* to v1 by a toy swap/)
    expect(slack).toContain('rolled back to v1')
    const failed = await told(rollBack(toy('failed'), terms, contextOf(run)), run)
    expect(failed.outputs).toMatchObject({ verdict: 'rollback-failed' })
  })

  test.each<[Outcome, RegExp]>([
    ['failed', /Check which box is live/],
    ['rollback-failed', /Act now: the live box is unknown/],
    ['superseded', /decides which box is live/],
    ['stopped', /Traffic stays/],
    ['timed-out', /timed out/],
    ['detached', /watch the deployment again/],
  ])('is told in its own nouns when it ends as %s', async (ends, said) => {
    const { log, summary, slack } = await told(deploy(toy(ends), terms, contextOf()))
    for (const channel of [log, summary, slack]) expect(channel).toMatch(said)
  })

  test('is told in its own nouns when it is new, when only settings change, when it waits and when it is not put back', async () => {
    const made = await told(deploy(toy('succeeded', { does: 'creates', reused: false }), terms, contextOf()))
    expect(made.log).toMatch(/Creating shelf left[\s\S]*box {6}v2 packed/)
    expect(made.summary).toContain('New shelf')
    const set = await told(deploy(toy('succeeded', { does: 'settings' }), terms, contextOf()))
    expect(set.slack).toContain('The box is the same')
    const waiting = await told(deploy(toy('paused', { waits: true }), terms, contextOf()))
    expect(waiting.log).toContain('Paused at HALFWAY (nap); without an answer the deployment continues')
    const run = { purpose: 'rollback' } as const
    const lost = await told(rollBack(toy('failed'), terms, contextOf(run)), run)
    expect(lost.summary).toContain('the shelf is not on the box that it was to be rolled back to')
  })

  test('is told in its own nouns by the core', async () => {
    const why = ({ cause }: End | { cause?: Cause | undefined }) =>
      renderText(text`${cause?.why ?? ''} ${cause?.fix ?? ''}`, (theirs) => theirs)
    const guard = { mode: 'on', onDiverged: 'refuse', allowOlder: false, origin } as const
    const judged = await openWatchman(guard, nouns, {}).judge({
      origin: undefined,
      unmarked: { why: text`it has no label`, fix: text`` },
    })
    const said = [
      why(supersededBy(nouns, version('v3'), 'toy-2')),
      why(notWatched({}, nouns)).replace(/wait-for-service-stability/g, ''),
      why(asRollback({ outcome: 'succeeded' }, version('v2'), nouns)),
      judged.kind === 'pass' ? renderText(judged.warning ?? [], (theirs) => theirs) : '',
    ]
    expect(said.join('\n')).not.toMatch(foreign)
    expect(said.join('\n').match(/\b(this|the|that|live) (box|shelf)\b/g)).toHaveLength(4)
  })

  test('is only planned in a dry run', async () => {
    const { log, outputs } = await told(deploy(toy('succeeded'), { ...terms, dryRun: true }, contextOf()))
    expect(log).toMatch(/by a toy swap/)
    expect(outputs).toMatchObject({ verdict: '', 'toy-id': '' })
  })
})

describe('a target that nobody knows, cancelled on its way', () => {
  async function cancelled() {
    const job = new AbortController()
    let record: Partial<DeploymentRecord> = {}
    const keep = (part: Partial<DeploymentRecord>) => {
      record = { ...record, ...part }
    }
    const events = deploy(toy('succeeded'), terms, contextOf({ keep, signal: job.signal }))
    const seen = cancelAt('started', events, job)
    const { outputs } = await told(seen)
    expect(outputs).toMatchObject({ verdict: 'cancelled' })
    const kept = parseRecord(JSON.stringify(record))
    if (kept === undefined) throw new Error('the record was lost')
    return kept
  }

  async function* cancelAt(
    kind: DeploymentEvent['kind'],
    events: AsyncIterable<DeploymentEvent>,
    job: AbortController,
  ) {
    for await (const event of events) {
      yield event
      if (event.kind === kind) job.abort(new Error('cancelled'))
    }
  }

  const settlement = (
    looks: readonly ('running' | 'ended' | 'complete' | 'nothing')[],
    stopped: string[],
  ): Settlement => {
    let count = 0
    return {
      nouns,
      async look() {
        const now = looks[Math.min(count++, looks.length - 1)]
        if (now === 'nothing') return { kind: 'nothing' }
        return now === 'running'
          ? { kind: 'running', id: 'toy-1' }
          : { kind: 'ended', words: 'had been put back', isComplete: now === 'complete', serving: version('v1') }
      },
      stop: async (id) => void stopped.push(id),
      watchAgain: (id) => text` To watch it: toy watch ${id}.`,
      conceal: async (value) => value,
    }
  }

  test('is stopped by the post step, which knows it by its record', async () => {
    const record = await cancelled()
    expect(record).toMatchObject({ target: 'toy', own: { shelf: 'left' }, stage: 'watching', from: version('v1') })
    const stopped: string[] = []
    const { slack } = await told(settleCancelled(record, settlement(['running', 'ended'], stopped), clock))
    expect(stopped).toEqual(['toy-1'])
    expect(slack).toMatch(/this run stopped the deployment toy-1, which now rolls back to v1/)
  })

  test.each([
    ['whose deployment had completed in time', ['running', 'complete'], /so the new box is live/],
    ['whose deployment had ended', ['ended'], /Check which box is live/],
    ['that was not changed', ['nothing'], /this run had not changed the shelf yet/],
  ] as const)('is told in its own nouns by the post step, %s', async (_, looks, said) => {
    const { slack } = await told(settleCancelled(await cancelled(), settlement(looks, []), clock))
    expect(slack).toMatch(said)
  })

  test('is left alone by on-cancel: leave, with how to watch it', async () => {
    const stopped: string[] = []
    const record = { ...(await cancelled()), policy: 'leave' } as const
    const { slack } = await told(settleCancelled(record, settlement(['running'], stopped), clock))
    expect(stopped).toEqual([])
    expect(slack).toMatch(/To watch it: toy watch toy-1/)
  })
})

describe('several of them', () => {
  const crates: Nouns = { target: 'crate', targets: 'crates', version: 'box', made: 'packed' }

  /** What every view tells of targets in one wave each. `others`: what the second is called. */
  async function toldTogether(ends: readonly Outcome[], others = nouns) {
    const waves = ends.map((end, index) => {
      const target = { ...toy(end), nouns: index === 0 ? nouns : others }
      return [{ name: `toy-${index}`, target, terms }]
    })
    const { service: _, nouns: __, ...shared } = subject
    const services = waves.flat().map(({ name, target }, index) => {
      const own = { version: `box-${index}`, previous: `old-box-${index}`, own: { 'toy-id': '' } }
      return [name, { ...subject, service: name, nouns: target.nouns, outputs: own }] as const
    })
    const all = { ...shared, services: new Map(services) }
    let state = initialWaves(
      waves.map((members) => members.map(({ name }) => name)),
      clock.now(),
    )
    const lines: string[] = []
    const request = { waves, onWaveFailure: 'roll-back', dryRun: false } as const
    for await (const event of deployWaves(request, { ...contextOf(), keep: () => undefined })) {
      const next = foldWaves(state, event)
      lines.push(...wavesLogLines(state, next, event, all).map((line) => renderText(line, (theirs) => theirs)))
      state = next
    }
    const report = { subject: all, state }
    const channels = {
      log: lines.join('\n'),
      summary: renderWavesSummary(report),
      slack: JSON.stringify(wavesSlackMessage(report, {})),
      annotations: JSON.stringify(wavesAnnotations(report)),
    }
    for (const channel of Object.values(channels)) expect(channel).not.toMatch(foreign)
    return { ...channels, services: JSON.parse(wavesOutputs(report).services ?? '') }
  }

  test('are told in their own nouns, each with its own outputs', async () => {
    const { log, summary, slack, services } = await toldTogether(['succeeded', 'succeeded'])
    for (const channel of [log, summary, slack]) expect(channel).toContain('2 shelves (production): deployed')
    expect(summary).toMatch(/\bWave\b.*\bShelf\b.*\bBox\b/)
    expect(services).toMatchObject({
      'toy-0': { verdict: 'succeeded', 'box-0': 'toy/v2', 'old-box-0': 'toy/v1', 'toy-id': 'toy-1' },
      'toy-1': { verdict: 'succeeded', 'box-1': 'toy/v2', 'old-box-1': 'toy/v1', 'toy-id': 'toy-1' },
    })
    expect(services['toy-1']).not.toHaveProperty('box-0')
  })

  test('are told in their own nouns when they are rolled back together', async () => {
    const { log, summary } = await toldTogether(['succeeded', 'rolled-back'])
    expect(log).toContain('toy-1 failed, rolling back the deployed shelf')
    expect(log).toContain('another shelf of this run failed')
    expect(summary).toContain('1 shelf rolled back: toy-0')
  })

  test('are called targets where their nouns differ', async () => {
    const { log, summary } = await toldTogether(['succeeded', 'succeeded'], crates)
    expect(log).toContain('2 targets (production): deployed')
    expect(summary).toMatch(/\bTarget\b.*\bBox\b/)
  })
})
