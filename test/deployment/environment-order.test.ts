import { describe, expect, test } from '@jest/globals'
import { type Deployed, endMarks } from '../../src/github/end-mark.ts'
import { openEnvironmentHistory } from '../../src/github/environments.ts'
import { some } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { codeDeployScene, repository, rollingScene, runSeldom as run } from './scene.ts'

const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const sha = (digit: string) => `sha256:${digit.repeat(64)}` as const
const ours = sha('a')
const image = `registry.example.com/api@${ours}`

type Before = readonly [state: string, what: Deployed['what'], run: string, service?: string]

/** GitHub's deployment page with these ends of staging, oldest first, a deployment each. */
function note(sim: Simulator, ends: readonly Before[]): void {
  for (const [state, what, run, service = 'api'] of ends) {
    const deployment = sim.github.deployments.create({ repository, sha: commit, environment: 'staging' })
    deployment.statuses.push({
      id: deployment.id,
      state,
      description: `staging${endMarks({ services: service === '*' ? 'all' : [service], what }, state === 'failure')}`,
      environment: 'staging',
      log_url: `https://github.com/acme/api/actions/runs/${run}`,
      environment_url: '',
      created_at: '2026-11-22T05:00:00Z',
    })
  }
}

const only = (given: string | undefined) => (given === undefined ? {} : { commit: given })

async function deployAfterStaging(
  sim: Simulator,
  more: {
    services?: readonly string[]
    digest?: string | undefined
    token?: string | undefined
    dryRun?: boolean
    commit?: string
    onAsked?: (url: string) => void
  } = {},
) {
  const { services = ['api'], dryRun = false } = more
  const digest = 'digest' in more ? more.digest : ours
  const token = 'token' in more ? more.token : 'ghs_1'
  const order = {
    environment: 'production',
    before: 'staging',
    services,
    digest,
    commit,
    run: '7',
    ...only(more.commit),
  }
  const { signal } = new AbortController()
  const fetch: typeof sim.fetch = (url, init) => {
    more.onAsked?.(String(url))
    return sim.fetch(url, init)
  }
  const clock = sim.clock.forProgram
  const config = { token, apiUrl: 'https://api.github.com', repository, fetch, clock, signal }
  return await run(sim, { image, request: { order, dryRun }, environments: openEnvironmentHistory(config) })
}

const changes = (sim: Simulator) =>
  sim.recorder.all.filter(({ operation }) => /^(Register|Update|Create|Run|Tag)/.test(operation)).length

describe.each([
  ['rolling', rollingScene],
  ['CodeDeploy', codeDeployScene],
])('an environment that comes after another (%s)', (engine, scene) => {
  /** How a service is deployed decides none of the order. */
  const step = engine === 'rolling' ? 1 : 3

  test.each(
    some<[string, readonly Before[]]>(
      [
        ['in this run', [['success', ours, '7']]],
        ['in the last run', [['success', ours, '6']]],
        [
          'in this run, before another run deployed something newer there',
          [
            ['success', ours, '7'],
            ['success', sha('b'), '8'],
          ],
        ],
        [
          'in this run, before another run failed there',
          [
            ['success', ours, '7'],
            ['failure', sha('b'), '8'],
          ],
        ],
        [
          'again in this run, after it had failed',
          [
            ['failure', ours, '7'],
            ['success', ours, '7'],
          ],
        ],
      ],
      step,
    ),
  )('is deployed to where that one succeeded with the same image %s', async (_name, ends) => {
    const sim = scene()
    note(sim, ends)
    expect((await deployAfterStaging(sim)).outcome).toBe('succeeded')
  })

  test.each(
    some<[string, readonly Before[], RegExp]>(
      [
        ['nothing was deployed there', [], /no successful deployment of this image/],
        [
          'only an older run deployed that image',
          [
            ['success', ours, '5'],
            ['success', sha('b'), '6'],
          ],
          /no successful deployment of this image/,
        ],
        [
          'this run failed there',
          [
            ['success', ours, '6'],
            ['failure', ours, '7'],
          ],
          /this run's deployment to staging failed/,
        ],
        [
          'this run deployed another image there',
          [['success', sha('b'), '7']],
          /this run deployed sha256:b{64} to staging, not sha256:a{64}/,
        ],
        [
          'it was rolled back there since',
          [
            ['success', ours, '7'],
            ['success', 'rollback', '9'],
          ],
          /run 9 rolled it back in staging/,
        ],
        ['only another service succeeded', [['success', ours, '7', 'worker']], /no successful deployment/],
        ['it is not known which image was deployed there', [['success', 'commit', '6']], /no successful deployment/],
      ],
      step,
    ),
  )('is refused before anything is changed where %s', async (_name, ends, why) => {
    const sim = scene()
    note(sim, ends)
    sim.recorder.clear()
    const ended = await deployAfterStaging(sim)
    expect(ended.outcome).toBe('failed')
    expect(ended.cause).toMatch(why)
    expect(ended.cause).toMatch(
      /Not deployed to production: could not verify that api was deployed successfully to staging/,
    )
    expect(changes(sim)).toBe(0)
  })
})

describe('the proof', () => {
  test('is asked of every service of the environment before', async () => {
    const sim = rollingScene()
    note(sim, [['success', ours, '7']])
    const ended = await deployAfterStaging(sim, { services: ['api', 'worker'] })
    expect(ended.cause).toMatch(/could not verify that worker was deployed successfully to staging/)
  })

  test('goes by the commit where no image is named by its digest', async () => {
    const sim = rollingScene()
    note(sim, [['success', `commit:${commit}`, '6']])
    expect((await deployAfterStaging(sim, { digest: undefined })).outcome).toBe('succeeded')
  })

  test.each<Before[1]>([`commit:${'d'.repeat(40)}`, 'commit'])(
    'of an image without a digest needs its own commit, and not that of an event: %s',
    async (what) => {
      const sim = rollingScene()
      note(sim, [['success', what, '6']])
      expect((await deployAfterStaging(sim, { digest: undefined })).cause).toMatch(
        /no successful deployment of this commit/,
      )
    },
  )

  test('is none where nobody knows the commit', async () => {
    const sim = rollingScene()
    note(sim, [['success', 'commit', '6']])
    const ended = await deployAfterStaging(sim, { digest: undefined, commit: '' })
    expect(ended.cause).toMatch(/no successful deployment/)
  })

  test('is not needed by a dry run', async () => {
    expect((await deployAfterStaging(rollingScene(), { dryRun: true })).error).toBeUndefined()
  })

  test.each<[string, (sim: Simulator) => unknown, { token?: undefined }, RegExp]>([
    [
      'the token may not read deployments',
      (sim) => sim.github.grant({ deployments: 'none' }),
      {},
      /403.*lacks deployments: read.*permission deployments: read/,
    ],
    ['there is no token', () => undefined, { token: undefined }, /github-token is empty/],
    ['GitHub is down', (sim) => sim.github.fail({ kind: 'http', status: 503 }), {}, /GitHub returned HTTP 503/],
    [
      'GitHub hangs',
      (sim) => sim.faults.add({ service: 'github', times: Number.POSITIVE_INFINITY, effect: { kind: 'hang' } }),
      {},
      /did not respond/,
    ],
  ])('cannot be had where %s: nothing is deployed', async (_, spoil, more, why) => {
    const sim = rollingScene()
    note(sim, [['success', ours, '7']])
    spoil(sim)
    const ended = await deployAfterStaging(sim, more)
    expect(ended.cause).toMatch(why)
    expect(changes(sim)).toBe(0)
  })

  test('survives a short failure of GitHub', async () => {
    const sim = rollingScene()
    note(sim, [['success', ours, '7']])
    sim.github.fail({ kind: 'http', status: 502 }, { times: 2 })
    expect((await deployAfterStaging(sim)).outcome).toBe('succeeded')
  })

  test('is found behind those of many other services, which have a deployment each', async () => {
    const sim = rollingScene()
    const others = Array.from({ length: 60 }, (_, index) => ['success', ours, '7', `other-${index}`] as const)
    note(sim, [['success', ours, '7'], ...others])
    expect((await deployAfterStaging(sim)).outcome).toBe('succeeded')
  })

  test('is looked for in thirty deployments at most, and what was read is not asked for again', async () => {
    const sim = rollingScene()
    note(sim, [['success', ours, '7'], ...Array.from({ length: 40 }, () => ['failure', ours, '8'] as const)])
    const asked: string[] = []
    const ended = await deployAfterStaging(sim, { services: ['api', 'worker'], onAsked: (url) => asked.push(url) })
    expect(ended.cause).toMatch(/no successful deployment/)
    expect(asked).toHaveLength(31)
    expect(new Set(asked).size).toBe(31)
  })

  test('costs two requests where the last deployment is it, for however many services', async () => {
    const sim = rollingScene()
    note(sim, [['success', ours, '7', '*']])
    const asked: string[] = []
    const services = ['api', 'worker', 'edge']
    expect((await deployAfterStaging(sim, { services, onAsked: (url) => asked.push(url) })).outcome).toBe('succeeded')
    expect(asked).toHaveLength(2)
  })
})
