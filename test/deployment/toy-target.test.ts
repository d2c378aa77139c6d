/** All that a target has to be, and what the core and every channel make of it without knowing it. */
import { describe, expect, test } from '@jest/globals'
import { deploy } from '../../src/deployment/deploy.ts'
import { type DeploymentRecord, parseRecord } from '../../src/deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { certain, type End } from '../../src/deployment/outcomes.ts'
import { rollBack } from '../../src/deployment/roll-back.ts'
import { type Settlement, settleCancelled } from '../../src/deployment/settle-cancelled.ts'
import { type DeploymentState, fold, initialState } from '../../src/deployment/state.ts'
import type { Events, Target } from '../../src/deployment/target.ts'
import type { Terms } from '../../src/deployment/terms.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import type { Version } from '../../src/deployment/version.ts'
import { concealing } from '../../src/diagnosis/conceal.ts'
import { newLines } from '../../src/report/log-progress.ts'
import { outputs } from '../../src/report/outputs.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { subject as anySubject } from '../report/stories.ts'
import { createClock } from '../simulator/clock.ts'

const clock = createClock({ kind: 'idle' }).forProgram
const version = (label: string): Version => ({ id: `toy/${label}`, label })

/** A shelf, on which boxes are swapped. */
function toy(ends: Outcome, to = 'v2', from = 'v1'): Target {
  return {
    kind: 'toy',
    noun: 'shelf',
    name: 'left',
    goesOn: true,
    own: { shelf: 'left' },
    conceal: concealing(() => [{ name: 'PIN', value: 'correct-horse' }]),
    async *prepare(_, { keep, signal }) {
      yield { kind: 'note', at: clock.now(), message: untrusted('the shelf creaks') }
      return {
        plan: {
          does: 'deploys',
          from: version(from),
          to: version(to),
          method: { label: text`toy swap`, deploys: text`by a toy swap`, rollsBack: text`by a toy swap` },
          facts: [{ label: 'Shelf', value: text`left`, line: text`shelf    left` }],
          settings: [],
          changes: [],
          changesOf: 'Box',
          artifacts: [{ kind: 'Box', name: 'toys', from, to }],
        },
        warnings: [],
        minutes: 1,
        judgement: Promise.resolve({ kind: 'pass' }),
        ready: async () => ({ change }),
      }
      async function* change(): Events<End> {
        keep({ stage: 'updating' })
        yield { kind: 'versioned', at: clock.now(), version: version(to), reused: true }
        yield {
          kind: 'started',
          at: clock.now(),
          deploymentId: 'toy-1',
          consoleUrl: 'https://toy.example',
          adopted: false,
          outputs: { 'toy-id': 'toy-1' },
          commands: { look: [text`toy show toy-1`], rollBackTo: { start: text`toy swap `, end: text`` } },
        }
        const progress = { unit: 'bricks', doneWord: 'laid', wanted: 2, done: 1, pending: 1, failed: 0 }
        yield { kind: 'progress', at: clock.now(), progress }
        signal.throwIfAborted()
        yield { kind: 'message', at: clock.now(), message: untrusted('the PIN is correct-horse') }
        return { outcome: ends, serving: version(ends === 'succeeded' ? to : from) }
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
    earlier: (goal) => toy('succeeded', goal.to.label, goal.from.label),
  }
}

const terms: Terms = { wait: true, waitMinutes: 5, dryRun: false, onCancel: 'stop-and-roll-back' }

const subject = {
  ...anySubject,
  service: 'left',
  home: { kind: 'room', name: 'attic' },
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
    lines.push(...newLines(state, next, subject).map((line) => renderText(line, (theirs) => theirs)))
    state = next
  }
  const report = { subject, state }
  return {
    log: lines.join('\n'),
    summary: renderSummary(report),
    slack: JSON.stringify(slackMessage(report)),
    outputs: outputs(report),
  }
}

/** No word of any service of AWS, and no value that nobody may see. */
const foreign = /correct-horse|\bECS\b|CodeDeploy|\btasks?\b|cluster/i

describe('a target that nobody knows', () => {
  test('is told in every channel when it is deployed', async () => {
    const { log, summary, slack, outputs } = await told(deploy(toy('succeeded'), terms, contextOf()))
    for (const channel of [log, summary, slack]) {
      expect(channel).toContain('v2')
      expect(channel).not.toMatch(foreign)
    }
    expect(log).toMatch(
      /left .*by a toy swap \(room attic[\s\S]*shelf {4}left[\s\S]*box {6}toys: v1 → v2[\s\S]*bricks +1 of 2 laid/,
    )
    expect(summary).toMatch(/Box of <code>toys<\/code>[\s\S]*Shelf/)
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'toy-id': 'toy-1', 'deployment-id': 'toy-1' })
    expect(outputs).toMatchObject({ box: 'toy/v2', 'previous-box': 'toy/v1' })
  })

  test('is told with cause, evidence and what to do when it was rolled back', async () => {
    const { log, summary, slack, outputs } = await told(deploy(toy('rolled-back'), terms, contextOf()))
    for (const channel of [summary, slack]) expect(channel).toMatch(/A brick fell/)
    for (const channel of [log, summary, slack]) expect(channel).not.toMatch(foreign)
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

  const settlement = (looks: readonly ('running' | 'ended')[], stopped: string[]): Settlement => {
    let count = 0
    return {
      noun: 'shelf',
      async look() {
        const now = looks[Math.min(count++, looks.length - 1)]
        return now === 'running'
          ? { kind: 'running', id: 'toy-1' }
          : { kind: 'ended', words: 'had been put back', isComplete: false, serving: version('v1') }
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
    expect(slack).not.toMatch(foreign)
  })

  test('is left alone by on-cancel: leave, with how to watch it', async () => {
    const stopped: string[] = []
    const record = { ...(await cancelled()), policy: 'leave' } as const
    const { slack } = await told(settleCancelled(record, settlement(['running'], stopped), clock))
    expect(stopped).toEqual([])
    expect(slack).toMatch(/To watch it: toy watch toy-1/)
  })
})
