import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { forLog } from '../../src/report/escape.ts'
import { causeSentence } from '../../src/report/sentence.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { longestSummary, renderSummary } from '../../src/report/summary.ts'
import { evidenceInWords } from '../../src/targets/ecs/finish/evidence-words.ts'
import { quoted, renderText, untrusted } from '../../src/text.ts'
import { expectGolden } from './golden.ts'
import { cause, evidence, lastState, start, stories, subject } from './stories.ts'

describe('the job summary', () => {
  test.each(Object.entries(stories))('of a deployment that is %s', (name, events) => {
    expectGolden(`summary/${name}.md`, renderSummary({ subject, state: lastState(events) }))
  })

  test('has the verdict as heading, the cause in a block of its own, what to do, the last log lines, open, and then the facts', () => {
    const parts = renderSummary({ subject, state: lastState(stories['rolled-back'] ?? []) }).split('\n\n')
    expect(parts.slice(0, 4)).toEqual([
      '### ⏪ api (production): failed, rolled back to api:117, after 3m 12s',
      '> [!CAUTION]\n> 3 of 3 new tasks stopped: OutOfMemoryError: container "api" ran out of memory (limit 256 MiB, exit code 137, SIGKILL).',
      '**What to do:** Raise memory in the task definition, or reduce the memory use of the program.',
      '<details open><summary>Last log lines of container api (/ecs/api, ecs/api/0af1c2d3)</summary>',
    ])
    expect(parts[4]).toContain('FATAL heap out of memory')
    expect(parts[6]).toMatch(/^<table>\n<tr><th align="left">Service<\/th>/)
  })

  test('offers no stop of a deployment that rolls back already, and no row for a person who is not known', () => {
    const [rollingBack] = (stories['rolled-back'] ?? []).filter(({ kind }) => kind === 'rolling-back')
    const [end, ...before] = (stories.cancelled ?? []).toReversed()
    const summaryOf = (events: readonly DeploymentEvent[], run = subject.run) =>
      renderSummary({ subject: { ...subject, run }, state: lastState(events) })
    expect(summaryOf(stories.cancelled ?? [])).toContain('aws deploy stop-deployment')
    const stopped = [...before.toReversed(), ...(rollingBack ? [rollingBack] : []), ...(end ? [end] : [])]
    expect(stopped).toHaveLength((stories.cancelled ?? []).length + 1)
    expect(summaryOf(stopped)).not.toContain('stop-deployment')
    expect(summaryOf(stopped)).toContain('Started by')
    expect(summaryOf(stopped, { ...subject.run, actor: untrusted('') })).not.toContain('Started by')
  })

  test.each(Object.entries(stories))(
    'has no empty column, heading or chart and lists no skipped phase: %s',
    (_, events) => {
      const state = lastState(events)
      const summary = renderSummary({ subject, state })
      const [heading = ''] = summary.split('\n')
      expect(heading).toMatch(/^### \S+ api \(production\): [^.]+$/)
      for (const block of summary.split('\n\n').filter((part) => part.startsWith('| '))) {
        const cells = block.split('\n').map((line) => line.slice(2, -2).split(' | '))
        const columns = (cells[0] ?? []).map((_, column) => cells.map((row) => row[column] ?? ''))
        for (const [name, , ...values] of columns) {
          expect(name).not.toBe('')
          expect(values.some((value) => value !== '')).toBe(true)
        }
      }
      expect(summary).not.toMatch(/\| skipped|<th[^>]*><\/th>|gantt/)
    },
  )

  test('opens one fold of the evidence: the proof, which is the log or what answers why best', () => {
    const folds = (given: Partial<typeof evidence>) => {
      const state = { ...lastState(stories.failed ?? []), evidence: evidenceInWords({ ...evidence, ...given }) }
      return renderSummary({ subject, state }).match(/<details[^>]*><summary>[^<(]*/g)
    }
    expect(folds({})?.slice(0, 2)).toEqual([
      '<details open><summary>Last log lines of container api ',
      '<details><summary>Stopped tasks',
    ])
    expect(folds({ logs: [] })?.slice(0, 2)).toEqual([
      '<details open><summary>Stopped tasks',
      '<details><summary>Unhealthy targets',
    ])
    expect(folds({})?.filter((fold) => fold.includes('open'))).toHaveLength(1)
  })

  test('charts the share of the traffic over the time where a strategy shifts it in steps, and nothing else', () => {
    const at = start + 400_000
    const canary = [...(stories.canary ?? []), { kind: 'traffic' as const, at, percent: 100 }]
    const [, line = ''] = /line \[(.*)\]/.exec(renderSummary({ subject, state: lastState(canary) })) ?? []
    const shares = line.split(', ').map(Number)
    expect([...new Set(shares)]).toEqual([0, 10, 100])
    // 10 % from second 70 to 400 of 400, of 41 points.
    expect(shares.filter((share) => share === 10).length).toBe(33)
    for (const name of ['deploying', 'canary', 'settings', 'failed'])
      expect(renderSummary({ subject, state: lastState(stories[name] ?? []) })).not.toContain('mermaid')
  })

  test('calls a stop that this run asked for its own', () => {
    const failed = lastState(stories['rolled-back'] ?? [])
    const codeDeploy = { errorCode: 'MANUAL_STOP', message: untrusted('Deployment d-1 was stopped.'), failures: [] }
    const stopReason = untrusted('3 new tasks failed with the same error (fail-fast-after: 3)')
    const of = (stopped: 'by-us' | 'by-others') => {
      const given = evidenceInWords({ ...evidence, codeDeploy, stopped, stopReason })
      return renderSummary({ subject, state: { ...failed, evidence: given } })
    }
    const own = 'Stopped by this run: 3 new tasks failed with the same error (fail-fast-after: 3)'
    expect(of('by-us')).toContain(`MANUAL_STOP: Deployment d-1 was stopped.\n${own}`)
    expect(of('by-others')).not.toContain('Stopped by this run')
  })

  test('names the rollback workflow before the AWS CLI, and not where the service is back already', () => {
    const commands = (name: string) =>
      renderSummary({ subject, state: lastState(stories[name] ?? []) }).split('#### Next steps')[1] ?? ''
    const failed = commands('failed')
    expect(failed).toContain('gh workflow run rollback.yml -f environment=production --repo acme/api')
    expect(failed.indexOf('gh workflow run')).toBeLessThan(failed.indexOf('aws '))
    expect(commands('canary').indexOf('gh workflow run')).toBeLessThan(
      commands('canary').indexOf('aws ecs update-service'),
    )
    expect(commands('rolled-back')).not.toContain('rollback.yml')
  })

  test('links the page that says more behind what to do', () => {
    const state = {
      ...lastState(stories.failed ?? []),
      cause: { ...cause, docs: 'https://docs.aws.amazon.com/memory' },
    }
    expect(renderSummary({ subject, state })).toContain(
      'of the program. <a href="https://docs.aws.amazon.com/memory">Documentation</a>',
    )
  })

  test('shows a log line in the cause as code, as Slack and the log do in their ways', () => {
    const said = [quoted('Error: a `b` <c> | d')]
    const report = { subject, state: { ...lastState(stories.failed ?? []), cause: { ...cause, why: said } } }
    expect(renderSummary(report)).toContain('<code>Error: a &#96;b&#96; &#60;c&#62; &#124; d</code>.')
    expect(slackMessage(report).text).toContain('`Error: a ˋbˋ &lt;c&gt; | d`.')
    expect(renderText(causeSentence(report.state.cause), forLog)).toContain('`Error: a `b` <c> | d`.')
  })

  test('never shows what looks like a secret in a log line', () => {
    expect(renderSummary({ subject, state: lastState(stories.failed ?? []) })).not.toContain('hunter2secret')
  })

  test('row F24: stays within its size and keeps verdict and cause, whatever AWS and the containers wrote', () => {
    const line = untrusted('x'.repeat(2000))
    const huge = {
      ...evidence,
      serviceEvents: Array.from({ length: 5000 }, (_, at) => ({ at, message: line })),
      logs: evidence.logs.map((log) => ({ ...log, lines: Array.from({ length: 5000 }, () => line) })),
    }
    const state = { ...lastState(stories['rolled-back'] ?? []), evidence: evidenceInWords(huge) }
    const summary = renderSummary({ subject, state })
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(longestSummary)
    expect(summary).toContain('ran out of memory')
    expect(summary).toContain('Stopped tasks')
    expect(summary).toContain('too long to show')
  })
})
