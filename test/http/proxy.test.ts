import { describe, expect, test } from '@jest/globals'
import { addressOf, proxyFor } from '../../src/http/proxy.ts'
import { refusal } from '../refusal.ts'

const proxyOf = (target: string, environment: Record<string, string>) => {
  const proxy = proxyFor(new URL(target), environment)
  return proxy && `${proxy.variable} ${addressOf(proxy)}`
}

describe('the proxy of an address', () => {
  test.each<[string, string, Record<string, string>, string | undefined]>([
    ['none', 'https://sts.amazonaws.com', {}, undefined],
    ['that of https', 'https://sts.amazonaws.com', { HTTPS_PROXY: 'http://p:3128' }, 'HTTPS_PROXY http://p:3128'],
    ['that of http', 'http://ghes.corp/api', { HTTP_PROXY: 'http://p:3128' }, 'HTTP_PROXY http://p:3128'],
    ['not that of the other scheme', 'https://sts.amazonaws.com', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['that of all', 'https://slack.com', { ALL_PROXY: 'http://p:3128' }, 'ALL_PROXY http://p:3128'],
    [
      'its own before that of all',
      'https://slack.com',
      { ALL_PROXY: 'http://a:1', https_proxy: 'http://p:2' },
      'https_proxy http://p:2',
    ],
    [
      'lower case first',
      'https://slack.com',
      { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://p:2' },
      'https_proxy http://p:2',
    ],
    [
      'upper case where lower case is empty',
      'https://slack.com',
      { HTTPS_PROXY: 'http://a:1', https_proxy: '' },
      'HTTPS_PROXY http://a:1',
    ],
    ['without a scheme', 'https://slack.com', { HTTPS_PROXY: 'proxy.corp:3128' }, 'HTTPS_PROXY http://proxy.corp:3128'],
    ['over TLS', 'https://slack.com', { HTTPS_PROXY: 'https://proxy.corp' }, 'HTTPS_PROXY https://proxy.corp'],
    [
      'without its password',
      'https://slack.com',
      { HTTPS_PROXY: 'http://u:s3cret@p:3128' },
      'HTTPS_PROXY http://p:3128',
    ],
    ['none for http on this machine', 'http://127.0.0.1:4566', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['none for http on this machine by name', 'http://localhost:4566', { ALL_PROXY: 'http://p:3128' }, undefined],
  ])('%s: %s', (_, target, environment, expected) => {
    expect(proxyOf(target, environment)).toBe(expected)
  })

  test.each([
    ['*', 'https://slack.com', true],
    ['slack.com', 'https://slack.com', true],
    ['slack.com', 'https://api.slack.com', true],
    ['slack.com', 'https://notslack.com', false],
    ['.slack.com', 'https://api.slack.com', true],
    ['.slack.com', 'https://slack.com', true],
    ['*.slack.com', 'https://api.slack.com', true],
    ['SLACK.COM', 'https://slack.com', true],
    ['a.example, slack.com', 'https://slack.com', true],
    ['a.example slack.com', 'https://slack.com', true],
    ['slack.com:443', 'https://slack.com', true],
    ['slack.com:8443', 'https://slack.com', false],
    ['slack.com:8443', 'https://slack.com:8443', true],
    ['slack.com:80', 'http://slack.com', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://ten.example', false],
    ['10.0.0.0/33', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['2.3', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['fd00::/8', 'https://10.1.2.3', false],
    ['fd00::1', 'https://[fd00::1]', true],
    ['fd00:0:0:0:0:0:0:1', 'https://[fd00::1]', true],
    ['[fd00::1]', 'https://[fd00::1]', true],
    ['[fd00::1]:443', 'https://[fd00::1]', true],
    ['[fd00::1]:8443', 'https://[fd00::1]', false],
    ['', 'https://slack.com', false],
    ['.', 'https://slack.com', false],
    [',,', 'https://slack.com', false],
  ])('NO_PROXY %s: %s is reached without: %s', (list, target, isExempt) => {
    const proxies = { HTTPS_PROXY: 'http://p:3128', HTTP_PROXY: 'http://p:3128' }
    for (const name of ['NO_PROXY', 'no_proxy'])
      expect(proxyOf(target, { ...proxies, [name]: list }) === undefined).toBe(isExempt)
  })

  test.each([
    ['socks5://u:s3cret@p:1080', 'socks5: proxies are not supported'],
    ['http://u:s3cret@:1:2', 'it is not a URL'],
  ])('one that cannot be used is named by its variable, and shows no password: %s', (value, why) => {
    const said = refusal(() => proxyOf('https://slack.com', { ALL_PROXY: value }))
    expect(said).toContain('The proxy in the environment variable ALL_PROXY is invalid')
    expect(said).toContain(why)
    expect(said).not.toContain('s3cret')
    expect(proxyOf('https://slack.com', { ALL_PROXY: value, NO_PROXY: 'slack.com' })).toBeUndefined()
  })
})
