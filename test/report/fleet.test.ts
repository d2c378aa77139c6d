import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import { foldWaves, initialWaves, type WavesEvent, type WavesState } from '../../src/deployment/waves/waves-state.ts'
import { wavesVerdict } from '../../src/deployment/waves/waves-verdict.ts'
import { longestSummary } from '../../src/report/summary.ts'
import { wavesAnnotations } from '../../src/report/waves-annotations.ts'
import { wavesOutputs } from '../../src/report/waves-outputs.ts'
import { wavesSlackMessage } from '../../src/report/waves-slack.ts'
import { renderWavesSummary } from '../../src/report/waves-summary.ts'
import type { WavesReport } from '../../src/report/waves-words.ts'
import { startedEvent } from '../../src/targets/ecs/facts/started-event.ts'
import { evidenceInWords } from '../../src/targets/ecs/finish/evidence-words.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { anyText, runs } from '../generated.ts'
import { limitsBrokenBy } from './slack-rules.ts'
import { cause, evidence, plan, start, subject, version } from './stories.ts'

const { service: _, ...shared } = subject

/** How far a service has come. */
type Standing = Outcome | 'waiting' | 'deploying' | 'put-back'

function report(standings: readonly Standing[], words: string = 'it broke', isOver = true): WavesReport {
  const names = standings.map((_, index) => `service-${index}`)
  const waves = [names.slice(0, 3), names.slice(3)].filter((wave) => wave.length > 0)
  const events = standings.flatMap((standing, index): readonly WavesEvent[] => {
    const service = `service-${index}`
    const own = (event: DeploymentEvent): WavesEvent => ({ kind: 'service', service, event })
    if (standing === 'waiting') return []
    const outcome = standing === 'put-back' ? 'succeeded' : standing
    const begun: readonly WavesEvent[] = [
      own({ kind: 'planned', at: start + index, plan }),
      own({ kind: 'versioned', at: start, version: version(1171), reused: false }),
      own(
        startedEvent(
          {
            at: start,
            engine: 'ecs-rolling',
            deploymentId: `d-${index}`,
            consoleUrl: 'https://console.aws.amazon.com/x',
            adopted: false,
          },
          { cluster: 'shop', service, region: 'eu-west-1' },
        ),
      ),
      own({ kind: 'message', at: start, message: untrusted(words) }),
    ]
    if (outcome === 'deploying') return begun
    const because = { ...cause, why: text`${untrusted(words)}` }
    const bad = outcome !== 'succeeded' && outcome !== 'unchanged'
    return [
      ...begun,
      ...(bad ? [own({ kind: 'explained', at: start, cause: because, evidence: evidenceInWords(evidence) })] : []),
      own({ kind: 'finished', at: start + 60_000, verdict: { outcome, ...(bad && { cause: because }) } }),
      ...(standing === 'put-back'
        ? [
            {
              kind: 'put-back',
              service,
              event: { kind: 'finished', at: start + 90_000, verdict: { outcome: 'succeeded' } },
            } as const,
          ]
        : []),
    ]
  })
  const folded = [{ kind: 'wave', at: start, wave: 0 } as const, ...events].reduce(
    foldWaves,
    initialWaves(waves, start),
  )
  const verdict = wavesVerdict(folded, false, subject.nouns)
  const state: WavesState = isOver ? foldWaves(folded, { kind: 'finished', at: start + 95_000, verdict }) : folded
  const services = new Map(names.map((name) => [name, { ...shared, service: name }]))
  return { subject: { ...shared, services }, state }
}

const slackText = (given: WavesReport) => JSON.stringify(wavesSlackMessage(given, {}).attachments)
const plain = (given: WavesReport) =>
  wavesAnnotations(given).map(
    ({ level, title, message }) => `${level} ${title} ${renderText(message, (theirs) => theirs)}`,
  )

describe('one message for many services', () => {
  const standing = fc.constantFrom<Standing>(
    'waiting',
    'deploying',
    'put-back',
    'succeeded',
    'unchanged',
    'failed',
    'rolled-back',
    'rollback-failed',
    'timed-out',
    'superseded',
  )

  test('keeps to the limits of Slack and GitHub for a hundred services, whatever they say', () => {
    fc.assert(
      fc.property(
        fc.array(standing, { minLength: 1, maxLength: 100 }),
        fc.oneof(fc.string({ maxLength: 4000 }), anyText({ maxLength: 2000 }), fc.constant('<&>*_`'.repeat(500))),
        fc.boolean(),
        (standings, words, isOver) => {
          const given = report(standings, words, isOver)
          expect(limitsBrokenBy(wavesSlackMessage(given, { mention: '<@U1>' }))).toEqual([])
          expect(wavesAnnotations(given).filter(({ level }) => level === 'error').length).toBeLessThanOrEqual(10)
          const values = wavesOutputs(given)
          expect(Object.keys(JSON.parse(values.services ?? ''))).toHaveLength(standings.length)
          expect(values.services?.length).toBeLessThan(450_000)
        },
      ),
      runs(30),
    )
  })

  test('names every service that failed before those that are well, and counts those that it leaves out', () => {
    const standings: readonly Standing[] = [
      ...Array<Standing>(60).fill('succeeded'),
      ...Array<Standing>(5).fill('rolled-back'),
      ...Array<Standing>(35).fill('waiting'),
    ]
    const message = slackText(report(standings))
    for (let index = 60; index < 65; index++) expect(message).toContain(`*service-${index}*`)
    const [, left = '0'] = /… and (\d+) more: .*?\d+ done, 35 not started/.exec(message) ?? []
    expect((message.match(/\*service-\d+\*/g) ?? []).length + Number(left)).toBe(100)
  })

  test('says of a summary that is too long that a part is missing, and keeps what is bad', () => {
    const summary = renderWavesSummary(report([...Array<Standing>(99).fill('succeeded'), 'failed'], 'x'.repeat(3000)))
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(longestSummary)
    expect(summary).toContain('<summary>❌ service-99 (production): failed, not rolled back')
  })
})

describe('the whole comes first', () => {
  const given = report(['put-back', 'succeeded', 'unchanged', 'failed', 'timed-out', 'waiting'])

  test('in the annotations: the first cause with what became of the others, then one for each that failed', () => {
    const [first = '', ...rest] = plain(given)
    expect(first).toMatch(
      /^error 6 services \(production\): failed, not all deployed, after 1m 35s service-3: 3 of 3 new tasks stopped: OutOfMemoryError: it broke\. 1 service rolled back: service-0\. /,
    )
    expect(first).toContain('On the new revision: service-1, service-4. Not started: service-5.')
    expect(rest.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(/^error service-3 \(production\): failed/),
      expect.stringMatching(/^error service-4 \(production\): timed out, may still be in progress/),
    ])
  })

  test('in the summary: one table of all, with wave, revisions, time and cause', () => {
    const summary = renderWavesSummary(given)
    expect(summary).toContain('### ❌ 6 services (production): failed, not all deployed, after 1m 35s')
    expect(summary).toContain(
      '| 1 | <code>service-0</code> | ↩️ deployed, then rolled back | <code>api:117</code> → <code>api:1171</code> → <code>api:117</code> |',
    )
    expect(summary).toMatch(
      /\| 2 \| <code>service-3<\/code> \| ❌ failed, not rolled back \| .* \| 1m 0s \| 3 of 3 new tasks stopped: OutOfMemoryError: it broke\. \|/,
    )
    expect(summary).toContain('| 2 | <code>service-5</code> | ⚪ not started |  |  |  |')
  })

  test('in the outputs: the verdict of all, and each by its name', () => {
    const values = wavesOutputs(given)
    expect(values).toMatchObject({ verdict: 'failed', 'deployment-id': '', 'task-definition-arn': '' })
    const services = JSON.parse(values.services ?? '')
    expect(services['service-0']).toMatchObject({ verdict: 'rolled-back', cause: '', 'deployment-id': 'd-0' })
    expect(services['service-3']).toMatchObject({
      verdict: 'failed',
      cause: '3 of 3 new tasks stopped: OutOfMemoryError: it broke.',
    })
  })

  test('one service alone has the outputs of one', () => {
    expect(wavesOutputs(report(['succeeded']))).toMatchObject({ verdict: 'succeeded', 'deployment-id': 'd-0' })
  })
})
