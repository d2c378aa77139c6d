/**
 * AWS's wire protocols, server side: awsJson 1.0 and 1.1, awsQuery and EC2's, driven by AWS's models (`model.ts`).
 * Strict on purpose: AWS drops members that it does not know, the simulator refuses them, because a deployment that
 * silently loses what somebody wrote is the mistake that this project wants to see.
 */
import { AwsError } from '../contract.ts'
import type { HttpRequest } from '../http.ts'
import { check, loadModel, type Model, type Operation, type Violation } from '../model.ts'
import { decodeForm, isEc2 } from './form.ts'
import { decodeBody } from './json.ts'
import { findOperation, readRest, restPath, unchunked } from './rest.ts'
import { readRestJson } from './rest-json.ts'

interface Endpoint {
  readonly service: string
  readonly target?: string
  /** Version of the query API and the service name in the SigV4 credential scope. */
  readonly query?: { readonly version: string; readonly signing: string }
  /** Of REST services: the service name in the SigV4 credential scope. */
  readonly rest?: string
  /** The code with which the service refuses a request that breaks its model. */
  readonly validation: string
}

const endpoints: readonly Endpoint[] = [
  { service: 'ecs', target: 'AmazonEC2ContainerServiceV20141113', validation: 'InvalidParameterException' },
  { service: 'ecr', target: 'AmazonEC2ContainerRegistry_V20150921', validation: 'InvalidParameterException' },
  { service: 'ecr-public', target: 'SpencerFrontendService', validation: 'InvalidParameterException' },
  { service: 'codedeploy', target: 'CodeDeploy_20141006', validation: 'ValidationException' },
  { service: 'logs', target: 'Logs_20140328', validation: 'InvalidParameterException' },
  { service: 'secretsmanager', target: 'secretsmanager', validation: 'ValidationException' },
  { service: 'ssm', target: 'AmazonSSM', validation: 'ValidationException' },
  { service: 'application-autoscaling', target: 'AnyScaleFrontendService', validation: 'ValidationException' },
  {
    service: 'cloudwatch',
    target: 'GraniteServiceVersion20100801',
    query: { version: '2010-08-01', signing: 'monitoring' },
    validation: 'ValidationError',
  },
  {
    service: 'elbv2',
    query: { version: '2015-12-01', signing: 'elasticloadbalancing' },
    validation: 'ValidationError',
  },
  { service: 'sts', query: { version: '2011-06-15', signing: 'sts' }, validation: 'ValidationError' },
  { service: 'iam', query: { version: '2010-05-08', signing: 'iam' }, validation: 'ValidationError' },
  {
    service: 'elasticbeanstalk',
    query: { version: '2010-12-01', signing: 'elasticbeanstalk' },
    validation: 'ValidationError',
  },
  { service: 'events', target: 'AWSEvents', validation: 'ValidationException' },
  { service: 'scheduler', rest: 'scheduler', validation: 'ValidationException' },
  { service: 's3', rest: 's3', validation: 'InvalidArgument' },
  { service: 'cloudfront', rest: 'cloudfront', validation: 'InvalidArgument' },
  { service: 'ec2', query: { version: '2016-11-15', signing: 'ec2' }, validation: 'InvalidParameterValue' },
]

/** The code with which a service refuses a request that breaks its model. */
export const validationCode = (service: string): string =>
  endpoints.find((endpoint) => endpoint.service === service)?.validation ?? 'ValidationException'

/** Names of all services that speak an AWS protocol here. */
export const serviceNames: readonly string[] = endpoints.map((endpoint) => endpoint.service)

export type Protocol = 'json' | 'query' | 'ec2' | 'rest' | 'rest-json'

/** A request that was understood: which operation of which service, asked by whom. */
export interface Routed {
  readonly service: string
  readonly operationName: string
  readonly operation: Operation
  readonly model: Model
  readonly protocol: Protocol
  readonly method: string
  readonly region: string
  readonly accessKeyId: string
  readonly sessionToken: string | undefined
  readonly requestId: string
  /** Of query services: whether the caller accepts JSON alone, which the older ones answer in. */
  readonly isJson: boolean
  readonly input: Record<string, unknown>
  /** What the request breaks in AWS's model. */
  readonly violations: readonly Violation[]
}

/** How to answer before a request is understood. */
export interface Reply {
  readonly protocol: Protocol
  readonly model: Model | undefined
  readonly requestId: string
  /** Of the request, where the reply depends on it. */
  readonly method?: string
  readonly isJson?: boolean
}

/** The SigV4 credential: who signs, for which region and service. Signatures themselves are not verified. */
export function credentialScope(
  request: HttpRequest,
): { accessKeyId: string; region: string; service: string } | undefined {
  const header = request.headers.authorization ?? ''
  const match = /Credential=([^/\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(header)
  return match ? { accessKeyId: match[1] ?? '', region: match[2] ?? '', service: match[3] ?? '' } : undefined
}

/** Thrown when no operation can be found; carries the protocol in which to say so. */
export class UnroutableRequest extends Error {
  readonly reply: Reply
  readonly error: AwsError

  constructor(reply: Reply, error: AwsError) {
    super(error.message)
    this.reply = reply
    this.error = error
  }
}

interface Found {
  readonly endpoint: Endpoint
  readonly model: Model
  readonly protocol: Protocol
  readonly operationName: string
  read(shape: string): unknown
}

function find(request: HttpRequest, requestId: string): Found {
  const scope = credentialScope(request)
  const type = request.headers['content-type'] ?? ''
  const target = request.headers['x-amz-target']
  const refuse = (protocol: Protocol, code: string, message: string, status: number, model?: Model): never => {
    throw new UnroutableRequest({ protocol, model, requestId }, new AwsError(code, message, status))
  }
  if (target !== undefined) {
    const [prefix = '', operationName = ''] = target.split('.')
    const endpoint = endpoints.find((candidate) => candidate.target === prefix)
    if (!endpoint) return refuse('json', 'UnknownOperationException', `The simulator has no service ${prefix}.`, 501)
    const model = loadModel(endpoint.service)
    return { endpoint, model, protocol: 'json', operationName, read: (shape) => decodeBody(model, shape, request.body) }
  }
  if (
    type.startsWith('application/x-www-form-urlencoded') ||
    request.query.has('Action') ||
    request.query.has('Operation')
  ) {
    const form = new URLSearchParams(request.body.length ? request.body.toString() : request.query)
    const version = form.get('Version')
    const named = endpoints.filter((candidate) => candidate.query?.version === version)
    const endpoint =
      named.find((candidate) => candidate.query?.signing === scope?.service) ?? (scope ? undefined : named[0])
    // `Operation` is its name in the API of AWS Elastic Beanstalk, too: einaregilsson/beanstalk-deploy has used it since 2019.
    const operationName = form.get('Action') ?? form.get('Operation') ?? ''
    if (!endpoint)
      return refuse(
        'query',
        'InvalidAction',
        `The simulator has no query API of version ${version}${scope ? ` for ${scope.service}` : ''} (asked for ${operationName}).`,
        501,
      )
    const model = loadModel(endpoint.service)
    const protocol = isEc2(model) ? 'ec2' : 'query'
    return { endpoint, model, protocol, operationName, read: (shape) => decodeForm(model, form, shape) }
  }
  const rest = endpoints.find((candidate) => candidate.rest !== undefined && candidate.rest === scope?.service)
  if (rest) {
    const model = loadModel(rest.service)
    const path = restPath(request, rest.service)
    const operationName = findOperation(request, path, model)
    const protocol = model.protocols.includes('rest-json') ? 'rest-json' : 'rest'
    if (operationName === undefined)
      return refuse(
        protocol,
        'MethodNotAllowed',
        `${rest.service} has no operation ${request.method} ${path}.`,
        405,
        model,
      )
    const readAll = protocol === 'rest-json' ? readRestJson : readRest
    const read = () => readAll(model, model.operations[operationName] ?? { errors: [] }, unchunked(request), path)
    return { endpoint: rest, model, protocol, operationName, read }
  }
  const protocol = request.headers['smithy-protocol'] ?? (type || 'none')
  return refuse(
    'json',
    'UnsupportedProtocol',
    `The simulator speaks awsJson and awsQuery, and REST for S3 and CloudFront by the service of the signature; ${request.method} ${request.path} has neither X-Amz-Target nor Action (protocol: ${protocol}).`,
    415,
  )
}

/** Finds out what a request asks for. Throws `UnroutableRequest` when there is no such operation. */
export function route(request: HttpRequest, requestId: string): Routed {
  const { endpoint, model, protocol, operationName, read } = find(request, requestId)
  const operation = model.operations[operationName]
  const isJson = request.headers.accept === 'application/json'
  const reply = { protocol, model, requestId, method: request.method, isJson }
  if (operation === undefined)
    throw new UnroutableRequest(
      reply,
      protocol === 'json'
        ? new AwsError('UnknownOperationException', `${endpoint.service} has no operation ${operationName}.`)
        : new AwsError('InvalidAction', `Could not find operation ${operationName} for version ${model.apiVersion}`),
    )
  if (operation === null) throw new UnroutableRequest(reply, notModelled(endpoint.service, operationName))
  let input: unknown = {}
  let violations: readonly Violation[] = []
  try {
    if (operation.input !== undefined) {
      input = read(operation.input)
      violations = check(model, operation.input, input)
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    violations = [{ kind: 'type', path: '', message: error.message }]
  }
  const scope = credentialScope(request)
  return {
    service: endpoint.service,
    operationName,
    operation,
    model,
    protocol,
    method: request.method,
    region: scope?.region ?? 'us-east-1',
    accessKeyId: scope?.accessKeyId ?? '',
    sessionToken: request.headers['x-amz-security-token'],
    requestId,
    isJson,
    input: input as Record<string, unknown>,
    violations,
  }
}

/** The answer for an operation that AWS has and the simulator has not. */
export const notModelled = (service: string, operationName: string): AwsError =>
  new AwsError(
    'NotImplemented',
    `${service}:${operationName} is an AWS operation that the simulator does not model.`,
    501,
  )
