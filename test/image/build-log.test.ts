import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { openBuildLog } from '../../src/image/build-log.ts'
import { type BuildStatus, parseBuildStatus } from '../../src/image/build-status.ts'
import { readClosingWords } from '../../src/image/closing-words.ts'
import { anyText } from '../generated.ts'

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString()
const read = (event: object): BuildStatus => {
  const status = parseBuildStatus(JSON.stringify(event))
  if (status === undefined) throw new Error('not read')
  return status
}
const vertex = (digest: string, name: string, more: object = {}) => read({ vertexes: [{ digest, name, ...more }] })
const printed = (digest: string, data: string | Uint8Array, seconds: number, stream = 1) =>
  read({ logs: [{ vertex: digest, stream, data: Buffer.from(data).toString('base64'), timestamp: at(seconds) }] })

function logOf(...statuses: readonly BuildStatus[]) {
  const log = openBuildLog()
  const lines = statuses.flatMap((status) => log.push(status))
  return { lines: [...lines, ...log.end()], failed: log.failed() }
}

describe('the log of a build', () => {
  test('has steps in the order in which they begin, with times since their beginning', () => {
    const { lines } = logOf(
      vertex('b', '[2/2] RUN npm ci'),
      vertex('a', '[1/2] FROM node', { started: at(0), completed: at(1.25), cached: true }),
      vertex('b', '[2/2] RUN npm ci', { started: at(2) }),
      printed('b', 'added 3 packages\n', 2.5),
      vertex('b', '[2/2] RUN npm ci', { started: at(2), completed: at(14.25) }),
    )
    expect(lines).toEqual([
      '#1 [1/2] FROM node',
      '#1 CACHED',
      '#2 [2/2] RUN npm ci',
      '#2 0.500 added 3 packages',
      '#2 DONE 12.3s',
    ])
  })

  test('has one end of a step that BuildKit ends and resumes', () => {
    const { lines } = logOf(
      vertex('a', 'load', { started: at(0), completed: at(0) }),
      vertex('a', 'load', { started: at(1) }),
      vertex('a', 'load', { started: at(1), completed: at(3) }),
      vertex('b', 'next', { started: at(3), completed: at(4) }),
      vertex('a', 'load', { started: at(1), completed: at(3), cached: true }),
    )
    expect(lines).toEqual(['#1 load', '#1 DONE 2.0s', '#2 next', '#2 DONE 1.0s', '#1 CACHED'])
  })

  test('has no lines of colours alone', () => {
    const { lines } = logOf(vertex('a', 'RUN x', { started: at(0) }), printed('a', '\u001b[91m\n\u001b[0m\nx\n', 0))
    expect(lines).toEqual(['#1 RUN x', '#1 0.000 x'])
  })

  test('has the lines of a step before its end, also where one event has both', () => {
    const both = read({
      vertexes: [{ digest: 'a', name: 'RUN x', started: at(0), completed: at(1), error: 'exit' }],
      logs: [{ vertex: 'a', stream: 2, data: Buffer.from('why').toString('base64'), timestamp: at(0.5) }],
    })
    const { lines, failed } = logOf(both)
    expect(lines).toEqual(['#1 RUN x', '#1 0.500 why', '#1 ERROR: exit'])
    expect(failed).toEqual({ name: 'RUN x', error: 'exit', lines: ['why'] })
  })

  test('keeps the two streams of a step apart', () => {
    const { failed } = logOf(
      vertex('a', 'RUN x', { started: at(0) }),
      printed('a', 'out', 0, 1),
      printed('a', 'err\n', 0, 2),
      printed('a', 'put\n', 0, 1),
      vertex('a', 'RUN x', { started: at(0), completed: at(1), error: 'exit' }),
    )
    expect(failed?.lines).toEqual(['err', 'output'])
  })

  test('has progress when it is complete, and every ten seconds of it', () => {
    const status = (current: number, seconds: number, more: object = {}) =>
      read({
        statuses: [
          { vertex: 'a', id: 'pushing', current, total: 2e6, timestamp: at(seconds), started: at(0), ...more },
        ],
      })
    const done = { completed: at(21) }
    const { lines } = logOf(
      vertex('a', 'exporting to image', { started: at(0) }),
      ...[status(0, 0), status(9, 9), status(1e6, 10), status(1e6, 19), status(1.5e6, 20), status(2e6, 21, done)],
    )
    expect(lines.slice(1)).toEqual([
      '#1 pushing 1.00MB / 2.00MB 10.0s',
      '#1 pushing 1.50MB / 2.00MB 20.0s',
      '#1 pushing 2.00MB / 2.00MB 21.0s done',
    ])
  })

  test.each<[number, number, string]>([
    [0, 0, ''],
    [9, 0, ' 9B'],
    [1, 999, ' 1B / 999B'],
    [1000, 2500, ' 1.00kB / 2.50kB'],
    [3e9, 4e12, ' 3.00GB / 4.00TB'],
    [5e16, 0, ' 50000.00TB'],
  ])('has amounts as people read them: %d of %d', (current, total, amount) => {
    const done = { vertex: 'a', id: 'pushing', current, total, timestamp: at(3), completed: at(3) }
    const { lines } = logOf(vertex('a', 'export', { started: at(0) }), read({ statuses: [done] }))
    expect(lines.at(-1)).toBe(`#1 pushing${amount} 0.0s done`)
  })

  test('begins with a step as soon as it runs, before it prints', () => {
    const log = openBuildLog()
    expect(log.push(vertex('a', 'RUN x'))).toEqual([])
    expect(log.push(vertex('a', 'RUN x', { started: at(0) }))).toEqual(['#1 RUN x'])
    expect(log.push(vertex('a', 'RUN x', { started: at(0) }))).toEqual([])
  })

  test('has what a step printed that never ended, and what one printed that was never announced', () => {
    const { lines } = logOf(vertex('a', 'RUN x', { started: at(0) }), printed('a', 'half', 1), printed('b', 'own\n', 1))
    expect(lines).toEqual(['#1 RUN x', '#2 ', '#2 0.000 own', '#1 1.000 half'])
  })

  test('has the end of a step that is announced again and does nothing more', () => {
    const again = [vertex('a', 'load', { started: at(0), completed: at(1) }), vertex('a', 'load', { started: at(0) })]
    expect(logOf(...again).lines).toEqual(['#1 load', '#1 DONE 1.0s'])
  })

  test('takes what a step prints for no end of it', () => {
    const { lines } = logOf(
      vertex('a', 'RUN x', { started: at(0) }),
      printed('a', 'layer CACHED\n', 0),
      printed('a', '   \n', 0),
      read({
        statuses: [{ vertex: 'a', id: 'CACHED', current: 1, total: 0, timestamp: at(0), completed: at(0) }],
      }),
      printed('a', 'more\n', 0),
    )
    expect(lines).toEqual(['#1 RUN x', '#1 0.000 layer CACHED', '#1 CACHED 1B 0.0s done', '#1 0.000 more'])
  })

  test('has of a failure only what the step printed since it was resumed', () => {
    const { failed } = logOf(
      vertex('a', 'load', { started: at(0) }),
      printed('a', 'first\n', 0),
      vertex('a', 'load', { started: at(0), completed: at(1) }),
      printed('a', 'second\n', 2),
      vertex('a', 'load', { started: at(0), completed: at(3), error: 'exit' }),
    )
    expect(failed?.lines).toEqual(['second'])
  })

  test('names the step that failed first, not those that were cancelled for it', () => {
    const end = (digest: string, error: string) => vertex(digest, digest, { started: at(0), completed: at(1), error })
    const { failed, lines } = logOf(
      ...[vertex('slow', 'slow', { started: at(0) }), vertex('late', 'late', { started: at(0) })],
      ...[
        end('slow', 'process "x" did not complete successfully: context canceled'),
        end('bad', 'no'),
        end('late', 'no'),
      ],
    )
    expect(failed?.name).toBe('bad')
    expect(lines).toContain('#1 CANCELED')
  })

  test('is the same however the output is cut into pieces', () => {
    const output = fc
      .array(fc.constantFrom('ä', '✓ ok', '\n', '\r', 'x'), { maxLength: 30 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(output, fc.array(fc.nat(40), { maxLength: 5 }), (text, cuts) => {
        const bytes = Buffer.from(text)
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other), bytes.length]
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to))
        const failing = vertex('a', 'RUN x', { started: at(0), completed: at(1), error: 'exit' })
        const linesOf = (parts: readonly Uint8Array[]) =>
          logOf(vertex('a', 'RUN x', { started: at(0) }), ...parts.map((part) => printed('a', part, 0)), failing).failed
            ?.lines
        expect(linesOf(pieces)).toEqual(linesOf([bytes]))
      }),
    )
  })

  test('keeps no more of a step than it shows, whatever is printed without an end', () => {
    const started = vertex('a', 'RUN x', { started: at(0) })
    const failing = vertex('a', 'RUN x', { started: at(0), completed: at(1), error: 'exit' })
    const endless = logOf(started, ...Array.from({ length: 60 }, () => printed('a', 'x'.repeat(1000), 0)))
    expect(Math.max(...endless.lines.map(({ length }) => length))).toBeLessThan(18_000)
    expect(
      endless.lines
        .slice(1)
        .join('')
        .replaceAll(/#1 \S+ /g, ''),
    ).toHaveLength(60_000)
    const longest = 'x'.repeat(16 * 1024)
    expect(logOf(started, printed('a', longest, 0), printed('a', 'y\n', 0)).lines.at(-1)).toBe(`#1 0.000 ${longest}y`)
    const many = Array.from({ length: 9 }, () => printed('a', 'line\n'.repeat(99), 0))
    expect(logOf(started, ...many, failing).failed?.lines).toHaveLength(200)
  })

  test('is made of any JSON, however wrong it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (vertexes, logs) => {
        const status = parseBuildStatus(JSON.stringify({ vertexes: [vertexes], logs: [logs], statuses: logs }))
        expect(status && logOf(status).lines).toBeDefined()
      }),
    )
    fc.assert(fc.property(anyText(), (line) => void parseBuildStatus(line)))
    expect(parseBuildStatus('{"vertexes":[')).toBeUndefined()
    expect(parseBuildStatus('{"error":"x"}')).toBeUndefined()
  })
})

describe('what Buildx reports at the end', () => {
  test.each<[string, string[], object]>([
    ['the error of several lines', ['ERROR: failed to solve: a', 'b'], { error: 'failed to solve: a\nb' }],
    ['before 0.9', ['error: failed to solve: a'], { error: 'failed to solve: a' }],
    ['a link of Docker Desktop', ['ERROR: a', 'View build details: docker-desktop://x'], { error: 'a' }],
    ['no word of an error', ['unknown flag: --x', 'See help'], { error: 'See help' }],
    ['nothing', [], { error: '', source: undefined, step: undefined }],
    [
      'a place',
      ['api.Dockerfile:12', '-'.repeat(20), '  12 | >>> RUN x', '-'.repeat(20), 'ERROR: a'],
      { source: { file: 'api.Dockerfile', line: 12 } },
    ],
    ['a time, which is no place', ['at 10:20', 'later', 'ERROR: a'], { source: undefined }],
    [
      'the last of two frames',
      ['------', ' > [1/2] RUN a:', '0.1 no', '------', '------', ' > [2/2] RUN b:', '0.12 yes', '------', 'ERROR: a'],
      { step: { name: '[2/2] RUN b', lines: ['yes'] } },
    ],
  ])('%s', (_, lines, expected) => {
    expect(readClosingWords(lines)).toMatchObject(expected)
  })
})
