/** build-push to public.ecr.aws: its API in us-east-1, its way to log in, and what it does not have. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Failure, reasonOf } from '../../src/failure.ts'
import { digestOf } from '../../src/image/manifest.ts'
import { renderText, text } from '../../src/text.ts'
import { writeLayout } from '../oci-layout.ts'
import { imageStore, publicStore } from '../simulator/image-store.ts'
import { type BuildScene, buildScene } from './build-scene.ts'

const image = { files: { '/app/main.js': 'serve()' }, entrypoint: ['node'], labels: {} }
const name = 'a1b2c3d4/team/api'
const inputs = { repository: `public.ecr.aws/${name}`, 'oci-layout': 'image', tag: 'v1' }
const eu = { environment: { AWS_REGION: 'eu-west-1' } }

async function scene(): Promise<BuildScene & { readonly digest: string }> {
  const built = buildScene()
  const { digest } = await writeLayout(join(built.source.folder, 'image'), image)
  return { ...built, digest }
}

const readme = readFileSync(join(import.meta.dirname, '../../actions/build-push/README.md'), 'utf8')
const listed = new Set([...readme.matchAll(/`([a-z-]+:[A-Z]\w+)`/g)].map(([, action]) => action))

const registryOf = ({ simulator }: BuildScene) => simulator.world.region('us-east-1')['ecr-public']
const callsOf = ({ simulator }: BuildScene) =>
  simulator.recorder.all.flatMap(({ service, operation, region }) =>
    service === 'ecr-public' || service === 'ecr' ? [`${service}:${operation} ${region}`] : [],
  )

/** A sparse file in the place of the layer: it takes no room on the disk. */
function enlargeLayer(folder: string, mebibytes: number): void {
  const path = (digest: string) => join(folder, 'blobs/sha256', digest.slice('sha256:'.length))
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
  const manifest = JSON.parse(readFileSync(path(index.manifests[0].digest), 'utf8'))
  manifest.layers[0].size = mebibytes * 1024 * 1024
  truncateSync(path(manifest.layers[0].digest), manifest.layers[0].size)
  const content = Buffer.from(JSON.stringify(manifest))
  Object.assign(index.manifests[0], { digest: digestOf(content), size: content.length })
  writeFileSync(path(digestOf(content)), content)
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
}

async function refusalOf(built: BuildScene, given: Record<string, string>, options = {}): Promise<string | undefined> {
  try {
    return (await built.run(given, options)).failure
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return renderText(text`${error.parts.what} ${reasonOf(error.parts)}`, (theirs) => theirs)
  }
}

describe('a public repository', () => {
  test('gets the image, whatever the region of the job, and its name has no account ID in it', async () => {
    const built = await scene()
    registryOf(built).createRepository(name)
    const { failure, outputs } = await built.run(inputs, eu)
    expect(failure).toBeUndefined()
    expect(registryOf(built).digestOf(name, 'v1')).toBe(built.digest)
    expect(outputs).toMatchObject({
      image: `public.ecr.aws/${name}@${built.digest}`,
      name: `public.ecr.aws/${name}`,
      repository: name,
    })
    expect(callsOf(built)).toEqual([
      'ecr-public:DescribeRepositories us-east-1',
      'ecr-public:GetAuthorizationToken us-east-1',
    ])
  })

  test('is named to Docker with its host and alias', async () => {
    const built = await scene()
    registryOf(built).createRepository(name)
    const destinations: string[] = []
    Object.assign(built.builder, {
      buildAndPush: async (_: unknown, destination: { name: string }) => {
        destinations.push(destination.name)
        throw new Failure({ code: 'build-failed', what: text`no further` })
      },
    })
    await built.run({ repository: inputs.repository })
    expect(destinations).toEqual([`public.ecr.aws/${name}`])
  })

  test('is pushed to with a new token where the first one has expired', async () => {
    const built = await scene()
    registryOf(built).createRepository(name)
    const { tokens } = imageStore(built.simulator.world, publicStore)
    const expire = () => {
      for (const token of tokens.keys()) tokens.set(token, 0)
    }
    const effect = { kind: 'callback', run: expire } as const
    built.simulator.faults.add({ service: 'public-registry', operation: /^POST/, times: 1, effect })
    expect((await built.run(inputs)).failure).toBeUndefined()
    expect(callsOf(built).filter((call) => call.startsWith('ecr-public:GetAuthorizationToken'))).toHaveLength(2)
  })

  test('is created once where the response was lost', async () => {
    const built = await scene()
    built.simulator.faults.add({ operation: 'CreateRepository', effect: { kind: 'apply-then-drop' }, times: 1 })
    const { failure, log } = await built.run({ ...inputs, 'create-repository': 'true' })
    expect([failure, log.includes(`Created the ECR repository ${name}`)]).toEqual([undefined, true])
    expect(callsOf(built).filter((call) => call.startsWith('ecr-public:CreateRepository'))).toHaveLength(1)
  })

  test('is created on request with its policy and tags, and compared when it exists', async () => {
    const built = await scene()
    built.source.write(
      'access.json',
      '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr-public:PutImage"}]}',
    )
    const settings = { 'create-repository': 'true', 'repository-policy': 'access.json', 'repository-tags': 'team=shop' }
    const created = await built.run({ ...inputs, ...settings }, eu)
    expect([created.failure, created.log.match(/Created the ECR repository (\S+)/)?.[1]]).toEqual([undefined, name])
    expect(callsOf(built)).toEqual([
      'ecr-public:DescribeRepositories us-east-1',
      'ecr-public:DescribeRegistries us-east-1',
      'ecr-public:CreateRepository us-east-1',
      'ecr-public:SetRepositoryPolicy us-east-1',
      'ecr-public:GetAuthorizationToken us-east-1',
    ])
    const again = await built.run({ ...inputs, ...settings, 'repository-tags': 'team=web' })
    const used = built.simulator.iam.actionsUsed()
    expect(used).toEqual(expect.arrayContaining(['ecr-public:PutImage', 'ecr-public:TagResource']))
    expect(used.filter((action) => !listed.has(action))).toEqual([])
    expect(again.log).toMatch(/^warning .*differs from the inputs: tag team is shop, input: web$/m)
  })
})

describe('what stands in the way is named before the image is pushed', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a repository that is not there',
      {},
      /^RepositoryNotFoundException: public\.ecr\.aws has no repository "a1b2c3d4\/team\/api" \| {2}\| Correct repository or role/,
    ],
    [
      'an alias of somebody else',
      { repository: 'public.ecr.aws/other/api', 'create-repository': 'true' },
      /^public\.ecr\.aws\/other is not the public registry of this account \| its aliases are a1b2c3d4 \|/,
    ],
    [
      'settings that it does not have',
      { 'create-repository': 'true', 'immutable-tags': 'true', encryption: 'AES256' },
      /immutable-tags is a setting of private repositories; Amazon ECR Public has none.*encryption is a setting/s,
    ],
    ['no name', { repository: 'public.ecr.aws/a1b2c3d4' }, /must be public\.ecr\.aws\/ALIAS\/NAME/],
    ['capital letters', { repository: 'public.ecr.aws/acme/Api' }, /must be public\.ecr\.aws\/ALIAS\/NAME/],
    ['a long name', { repository: `public.ecr.aws/acme/${'a'.repeat(206)}` }, /at most 205/],
    ['China', { 'aws-region': 'cn-north-1' }, /Amazon ECR Public, which does not exist in the partition aws-cn/],
    ['GovCloud', { 'role-to-assume': 'arn:aws-us-gov:iam::111122223333:role/x' }, /in the partition aws-us-gov/],
  ])('%s', async (_, given, message) => {
    const built = await scene()
    expect(await refusalOf(built, { ...inputs, ...given })).toMatch(message)
    expect(built.simulator.recorder.all.filter(({ service }) => service === 'public-registry')).toEqual([])
  })

  test.each(['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken', 'ecr-public:DescribeRepositories'])(
    'a missing permission for %s',
    async (denied) => {
      const built = await scene()
      registryOf(built).createRepository(name)
      const all = ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken', 'ecr-public:DescribeRepositories']
      built.simulator.iam.allow(...all.filter((action) => action !== denied))
      expect((await built.run(inputs)).failure).toContain(`AccessDeniedException: not authorized to perform ${denied}`)
    },
  )

  test('another alias than those of the account, although a repository has the name', async () => {
    const built = await scene()
    registryOf(built).createRepository(name)
    expect((await built.run({ ...inputs, repository: 'public.ecr.aws/acme/team/api' })).failure).toMatch(
      /^public\.ecr\.aws\/acme is not the public registry of this account/,
    )
  })

  test('a layer that is larger than it allows, of which nothing is uploaded', async () => {
    const built = await scene()
    registryOf(built).createRepository(name)
    enlargeLayer(join(built.source.folder, 'image'), 10_001)
    expect((await built.run(inputs)).failure).toMatch(
      /is larger than Amazon ECR Public allows \| it has 10001 MiB; the quota "Maximum layer size" is 10000 MiB/,
    )
    expect(built.simulator.recorder.all.filter(({ operation }) => /uploads/.test(operation))).toEqual([])
  })

  test('a quota of repositories', async () => {
    const built = await scene()
    const effect = { kind: 'error', code: 'LimitExceededException', message: 'too many' } as const
    built.simulator.faults.add({ operation: 'CreateRepository', effect })
    expect((await built.run({ ...inputs, 'create-repository': 'true' })).failure).toMatch(
      /^AWS refused ecr-public:CreateRepository \| LimitExceededException: too many \| .*Amazon ECR Public in Service Quotas/,
    )
  })
})
