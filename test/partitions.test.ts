import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { roleArn } from '../src/arn.ts'
import { ecrHost, ecrHostsOf, ecrPlaceOf } from '../src/image/ecr-host.ts'
import {
  endpointServicePrefix,
  nearestRegion,
  partitionOf,
  partitions,
  regionPattern,
  regionProblem,
} from '../src/partitions.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from '../src/targets/ecs/facts/console-url.ts'

interface Published {
  readonly id: string
  readonly regionRegex: string
  readonly regions: Readonly<Record<string, unknown>>
  readonly outputs: { readonly dnsSuffix: string; readonly dualStackDnsSuffix: string }
}

/** `partitions.json`, as AWS's SDK brings it in a module that it does not export. */
const published: readonly Published[] = JSON.parse(
  readFileSync('node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js', 'utf8')
    .replace(/^export const partitionsInfo = /, '')
    .replace(/;\s*$/, ''),
).partitions

test.each(published.map((partition) => [partition.id, partition] as const))(
  'the table says of %s what AWS publishes',
  (id, { regions, outputs }) => {
    const names = Object.keys(regions).filter((name) => !name.endsWith('-global'))
    expect(partitions.find((partition) => partition.id === id)).toMatchObject({
      dnsSuffix: outputs.dnsSuffix,
      dualStackSuffix: outputs.dualStackDnsSuffix,
      regions: expect.arrayContaining(names),
    })
    for (const name of names) {
      expect(partitionOf(name).id).toBe(id)
      expect(name).toMatch(regionPattern)
    }
  },
)

test('the public partition has every beginning that AWS publishes', () => {
  const { regionRegex = '' } = published.find(({ id }) => id === 'aws') ?? {}
  const beginnings = /^\^\(([a-z|]+)\)/.exec(regionRegex)?.[1]?.split('|') ?? []
  expect(beginnings.length).toBeGreaterThan(8)
  for (const beginning of beginnings) expect(partitions[0].pattern.test(`${beginning}-north-9`)).toBe(true)
})

test('the table has no other partitions', () => {
  expect(partitions.map(({ id }) => id).sort()).toEqual(published.map(({ id }) => id).sort())
})

describe.each([
  ['eu-west-1', 'aws', 'amazonaws.com', 'on.aws', 'https://eu-west-1.console.aws.amazon.com/'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn', 'on.amazonwebservices.com.cn', 'https://console.amazonaws.cn/'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com', 'on.aws', 'https://console.amazonaws-us-gov.com/'],
  [
    'eusc-de-east-1',
    'aws-eusc',
    'amazonaws.eu',
    'on.amazonwebservices.eu',
    'https://eusc-de-east-1.console.amazonaws-eusc.eu/',
  ],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov', 'on.aws.ic.gov', undefined],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov', 'on.aws.scloud', undefined],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk', 'on.cloud-aws.adc-e.uk', undefined],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov', 'on.aws.hci.ic.gov', undefined],
  // A region that AWS opens later is one of the public partition.
  ['nz-north-1', 'aws', 'amazonaws.com', 'on.aws', 'https://nz-north-1.console.aws.amazon.com/'],
])('%s', (region, id, suffix, dualStack, console_) => {
  const account = '111122223333'

  test('a role by its name is of the partition', () => {
    expect(roleArn('deploy', account, region)).toBe(`arn:${id}:iam::${account}:role/deploy`)
    expect(roleArn('arn:aws:iam::1:role/x', account, region)).toBe('arn:aws:iam::1:role/x')
  })

  test('registries of Amazon ECR are made and recognized, FIPS and dual-stack ones too', () => {
    const host = `${account}.dkr.ecr.${region}.${suffix}`
    expect(ecrHost(account, region)).toBe(host)
    const place = { accountId: account, region }
    const hosts = [
      host,
      host.replace('.ecr.', '.ecr-fips.'),
      `${account}.dkr-ecr.${region}.${dualStack}`,
      `${account}.dkr-ecr-fips.${region}.${dualStack}`,
    ]
    for (const own of hosts) expect([ecrPlaceOf(own), ecrHostsOf(own)]).toEqual([place, hosts])
    for (const other of [
      `${host}.evil.example`,
      `${account}.dkr.ecr.${region}.evil.example`,
      `1.dkr.ecr.${region}.${suffix}`,
      `${account}.dkr-ecr.${region}.${suffix}`,
    ])
      expect([ecrPlaceOf(other), ecrHostsOf(other)]).toEqual([undefined, []])
  })

  test('links lead to the console of the partition, where it is known', () => {
    const expected = (page: string) => console_ && `${console_}${page}?region=${region}`
    expect(serviceConsoleUrl(region, 'shop', 'api')).toBe(expected('ecs/v2/clusters/shop/services/api/deployments'))
    expect(codeDeployConsoleUrl(region, 'd-1')).toBe(expected('codesuite/codedeploy/deployments/d-1'))
  })
})

test('endpoint services have the suffix of the partition the other way round', () => {
  expect(['eu-west-1', 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1'].map(endpointServicePrefix)).toEqual([
    'com.amazonaws.eu-west-1',
    'cn.com.amazonaws.cn-north-1',
    'gov.ic.c2s.us-iso-east-1',
    'eu.amazonaws.eusc-de-east-1',
  ])
})

describe('a region that is none', () => {
  test.each([
    ['eu-west1', 'eu-west-1'],
    ['EU-WEST-1', 'eu-west-1'],
    ['eu-west-1a', 'eu-west-1'],
    ['us-esat-1', 'us-east-1'],
    ['eusc-de-eats-1', 'eusc-de-east-1'],
  ])('%s suggests %s', (written, meant) => {
    expect(regionProblem(written)).toBe(
      `must be an AWS region such as eu-west-1, not "${written}"; did you mean ${meant}?`,
    )
  })

  test('suggests nothing where nothing is near, and of a known one', () => {
    expect(regionProblem('Frankfurt')).toBe('must be an AWS region such as eu-west-1, not "Frankfurt"')
    expect(nearestRegion('eu-west-1')).toBeUndefined()
  })
})

test.each([
  ['eu-west-1', 'https://health.aws.amazon.com/health/status'],
  ['cn-north-1', 'https://status.amazonaws.cn'],
  // None is documented: no link is better than a wrong one.
  ['us-gov-west-1', undefined],
])('the status page of %s', (region, page) => {
  expect(partitionOf(region).healthPage).toBe(page)
})
