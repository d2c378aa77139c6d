import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatReference, hasCredentials, parseReference, withoutCredentials } from '../../src/image/reference.ts'
import { anyText } from '../generated.ts'

const digest = `sha256:${'0a'.repeat(32)}`

describe('references of images', () => {
  test.each([
    ['nginx', { repository: 'nginx' }],
    ['nginx:1.27', { repository: 'nginx', tag: '1.27' }],
    ['library/nginx', { repository: 'library/nginx' }],
    [`nginx@${digest}`, { repository: 'nginx', digest }],
    ['localhost/api', { registry: 'localhost', repository: 'api' }],
    ['localhost:5000/api:v1', { registry: 'localhost:5000', repository: 'api', tag: 'v1' }],
    ['127.0.0.1:5000/team/api', { registry: '127.0.0.1:5000', repository: 'team/api' }],
    [
      `111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/api:v1@${digest}`,
      { registry: '111122223333.dkr.ecr.eu-west-1.amazonaws.com', repository: 'team/api', tag: 'v1', digest },
    ],
    [
      'public.ecr.aws/docker/library/node:24',
      { registry: 'public.ecr.aws', repository: 'docker/library/node', tag: '24' },
    ],
    ['[::1]:5000/api', { registry: '[::1]:5000', repository: 'api' }],
    ['a__b/c-_d', undefined],
    ['a__b/c--d', { repository: 'a__b/c--d' }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected)
  })

  test.each([
    '',
    ':v1',
    'API',
    'api:',
    'api:-v1',
    `api:${'x'.repeat(129)}`,
    'api@sha256:12',
    `api@${digest}@${digest}`,
    'https://example.com/api',
    'a//b',
    '/api',
    'api/',
    'a b',
    'example.com:port/api',
    'api\nv1',
    '../api',
  ])('not %j', (text) => {
    expect(parseReference(text)).toBeUndefined()
  })

  test('formatted and parsed again are the same', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/)
    const reference = fc.record(
      {
        registry: fc.constantFrom('localhost:5000', '111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'registry.example'),
        repository: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
        tag: fc.stringMatching(/^\w[\w.-]{0,20}$/),
        digest: fc.constant(digest),
      },
      { requiredKeys: ['repository'] },
    )
    fc.assert(fc.property(reference, (given) => expect(parseReference(formatReference(given))).toEqual(given)))
  })

  test('any text is a reference or none, and never more than it was', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const parsed = parseReference(text)
        if (parsed !== undefined) expect(formatReference(parsed)).toBe(text)
      }),
    )
  })
})

describe('credentials in a name', () => {
  test.each([
    ['https://user:hunter2@registry.example.com/x', 'https://***@registry.example.com/x'],
    ['user:hunter2@registry.example.com:5000/x:v1', '***@registry.example.com:5000/x:v1'],
    ['hunter2@registry.example.com/x', '***@registry.example.com/x'],
    ['user:hun/ter2@host/x', '***@host/x'],
    ['user:hun@ter2@host/x@sha256:abc', '***@host/x@sha256:abc'],
    ['user:hunter2@host', '***@host'],
  ])('%s', (name, shown) => {
    expect(hasCredentials(name)).toBe(true)
    expect(withoutCredentials(name)).toBe(shown)
  })

  test.each([
    'redis',
    'registry.example.com:5000/team/api:v1',
    `api@sha256:${'a'.repeat(64)}`,
    `registry.example.com/api:v1@sha256:${'a'.repeat(64)}`,
    'api@',
    'api@sha256:',
    'https://registry.example.com/x',
  ])('%s has none', (name) => {
    expect(hasCredentials(name)).toBe(false)
    expect(withoutCredentials(name)).toBe(name)
  })
})
