/** What a failed build is called by how Docker ended, by the step that failed and by its words. */
import { describe, expect, test } from '@jest/globals'
import { type BuildEnd, buildFailure, kindOf, pushFailure } from '../../src/image/build-failure.ts'
import { plain } from '../refusal.ts'

const spoken = (end: Partial<BuildEnd>) => {
  const { parts } = buildFailure({ exitCode: 1, error: '', ...end })
  return { code: parts.code, what: plain(parts.what), why: plain(parts.why), fix: plain(parts.fix), marks: parts.marks }
}
const step = (name: string, lines: readonly string[] = [], error = '') => ({ name, lines, error })
const failedCommand = (exitCode: number) =>
  `process "/bin/sh -c npm ci" did not complete successfully: exit code: ${exitCode}`

/** The end of a build whose command had this exit code, as BuildKit reports it. */
const ended = (exitCode: number, name: string, lines: readonly string[] = []): Partial<BuildEnd> => ({
  error: failedCommand(exitCode),
  step: step(name, lines, failedCommand(exitCode)),
})

describe('the kind of a step, by the name that BuildKit gives it', () => {
  test.each<[ReturnType<typeof kindOf>, readonly string[]]>([
    ['push', ['exporting to image', 'exporting cache to registry', 'pushing layers']],
    [
      'pull',
      [
        '[build 1/4] FROM docker.io/library/node:24',
        '[] FROM x',
        '[internal] load metadata for docker.io/library/node:24',
        'resolve image config for docker-image://docker.io/docker/dockerfile:1',
        'docker-image://docker.io/docker/dockerfile:1',
        'importing cache manifest from example.com/api:cache',
        '[auth] library/node:pull token for registry-1.docker.io',
      ],
    ],
    [
      'step',
      [
        '[2/4] RUN npm ci',
        '[build 12/14] COPY . .',
        'https://example.com/x.tar.gz',
        'http://a/b',
        'git://a/b',
        'ssh://a/b',
      ],
    ],
    [
      'other',
      [
        '',
        'RUN exporting x',
        'x [build 1/4] FROM y',
        'x [internal] load metadata',
        'x resolve image',
        'x docker-image:y',
        'not importing cache',
        'x [auth] y',
        '[internal] load build context',
        'x [2/4] RUN y',
        '[2/4]RUN y',
        '[/4] RUN y',
        '[2/] RUN y',
        'x https://example.com',
        'httpss://a',
      ],
    ],
  ])('%s', (kind, names) => {
    expect(names.map((name) => [name, kindOf(name)])).toEqual(names.map((name) => [name, kind]))
  })
})

describe('a command that failed', () => {
  test('is named by its step, with its exit code and its last twenty lines', () => {
    const lines = Array.from({ length: 22 }, (_, number) => `line ${number}`)
    expect(
      spoken({
        error: `failed to solve: ${failedCommand(3)}`,
        step: step('[2/4] RUN npm ci', lines, failedCommand(3)),
      }),
    ).toEqual({
      code: 'build-failed',
      what: 'The image build failed, step [2/4] RUN npm ci',
      why: `the command did not complete successfully: exit code: 3. Last lines of the step:\n${lines
        .slice(2)
        .map((line) => `  ${line}\n`)
        .join('')}`,
      fix: 'Run "docker build" locally to reproduce it.',
      marks: [],
    })
  })

  test('has its long lines and the long name of its step cut', () => {
    const name = `[2/4] RUN ${'x'.repeat(120)}`
    const { what, why } = spoken(ended(1, name, ['y'.repeat(501)]))
    expect(what).toBe(`The image build failed, step ${name.slice(0, 120)}…`)
    expect(why).toContain(`\n  ${'y'.repeat(500)}\n`)
    const short = `[2/4]  RUN\n${'x'.repeat(109)}`
    expect(spoken(ended(1, short)).what).toBe(
      `The image build failed, step [2/4] RUN ${'x'.repeat(109)}`.slice(
        0,
        'The image build failed, step '.length + 120,
      ),
    )
  })

  test('that printed nothing is said to have printed nothing', () => {
    expect(spoken(ended(1, '[2/4] RUN false')).why).toBe(
      'the command did not complete successfully: exit code: 1. The step printed nothing.',
    )
  })

  test('by SIGKILL names memory, and by another exit code does not', () => {
    const killed = spoken(ended(137, '[2/4] RUN make'))
    expect(killed.why).toContain('exit code: 137 (SIGKILL, possibly because the runner ran out of memory).')
    expect(killed.fix).toMatch(/^Use a larger runner/)
    expect(spoken(ended(136, '[2/4] RUN make')).why).not.toContain('SIGKILL')
  })

  test.each([
    [['exec /bin/sh: exec format error'], true],
    [['exec /bin/sh: exec format error', 'and more'], false],
    [['x exec /bin/sh: exec format error'], false],
    [['exec /bin/sh: exec format error!'], false],
  ])('of another platform is recognised by the only line: %j', (lines, isPlatform) => {
    const { why, fix } = spoken(ended(1, '[2/4] RUN x', lines))
    expect(/\(.*platform/i.test(why.split('Last lines')[0] ?? '') || /platform/i.test(fix)).toBe(isPlatform)
  })

  test('is marked at its line where the Dockerfile is in the workspace', () => {
    const source = { file: 'Dockerfile', line: 7 }
    const end = { ...ended(1, '[2/4] RUN x'), source }
    expect(spoken(end)).toMatchObject({ what: 'The image build failed at Dockerfile:7, step [2/4] RUN x', marks: [] })
    const { what, marks } = spoken({ ...end, file: 'api/Dockerfile' })
    expect(what).toBe('The image build failed at api/Dockerfile:7, step [2/4] RUN x')
    expect(marks).toEqual([{ file: 'api/Dockerfile', line: 7, message: ['this instruction failed'] }])
    expect(spoken({ error: 'x', file: 'api/Dockerfile' }).marks).toEqual([])
  })
})

describe('a build without a command that failed', () => {
  test.each([
    ['', 1, 'docker exited with code 1'],
    ['', undefined, 'docker was killed by a signal'],
    ['failed to build: failed to solve: the reason.', 1, 'the reason'],
    ['the reason: failed to solve: x', 1, 'the reason: failed to solve: x'],
    ['  the reason. And more', 1, 'the reason. And more'],
    ['x https://example.com/upload?state=abc&y=1 failed', 1, 'x https://example.com/upload failed'],
    ['x "http://example.com/upload?state=abc" failed', 1, 'x "http://example.com/upload" failed'],
  ])('%j is told by the words of Docker', (error, exitCode, why) => {
    expect(spoken({ error, exitCode })).toMatchObject({
      code: 'build-failed',
      what: 'The image build failed',
      why,
      fix: 'Check the failed step in the log above.',
    })
  })

  test("the step's own error is told where Docker's has none of it", () => {
    const [name, own] = ['[internal] load build context', 'the reason of the step']
    expect(spoken({ error: 'something else', step: step(name, [], own) }).why).toBe(own)
    expect(spoken({ error: `solve: ${own}`, step: step(name, [], own) }).why).toBe(`solve: ${own}`)
  })

  test.each([
    ['exporting to image', 'unexpected status from PUT request', true],
    ['exporting to image', 'failed to push x', true],
    ['exporting to image', 'dial tcp 10.0.0.1:443', true],
    ['exporting to image', 'unexpected EOF', true],
    ['exporting to image', 'Put "https://example.com/x"', true],
    ['exporting to image', 'cannot write the layer', false],
    ['[internal] load build context', 'unexpected EOF', false],
    ['[2/4] COPY x y', 'failed to push x', false],
  ])('%s: %s is a push that did not complete, or not', (name, error, isPush) => {
    const found = spoken({ error, step: step(name) })
    expect(found.code).toBe(isPush ? 'registry-rejected' : 'build-failed')
    if (isPush)
      expect(found).toMatchObject({
        what: 'The push to the registry failed; the image was built',
        fix: 'Run the job again; layers that were pushed are kept.',
      })
  })

  test('the push of a cache is no push of the image', () => {
    expect(spoken({ error: 'unexpected EOF', step: step('exporting cache to registry') }).what).toBe(
      'The push of the build cache to its registry failed; the image was built',
    )
  })

  test("the words of a registry in a step's own error are not a registry's", () => {
    const error = "The repository with name 'api' does not exist in the registry with id '111122223333'"
    expect(spoken({ error }).code).toBe('repository-not-found')
    expect(spoken({ error, step: step('[2/4] RUN x', [], error) }).code).toBe('build-failed')
    expect(spoken({ error: `dockerfile parse error on line 3: ${error}` }).code).toBe('build-failed')
  })
})

describe('a push after the build', () => {
  test('that reported nothing is said to have reported nothing', () => {
    const { parts } = pushFailure('')
    expect([parts.code, plain(parts.why)]).toEqual(['registry-rejected', 'docker reported no error'])
  })

  test('is a refusal of the registry where its words are known', () => {
    expect(pushFailure('Your authorization token has expired. Reauthenticate and try again.').parts.code).toBe(
      'credentials-expired',
    )
    expect(plain(pushFailure('unexpected EOF').parts.why)).toBe('unexpected EOF')
  })
})
