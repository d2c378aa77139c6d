/** How a build-push ends: what it costs, what it reports, and how long it waits for what never responds. */
import { describe, expect, test } from '@jest/globals'
import { buildScene } from './build-scene.ts'

const hang = { kind: 'hang' } as const

describe('an unchanged commit', () => {
  test('costs two calls to AWS and three to the registry, and none of Docker', async () => {
    const scene = buildScene({ immutable: false })
    await scene.run()
    scene.simulator.recorder.clear()
    const { log } = await scene.run()
    expect(log).toMatch(/^info Calls: ecr:DescribeRepositories 1, ecr:GetAuthorizationToken 1, registry 3$/m)
    expect(
      scene.simulator.recorder.all.map(({ operation }) => operation.replace(/sha256:\w+|[0-9a-f]{40}/, '*')),
    ).toEqual([
      'DescribeRepositories',
      'GetAuthorizationToken',
      'GET /v2/api/manifests/*',
      'GET /v2/api/blobs/*',
      'GET /v2/api/manifests/*',
    ])
    expect(scene.builder.builds).toHaveLength(1)
  })

  test('and retries are counted', async () => {
    const scene = buildScene()
    scene.simulator.faults.add({
      service: 'ecr',
      operation: 'DescribeRepositories',
      effect: { kind: 'throttle' },
      times: 2,
    })
    expect((await scene.run()).log).toMatch(/^info Calls: ecr:DescribeRepositories 3, /m)
  })
})

describe('the job summary', () => {
  test('has the image, its tags, its platform and size, its commit and the time', async () => {
    const scene = buildScene({ immutable: false })
    const built = await scene.run({ tags: 'v1\nlatest' })
    expect(built.summary).toContain('### ✅ Built and pushed <code>api:v1</code>')
    expect(built.summary).toContain(`<td><code>${built.outputs.digest}</code></td>`)
    expect(built.summary).toContain('<td><code>v1</code>, <code>latest</code></td>')
    expect(built.summary).toContain(`<td><code>${built.outputs.revision}</code></td>`)
    expect(built.summary).toMatch(/<th align="left">Size, compressed<\/th><td><code>linux\/amd64<\/code> 0\.0 MB</)
    expect(built.summary).toMatch(/<th align="left">Duration<\/th><td>\d+\.\d s</)
    expect((await scene.run({ tags: 'v1' })).summary).toContain('### ✅ Reused <code>api:v1</code>')
  })

  test('escapes what a name of a tag or a commit may have', async () => {
    const scene = buildScene({ immutable: false })
    const { summary } = await scene.run({ tags: 'v1__x__' })
    expect(summary).toContain('<code>api:v1&#95;&#95;x&#95;&#95;</code>')
  })
})

describe('AWS that accepts a call and never responds', () => {
  test.each(['DescribeRepositories', 'GetAuthorizationToken'])(
    'is given up after a minute before anything was built: %s',
    async (operation) => {
      const scene = buildScene()
      scene.simulator.faults.add({ service: 'ecr', operation, effect: hang, times: 99 })
      const from = scene.simulator.clock.now()
      const { failure } = await scene.run()
      expect(failure).toMatch(new RegExp(`AWS did not respond to ecr:${operation} until the deadline`))
      const seconds = (scene.simulator.clock.now() - from) / 1000
      expect(seconds).toBeGreaterThan(45)
      expect(seconds).toBeLessThan(80)
      expect(scene.builder.builds).toEqual([])
    },
  )

  test('and that throttles is waited for longer', async () => {
    const scene = buildScene()
    scene.simulator.faults.add({
      service: 'ecr',
      operation: 'DescribeRepositories',
      effect: { kind: 'throttle', retryAfter: 40 },
      times: 4,
    })
    expect((await scene.run()).failure).toBeUndefined()
  })

  test('is waited for longer after the build, whose work would be lost', async () => {
    const scene = buildScene()
    scene.builder.meanwhile = async () => {
      const expired = { code: 'DENIED', message: 'Your authorization token has expired.', status: 403 }
      scene.simulator.faults.add({ service: 'registry', effect: { kind: 'error', ...expired }, times: 1 })
      scene.simulator.faults.add({ service: 'ecr', operation: 'GetAuthorizationToken', effect: hang, times: 8 })
    }
    const from = scene.simulator.clock.now()
    expect((await scene.run()).failure).toBeUndefined()
    expect((scene.simulator.clock.now() - from) / 1000).toBeGreaterThan(100)
  })
})
