/**
 * AWS's wire protocols, server side: awsJson 1.0 and 1.1 and awsQuery, driven by AWS's models (`model.ts`).
 * Strict on purpose: AWS drops members that it does not know, the simulator refuses them, because a deployment that
 * silently loses what somebody wrote is the mistake that this project wants to see.
 */
import { AwsError } from './contract.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import {
  check,
  loadModel,
  type Model,
  type Operation,
  type Reference,
  type Shape,
  shapeOf,
  type Violation,
} from './model.ts'

interface Endpoint {
  readonly service: string
  readonly target?: string
  /** Version of the query API and the service name in the SigV4 credential scope. */
  readonly query?: { readonly version: string; readonly signing: string }
  /** The code with which the service refuses a request that breaks its model. */
  readonly validation: string
}

const endpoints: readonly Endpoint[] = [
  { service: 'ecs', target: 'AmazonEC2ContainerServiceV20141113', validation: 'InvalidParameterException' },
  { service: 'ecr', target: 'AmazonEC2ContainerRegistry_V20150921', validation: 'InvalidParameterException' },
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
  { service: 'ec2', query: { version: '2016-11-15', signing: 'ec2' }, validation: 'InvalidParameterValue' },
]

/** Names of all services that speak an AWS protocol here. */
export const serviceNames: readonly string[] = endpoints.map((endpoint) => endpoint.service)

export type Protocol = 'json' | 'query' | 'ec2'

/** A request that was understood: which operation of which service, asked by whom. */
export interface Routed {
  readonly service: string
  readonly operationName: string
  readonly operation: Operation
  readonly model: Model
  readonly protocol: Protocol
  readonly region: string
  readonly accessKeyId: string
  readonly sessionToken: string | undefined
  readonly requestId: string
  readonly input: Record<string, unknown>
  /** What the request breaks in AWS's model. */
  readonly violations: readonly Violation[]
}

/** How to answer before a request is understood. */
export interface Reply {
  readonly protocol: Protocol
  readonly model: Model | undefined
  readonly requestId: string
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
  if (type.startsWith('application/x-www-form-urlencoded') || request.query.has('Action')) {
    const form = new URLSearchParams(request.body.length ? request.body.toString() : request.query)
    const version = form.get('Version')
    const named = endpoints.filter((candidate) => candidate.query?.version === version)
    const endpoint =
      named.find((candidate) => candidate.query?.signing === scope?.service) ?? (scope ? undefined : named[0])
    const operationName = form.get('Action') ?? ''
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
  const protocol = request.headers['smithy-protocol'] ?? (type || 'none')
  return refuse(
    'json',
    'UnsupportedProtocol',
    `The simulator speaks awsJson and awsQuery; ${request.method} ${request.path} has neither X-Amz-Target nor Action (protocol: ${protocol}).`,
    415,
  )
}

/** Finds out what a request asks for. Throws `UnroutableRequest` when there is no such operation. */
export function route(request: HttpRequest, requestId: string): Routed {
  const { endpoint, model, protocol, operationName, read } = find(request, requestId)
  const operation = model.operations[operationName]
  const reply = { protocol, model, requestId }
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
    region: scope?.region ?? 'us-east-1',
    accessKeyId: scope?.accessKeyId ?? '',
    sessionToken: request.headers['x-amz-security-token'],
    requestId,
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

/** Constraints that a service words itself. */
const ownWords = [
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
  {
    service: 'ecs',
    path: /lifecycleHooks.*targetType$/,
    message: 'Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE',
  },
]

/** What the service answers to a request that breaks its model. */
export function refusal(routed: Routed): AwsError | undefined {
  const { violations } = routed
  if (violations.length === 0) return undefined
  const fatal = violations.filter((violation) => violation.kind !== 'constraint')
  if (fatal.length > 0)
    return new AwsError(
      routed.protocol === 'json' ? 'SerializationException' : 'MalformedInput',
      fatal.map((violation) => violation.message).join('; '),
    )
  const code = endpoints.find((endpoint) => endpoint.service === routed.service)?.validation ?? 'ValidationException'
  const own = ownWords.find(({ service, path }) => service === routed.service && path.test(violations[0]?.path ?? ''))
  if (own) return new AwsError(code, own.message)
  const plural = violations.length > 1 ? 's' : ''
  return new AwsError(
    code,
    `${violations.length} validation error${plural} detected: ${violations.map((violation) => violation.message).join('; ')}`,
  )
}

// --- JSON -------------------------------------------------------------------------------------------------------------------

function decodeBody(model: Model, shape: string, body: Buffer): unknown {
  return decodeJson(model, shape, body.length === 0 ? {} : JSON.parse(body.toString()))
}

/** Leaves what does not fit as it is, for `check` to name. Null is the same as absent. */
function decodeJson(model: Model, reference: Reference, value: unknown): unknown {
  const shape = shapeOf(model, reference)
  if (shape.document) return value
  if (shape.type === 'timestamp') return typeof value === 'number' ? new Date(value * 1000) : value
  if (shape.type === 'blob') return typeof value === 'string' ? Buffer.from(value, 'base64') : value
  if (Array.isArray(value)) {
    const member = shape.member
    return member === undefined ? value : value.map((item) => decodeJson(model, member, item))
  }
  if (typeof value !== 'object' || value === null) return value
  const decoded: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const inner = shape.type === 'map' ? shape.value : shape.members?.[name]
    if (content !== null) decoded[name] = inner === undefined ? content : decodeJson(model, inner, content)
  }
  return decoded
}

function encodeJson(model: Model, reference: Reference, value: unknown): unknown {
  const shape = shapeOf(model, reference)
  if (shape.document) return value
  if (value instanceof Date) return value.getTime() / 1000
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map((item) => encodeJson(model, shape.member ?? '', item))
  if (typeof value !== 'object' || value === null) return value
  const encoded: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const inner = shape.type === 'map' ? shape.value : shape.members?.[name]
    if (content !== undefined && content !== null && inner !== undefined)
      encoded[name] = encodeJson(model, inner, content)
  }
  return encoded
}

// --- Query ------------------------------------------------------------------------------------------------------------------

const locationName = (reference: Reference) => (typeof reference === 'string' ? undefined : reference.locationName)
const isFlattened = (reference: Reference, shape: Shape) =>
  shape.flattened === true || (typeof reference === 'object' && reference.flattened === true)

/** A relative of the query protocol: lists are always flat, names in requests are capitalised, replies are not wrapped. */
const isEc2 = (model: Model | undefined) => model?.protocols.includes('ec2') ?? false
const ec2Name = (reference: Reference, name: string) => {
  const queryName = typeof reference === 'string' ? undefined : reference.queryName
  return queryName ?? locationName(reference)?.replace(/^./, (letter) => letter.toUpperCase()) ?? name
}

interface FormNode {
  value?: string
  readonly children: Map<string, FormNode>
}

function decodeForm(model: Model, form: URLSearchParams, shape: string): unknown {
  const root: FormNode = { children: new Map() }
  for (const [key, value] of form) {
    if (key === 'Action' || key === 'Version') continue
    let node = root
    for (const part of key.split('.')) {
      const next = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, next)
      node = next
    }
    node.value = value
  }
  return decodeNode(model, shape, root)
}

function decodeScalar(shape: Shape, value: string): unknown {
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value
    case 'timestamp': {
      const date = new Date(value)
      return Number.isNaN(date.getTime()) ? value : date
    }
    case 'blob':
      return Buffer.from(value, 'base64')
    default:
      return value
  }
}

function decodeNode(model: Model, reference: Reference, node: FormNode): unknown {
  const shape = shapeOf(model, reference)
  if (shape.type === 'structure') return decodeMembers(model, shape, node)
  if (shape.type === 'list' && shape.member !== undefined) {
    const member = shape.member
    const items =
      isEc2(model) || isFlattened(reference, shape) ? node : node.children.get(locationName(member) ?? 'member')
    if (!items) return node.value === '' ? [] : node.value
    return [...items.children]
      .sort(([left], [right]) => Number(left) - Number(right))
      .map(([, item]) => decodeNode(model, member, item))
  }
  if (shape.type === 'map' && shape.key !== undefined && shape.value !== undefined) {
    const { key, value } = shape
    const entries = isFlattened(reference, shape) ? node : node.children.get('entry')
    return Object.fromEntries(
      [...(entries?.children.values() ?? [])].map((entry) => [
        entry.children.get(locationName(key) ?? 'key')?.value ?? '',
        decodeNode(model, value, entry.children.get(locationName(value) ?? 'value') ?? { children: new Map() }),
      ]),
    )
  }
  return decodeScalar(shape, node.value ?? '')
}

function decodeMembers(model: Model, shape: Shape, node: FormNode): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  const taken = new Set<string>()
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const inner = shapeOf(model, member)
    const flatName =
      inner.type === 'list' && isFlattened(member, inner) && inner.member !== undefined
        ? locationName(inner.member)
        : undefined
    const wireName = isEc2(model) ? ec2Name(member, name) : (flatName ?? locationName(member) ?? name)
    const child = node.children.get(wireName)
    if (!child) continue
    taken.add(wireName)
    decoded[name] = decodeNode(model, member, child)
  }
  for (const [name, child] of node.children) if (!taken.has(name)) decoded[name] = child.value
  return decoded
}

const escapeXml = (text: string) => text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`)

function encodeXml(model: Model, reference: Reference, value: unknown, tag: string): string {
  const shape = shapeOf(model, reference)
  if (Array.isArray(value) && shape.member !== undefined) {
    const { member } = shape
    if (isFlattened(reference, shape)) return value.map((item) => encodeXml(model, member, item, tag)).join('')
    return `<${tag}>${value.map((item) => encodeXml(model, member, item, locationName(member) ?? 'member')).join('')}</${tag}>`
  }
  if (shape.type === 'map' && shape.key !== undefined && shape.value !== undefined) {
    const { key, value: inner } = shape
    const entries = Object.entries(value as object).map(
      ([name, content]) =>
        `<entry>${encodeXml(model, key, name, locationName(key) ?? 'key')}${encodeXml(model, inner, content, locationName(inner) ?? 'value')}</entry>`,
    )
    return `<${tag}>${entries.join('')}</${tag}>`
  }
  if (shape.type === 'structure')
    return `<${tag}>${encodeMembers(model, shape, value as Record<string, unknown>)}</${tag}>`
  if (value instanceof Date) return `<${tag}>${value.toISOString()}</${tag}>`
  if (value instanceof Uint8Array) return `<${tag}>${Buffer.from(value).toString('base64')}</${tag}>`
  return `<${tag}>${escapeXml(String(value))}</${tag}>`
}

function encodeMembers(model: Model, shape: Shape, value: Record<string, unknown>): string {
  return Object.entries(shape.members ?? {})
    .filter(([name]) => value[name] !== undefined && value[name] !== null)
    .map(([name, member]) => encodeXml(model, member, value[name], locationName(member) ?? name))
    .join('')
}

// --- Replies ----------------------------------------------------------------------------------------------------------------

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
  if (protocol === 'json')
    return {
      status: 200,
      headers: { 'content-type': jsonType(model), 'x-amzn-requestid': requestId },
      body: operation.output === undefined ? '' : JSON.stringify(encodeJson(model, operation.output, value)),
    }
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

/** The shape of an error by its name or by the code that query services write. */
function errorShape(model: Model | undefined, code: string): readonly [string, Shape] | undefined {
  if (!model) return undefined
  const named = model.shapes[code]
  if (named?.exception) return [code, named]
  return Object.entries(model.shapes).find(([, shape]) => shape.exception && shape.error?.code === code)
}

/** Whether the service declares this error, for this operation or, as signing and throttling errors, for none. */
export function isDeclaredError(routed: Routed, code: string): boolean {
  // The model of EC2 names no errors at all.
  if (routed.protocol === 'ec2') return true
  const shape = errorShape(routed.model, code)
  return shape === undefined
    ? commonErrors.has(code)
    : routed.operation.errors.includes(shape[0]) || commonErrors.has(code)
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and what the query services add. */
const commonErrors = new Set([
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
    const code = shape?.error?.code ?? error.code
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
