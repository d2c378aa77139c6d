/** `also-push-to` of build-push: the same digest in other accounts and regions, after the push. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { failure } from '../aws/simulated.ts'
import { signedImage } from '../image/signed-image.ts'
import { writeLayout } from '../oci-layout.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { far, near, promoteScene, writer } from './promote-scene.ts'
import { keys } from './scene.ts'

const there = `${far}/shop/api role-to-assume=${writer}`

async function scene() {
  const { source, target, world, idToken } = await promoteScene()
  const runner = await fakeRunner({
    clock: source.simulator.clock.forProgram,
    environment: { ...keys, AWS_REGION: 'eu-west-1', GITHUB_SHA: 'a'.repeat(40), PATH: '/nonexistent' },
  })
  await mkdir(join(runner.workspace, '.temporary'), { recursive: true })
  const files = { '/app/main.js': 'serve()' }
  const { digest } = await writeLayout(join(runner.workspace, 'image'), { files, entrypoint: ['node', '/app/main.js'] })
  const action = createBuildPush(world)
  const run = (inputs: Record<string, string>) =>
    action.main(givenInputs(action.inputs, { repository: 'api', 'oci-layout': 'image', tag: 'v2', ...inputs }), {
      ...runner,
      idToken,
    })
  return { source, target, runner, digest, run }
}

describe('also-push-to', () => {
  test('copies the pushed image to another account and region, with its tags', async () => {
    const { source, target, runner, digest, run } = await scene()
    await run({ 'also-push-to': there, tags: 'latest' })
    expect(runner.outputs.images).toBe(`${near}/api@${digest}\n${far}/shop/api@${digest}`)
    for (const { stored } of [source, target])
      expect([stored.tags.get('v2'), stored.tags.get('latest')]).toEqual([digest, digest])
  })

  test('creates what is missing on request, and otherwise fails before anything is pushed', async () => {
    const { source, target, runner, digest, run } = await scene()
    const inputs = { 'also-push-to': `${there.replace('shop/api', 'new')}\nelsewhere` }
    expect(await failure(run(inputs))).toMatchObject({
      code: 'repository-not-found',
      what: `RepositoryNotFoundException: target repositories do not exist: ${far}/new, ${near}/elsewhere`,
      fix: expect.stringContaining('Correct also-push-to; or create'),
    })
    expect(source.stored.tags.has('v2') || target.stored.tags.has('v2')).toBe(false)
    await run({ ...inputs, 'create-repository': 'true' })
    expect(runner.outputs.images?.split('\n').slice(1)).toEqual([`${far}/new@${digest}`, `${near}/elsewhere@${digest}`])
  })

  test('names the target that fails, and sets no tag of any target', async () => {
    const { target, run } = await scene()
    target.simulator.faults.add({
      service: 'registry',
      operation: /^PUT .*uploads/,
      effect: { kind: 'error', code: 'DENIED', message: 'KMS key is disabled: KmsException', status: 400 },
    })
    const { code, what } = await failure(run({ 'also-push-to': there }))
    expect(code).toBe('registry-rejected')
    expect(what).toBe(
      `KmsException: the registry could not use the KMS key of the repository (target: ${far}/shop/api)`,
    )
    expect(target.stored.tags.has('v2')).toBe(false)
  })

  test('fails before a byte is copied where an immutable tag of a target has another image', async () => {
    const { target, run } = await scene()
    await signedImage('another').pushTo(target.registry, 'shop/api', 'v2')
    target.stored.mutability = 'IMMUTABLE'
    target.requests()
    expect((await failure(run({ 'also-push-to': there }))).code).toBe('image-tag-taken')
    expect(target.requests().filter((operation) => !operation.startsWith('GET '))).toEqual([])
  })

  test.each(['public.ecr.aws/acme/api', 'docker.io/acme/api'])('is refused by name for %s', async (name) => {
    const { run } = await scene()
    expect((await failure(run({ 'also-push-to': name }))).why).toContain(
      `also-push-to has the registry ${name.split('/')[0]}`,
    )
  })
})
