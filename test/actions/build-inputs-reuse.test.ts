/** The image of another commit. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { some } from '../often.ts'
import type { Call } from '../simulator/contract.ts'
import { type BuildScene, buildScene, files } from './build-scene.ts'

const content = { ...files, Dockerfile: 'FROM node:24\nCOPY . /app\n' }
const inputs = { reuse: 'inputs' }
const day = 86_400_000

const scene = (immutable = true) => buildScene({ content, immutable })
const head = ({ source }: BuildScene) => source.git('rev-parse', 'HEAD')
/** Another commit of the same files. */
const commit = ({ source }: BuildScene) => source.git('commit', '--quiet', '--allow-empty', '-m', 'x')
const keyOf = ({ builder }: BuildScene) => builder.builds.at(-1)?.labels['slipway.inputs-key'] ?? ''

async function twice(at: BuildScene, first: Record<string, string>, change: () => unknown, second = first) {
  const one = await at.run({ ...inputs, ...first })
  expect(one.failure).toBeUndefined()
  commit(at)
  await change()
  return { one, two: await at.run({ ...inputs, ...second }) }
}

describe('another commit with the same inputs', () => {
  test('gets the image of the first, and nothing says that it was built from this one', async () => {
    const at = scene()
    const before = head(at)
    const { one, two } = await twice(at, {}, () => undefined)
    expect(two.outputs).toMatchObject({ reused: 'true', digest: one.outputs.digest, tag: head(at), revision: head(at) })
    expect(at.digestOf(head(at))).toBe(one.outputs.digest)
    expect(at.builder.builds).toHaveLength(1)
    expect(two.log).toMatch(new RegExp(`: built from the same inputs at commit ${before}; nothing to build`))
    expect(two.summary).toContain(`<th align="left">Built at commit</th><td><code>${before}</code></td>`)
    expect(one.summary).not.toContain('Built at commit')
  })

  test('is found by the tag of the key, which is a label, too', async () => {
    const at = scene()
    const { one } = await twice(at, {}, () => undefined)
    expect(keyOf(at)).toMatch(/^1:[0-9a-f]{64}$/)
    expect(at.digestOf(`slipway-${keyOf(at).slice(2, 34)}`)).toBe(one.outputs.digest)
  })

  test.each<[string, Record<string, string>, (at: BuildScene) => unknown, Record<string, string>?]>(
    some(
      [
        ['files', {}, ({ source }) => source.write('src/app.js', 'other()')],
        ['a Dockerfile', {}, ({ source }) => source.write('Dockerfile', 'FROM node:24\n')],
        [
          'a base image',
          {},
          ({ builder }) => void Object.assign(builder.bases, { 'node:24': `sha256:${'2'.repeat(64)}` }),
        ],
        ['the value of a secret', { secrets: 'npm=one' }, () => undefined, { secrets: 'npm=two' }],
        ['a build argument', { 'build-args': 'A=1' }, () => undefined, { 'build-args': 'A=2' }],
      ],
      4,
    ),
  )('is built where it has other inputs: %s', async (...[, first, change, second]) => {
    const at = scene()
    const { two } = await twice(at, first, () => change(at), second)
    expect([two.failure, two.outputs.reused]).toEqual([undefined, 'false'])
  })

  test('may have another token for git contexts, which is in no image', async () => {
    const at = scene()
    const secret = (value: string) => ({ secrets: `GIT_AUTH_TOKEN=${value}\nnpm=same` })
    const { two } = await twice(at, secret('ghs_one'), () => undefined, secret('ghs_two'))
    expect(two.outputs.reused).toBe('true')
    expect(JSON.stringify(at.builder.builds)).not.toMatch(/"slipway[^"]*":"[^"]*same/)
  })

  test('is built with reuse: commit, which is the default', async () => {
    const at = scene()
    const { two } = await twice(at, {}, () => undefined, { reuse: 'commit' })
    expect(two.outputs.reused).toBe('false')
  })

  test('is built where the digest of a base image is unknown, and the log has the reason', async () => {
    const at = scene()
    const { two } = await twice(at, {}, () => delete at.builder.bases['node:24'])
    expect(two.outputs.reused).toBe('false')
    expect(two.log).toMatch(
      /No image of another commit is reused: the digest of node:24 is unknown: node:24: not found/,
    )
    expect(keyOf(at)).toBe('')
  })

  test.each(
    some(
      [
        [{ 'no-cache': 'true' }, /no-cache, no-cache-filters and pull request a new build/],
        [{ file: 'x.Dockerfile' }, /the base images are unknown: the value of TARGETARCH is unknown/],
        [{ 'secret-files': 'npm=missing' }, /the file of the secret npm cannot be read/],
        [{ 'secret-files': 'npm=.git/pipe' }, /the file of the secret npm cannot be read/],
      ] as const,
      6,
    ),
  )('is built where the inputs are not all known: %j', async (more, why) => {
    const at = scene()
    at.source.write('x.Dockerfile', 'FROM x-$TARGETARCH\n')
    at.source.commit()
    execFileSync('mkfifo', [join(at.source.folder, '.git/pipe')])
    const { two } = await twice(at, more, () => undefined)
    expect(two.outputs.reused).toBe('false')
    expect(two.log).toMatch(why)
  })

  test('is never the image of another key under the tag', async () => {
    const at = scene(false)
    const { one } = await twice(at, {}, () => undefined)
    const name = `slipway-${keyOf(at).slice(2, 34)}`
    at.source.write('src/app.js', 'other()')
    at.source.commit()
    await at.run({ tag: name })
    at.source.git('checkout', '--quiet', 'HEAD~1')
    commit(at)
    const ran = await at.run({ ...inputs, tag: 'v9' })
    expect(ran.outputs.reused).toBe('false')
    expect(ran.outputs.digest).not.toBe(one.outputs.digest)
  })
})

test('a re-run gets the image that its immutable tag has, at any age', async () => {
  const at = scene()
  const aged = { 'reuse-max-age': '12h' }
  const { one } = await twice(at, aged, () => undefined)
  await at.simulator.clock.forProgram.sleep(30 * day)
  const again = await at.run({ ...inputs, ...aged })
  expect([again.failure, again.outputs.reused, again.outputs.digest]).toEqual([undefined, 'true', one.outputs.digest])
})

test('two runs of the same inputs both succeed with one image', async () => {
  const at = scene(false)
  let other: Awaited<ReturnType<BuildScene['run']>> | undefined
  at.builder.meanwhile = async () => {
    other = await at.run({ ...inputs, tag: 'other' })
  }
  const ran = await at.run({ ...inputs, tag: 'other' })
  expect(ran.outputs).toMatchObject({ reused: 'true', digest: other?.outputs.digest })
})

describe('reuse-max-age', () => {
  const old = { 'reuse-max-age': '7d' }

  test('reuses up to this age, and then builds and moves the tag of the key', async () => {
    const at = scene(false)
    const { one, two } = await twice(at, old, () => at.simulator.clock.forProgram.sleep(6 * day))
    expect(two.outputs.reused).toBe('true')
    await at.simulator.clock.forProgram.sleep(2 * day)
    commit(at)
    const three = await at.run({ ...inputs, ...old })
    expect(three.outputs.reused).toBe('false')
    expect(three.log).toMatch(/of the same inputs is not reused: it was pushed 192 h ago, reuse-max-age is 168 h/)
    expect(three.outputs.digest).not.toBe(one.outputs.digest)
    expect(at.digestOf(`slipway-${keyOf(at).slice(2, 34)}`)).toBe(three.outputs.digest)
  })

  test('moves a tag that has the older image', async () => {
    const at = scene(false)
    const tagged = { ...old, tag: 'main' }
    const { one, two } = await twice(at, tagged, () => at.simulator.clock.forProgram.sleep(8 * day))
    expect(two.outputs.reused).toBe('false')
    expect(two.outputs.digest).not.toBe(one.outputs.digest)
    expect(at.digestOf('main')).toBe(two.outputs.digest)
  })

  test('says so where the tag of the key cannot move', async () => {
    const at = scene()
    const { two } = await twice(at, old, () => at.simulator.clock.forProgram.sleep(8 * day))
    expect([two.failure, two.outputs.reused]).toEqual([undefined, 'false'])
    expect(two.log).toMatch(/The tag slipway-\w{32} is immutable and keeps an older image.*Exclude slipway-\*/)
  })

  test('moves it where it is excluded from immutability', async () => {
    const at = scene()
    const mutability = {
      repositoryName: 'api',
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'slipway-*' }],
    }
    at.simulator.world.region('eu-west-1').ecr.handlers.PutImageTagMutability?.(mutability, {} as Call)
    const { two } = await twice(at, old, () => at.simulator.clock.forProgram.sleep(8 * day))
    expect(two.outputs.reused).toBe('false')
    expect(at.digestOf(`slipway-${keyOf(at).slice(2, 34)}`)).toBe(two.outputs.digest)
  })

  test.each(some(['7', '0d', '7w', 'd', '1.5h', '-1d'], 4))('is refused: %s', async (age) => {
    await expect((async () => scene().run({ ...inputs, 'reuse-max-age': age }))()).rejects.toThrow()
  })

  test.each(['commit', 'off'])('requires reuse: inputs, not %s', async (reuse) => {
    const { failure } = await scene()
      .run({ reuse, ...old })
      .catch((error) => ({ failure: JSON.stringify(error.parts) }))
    expect(failure).toMatch(/reuse-max-age requires reuse: inputs/)
  })
})
