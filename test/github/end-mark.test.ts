import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Deployed, endMarks, endsOf, type Status } from '../../src/github/end-mark.ts'

const digest = `sha256:${'9'.repeat(64)}` as const
const other = `sha256:${'8'.repeat(64)}` as const
const runUrl = (run: number) => `https://github.com/acme/api/actions/runs/${run}`

const status = (state: string, what: Deployed['what'], services: Deployed['services'] = ['api'], run = 1): Status => ({
  state,
  description: `api is deployed${endMarks({ services, what }, state === 'failure')}`,
  logUrl: runUrl(run),
})

const ends = (...newestFirst: readonly Status[]) =>
  endsOf('api', newestFirst).map(({ kind, digest: image, commit = '' }) =>
    [kind, image?.slice(7, 9) ?? commit.slice(0, 7)].filter(Boolean).join(' '),
  )

describe('what the statuses of one deployment show of a service', () => {
  test.each<[string, readonly Status[], readonly string[]]>([
    ['a success with its image', [status('success', digest)], ['succeeded 99']],
    [
      'a success without an image by its digest',
      [status('success', `commit:${'c'.repeat(40)}`)],
      ['succeeded ccccccc'],
    ],
    ['a success of a commit that is not known', [status('success', 'commit')], ['succeeded']],
    ['a failure', [status('failure', digest)], ['failed']],
    [
      'a rollback that succeeded, and one that failed',
      [status('success', 'rollback'), status('failure', 'rollback')],
      ['rolled-back', 'rolled-back'],
    ],
    ['all services of the environment together', [status('success', digest, 'all')], ['succeeded 99']],
    ['several of them', [status('success', digest, ['worker', 'api'])], ['succeeded 99']],
    ['nothing of another service', [status('success', digest, ['api-2', 'xapi'])], []],
    ['nothing while it is going on', [status('in_progress', digest)], []],
    [
      'what was continued by another step',
      [status('success', 'continued'), status('in_progress', digest)],
      ['succeeded 99'],
    ],
    ['nothing where nobody says what was continued', [status('success', 'continued')], []],
    ['the newest first', [status('failure', other), status('success', digest)], ['failed', 'succeeded 99']],
    ['nothing of what GitHub says by itself', [{ state: 'success', description: '', logUrl: runUrl(1) }], []],
    [
      'nothing of words that only look alike',
      [{ state: 'success', description: `· api@sha256:${'9'.repeat(63)}`, logUrl: '' }],
      [],
    ],
  ])('%s', (_, statuses, expected) => {
    expect(ends(...statuses)).toEqual(expected)
  })

  test('names the run', () => {
    expect(endsOf('api', [status('success', digest, ['api'], 512)])).toEqual([
      { kind: 'succeeded', digest, run: '512' },
    ])
  })

  test('a mark fits into a description with room for words, and is of no other service, however long the names are', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,255}$/)
    fc.assert(
      fc.property(name, name, (one, two) => {
        const [mark = ''] = endMarks({ services: [one], what: digest }, false)
        expect(mark.length).toBeLessThanOrEqual(130)
        const read = (service: string) => endsOf(service, [{ state: 'success', description: `x${mark}`, logUrl: '' }])
        expect(read(one)).toHaveLength(1)
        expect(read(two)).toHaveLength(one === two ? 1 : 0)
        const long = `${one}${'x'.repeat(60)}`
        expect(
          endsOf(`${long}y`, [
            {
              state: 'success',
              description: `${endMarks({ services: [`${long}z`], what: digest }, false)}`,
              logUrl: '',
            },
          ]),
        ).toEqual([])
      }),
    )
  })

  test.each([1, 2, 20, 100])('%i services are marked in as many statuses as their names need', (count) => {
    const services = Array.from({ length: count }, (_, index) => `service-with-a-name-of-its-own-${index}`)
    const marks = endMarks({ services, what: digest }, false)
    expect(Math.max(...marks.map(({ length }) => length))).toBeLessThanOrEqual(130)
    const statuses = marks.map((mark) => ({ state: 'success', description: `x${mark}`, logUrl: runUrl(1) }))
    for (const service of services) expect(endsOf(service, statuses)).toEqual([{ kind: 'succeeded', digest, run: '1' }])
    expect(endsOf('another', statuses)).toEqual([])
  })

  test('short names share a status', () => {
    expect(endMarks({ services: ['api', 'worker', 'edge'], what: digest }, false)).toEqual([
      ` · api,worker,edge@${digest}`,
    ])
  })
})
