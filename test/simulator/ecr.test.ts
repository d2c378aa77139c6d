import { describe, expect, test } from '@jest/globals'
import { accountId, openInProcessRegistry, region, registryHost } from '../registry/in-process.ts'
import { seedImage } from './ecr.ts'

const otherwise = (code: string) => expect.objectContaining({ code })
const errorOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('repositories', () => {
  test('are made once, described, and deleted only when they are empty', () => {
    const { world, call, ecr } = openInProcessRegistry()
    call('CreateRepository', {
      repositoryName: 'api',
      imageTagMutability: 'IMMUTABLE',
      tags: [{ Key: 'team', Value: 'web' }],
    })
    expect(errorOf(() => call('CreateRepository', { repositoryName: 'api' }))).toMatchObject({
      code: 'RepositoryAlreadyExistsException',
      message: `The repository with name 'api' already exists in the registry with id '${accountId}'`,
    })
    expect(call('DescribeRepositories', { repositoryNames: ['api'] })).toMatchObject({
      repositories: [{ repositoryUri: `${registryHost}/api`, imageTagMutability: 'IMMUTABLE' }],
    })
    seedImage(world, region, 'api', 'v1')
    expect(errorOf(() => call('DeleteRepository', { repositoryName: 'api' }))).toEqual(
      otherwise('RepositoryNotEmptyException'),
    )
    call('DeleteRepository', { repositoryName: 'api', force: true })
    expect(errorOf(() => call('DescribeRepositories', { repositoryNames: ['api'] }))).toMatchObject({
      code: 'RepositoryNotFoundException',
      message: `The repository with name 'api' does not exist in the registry with id '${accountId}'`,
    })
    expect(ecr.find(`${registryHost}/api:v1`)).toEqual({ exists: false, tags: [], architectures: [] })
  })

  test('are listed in pages', () => {
    const { call, ecr } = openInProcessRegistry()
    for (const name of ['a1', 'b2', 'c3']) ecr.createRepository(name)
    const first = call<{ repositories: object[]; nextToken: string }>('DescribeRepositories', { maxResults: 2 })
    const second = call<{ repositories: object[]; nextToken?: string }>('DescribeRepositories', {
      maxResults: 2,
      nextToken: first.nextToken,
    })
    expect([first.repositories.length, second.repositories.length, second.nextToken]).toEqual([2, 1, undefined])
  })

  test('take exclusion filters only with a mutability that has exclusions', () => {
    const { call } = openInProcessRegistry()
    const filters = [{ filterType: 'WILDCARD', filter: 'latest*' }]
    expect(
      errorOf(() =>
        call('CreateRepository', {
          repositoryName: 'api',
          imageTagMutability: 'IMMUTABLE',
          imageTagMutabilityExclusionFilters: filters,
        }),
      ),
    ).toEqual(otherwise('InvalidParameterException'))
    expect(
      errorOf(() =>
        call('CreateRepository', { repositoryName: 'api', imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' }),
      ),
    ).toEqual(otherwise('InvalidParameterException'))
  })
})

describe('images', () => {
  test('are found by tag, by digest, in the registry that listens here, and not in other registries', () => {
    const { world, ecr } = openInProcessRegistry()
    ecr.createRepository('team/api')
    const digest = seedImage(world, region, 'team/api', 'v1', { architecture: 'arm64' })
    const image = { exists: true, digest, tags: ['v1'], architectures: ['arm64'] }
    expect(ecr.find(`${registryHost}/team/api:v1`)).toEqual(image)
    expect(ecr.find(`${registryHost}/team/api@${digest}`)).toEqual(image)
    expect(ecr.find(`127.0.0.1:5000/team/api:v1@${digest}`)).toEqual(image)
    expect(ecr.find(`${registryHost}/team/api`)).toMatchObject({ exists: false })
    expect(ecr.find('docker.io/library/nginx:1')).toBeUndefined()
    expect(ecr.find(`${accountId}.dkr.ecr.us-east-1.amazonaws.com/team/api:v1`)).toBeUndefined()
  })

  test('are described with digest, tags, size and time; what is missing is named in the words of ECR', () => {
    const { world, ecr, call } = openInProcessRegistry()
    ecr.createRepository('api')
    const digest = seedImage(world, region, 'api', 'v1')
    expect(call('DescribeImages', { repositoryName: 'api', imageIds: [{ imageTag: 'v1' }] })).toMatchObject({
      imageDetails: [
        {
          imageDigest: digest,
          imageTags: ['v1'],
          imageSizeInBytes: expect.any(Number),
          imagePushedAt: expect.any(Date),
        },
      ],
    })
    expect(
      errorOf(() => call('DescribeImages', { repositoryName: 'api', imageIds: [{ imageTag: 'v2' }] })),
    ).toMatchObject({
      code: 'ImageNotFoundException',
      message: `The image with imageId {imageDigest:'null', imageTag:'v2'} does not exist within the repository with name 'api' in the registry with id '${accountId}'`,
    })
    expect(call('BatchGetImage', { repositoryName: 'api', imageIds: [{ imageTag: 'v2' }] })).toMatchObject({
      images: [],
      failures: [{ failureCode: 'ImageNotFound' }],
    })
  })

  test.each([
    ['MUTABLE', [], 'v1', undefined],
    ['IMMUTABLE', [], 'v1', 'ImageTagAlreadyExistsException'],
    ['IMMUTABLE_WITH_EXCLUSION', ['v*'], 'v1', undefined],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest'], 'v1', 'ImageTagAlreadyExistsException'],
    ['MUTABLE_WITH_EXCLUSION', ['v*'], 'v1', 'ImageTagAlreadyExistsException'],
    ['MUTABLE_WITH_EXCLUSION', ['release.*'], 'v1', undefined],
  ])('a tag in a repository that is %s except %j moves or stays', (imageTagMutability, filters, tag, code) => {
    const { world, call } = openInProcessRegistry()
    call('CreateRepository', {
      repositoryName: 'api',
      imageTagMutability,
      ...(filters.length > 0 && {
        imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD', filter })),
      }),
    })
    seedImage(world, region, 'api', tag, { content: 'old' })
    const moved = errorOf(() => seedImage(world, region, 'api', tag, { content: 'new' }))
    expect((moved as { code?: string } | undefined)?.code).toBe(code)
  })

  test('PutImage tags what is there, and says so when nothing would change', () => {
    const { world, ecr, call } = openInProcessRegistry()
    ecr.createRepository('api')
    const digest = seedImage(world, region, 'api', 'v1')
    const { images } = call<{ images: { imageManifest: string }[] }>('BatchGetImage', {
      repositoryName: 'api',
      imageIds: [{ imageDigest: digest }],
    })
    const imageManifest = images[0]?.imageManifest
    call('PutImage', { repositoryName: 'api', imageManifest, imageTag: 'stable' })
    expect(ecr.find(`${registryHost}/api:stable`)).toMatchObject({ digest, tags: ['v1', 'stable'] })
    expect(errorOf(() => call('PutImage', { repositoryName: 'api', imageManifest, imageTag: 'stable' }))).toEqual(
      otherwise('ImageAlreadyExistsException'),
    )
  })

  test('are pushed layer by layer through the API, as tools without the OCI protocol do', () => {
    const { ecr, call } = openInProcessRegistry()
    ecr.createRepository('api')
    const repositoryName = 'api'
    const put = (content: string) => {
      const { uploadId } = call<{ uploadId: string }>('InitiateLayerUpload', { repositoryName })
      const layerPartBlob = Buffer.from(content)
      call('UploadLayerPart', {
        repositoryName,
        uploadId,
        partFirstByte: 0,
        partLastByte: layerPartBlob.length - 1,
        layerPartBlob,
      })
      return uploadId
    }
    const digest = 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'
    expect(
      errorOf(() => call('CompleteLayerUpload', { repositoryName, uploadId: put('bar'), layerDigests: [digest] })),
    ).toEqual(otherwise('InvalidLayerException'))
    expect(call('CompleteLayerUpload', { repositoryName, uploadId: put('foo'), layerDigests: [digest] })).toMatchObject(
      { layerDigest: digest },
    )
    expect(call('BatchCheckLayerAvailability', { repositoryName, layerDigests: [digest] })).toMatchObject({
      layers: [{ layerAvailability: 'AVAILABLE', layerSize: 3 }],
    })
  })
})
