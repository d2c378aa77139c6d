import { describe, expect, test } from '@jest/globals'
import { isPassingError, isPassingPush } from '../../src/image/passing-push.ts'

const put = 'Put "https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/api/blobs/uploads/5d1c"'

describe('an error of a push', () => {
  test.each([
    'failed to push x/api: unexpected status from PUT request to https://x/v2/api/blobs/uploads/1: 500 Internal Server Error',
    'unexpected status from POST request to https://x/v2/api/blobs/uploads/: 429 Too Many Requests',
    'failed to solve: unexpected status: 502 Bad Gateway',
    'unexpected status code https://x/v2/api/manifests/v1: 503 Service Unavailable',
    'received unexpected HTTP status: 500 Internal Server Error',
    'error parsing HTTP 503 response body: invalid character',
    'toomanyrequests: Rate exceeded',
    `failed to do request: ${put}: EOF`,
    `${put}: net/http: TLS handshake timeout`,
    'read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer',
    'write tcp 10.0.0.1:1->10.0.0.2:443: write: broken pipe',
    'dial tcp 10.0.0.2:443: connect: connection refused',
    'dial tcp 10.0.0.2:443: i/o timeout',
    `${put}: http2: client connection lost`,
    'dial tcp: lookup x: Temporary failure in name resolution',
    'failed commit on ref "layer-sha256:4950": no response',
    'image "127.0.0.1:37149/api:v1": already exists',
  ])('may pass: %s', (error) => {
    expect(isPassingError(error)).toBe(true)
  })

  test.each([
    '',
    'denied: User: x is not authorized to perform: ecr:PutImage on resource: y',
    'unauthorized: authentication required',
    "The image tag 'v1' already exists in the 'api' repository and cannot be overwritten because the tag is immutable.",
    "name unknown: The repository with name 'api' does not exist in the registry with id '1'",
    'denied: Your authorization token has expired. Reauthenticate and try again.',
    'unexpected status from PUT request to https://x/v2/api/manifests/v1: 400 Bad Request',
    'unexpected status from HEAD request to https://x/v2/api/blobs/1: 403 Forbidden',
    'dial tcp: lookup x: no such host',
    'no space left on device',
    'x509: certificate signed by unknown authority',
    // A denied request on a broken connection is denied.
    'denied: User: x is not authorized to perform: ecr:PutImage on resource: y; write: broken pipe',
  ])('does not: %s', (error) => {
    expect(isPassingError(error)).toBe(false)
  })
})

describe('a build', () => {
  const cut = 'read: connection reset by peer'
  const end = (name: string, error: string) => ({ exitCode: 1, error, step: { name, error, lines: [] } })

  test.each(['exporting to image', 'exporting cache to registry', 'pushing layers'])('pushes again: %s', (name) => {
    expect(isPassingPush(end(name, cut))).toBe(true)
  })

  test.each([
    ['[2/2] RUN npm ci', cut],
    ['[internal] load metadata for docker.io/library/node:24', cut],
    ['exporting to image', 'process "/bin/sh -c x: EOF" did not complete successfully: exit code: 1'],
  ])('does not: %s %s', (name, error) => {
    expect(isPassingPush(end(name, error))).toBe(false)
  })

  test('does not where no step failed', () => {
    expect(isPassingPush({ exitCode: 1, error: cut })).toBe(false)
  })
})
