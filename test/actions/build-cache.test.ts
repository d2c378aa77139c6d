/** The input cache: what a build reads and writes, by the branch and the event. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildScene } from './build-scene.ts'

const host = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const main = { repository: { default_branch: 'main' } }
const write = ',mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true'
const pullRequest = {
  environment: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/7/merge', GITHUB_HEAD_REF: 'topic' },
  event: { ...main, pull_request: { number: 7, head: { sha: 'x', ref: 'topic' }, base: { ref: 'main' } } },
}

describe('cache: ecr', () => {
  test('reads and writes that of the branch, with the default branch behind it', async () => {
    const { run, builder, source } = buildScene({ immutable: false })
    source.git('checkout', '--quiet', '-b', 'topic')
    const environment = { GITHUB_REF: 'refs/heads/topic' }
    const { log, failure } = await run({ cache: 'ecr' }, { environment, event: main })
    expect(failure).toBeUndefined()
    expect(builder.builds[0]).toMatchObject({
      cacheFrom: [`type=registry,ref=${host}/api:cache-topic`, `type=registry,ref=${host}/api:cache-main`],
      cacheTo: [`type=registry,ref=${host}/api:cache-topic${write}`],
    })
    expect(log).toContain('Build cache (ecr): read are cache-topic, cache-main; written is cache-topic')
  })

  test('is an error where its tag could be written once only, and before the build', async () => {
    const { run, builder } = buildScene()
    const { failure } = await run({ cache: 'ecr' })
    expect(failure).toMatch(
      /cache is ecr, and the tag cache-main of the repository api is immutable.*set cache-repository .*exclude cache-\* from immutability/s,
    )
    expect(builder.builds).toEqual([])
  })

  test('takes another repository, and creates it with mutable tags on request', async () => {
    const { run, builder, simulator } = buildScene()
    const missing = await run({ cache: 'ecr', 'cache-repository': 'api-cache' })
    expect(missing.failure).toMatch(/RepositoryNotFoundException: .* has no repository "api-cache" for the build cache/)
    const { failure } = await run({ cache: 'ecr', 'cache-repository': 'api-cache', 'create-repository': 'true' })
    expect(failure).toBeUndefined()
    expect(builder.builds[0]?.cacheTo).toEqual([`type=registry,ref=${host}/api-cache:cache-main${write}`])
    const created = simulator.recorder.calls('ecr', 'CreateRepository')
    expect(JSON.stringify(created)).toContain('"MUTABLE"')
  })

  test('is read-only in a pull request, where tags that cannot move are no matter', async () => {
    const { run, builder } = buildScene()
    await run({ cache: 'ecr' }, pullRequest)
    expect(builder.builds[0]).toMatchObject({
      cacheFrom: [`type=registry,ref=${host}/api:cache-topic`, `type=registry,ref=${host}/api:cache-main`],
      cacheTo: [],
    })
  })

  test('is read by a build without a push', async () => {
    const { run, builder } = buildScene()
    await run({ cache: 'ecr', push: 'false' }, pullRequest)
    expect(builder.local[0]?.request.cacheFrom).toHaveLength(2)
  })

  test('is no condition of a build without a push: a fork has no credentials', async () => {
    const { run, builder } = buildScene()
    const { failure, log } = await run(
      { cache: 'ecr', push: 'false' },
      { ...pullRequest, environment: { ...pullRequest.environment, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } },
    )
    expect(failure).toBeUndefined()
    expect(log).toMatch(/Built without the cache in ECR: /)
    expect(builder.local[0]?.request.cacheFrom).toEqual([])
  })

  test('asks nothing where nothing is built', async () => {
    const { run, simulator } = buildScene()
    await run()
    simulator.recorder.clear()
    expect((await run({ cache: 'ecr' })).outputs.reused).toBe('true')
    expect(simulator.recorder.count('ecr', 'DescribeRepositories')).toBe(1)
  })
})

describe('cache: gha', () => {
  test('has the scope of the branch', async () => {
    const { run, builder } = buildScene()
    const environment = { ACTIONS_RUNTIME_TOKEN: 'x', ACTIONS_RESULTS_URL: 'https://results' }
    await run({ cache: 'gha' }, { environment })
    expect(builder.builds[0]).toMatchObject({
      cacheFrom: ['type=gha,scope=cache-main'],
      cacheTo: ['type=gha,scope=cache-main,mode=max,ignore-error=true'],
    })
  })

  test('is an error on a runner without that cache', async () => {
    const { failure } = await buildScene().run({ cache: 'gha' }, { environment: { ACTIONS_RUNTIME_TOKEN: 'x' } })
    expect(failure).toMatch(/cache is gha, and ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL are not set/)
  })
})

describe('cache: local', () => {
  test('replaces the folder by what the build wrote', async () => {
    const { run, builder } = buildScene({ immutable: false })
    const folder = join(temporaryFolder(), 'kept')
    const writes = (content: string) => async () => {
      mkdirSync(`${folder}.new`)
      writeFileSync(join(`${folder}.new`, 'index.json'), content)
    }
    builder.meanwhile = writes('first')
    await run({ cache: 'local', 'cache-folder': folder })
    // There is none to read yet.
    expect(builder.builds[0]).toMatchObject({ cacheFrom: [], cacheTo: [`type=local,dest=${folder}.new,mode=max`] })
    builder.meanwhile = writes('second')
    await run({ cache: 'local', 'cache-folder': folder, target: 'web' })
    expect(builder.builds[1]?.cacheFrom).toEqual([`type=local,src=${folder}`])
    expect(readFileSync(join(folder, 'index.json'), 'utf8')).toBe('second')
    expect(existsSync(`${folder}.new`)).toBe(false)
  })

  test('keeps the folder of a build that failed', async () => {
    const { run, builder } = buildScene({ immutable: false })
    const folder = join(temporaryFolder(), 'kept')
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.json'), 'kept')
    builder.meanwhile = () => Promise.reject(new Error('failed'))
    await expect(run({ cache: 'local', 'cache-folder': folder })).rejects.toThrow('failed')
    expect(readFileSync(join(folder, 'index.json'), 'utf8')).toBe('kept')
  })
})

test.each<[Record<string, string>, RegExp]>([
  [{ cache: 'ecr', 'cache-from': 'type=gha' }, /cache is ecr, and cache-from or cache-to is set: use one of them/],
  [{ cache: 'off', 'cache-to': 'type=inline' }, /cache is off, and cache-from or cache-to is set/],
  [{ cache: 'gha', 'cache-repository': 'x-y' }, /cache-repository is set, and is used with cache: ecr only/],
  [{ 'cache-folder': 'x' }, /cache-folder is set, and is used with cache: local only/],
  [{ cache: 'local', 'oci-layout': 'x' }, /oci-layout is set, so nothing is built: remove cache, or oci-layout/],
])('contradicts: %j', async (inputs, message) => {
  expect((await buildScene().run(inputs)).failure).toMatch(message)
})

test('cache: off has none', async () => {
  const { run, builder } = buildScene()
  await run({ cache: 'off' })
  expect(builder.builds[0]).toMatchObject({ cacheFrom: [], cacheTo: [] })
})
