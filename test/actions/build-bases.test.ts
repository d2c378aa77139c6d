/** The same commit with other base images, another frontend or other values of secrets. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isLong, some } from '../often.ts'
import type { Call } from '../simulator/contract.ts'
import { type BuildScene, buildScene, files } from './build-scene.ts'
import { buildx, ran } from './docker-scene.ts'

const Dockerfile = ['# syntax=docker/dockerfile:1', 'FROM node:24 AS build', 'FROM node:24', 'COPY . /app', ''].join(
  '\n',
)
const [one, two] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string]
const tag = { tag: 'v1' }
const secret = (value: string) => ({ ...tag, secrets: `npm=${value}` })

function scene(immutable: boolean, dockerfile = Dockerfile): BuildScene {
  const at = buildScene({ content: { ...files, Dockerfile: dockerfile }, immutable })
  at.builder.bases = { 'node:24': one, 'docker/dockerfile:1': one }
  return at
}

type Inputs = Record<string, string>
type Step = readonly [
  name: string,
  first: Inputs,
  change: (at: BuildScene) => unknown,
  second: Inputs,
  difference: string,
]
const nothing = () => undefined
const moves = (image: string) => (at: BuildScene) => void Object.assign(at.builder.bases, { [image]: two })
const differences: readonly Step[] = [
  ['a base image', tag, moves('node:24'), tag, `base image node:24: ${one}, here: ${two}`],
  ['the frontend', tag, moves('docker/dockerfile:1'), tag, `frontend docker/dockerfile:1: ${one}, here: ${two}`],
  ['the value of a secret', secret('hunter2'), nothing, secret('hunter3'), 'the value of the secret npm differs'],
  [
    'both',
    tag,
    (at) => void Object.assign(at.builder.bases, { 'node:24': two, 'docker/dockerfile:1': two }),
    tag,
    `base image node:24: ${one}, here: ${two}; frontend docker/dockerfile:1: ${one}, here: ${two}`,
  ],
]

async function twice(at: BuildScene, [, first, change, second]: Step) {
  const before = await at.run(first)
  expect(before.failure).toBeUndefined()
  await change(at)
  return { before, after: await at.run(second) }
}

describe.each(some(differences, 4))('with %s that is another one', (...step) => {
  const [, , , , difference] = step

  test('it is built again where the tag may move, and the log has the difference', async () => {
    const at = scene(false)
    const { before, after } = await twice(at, step)
    expect([after.failure, after.outputs.reused]).toEqual([undefined, 'false'])
    expect(after.log).toContain(`api:v1 has another image and will be moved: ${difference}\n`)
    expect(at.digestOf('v1')).toBe(after.outputs.digest)
    expect(after.outputs.digest).not.toBe(before.outputs.digest)
    expect(`${after.log} ${JSON.stringify(at.builder.builds.map(({ labels }) => labels))}`).not.toMatch(/hunter/)
  })

  test('the image of an immutable tag is used, with a warning that has the difference and what to do', async () => {
    const at = scene(true)
    const { before, after } = await twice(at, step)
    expect([after.failure, after.outputs.reused]).toEqual([undefined, 'true'])
    expect(after.outputs.digest).toBe(before.outputs.digest)
    expect(at.builder.builds).toHaveLength(1)
    expect(after.log).toContain(
      `warning The immutable tag api:v1 has an image of this commit, which is used although a build may have other base images or secrets now (${difference}). For an image with the present ones, set the input tag to a new tag; with reuse: off, the step fails instead.`,
    )
    if (!isLong && step[0] !== 'a base image') return
    expect((await at.run({ ...step[3], tag: 'v2' })).outputs.reused).toBe('false')
    expect((await at.run({ ...step[3], reuse: 'off' })).failure).toMatch(/reuse is off/)
  })
})

test('any other difference fails before the registry of a base image is asked', async () => {
  const at = scene(true)
  await at.run(tag)
  at.builder.asked.length = 0
  at.builder.bases = {}
  expect((await at.run({ ...tag, target: 'build' })).failure).toMatch(
    /has another image, .*: target: none, here: build/,
  )
  expect(at.builder.asked).toEqual([])
})

test('each base image and the frontend are asked for once, and none that is fixed', async () => {
  const at = scene(false)
  await at.run(tag)
  expect(at.builder.asked).toEqual(['docker/dockerfile:1', 'node:24'])
  const fixed = ['ARG BASE=scratch', 'FROM $BASE AS a', `FROM node@${one} AS b`, 'FROM b', 'COPY --from=a / /'].join(
    '\n',
  )
  const none = scene(false, fixed)
  expect((await none.run(tag)).outputs.reused).toBe('false')
  expect((await none.run(tag)).outputs.reused).toBe('true')
  expect(none.builder.asked).toEqual([])
})

describe('a base image that cannot be resolved', () => {
  const gone = (at: BuildScene) => void delete at.builder.bases['node:24']
  const why = 'the digest of node:24 is unknown: node:24: not found'

  test('is no reason to reuse: it is built where the tag may move, whenever the digest was unknown', async () => {
    const at = scene(false)
    const { after } = await twice(at, ['', tag, gone, tag, ''])
    expect(after.outputs.reused).toBe('false')
    expect(after.log).toContain(`api:v1 has another image and will be moved: ${why}`)
    expect(after.log).toContain(`A later run builds this image again where its tag may move: ${why}`)
    expect((await at.run(tag)).outputs.reused).toBe('false')
    at.builder.bases['node:24'] = one
    const later = await at.run(tag)
    expect(later.outputs.reused).toBe('false')
    expect(later.log).toMatch(/will be moved: its base images or values of secrets were unknown when it was built/)
    expect((await at.run(tag)).outputs.reused).toBe('true')
  })

  test('is named in the warning of an immutable tag, whose image is used', async () => {
    const { after } = await twice(scene(true), ['', tag, gone, tag, ''])
    expect([after.failure, after.outputs.reused]).toEqual([undefined, 'true'])
    expect(after.log).toContain(`secrets now (${why}). For an image`)
  })

  test('may be named by a Dockerfile that is not understood, or not be in the workspace', async () => {
    const at = scene(false, 'FROM x-$TARGETARCH')
    await at.run(tag)
    const again = await at.run(tag)
    expect([again.outputs.reused, at.builder.asked]).toEqual(['false', []])
    expect(again.log).toMatch(/will be moved: the base images are unknown: the value of TARGETARCH is unknown/)
  })

  test('or there is no file of a secret', async () => {
    const at = scene(false)
    at.source.write('.git/token', 'hunter2')
    const files = { ...tag, 'secret-files': 'npm=.git/token' }
    const lost = (scene: BuildScene) => rmSync(join(scene.source.folder, '.git/token'))
    const { after } = await twice(at, ['', files, lost, files, ''])
    expect(after.log).toMatch(/will be moved: the file of the secret npm cannot be read/)
  })
})

describe('the token of the job, which is another one in every job', () => {
  const npmrc = (token: string) => ({ ...tag, secrets: `npm=//npm.pkg.github.com/:_authToken=${token}` })
  const ways: readonly (readonly [string, (token: string) => Parameters<BuildScene['run']>])[] = [
    ['the input github-token', (token) => [{ ...secret(token), 'github-token': token }]],
    ['GITHUB_TOKEN of the environment', (token) => [secret(token), { environment: { GITHUB_TOKEN: token } }]],
    ['a part of a secret', (token) => [npmrc(token), { environment: { GITHUB_TOKEN: token } }]],
  ]
  test.each(some(ways, 3))('counts by the id of its secret: %s', async (_, run) => {
    const at = scene(false)
    await at.run(...run('ghs_one'))
    expect((await at.run(...run('ghs_two'))).outputs.reused).toBe('true')
  })
})

test('a secret that only begins like the token of the job counts by its value', async () => {
  const at = scene(false)
  const run = (value: string) => at.run(secret(value), { environment: { GITHUB_TOKEN: 'ghs_one' } })
  await run('ghs_one')
  expect((await run('ghs_one_of_another')).outputs.reused).toBe('false')
  if (isLong) expect((await run('ghs_one_of_another')).outputs.reused).toBe('true')
})

test('what ADD fetches is not compared, as little as what RUN fetches', async () => {
  const at = scene(false, 'FROM node:24\nADD https://example.com/x /x\n')
  await at.run(tag)
  expect((await at.run(tag)).outputs.reused).toBe('true')
})

test('a tag that may move follows the immutable one, also from an image with the present base images', async () => {
  const at = scene(false)
  const { ecr } = at.simulator.world.region('eu-west-1')
  const old = await at.run(tag)
  moves('node:24')(at)
  const present = await at.run({ tag: 'latest' })
  expect(present.outputs.reused).toBe('false')
  const exclusion = {
    repositoryName: 'api',
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
  }
  ecr.handlers.PutImageTagMutability?.(exclusion, {} as Call)
  const both = await at.run({ tags: 'latest\nv1' })
  expect([both.failure, both.outputs.digest]).toEqual([undefined, old.outputs.digest])
  expect(both.log).toMatch(/warning The immutable tag api:v1 has/)
})

test('what is too long for a label is compared all the same', async () => {
  const many = { ...tag, 'build-args': Array.from({ length: 900 }, (_, index) => `ARGUMENT_${index}=x`).join('\n') }
  const { after } = await twice(scene(true), ['', many, moves('node:24'), many, ''])
  expect(after.log).toMatch(/warning .* now \(its base images or values of secrets differ\)\./)
})

describe('with the docker program', () => {
  const named = { 'build-contexts': 'base=docker-image://node:24' }
  const build = { exitCode: 0 }

  test('the digests are those of imagetools inspect, and labels of the image', async () => {
    const printed = `Name:      docker.io/library/node:24\nMediaType: application/vnd.oci.image.index.v1+json\nDigest:    ${one}\n`
    const { calls, code } = await ran({ buildx, build, imagetools: { stdout: printed, exitCode: 0 } }, named)
    expect(code).toBeUndefined()
    expect(calls).toContainEqual(['buildx', 'imagetools', 'inspect', '--', 'node:24'])
    expect(calls.flat().join('\n')).toContain(`"base image node:24":"${one}"`)
  })

  test('what it cannot resolve has the last line that it printed', async () => {
    const stderr = 'ERROR: failed to do request: dial tcp: lookup registry-1.docker.io: no such host\n'
    const { lines, calls } = await ran({ buildx, build, imagetools: { stderr, exitCode: 1 } }, named)
    expect(lines.join('\n')).toContain(`the digest of node:24 is unknown: ${stderr.trim()}`)
    expect(calls.flat().join('\n')).toMatch(/slipway\.key=2:[0-9a-f]{64}:unknown/)
  })
})
