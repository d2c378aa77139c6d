/** `promote` through its front door: two accounts, two regions, and what can be wrong at either end. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { signedImage } from '../image/signed-image.ts'
import { imageStore } from '../simulator/image-store.ts'
import { needsOf } from '../simulator/permissions.ts'
import { far, farToo, near, promoteScene, writer } from './promote-scene.ts'

const across = { image: 'api:v1', to: `${far}/shop/api`, 'to-role-to-assume': writer }

describe('promote', () => {
  test('copies an image to another account and region, tags it last and hands on what the next steps need', async () => {
    const { image, target, run } = await promoteScene()
    const { outputs, lines, failure } = await run({ ...across, tags: 'v1, production' })
    expect(failure).toBeUndefined()
    const name = `${far}/shop/api@${image.digest}`
    expect(outputs).toEqual({
      digest: image.digest,
      repository: 'shop/api',
      image: name,
      images: name,
      tags: 'v1\nproduction',
      'copied-blobs': '13',
      'copied-bytes': expect.stringMatching(/^[1-9]\d+$/),
    })
    expect([...target.stored.tags]).toEqual([
      [image.cosignTag, image.manifests.at(-1)?.digest],
      ['v1', image.digest],
      ['production', image.digest],
    ])
    expect(
      target
        .requests()
        .filter((operation) => operation.startsWith('PUT '))
        .slice(-2),
    ).toEqual(['PUT /v2/shop/api/manifests/v1', 'PUT /v2/shop/api/manifests/production'])
    expect(lines).toEqual([
      `info ${near}/api:v1 is ${image.digest}`,
      `info Signatures, attestations and other referrers of ${image.digest}: 4`,
      expect.stringMatching(
        `^info ${name}: manifests copied: 9; blobs copied: 13 \\(\\d+ bytes\\); already in the repository: 2; verified$`,
      ),
      `info ${far}/shop/api: tagged v1, production`,
    ])
  })

  test('has the tag of the image, or none for a digest', async () => {
    const { image, target, run } = await promoteScene()
    expect((await run({ ...across, image: `api@${image.digest}`, referrers: 'false' })).outputs.tags).toBe('')
    expect([...target.stored.tags.keys()]).toEqual([])
    expect((await run({ ...across, referrers: 'false' })).outputs.tags).toBe('v1')
    expect([...target.stored.tags.keys()]).toEqual(['v1'])
  })

  test('adds tags to an image of the same repository without a copy', async () => {
    const { image, source, run } = await promoteScene()
    source.requests()
    const { outputs, failure } = await run({ repository: 'api', digest: image.digest, tags: 'production' })
    expect(failure).toBeUndefined()
    expect(source.stored.tags.get('production')).toBe(image.digest)
    expect(outputs).toMatchObject({ 'copied-blobs': '0', image: `${near}/api@${image.digest}` })
    expect(source.requests()).toEqual([
      `GET /v2/api/manifests/${image.digest}`,
      `GET /v2/api/manifests/${image.digest}`,
      'GET /v2/api/manifests/production',
      'PUT /v2/api/manifests/production',
    ])
  })

  test('goes to the name of the registry that was given', async () => {
    const { image, target, hosts, run } = await promoteScene()
    const { failure, outputs } = await run({ ...across, to: `${farToo}/shop/api` })
    expect(failure).toBeUndefined()
    expect(outputs.image).toBe(`${farToo}/shop/api@${image.digest}`)
    expect([...hosts].toSorted()).toEqual([near, farToo].toSorted())
    expect(target.stored.tags.get('v1')).toBe(image.digest)
  })

  test('is said to be there the second time', async () => {
    const { image, target, run } = await promoteScene()
    await run(across)
    target.requests()
    const { lines, outputs } = await run(across)
    expect(lines).toContain(`info ${far}/shop/api@${image.digest}: already exists, nothing to copy`)
    expect(outputs).toMatchObject({ digest: image.digest, 'copied-blobs': '0', 'copied-bytes': '0' })
    expect(target.requests().filter((operation) => !operation.startsWith('GET '))).toEqual([])
  })

  test('creates what is missing only on request', async () => {
    const { source, run } = await promoteScene()
    const inputs = { image: 'api:v1', to: 'team/one\nteam/two' }
    expect(await run(inputs)).toMatchObject({
      code: 'repository-not-found',
      failure: `RepositoryNotFoundException: target repositories do not exist: ${near}/team/one, ${near}/team/two |  | Correct to, to-region or to-role-to-assume; or create the repository, or set create-repository: true. Nothing has been pushed.`,
    })
    const { failure, outputs } = await run({ ...inputs, 'create-repository': 'true' })
    expect(failure).toBeUndefined()
    expect(outputs.images?.split('\n').map((image) => image.split('@')[0])).toEqual([
      `${near}/team/one`,
      `${near}/team/two`,
    ])
    const created = imageStore(source.simulator.world, 'eu-west-1').repositories.get('team/one')
    expect(created).toMatchObject({ mutability: 'IMMUTABLE' })
  })

  test('moves no tag of any target when one of them fails', async () => {
    const { target, run, sibling } = await promoteScene()
    const first = sibling('first')
    target.simulator.faults.add({
      service: 'registry',
      operation: /^PUT .*manifests/,
      effect: {
        kind: 'error',
        code: 'LimitExceededException',
        message: 'The operation did not succeed because it would have exceeded a service limit for your account',
        status: 403,
      },
    })
    const { code, failure } = await run({
      image: 'api:v1',
      to: `first\n${far}/shop/api role-to-assume=${writer}`,
      referrers: 'false',
    })
    expect(code).toBe('registry-rejected')
    expect(failure).toMatch(
      `LimitExceededException: the repository has the maximum number of images (target: ${far}/shop/api)`,
    )
    expect(first.stored.manifests.size).toBe(5)
    expect(first.stored.tags.size + target.stored.tags.size).toBe(0)
  })

  test('changes nothing in a dry run', async () => {
    const { image, target, run } = await promoteScene()
    target.requests()
    const { lines, outputs } = await run({
      ...across,
      to: `${across.to}\n${far}/new`,
      'create-repository': 'true',
      'dry-run': 'true',
    })
    expect(lines.slice(2)).toEqual([
      `info Dry run: ${image.digest} would be in ${far}/shop/api, tagged v1; nothing changed.`,
      `info Dry run: ${image.digest} would be in ${far}/new, which would be created, tagged v1; nothing changed.`,
    ])
    expect(outputs).toMatchObject({ digest: image.digest, image: '', images: '' })
    expect(target.stored.manifests.size).toBe(0)
    expect(target.simulator.recorder.all.map(({ operation }) => operation)).not.toContain('CreateRepository')
  })
})

describe('an immutable tag', () => {
  async function immutable() {
    const scene = await promoteScene()
    scene.target.stored.mutability = 'IMMUTABLE'
    return scene
  }

  test('with the same image is success', async () => {
    const { run } = await immutable()
    await run(across)
    expect((await run(across)).failure).toBeUndefined()
  })

  test.each(['v1', 'the tag of cosign'])('with another image fails before a byte is copied: %s', async (which) => {
    const { image, target, run } = await immutable()
    const tag = which === 'v1' ? which : image.cosignTag
    await signedImage('another').pushTo(target.registry, 'shop/api', tag)
    target.requests()
    const { code, failure } = await run(across)
    expect(code).toBe('image-tag-taken')
    expect(failure).toMatch(
      `ImageTagAlreadyExistsException: the tag "${tag}" already exists in the immutable repository "shop/api"`,
    )
    expect(target.requests().filter((operation) => !operation.startsWith('GET '))).toEqual([])
  })
})

describe('what an end refuses', () => {
  test.each([
    ['the tag', { image: 'api:v2' }, `ImageNotFoundException: ${near}/api has no image v2 | `],
    [
      'the repository',
      { image: 'apis:v1' },
      `RepositoryNotFoundException: the source repository ${near}/apis does not exist | `,
    ],
  ])('names %s that is missing at the source', async (_, inputs, failure) => {
    const { run } = await promoteScene()
    expect((await run({ ...across, ...inputs })).failure).toMatch(failure)
  })

  test('names an archived image and how to restore it', async () => {
    const { image, source, run } = await promoteScene()
    const stored = source.stored.manifests.get(image.digest)
    if (stored !== undefined) stored.isArchived = true
    expect(await run({ ...across, image: `api@${image.digest}` })).toMatchObject({
      code: 'image-not-found',
      failure: `ImageNotFoundException: ${near}/api has no image ${image.digest} that can be pulled | its imageStatus is ARCHIVED | Restore it: aws ecr update-image-storage-class --repository-name api --image-id imageDigest=${image.digest} --target-storage-class STANDARD. Nothing has been copied.`,
    })
  })

  const denial = (action: string, account: string, region: string) => ({
    kind: 'error' as const,
    code: 'DENIED',
    status: 403 as const,
    message: `User: arn:aws:sts::${account}:assumed-role/write/slipway is not authorized to perform: ${action} on resource: arn:aws:ecr:${region}:${account}:repository/api because no identity-based policy allows the action`,
  })

  test.each([
    ['source', /^GET .*blobs/, 'ecr:GetDownloadUrlForLayer', `${near}/api`],
    ['target', /^POST .*uploads/, 'ecr:InitiateLayerUpload', `${far}/shop/api`],
  ] as const)('names the side and the permission: %s', async (side, operation, action, name) => {
    const scene = await promoteScene()
    const effect = denial(action, '111122223333', 'eu-west-1')
    scene[side].simulator.faults.add({ service: 'registry', operation, effect, times: 20 })
    const { code, failure } = await scene.run(across)
    expect(code).toBe('permission-missing')
    expect(failure).toMatch(
      `Not authorized to perform ${action} on arn:aws:ecr:eu-west-1:111122223333:repository/api (${side}: ${name}) | `,
    )
    expect(failure?.match(/\((source|target): /g)).toHaveLength(1)
  })

  test('names the repository policy where the repository is of another account than the credentials', async () => {
    const { run } = await promoteScene()
    const { code, failure } = await run({ image: 'api:v1', to: `${far}/shop/api` })
    expect(code).toBe('registry-rejected')
    expect(failure).toMatch(`(target: ${far}/shop/api)`)
  })

  test('names the role that cannot be assumed', async () => {
    const { run } = await promoteScene()
    const role = writer.replace('write', 'nobody')
    expect((await run({ ...across, 'to-role-to-assume': role })).failure).toMatch(
      new RegExp(`^Not authorized to perform sts:AssumeRoleWithWebIdentity.*\\(target: ${far}/shop/api\\)`),
    )
  })

  test('goes on with a new token where one expired on either side', async () => {
    const { image, source, target, run } = await promoteScene()
    for (const { simulator } of [source, target])
      simulator.faults.add({
        service: 'registry',
        operation: /^(GET|HEAD) .*blobs/,
        effect: {
          kind: 'error',
          code: 'DENIED',
          message: 'Your authorization token has expired. Reauthenticate and try again.',
          status: 403,
        },
        times: 1,
      })
    expect((await run(across)).failure).toBeUndefined()
    expect(target.stored.tags.get('v1')).toBe(image.digest)
  })
})

describe('inputs', () => {
  const digest = `sha256:${'a'.repeat(64)}`

  test('are wrong together, each with its place', async () => {
    const { run } = await promoteScene()
    const { code, failure } = await run({ image: 'api' })
    expect(code).toBe('inputs-invalid')
    expect(failure).toMatch('image must have a digest or a tag, not only "api"')
  })

  test.each<readonly [Record<string, string>, string]>([
    [{}, 'image is required, or repository and digest'],
    [{ repository: 'api' }, 'digest is empty, but repository is set'],
    [{ image: 'api:v1', digest }, 'image and digest are set'],
    [{ image: 'api:v1' }, 'to and tags are empty, so nothing would change'],
    [{ image: 'api:v1', 'to-role-to-assume': writer, tags: 'a' }, 'to is empty, but to-role-to-assume is set'],
    [
      { image: 'ghcr.io/acme/api:v1', to: 'api' },
      'image has the registry ghcr.io; allowed: private registries of Amazon ECR, by ACCOUNT.dkr.ecr.REGION.amazonaws.com',
    ],
    [
      { image: 'ghcr.io/acme/api:v1', to: 'api' },
      'imagetools create -t ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG ghcr.io/NAME@DIGEST',
    ],
    [{ image: 'api:v1', to: 'public.ecr.aws/acme/api' }, 'to has the registry public.ecr.aws; allowed'],
    [
      { image: 'api:v1', to: 'public.ecr.aws/acme/api' },
      'For Amazon ECR Public, run build-push with repository: public.ecr.aws/ALIAS/NAME',
    ],
    [{ image: 'api:v1', to: 'ghcr.io/acme/api' }, 'imagetools create -t ghcr.io/NAME:TAG IMAGE@DIGEST'],
  ])('that contradict each other or the purpose: %j', async (inputs, expected) => {
    const { run, source } = await promoteScene()
    source.requests()
    expect((await run(inputs)).failure).toMatch(expected)
    expect(source.requests()).toEqual([])
  })
})

test('needs the permissions that its README lists for each side, and no others', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../actions/promote/README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| ((?:`ecr:\w+`[^|]*)+)\| (\w+) \| (optional)?/gm)]
  const listed = (side: string) =>
    rows
      .filter(([, , of, optional]) => optional === undefined && (of === side || of === 'both'))
      .flatMap(([, names = '']) => [...names.matchAll(/ecr:\w+/g)].map(([name]) => name))
  const { source, target, run } = await promoteScene()
  target.stored.mutability = 'IMMUTABLE'
  for (const { simulator } of [source, target]) simulator.recorder.clear()
  await run({ ...across, to: `${across.to}\n${far}/new`, 'create-repository': 'true' })
  await run(across)
  const used = ({ simulator }: typeof source) =>
    new Set(simulator.recorder.all.flatMap((call) => needsOf(call).map(({ action }) => action)))
  const ofSource = used(source)
  const ofTarget = used(target)
  for (const [side, actions] of [
    ['source', ofSource],
    ['target', ofTarget],
  ] as const)
    expect([...actions].toSorted()).toEqual(
      // A chunk of its own is sent for blobs beyond 64 MiB only.
      listed(side)
        .filter((action) => action !== 'ecr:UploadLayerPart')
        .toSorted(),
    )
})
