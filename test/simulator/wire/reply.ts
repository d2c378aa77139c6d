import type { AwsError } from '../contract.ts'
import { type HttpResponse, json } from '../http.ts'
import { check, type Model, type Shape, shapeOf } from '../model.ts'
import { encodeJson } from './json.ts'
import { respondRestJson, respondRestJsonError } from './rest-json.ts'
import { respondRest, respondRestError } from './rest-reply.ts'
import type { Reply, Routed } from './route.ts'
import { encodeMembers, escapeXml } from './xml.ts'

const jsonType = (model: Model | undefined) => `application/x-amz-json-${model?.jsonVersion ?? '1.1'}`

/** Where AWS is known, or documented, to answer what its own model has not. */
const knownToDiffer = [
  // The model says `Available`; the API has always answered `available`.
  { service: 'ec2', path: /^VpcEndpoints\.\d+\.member\.State$/ },
  // PRE_PRODUCTION_TRAFFIC_SHIFT is in the text of API ServiceDeployment, but not in its enum.
  { service: 'ecs', path: /^serviceDeployments\.\d+\.member\.lifecycleStage$/ },
]

/** The reply with a handler's output. Throws when the output is not what AWS would send. */
export function respond(routed: Routed, output: unknown): HttpResponse {
  const { model, operation, operationName, protocol, requestId } = routed
  const value = output ?? {}
  const violations = (operation.output === undefined ? [] : check(model, operation.output, value)).filter(
    ({ path }) => !knownToDiffer.some((known) => known.service === routed.service && known.path.test(path)),
  )
  if (violations.length > 0)
    throw new Error(
      `The simulator's ${routed.service}:${operationName} answers what AWS would not: ${violations.map((violation) => violation.message).join('; ')}`,
    )
  if (protocol === 'rest-json') return respondRestJson(routed, value)
  if (protocol === 'rest') return respondRest(routed, value as Readonly<Record<string, unknown>>)
  if (protocol === 'json')
    return {
      status: 200,
      headers: { 'content-type': jsonType(model), 'x-amzn-requestid': requestId },
      body: operation.output === undefined ? '' : JSON.stringify(encodeJson(model, operation.output, value)),
    }
  if (protocol === 'query' && routed.isJson) return respondQueryInJson(routed, value)
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }
  const members = () => encodeMembers(model, shapeOf(model, operation.output ?? ''), value as Record<string, unknown>)
  if (protocol === 'ec2')
    return {
      status: 200,
      headers,
      body: `<${operationName}Response xmlns="${model.xmlNamespace}/"><requestId>${requestId}</requestId>${members()}</${operationName}Response>`,
    }
  const wrapper = operation.resultWrapper ?? `${operationName}Result`
  const result = operation.output === undefined ? '' : `<${wrapper}>${members()}</${wrapper}>`
  return {
    status: 200,
    headers,
    body: `<${operationName}Response xmlns="${model.xmlNamespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operationName}Response>`,
  }
}

/** As `text/xml`, with the same names; dates are seconds since 1970. */
function respondQueryInJson({ model, operation, operationName, requestId }: Routed, value: unknown): HttpResponse {
  const wrapper = operation.resultWrapper ?? `${operationName}Result`
  const result = operation.output === undefined ? {} : { [wrapper]: encodeJson(model, operation.output, value) }
  const body = { [`${operationName}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } }
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
    body: JSON.stringify(body),
  }
}

/** The shape of an error by its name or by the code that query services write. */
function errorShape(model: Model | undefined, code: string): readonly [string, Shape] | undefined {
  if (!model) return undefined
  const named = model.shapes[code]
  if (named?.exception) return [code, named]
  return Object.entries(model.shapes).find(([, shape]) => shape.exception && shape.error?.code === code)
}

/** Whether the service declares this error, for this operation or, as signing and throttling errors, for none. */
export function isDeclaredError(routed: Routed, code: string): boolean {
  // The model of EC2 names no errors at all, and that of S3 few:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  if (routed.protocol === 'ec2' || routed.service === 's3') return true
  if (routed.service === 'elasticbeanstalk' && beanstalkErrors.has(code)) return true
  const shape = errorShape(routed.model, code)
  return shape === undefined
    ? commonErrors.has(code)
    : routed.operation.errors.includes(shape[0]) || commonErrors.has(code)
}

/**
 * https://docs.aws.amazon.com/elasticbeanstalk/latest/api/CommonErrors.html, and what the command line tools print of refused
 * settings.
 */
const beanstalkErrors = new Set([
  'ConfigurationValidationException',
  'InvalidParameterCombination',
  'InvalidParameterValue',
  'MissingParameter',
])

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and what the query services add. */
const commonErrors = new Set([
  // Of CloudFront: InvalidationBatch.CallerReference names it, the model does not declare it.
  'InvalidationBatchAlreadyExists',
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InternalFailure',
  'InternalServerError',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotImplemented',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SignatureDoesNotMatch',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
])

/** An error in the form of the request's protocol. */
export function respondError(reply: Reply, error: AwsError): HttpResponse {
  if (reply.protocol === 'rest') return respondRestError(reply, error)
  if (reply.protocol === 'rest-json') return respondRestJsonError(reply, error)
  const found = errorShape(reply.model, error.code)
  const shape = found?.[1]
  const status = error.status !== 400 ? error.status : (shape?.error?.httpStatusCode ?? (shape?.fault ? 500 : 400))
  const isSender = status < 500
  if (reply.protocol === 'ec2')
    return {
      status,
      headers: { 'content-type': 'text/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${reply.requestId}</RequestID></Response>`,
    }
  if (reply.protocol === 'query') {
    // Its name in the common errors of these services, such as that of AWS Elastic Beanstalk.
    const common = error.code === 'ThrottlingException' ? 'Throttling' : error.code
    const code = shape?.error?.code ?? common
    if (reply.isJson)
      return json(
        status,
        {
          Error: { Code: code, Message: error.message, Type: isSender ? 'Sender' : 'Receiver' },
          RequestId: reply.requestId,
        },
        { 'x-amzn-requestid': reply.requestId },
      )
    return {
      status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': reply.requestId },
      body: `<ErrorResponse xmlns="${reply.model?.xmlNamespace ?? ''}"><Error><Type>${isSender ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${reply.requestId}</RequestId></ErrorResponse>`,
    }
  }
  const messageName = shape?.members?.Message === undefined ? 'message' : 'Message'
  const queryCompatible = reply.model?.protocols.includes('query') === true && reply.model.protocols.includes('json')
  return {
    status,
    headers: {
      'content-type': jsonType(reply.model),
      'x-amzn-requestid': reply.requestId,
      'x-amzn-errortype': found?.[0] ?? error.code,
      ...(queryCompatible && {
        'x-amzn-query-error': `${shape?.error?.code ?? error.code};${isSender ? 'Sender' : 'Receiver'}`,
      }),
    },
    body: JSON.stringify({ __type: found?.[0] ?? error.code, [messageName]: error.message, ...error.members }),
  }
}
