import { describe, expect, test } from '@jest/globals'
import { deploymentRows } from '../../src/config/deployment-rows.ts'
import { loadConfig } from '../../src/config/load.ts'
import { selectBeanstalk } from '../../src/config/select-beanstalk.ts'
import { requireSite, selectSite } from '../../src/config/select-site.ts'
import { selectTargets, selectWaves } from '../../src/config/select-target.ts'
import { refusal } from '../refusal.ts'

const written = `version: 1
services:
  api: { task-definition: deploy/api.json }
  web: { beanstalk: { application: shop, source-directory: app, exclude-patterns: ["*.md"] } }
sites:
  shop: { folder: dist, cache-control: { "*.html": no-cache }, keep-days: 30, redirects: { old: /new } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    role: slipway-deploy
    services:
      api: { cluster: shop, service: api, after: { invalidate: { distribution: E1A2B3C4D5, paths: [/api/*] } } }
      web: { environment: shop-production, option-settings: { env:LEVEL: 1 }, accepted-health: [Green] }
    sites:
      shop: { bucket: shop-assets, distribution: [E1A2B3C4D5, E5D4C3B2A1], check: false }
    waves: [[shop.assets], [api, web], [shop]]
    url: https://shop.example.com
`

const load = (content = written) => loadConfig(content, 'slipway.yml').config

test('a site has the values of the inputs of deploy-site, and its bucket is of the account', () => {
  const { settings, assetsOnly, roleArn } = selectSite(load(), 'production', 'shop.assets') ?? {}
  expect([assetsOnly, roleArn]).toEqual([true, 'arn:aws:iam::111122223333:role/slipway-deploy'])
  expect(settings).toEqual({
    folder: 'dist',
    bucket: 'shop-assets',
    'distribution-id': 'E1A2B3C4D5,E5D4C3B2A1',
    'cache-control': '*.html: no-cache',
    redirects: 'old /new',
    'keep-days': '30',
    check: 'off',
    'expected-bucket-owner': '111122223333',
  })
  expect(selectSite(load(), 'production', 'shop')?.assetsOnly).toBe(false)
  expect(selectSite(load(), 'production', 'api')).toBeUndefined()
})

test('a service is one of Amazon ECS or of Elastic Beanstalk', () => {
  expect(selectBeanstalk(load(), 'production', 'web')).toMatchObject({
    settings: {
      'application-name': 'shop',
      'environment-name': 'shop-production',
      'source-directory': 'app',
      'exclude-patterns': '*.md',
      'option-settings': 'env:LEVEL=1',
      'accepted-health': 'Green',
    },
    imageInput: undefined,
  })
  expect(selectBeanstalk(load(), 'production', 'api')).toBeUndefined()
  expect(selectTargets(load(), ['production']).map(({ name, after }) => [name, after])).toEqual([
    ['api', { distribution: 'E1A2B3C4D5', paths: ['/api/*'] }],
  ])
})

test('without waves each has a row of its own', () => {
  const rows = (content: string) => deploymentRows(load(content), ['production']).map(({ service }) => service)
  expect(rows(written)).toEqual([''])
  expect(rows(written.replace(/ +waves.*\n/, ''))).toEqual(['api', 'web', 'shop'])
  expect(selectWaves(load(), 'production')).toEqual([['shop.assets'], ['api', 'web'], ['shop']])
})

test('a file of sites alone needs no services', () => {
  const alone = `version: 1
sites: { shop: { folder: dist }, docs: { folder: out } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    sites: { shop: { bucket: shop-assets }, docs: { bucket: shop-docs } }
`
  expect(load(alone).services).toEqual({})
  expect(requireSite(load(alone), 'production', 'docs').settings.folder).toBe('out')
  expect(refusal(() => requireSite(load(alone), 'production', undefined))).toContain(
    'has several sites, and the input site does not say which: it has shop, docs.',
  )
  expect(refusal(() => requireSite(load(alone), 'production', 'dcos'))).toContain('has no site dcos')
})

describe('mistakes', () => {
  const change = (from: string | RegExp, to: string) => refusal(() => load(written.replace(from, to)))

  test('of a service, a site and an environment of Elastic Beanstalk are told all at once, with their lines', () => {
    const wrong = written
      .replace('folder: dist', 'foldre: dist')
      .replace('bucket: shop-assets', 'bucket: Shop')
      .replace('environment: shop-production', 'environment: a, cluser: x')
      .replace('paths: [/api/*]', 'paths: ["api"]')
      .replace('accepted-health: [Green]', 'accepted-health: [Blue]')
    expect(
      refusal(() => load(wrong))
        .split('\n')
        .slice(1, -1),
    ).toEqual([
      '- slipway.yml:6:11: sites.shop has no key foldre; did you mean folder?',
      '- slipway.yml:13:100: environments.production.services.api.after.invalidate.paths.0 must begin with / and may have one * at its end, such as /api/*, or be a cache tag such as "#catalog", of at most 256 visible ASCII characters without , and *, not "api"',
      expect.stringMatching(
        /^- slipway.yml:14:14: \S+\.web\.environment must be the name of an environment: .*, not "a"$/,
      ),
      expect.stringMatching(
        /^- slipway.yml:14:\d+: \S+\.web\.accepted-health\.0 must be one of Green, Yellow, Red, Grey/,
      ),
      expect.stringMatching(/^- slipway.yml:14:30: \S+\.web has no key cluser/),
      '- slipway.yml:16:15: environments.production.sites.shop.bucket must be the name of an S3 bucket, not "Shop"',
    ])
  })

  test.each([
    [
      'api: { task-definition: deploy/api.json }',
      'api: { task-definition: a.json, beanstalk: { application: s, image: compose } }',
      'services.api has beanstalk, which excludes task-definition',
    ],
    ['source-directory: app, ', '', 'beanstalk must have source-directory, deployment-package-path or image'],
    [
      'source-directory: app',
      'source-directory: app, deployment-package-path: a.zip',
      'which excludes source-directory and image',
    ],
    [
      'web: { environment: shop-production',
      'web: { cluster: shop, service: web } #',
      'slipway.yml:14:14: environments.production.services.web.cluster is for a service of Amazon ECS, and services.web has beanstalk',
    ],
    [
      /api: \{ cluster.*/,
      'api: { environment: shop-production }',
      'slipway.yml:13:14: environments.production.services.api.environment is for a service with beanstalk',
    ],
    [
      'shop: { bucket',
      'shpo: { bucket',
      'environments.production.sites.shpo is not one of the sites that the file names under "sites"; did you mean shop?',
    ],
    ['sites:\n  shop:', 'sites:\n  api: { folder: x }\n  shop:', 'sites.api has the name of a service'],
    [
      '[shop.assets]',
      '[shpo.assets]',
      'names shpo.assets, which is no site of the environment; did you mean shop.assets?',
    ],
    ['[shop.assets]', '[api.assets]', 'names api.assets, which is no site of the environment'],
    [
      '[[shop.assets], [api, web], [shop]]',
      '[[api, web], [shop], [shop.assets]]',
      'names shop.assets, which must be in an earlier wave than shop',
    ],
    [
      '[[shop.assets], [api, web], [shop]]',
      '[[shop.assets], [api, web]]',
      'must name every service and site of the environment; missing: shop',
    ],
    [/services:\n {2}api[\s\S]*?sites:\n.*\n/, '', 'services is missing, and so is sites'],
    [
      'distribution: [E1A2B3C4D5, E5D4C3B2A1]',
      'distribution: d111.cloudfront.net',
      'must be the ID of a CloudFront distribution',
    ],
    ['"*.html"', '"{a"', 'whose { is not closed'],
  ])('%s → %s', (from, to, expected) => {
    expect(change(from, to)).toContain(expected)
  })
})

test('the keys that there are stand once, also where a service of ECS and an environment of Elastic Beanstalk share them', () => {
  const config = `version: 1
services: { api: { task-definition: a.json } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    services: { api: { cluster: s, service: api, xyzzy: 1 } }
`
  const message = refusal(() => loadConfig(config, 'slipway.yml'))
  const [, keys = ''] = /xyzzy; it may have ([^.]+)\./.exec(message) ?? []
  expect(keys.split(', ')).toEqual([...new Set(keys.split(', '))])
  expect(keys).toMatch(/verify.*after/)
})
