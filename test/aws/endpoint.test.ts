import { describe, expect, test } from '@jest/globals'
import { requireTrustedEndpoint } from '../../src/aws/endpoint.ts'
import { failure, simulated } from './simulated.ts'

const trusted = [
  'https://ecs.eu-west-1.amazonaws.com',
  'https://ecs.cn-north-1.amazonaws.com.cn',
  'https://ecs.eu-west-1.api.aws',
  'https://vpce-0a1b-2c3d.ecs.eu-west-1.vpce.amazonaws.com',
  'http://127.0.0.1:4566',
  'http://127.8.9.1:80',
  'http://localhost:4566',
  'http://[::1]:4566',
]
const refused = [
  'https://evil.example',
  'https://amazonaws.com.evil.example',
  'https://evilamazonaws.com',
  'https://amazonaws.comm',
  'http://ecs.eu-west-1.amazonaws.com',
  'http://169.254.169.254',
  'http://10.0.0.1',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'https://xn--amazonaws-9k.com',
  'ftp://ecs.eu-west-1.amazonaws.com',
]

describe('S12 credentials go to AWS and to this machine only', () => {
  test.each(trusted)('%s is trusted', (address) => {
    const { protocol, hostname } = new URL(address)
    expect(() => requireTrustedEndpoint(protocol, hostname)).not.toThrow()
  })

  test.each(refused)('%s is refused', (address) => {
    const { protocol, hostname } = new URL(address)
    expect(() => requireTrustedEndpoint(protocol, hostname)).toThrow('inputs-invalid')
  })

  test('an address in the environment is refused before anything is sent there', async () => {
    process.env.AWS_ENDPOINT_URL = 'https://collector.evil.example'
    try {
      const { aws, simulator } = simulated()
      const { what, fix } = await failure(aws.identity())
      expect(what).toContain('collector.evil.example')
      expect(fix).toContain('AWS_ENDPOINT_URL')
      expect(simulator.recorder.count()).toBe(0)
    } finally {
      delete process.env.AWS_ENDPOINT_URL
    }
  })
})
