import { describe, expect, test } from '@jest/globals'
import {
  type AwsError,
  classify,
  type ErrorClass,
  IncompleteReply,
  NoReply,
  present,
  waitAskedBy,
} from '../../src/aws/error-class.ts'

const said = (name: string, message = '', status = 400): Error =>
  Object.assign(new Error(message), {
    name,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status },
  })
const broken = (code: string, message = code): Error => Object.assign(new Error(message), { code })
const unreadable = (status: number): Error =>
  Object.assign(new SyntaxError(`Unexpected token '<'`), { $metadata: { httpStatusCode: status } })

/** Error, class for a read, class for a mutation. */
const table: readonly [string, Error, ErrorClass, ErrorClass][] = [
  ['access denied', said('AccessDeniedException'), 'permanent', 'permanent'],
  ['access denied, query protocol', said('AccessDenied', '', 403), 'permanent', 'permanent'],
  ['unauthorized operation', said('UnauthorizedOperation', '', 403), 'permanent', 'permanent'],
  ['cluster not found', said('ClusterNotFoundException'), 'permanent', 'permanent'],
  ['service not found', said('ServiceNotFoundException'), 'permanent', 'permanent'],
  ['service not active', said('ServiceNotActiveException'), 'permanent', 'permanent'],
  ['client exception', said('ClientException', 'TaskDefinition not found.'), 'permanent', 'permanent'],
  ['invalid parameter', said('InvalidParameterException'), 'permanent', 'permanent'],
  ['validation', said('ValidationError'), 'permanent', 'permanent'],
  ['conflict', said('ConflictException'), 'permanent', 'permanent'],
  ['platform', said('PlatformUnknownException'), 'permanent', 'permanent'],
  ['unsupported', said('UnsupportedFeatureException'), 'permanent', 'permanent'],
  ['a quota', said('LimitExceededException'), 'permanent', 'permanent'],
  ['a deployment in progress', said('DeploymentLimitExceededException'), 'permanent', 'permanent'],
  ['deployment group missing', said('DeploymentGroupDoesNotExistException'), 'permanent', 'permanent'],
  ['repository missing', said('RepositoryNotFoundException'), 'permanent', 'permanent'],
  ['image missing', said('ImageNotFoundException'), 'permanent', 'permanent'],
  ['repository exists', said('RepositoryAlreadyExistsException'), 'permanent', 'permanent'],
  ['signature wrong', said('SignatureDoesNotMatch', '', 403), 'permanent', 'permanent'],
  ['wrong audience', said('InvalidIdentityToken', 'Incorrect token audience'), 'permanent', 'permanent'],
  ['certificate', broken('SELF_SIGNED_CERT_IN_CHAIN'), 'permanent', 'permanent'],
  ['expired', said('ExpiredTokenException'), 'auth', 'auth'],
  ['expired, query protocol', said('ExpiredToken', '', 403), 'auth', 'auth'],
  ['token invalid', said('UnrecognizedClientException'), 'auth', 'auth'],
  ['key id invalid', said('InvalidClientTokenId', '', 403), 'auth', 'auth'],
  ['throttled', said('ThrottlingException', 'Rate exceeded'), 'throttle', 'throttle'],
  ['throttled, query protocol', said('Throttling', 'Rate exceeded'), 'throttle', 'throttle'],
  ['too many requests', said('TooManyRequestsException', '', 429), 'throttle', 'throttle'],
  ['429 of a proxy', said('Unknown', '', 429), 'throttle', 'throttle'],
  ['request limit', said('RequestLimitExceeded', '', 503), 'throttle', 'throttle'],
  [
    'a family in use',
    said('ClientException', 'Too many concurrent attempts to create a new revision of the specified family.'),
    'throttle',
    'throttle',
  ],
  ['no such host', broken('ENOTFOUND'), 'transient', 'transient'],
  ['DNS gives up', broken('EAI_AGAIN'), 'transient', 'transient'],
  ['refused', broken('ECONNREFUSED'), 'transient', 'transient'],
  [
    'no connection in time',
    Object.assign(new Error('the request socket did not establish a connection with the server'), {
      name: 'TimeoutError',
    }),
    'transient',
    'transient',
  ],
  ['reset', broken('ECONNRESET', 'socket hang up'), 'transient', 'ambiguous'],
  ['pipe', broken('EPIPE'), 'transient', 'ambiguous'],
  ['timed out', broken('ETIMEDOUT'), 'transient', 'ambiguous'],
  ['no reply in time', new NoReply('no complete response within 15 s'), 'transient', 'ambiguous'],
  ['empty body', new IncompleteReply('the response has no service'), 'transient', 'ambiguous'],
  ['HTML with 200', unreadable(200), 'transient', 'ambiguous'],
  ['HTML with 502', unreadable(502), 'transient', 'ambiguous'],
  ['server exception', said('ServerException', '', 500), 'transient', 'ambiguous'],
  ['internal failure', said('InternalFailure', '', 500), 'transient', 'ambiguous'],
  ['unavailable', said('ServiceUnavailable', '', 503), 'transient', 'ambiguous'],
  ['500 without a name', said('Unknown', 'UnknownError', 500), 'transient', 'ambiguous'],
]

describe('what an error means for the next step', () => {
  test.each(table)('%s', (_, error, read, mutate) => {
    expect([classify(error, 'read'), classify(error, 'mutate')]).toEqual([read, mutate])
  })

  test('a fault of ours is nothing that a retry could hide', () => {
    expect(classify(new TypeError("Cannot read properties of undefined (reading 'x')"), 'read')).toBeUndefined()
    expect(classify('thrown text', 'read')).toBeUndefined()
  })

  test('row F14: a clock that the SDK has just corrected is no reason to give up', () => {
    const error = said('InvalidSignatureException', 'Signature expired', 403)
    const corrected = Object.assign(error, { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } })
    expect(classify(corrected, 'mutate')).toBe('transient')
  })

  test('the wait that AWS asks for is in seconds', () => {
    const asking = (headers: Record<string, string>) => ({ ...said('ThrottlingException'), $response: { headers } })
    expect(waitAskedBy(asking({ 'retry-after': '7' }) as AwsError)).toBe(7000)
    expect(waitAskedBy(asking({}) as AwsError)).toBeUndefined()
    expect(waitAskedBy({ ...said('ThrottlingException'), $response: {} } as AwsError)).toBeUndefined()
    expect(waitAskedBy(said('ThrottlingException'))).toBeUndefined()
  })
})

test('a reply without a member that is always there was lost on the way', () => {
  expect([present('x', 'Account'), present(0, 'count'), present('', 'name')]).toEqual(['x', 0, ''])
  for (const missing of [undefined, null]) {
    const take = () => present(missing, 'Account')
    expect(take).toThrow(IncompleteReply)
    expect(take).toThrow('the response has no Account')
  }
})

/** As services write them, with and without `Exception`; each is meant as a whole. */
const names: readonly (readonly [ErrorClass, string])[] = [
  [
    'throttle',
    'Throttling ThrottlingException Throttled ThrottledException RequestThrottled RequestThrottledException TooManyRequests TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded EC2ThrottledException PriorRequestNotComplete ProvisionedThroughputExceededException TransactionInProgressException SlowDown',
  ],
  [
    'auth',
    'ExpiredToken ExpiredTokenException TokenRefreshRequired RequestExpired InvalidClientTokenId UnrecognizedClientException',
  ],
  [
    'ambiguous',
    'InternalFailure InternalFailureException InternalError InternalServerError InternalServerException InternalServiceError InternalServiceException InternalException ServerException ServerError ServerInternalException ServiceUnavailable ServiceUnavailableException ServiceUnavailableError RequestTimeout RequestTimeoutException IDPCommunicationError IDPCommunicationErrorException',
  ],
]

describe.each(names)('an answer is %s', (kind, all) => {
  test.each(all.split(' '))('by the name %s', (name) => {
    expect(classify(said(name), 'mutate')).toBe(kind)
    expect([classify(said(`X${name}`), 'mutate'), classify(said(`${name}X`), 'mutate')]).toEqual([
      'permanent',
      'permanent',
    ])
  })
})

test.each([
  [408, 'ambiguous'],
  [429, 'throttle'],
  [499, 'permanent'],
  [500, 'ambiguous'],
  [599, 'ambiguous'],
])('an answer without a name that is known is meant by its status: %d', (status, kind) => {
  expect(classify(Object.assign(said('Unknown'), { $metadata: { httpStatusCode: status } }), 'mutate')).toBe(kind)
})

test.each<[string, ErrorClass]>([
  ...['CERT_HAS_EXPIRED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'INVALID_CA'].map(
    (code) => [code, 'permanent'] as [string, ErrorClass],
  ),
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'].map(
    (code) => [code, 'permanent'] as [string, ErrorClass],
  ),
  ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'].map(
    (code) => [code, 'transient'] as [string, ErrorClass],
  ),
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'].map(
    (code) => [code, 'ambiguous'] as [string, ErrorClass],
  ),
])('a connection that fails is meant by its code: %s', (code, kind) => {
  expect(classify(broken(code, 'x'), 'mutate')).toBe(kind)
  expect(classify(broken(`X${code}`, 'x'), 'mutate')).toBeUndefined()
})

test.each<[string, string, ErrorClass | undefined]>([
  ['Error', 'socket hang up', 'ambiguous'],
  ['Error', 'the other side closed it: other side closed', 'ambiguous'],
  ['Error', 'aborted', 'ambiguous'],
  ['Error', 'it was aborted', undefined],
  ['Error', 'aborted by us', undefined],
  ['AbortError', 'x', 'ambiguous'],
  ['TimeoutError', 'no answer', 'ambiguous'],
  ['TimeoutError', 'the socket did not establish a connection in time', 'transient'],
  ['ProxyError', 'x', 'transient'],
])('an error without a code is meant by its words: %s: %s', (name, message, kind) => {
  expect(classify(Object.assign(new Error(message), { name }), 'mutate')).toBe(kind)
})

test('a clock that was corrected does not help where the server fails; what is no answer of AWS was lost', () => {
  const corrected = { httpStatusCode: 500, clockSkewCorrected: true }
  expect(classify(Object.assign(said('Unknown'), { $metadata: corrected }), 'mutate')).toBe('ambiguous')
  expect(classify(Object.assign(new Error('x'), { $fault: 'client' }), 'mutate')).toBe('permanent')
  expect([new NoReply('x').name, new IncompleteReply('x').name]).toEqual(['NoReply', 'IncompleteReply'])
})
