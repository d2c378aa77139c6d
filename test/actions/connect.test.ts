import { describe, expect, test } from '@jest/globals'
import { awsInputs } from '../../src/actions/inputs/aws-inputs.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { placeIn } from '../../src/actions/targets/place.ts'
import { openAws } from '../../src/actions/world/open-aws.ts'
import { loadConfig } from '../../src/config/load.ts'
import { readInputs } from '../../src/runner/inputs.ts'
import { plain } from '../aws/simulated.ts'
import { refusal } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { createClock } from '../simulator/clock.ts'

describe('the input aws-region', () => {
  const read = (given: string) => {
    const warnings: string[] = []
    const warn = (line: Parameters<typeof plain>[0]) => void warnings.push(plain(line))
    const inputs = readInputs(awsInputs, (name) => (name === 'aws-region' ? given : ''), ['aws-region'], warn)
    return { region: inputs.awsRegion, warnings }
  }

  test.each([
    'eu-west-1',
    'cn-northwest-1',
    'us-gov-east-1',
    'eusc-de-east-1',
    'us-iso-west-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'us-isof-east-1',
    // Opened after this version was made.
    'eu-west-9',
  ])('takes %s without a word', (region) => {
    expect(read(region)).toEqual({ region, warnings: [] })
  })

  test('takes one that looks misspelt, and doubts it', () => {
    expect(read('us-esat-1')).toEqual({
      region: 'us-esat-1',
      warnings: ['aws-region is "us-esat-1", which is not a known AWS region; did you mean us-east-1?'],
    })
  })

  test('refuses what is no region, with the value and the nearest one', () => {
    expect(refusal(() => read('eu-west1'))).toContain(
      'aws-region must be an AWS region such as eu-west-1, not "eu-west1"; did you mean eu-west-1?',
    )
  })

  test('left out, is AWS_REGION, by the same rule', async () => {
    const { forProgram: clock } = createClock({ kind: 'idle' })
    const connectIn = async (region: string) => {
      const runner = await fakeRunner({ clock, environment: { AWS_REGION: region } })
      return openAws(givenInputs(awsInputs, {}), runner, clock.monotonic() + 1000).region
    }
    expect(await connectIn('eu-isoe-west-1')).toBe('eu-isoe-west-1')
    const refused = await connectIn('x.execute-api.eu-west-1').catch((error: unknown) =>
      refusal(() => {
        throw error
      }),
    )
    expect(refused).toContain(
      'The AWS region is invalid: it must be an AWS region such as eu-west-1, not "x.execute-api.eu-west-1"',
    )
  })
})

test.each([
  ['cn-north-1', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'amazonaws.eu'],
  ['us-iso-east-1', 'c2s.ic.gov'],
])('an image that crossed jobs without its registry gets that of the partition: %s', async (region, suffix) => {
  const written = `
version: 1
image: { repository: api }
services: { api: {} }
environments:
  live: { region: ${region}, account: "111122223333", services: { api: { cluster: shop, service: api } } }
`
  const inputs = givenInputs(deployInputs, { environment: 'live', image: 'api@sha256:0123' })
  expect((await placeIn(loadConfig(written, 'slipway.yml'), inputs, { environment: {} })).image).toBe(
    `111122223333.dkr.ecr.${region}.${suffix}/api@sha256:0123`,
  )
})

test('of several images, each gets the registry of its own', async () => {
  const written = `
version: 1
images:
  api: { repository: shop }
  edge: { repository: shop/edge, region: us-east-1, account: "444455556666" }
services: { api: {} }
environments:
  live: { region: eu-west-1, account: "111122223333", services: { api: { cluster: shop, service: api } } }
`
  const of = async (image: string) => {
    const inputs = givenInputs(deployInputs, { environment: 'live', image })
    return (await placeIn(loadConfig(written, 'slipway.yml'), inputs, { environment: {} })).image
  }
  expect(await of('shop/edge@sha256:0123')).toBe('444455556666.dkr.ecr.us-east-1.amazonaws.com/shop/edge@sha256:0123')
  expect(await of('shop:v1')).toBe('111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:v1')
  expect(await of('shop/other:v1')).toBe('shop/other:v1')
})
