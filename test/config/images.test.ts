import { describe, expect, test } from '@jest/globals'
import { fullImage } from '../../src/actions/targets/place.ts'
import { loadConfig } from '../../src/config/load.ts'
import { namedImage, selectImage, selectImages } from '../../src/config/select-images.ts'
import { refusal } from '../refusal.ts'

const rest = `services: { api: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    role: deployer
    services: { api: { cluster: shop, service: api } }
`
const load = (images: string) => loadConfig(`version: 1\n${images}\n${rest}`, 'slipway.yml').config

test('several images have names, and the defaults of the first environment', () => {
  const config = load(`images:
  api:
    repository: shop/api
    platforms: [linux/amd64, linux/arm64]
    runners: { linux/arm64/v8: [self-hosted, graviton], linux/amd64: ubuntu-24.04 }
    build-args: { VERSION: "1.10" }
    paths: ["services/api/**", "!**/*.md"]
  edge: { repository: shop/edge, region: us-east-1, account: "444455556666" }`)
  expect(selectImage(config)).toBeUndefined()
  expect(selectImages(config)).toMatchObject([
    {
      name: 'api',
      environment: 'staging',
      repository: 'shop/api',
      region: 'eu-west-1',
      runners: { 'linux/arm64/v8': ['self-hosted', 'graviton'], 'linux/amd64': 'ubuntu-24.04' },
      buildArgs: ['VERSION=1.10'],
      paths: ['services/api/**', '!**/*.md'],
    },
    { name: 'edge', region: 'us-east-1', accountId: '444455556666', context: '.', buildArgs: [], platforms: [] },
  ])
  expect(namedImage(config, 'edge').repository).toBe('shop/edge')
  expect(() => namedImage(config, 'egde')).toThrow(
    expect.objectContaining({ parts: expect.objectContaining({ code: 'config-invalid' }) }),
  )
})

test('the one image may be told what several may', () => {
  const config = load('image: { repository: api, build-args: { A: b }, paths: ["src/**"] }')
  expect(selectImages(config)).toMatchObject([{ name: '', buildArgs: ['A=b'], paths: ['src/**'] }])
})

describe('mistakes are reported at once, with their places', () => {
  test.each([
    ['image: { repository: a1 }\nimages: { api: { repository: b1 } }', [/3:1: images is set together with image/]],
    ['images: {}', [/2:1: images must name an image/]],
    [
      'images:\n  api: { repository: shop }\n  edge: { repository: shop, region: eu-west-1 }',
      [/4:11: images.edge.repository is that of api; both images have the same tag/],
    ],
    [
      'images:\n  api:\n    repository: 1.dkr.ecr.eu-west-1.amazonaws.com/x:1\n    platforms: [linux, linux/arm64, linux/arm64/v8]\n    runners: { linux/s390x: big, linux/arm64: [] }\n    build-args: { A-B: c, D: 1 }\n    paths: ["/src/**"]',
      [
        /repository must be the name of an ECR repository/,
        /platforms.0 must be a platform such as linux\/arm64, not "linux"/,
        /runners.linux\/arm64 must have a label/,
        /build-args.A-B must be the name of a build argument/,
        /build-args.D must be text, not a number; put it in quotes: "1"/,
        /paths.0 must start at the root/,
      ],
    ],
    [
      'images:\n  api:\n    repository: shop\n    platforms: [linux/arm64, linux/arm64/v8]\n    runners: { linux/s390x: big }\n    paths: ["!a"]',
      [
        /5:30: images.api.platforms.1 is linux\/arm64 a second time/,
        /6:16: images.api.runners.linux\/s390x is not one of the platforms/,
        /paths must have a pattern without "!"/,
      ],
    ],
    ['images: { api: { repository: shop, platform: [a] } }', [/has no key platform; did you mean platforms\?/]],
  ])('%s', (images, expected) => {
    const message = refusal(() => load(images))
    for (const pattern of expected) expect(message).toMatch(pattern)
  })
})

describe('a repository of Amazon ECR Public', () => {
  test('keeps its registry', () => {
    const images = selectImages(load('image: { repository: public.ecr.aws/a1b2c3d4/api }'))
    const name = 'public.ecr.aws/a1b2c3d4/api'
    expect(fullImage(`${name}@sha256:1`, images)).toBe(`${name}@sha256:1`)
    expect(fullImage('api:1', selectImages(load('image: { repository: api }')))).toBe(
      '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:1',
    )
  })

  test('has an alias and a name, and no tags of environments', () => {
    expect(refusal(() => load('image: { repository: public.ecr.aws/api }'))).toMatch(
      /image\.repository must be the name of an ECR repository without its registry, such as team\/api, or public\.ecr\.aws\/ALIAS\/NAME/,
    )
    const tagged = `version: 1
image: { repository: public.ecr.aws/a1b2c3d4/api }
${rest.replace('role: deployer', 'image-tags: [staging]')}`
    expect(refusal(() => loadConfig(tagged, 'slipway.yml'))).toMatch(
      /image-tags is not supported for public\.ecr\.aws\/a1b2c3d4\/api: tags of environments are given in private repositories/,
    )
  })
})
