/** Replies and errors of REST services: members are in headers and in the body. */
import type { AwsError } from '../contract.ts'
import type { HttpResponse } from '../http.ts'
import { type Model, type Reference, type Shape, shapeOf } from '../model.ts'
import { locationName } from './form.ts'
import type { Reply, Routed } from './route.ts'
import { encodeMembers, escapeXml } from './xml.ts'

const place = (reference: Reference) => (typeof reference === 'string' ? undefined : reference.location)

const namespaces: Readonly<Record<string, string>> = {
  s3: 'http://s3.amazonaws.com/doc/2006-03-01/',
  cloudfront: 'http://cloudfront.amazonaws.com/doc/2020-05-31/',
}

const inHeader = (value: unknown) => (value instanceof Date ? value.toUTCString() : String(value))

function headersOf(model: Model, shape: Shape, value: Readonly<Record<string, unknown>>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const content = value[name]
    const wire = (locationName(member) ?? name).toLowerCase()
    if (content === undefined || content === null) continue
    if (place(member) === 'header') headers[wire] = inHeader(content)
    if (place(member) === 'headers' && shapeOf(model, member).type === 'map')
      for (const [key, item] of Object.entries(content)) headers[`${wire}${key}`.toLowerCase()] = inHeader(item)
  }
  return headers
}

/** The reply with what has been checked against the operation's output. */
export function respondRest(routed: Routed, value: Readonly<Record<string, unknown>>): HttpResponse {
  const { model, operation, operationName, requestId, service } = routed
  const isPartial = value.ContentRange !== undefined
  const status = isPartial ? 206 : (operation.http?.responseCode ?? 200)
  const common: Record<string, string> =
    service === 's3' ? { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId } : { 'x-amzn-requestid': requestId }
  if (operation.output === undefined) return { status, headers: common }
  const shape = shapeOf(model, operation.output)
  const headers = { ...common, ...headersOf(model, shape, value) }
  const { payload } = shape
  const root = (tag: string, inside: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<${tag} xmlns="${namespaces[service] ?? ''}">${inside}</${tag}>`
  if (payload !== undefined) {
    const member = shape.members?.[payload] ?? payload
    const inner = shapeOf(model, member)
    const content = value[payload]
    if (inner.type === 'blob') return { status, headers, body: (content as Uint8Array | undefined) ?? '' }
    if (inner.type === 'string') return { status, headers, body: String(content ?? '') }
    if (content === undefined) return { status, headers }
    const body = root(locationName(member) ?? payload, encodeMembers(model, inner, content as Record<string, unknown>))
    return { status, headers: { ...headers, 'content-type': 'application/xml' }, body }
  }
  const inBody = Object.entries(shape.members ?? {}).filter(([, member]) => place(member) === undefined)
  if (inBody.length === 0) return { status, headers }
  // The one output whose element has its text itself.
  if (operationName === 'GetBucketLocation')
    return { status, headers, body: root('LocationConstraint', escapeXml(String(value.LocationConstraint ?? ''))) }
  const members = encodeMembers(model, { ...shape, members: Object.fromEntries(inBody) }, { ...value })
  return {
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: root(tags[operationName] ?? `${operationName}Result`, members),
  }
}

/** Elements of replies that are named otherwise: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html and others. */
const tags: Readonly<Record<string, string>> = {
  ListObjectsV2: 'ListBucketResult',
  DeleteObjects: 'DeleteResult',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  ListObjectVersions: 'ListVersionsResult',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketWebsite: 'WebsiteConfiguration',
}

/** S3 has its own words for being too busy and for credentials that are over. */
const ownCodes: Readonly<Record<string, readonly [code: string, status: number, message: string]>> = {
  ThrottlingException: ['SlowDown', 503, 'Please reduce your request rate.'],
  InternalFailure: ['InternalError', 500, 'We encountered an internal error. Please try again.'],
  ExpiredToken: ['ExpiredToken', 400, 'The provided token has expired.'],
}

/** Members with the name of a header are sent as one. A reply to HEAD has no body, so that its status is all there is. */
export function respondRestError({ model, requestId, method }: Reply, error: AwsError): HttpResponse {
  const own = model?.service === 's3' && !error.message.startsWith('The simulator') ? ownCodes[error.code] : undefined
  const [code, status, message] = own ?? [error.code, error.status, error.message]
  const members = Object.entries(error.members)
  const headers = Object.fromEntries(
    members.filter(([name]) => name.startsWith('x-amz-')).map(([name, value]) => [name, String(value)]),
  )
  const shape = model?.shapes[code]
  const actual = own ? status : status === 400 ? (shape?.error?.httpStatusCode ?? 400) : status
  if (method === 'HEAD' || actual === 304)
    return { status: actual, headers: { ...headers, 'x-amz-request-id': requestId } }
  const more = members
    .filter(([name]) => !name.startsWith('x-amz-'))
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
  const inside = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>${more.join('')}`
  const body =
    model?.service === 's3'
      ? `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inside}<RequestId>${requestId}</RequestId><HostId>${requestId}</HostId></Error>`
      : `<ErrorResponse xmlns="${namespaces.cloudfront}"><Error><Type>${actual < 500 ? 'Sender' : 'Receiver'}</Type>${inside}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  return {
    status: actual,
    headers: { ...headers, 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    body,
  }
}
