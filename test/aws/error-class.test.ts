import { describe, expect, test } from '@jest/globals'
import {
  type AwsError,
  classify,
  type ErrorClass,
  IncompleteReply,
  NoReply,
  retryAfter,
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
  ['no reply in time', new NoReply('no complete answer within 15 s'), 'transient', 'ambiguous'],
  ['empty body', new IncompleteReply('the answer has no service'), 'transient', 'ambiguous'],
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
    const headers = (value: string) => ({
      ...said('ThrottlingException'),
      $response: { headers: { 'retry-after': value } },
    })
    expect(retryAfter(headers('7') as AwsError)).toBe(7000)
    for (const none of ['0', '']) expect(retryAfter(headers(none) as AwsError)).toBeUndefined()
    expect(retryAfter(headers('soon') as AwsError)).toBeUndefined()
    expect(retryAfter(said('ThrottlingException'))).toBeUndefined()
  })
})
