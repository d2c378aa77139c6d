/**
 * The REST protocol with XML, server side: an operation is found by method, path, query and headers, and its members are in all of
 * these and in the body. Amazon S3 is addressed with the bucket in the path or in the host.
 */
import type { HttpRequest } from '../http.ts'
import { type Model, type Operation, type Reference, type Shape, shapeOf } from '../model.ts'
import { decodeScalar, isFlattened, locationName } from './form.ts'
import { readXml, type XmlElement } from './xml-read.ts'

/**
 * The request without the chunks of `Content-Encoding: aws-chunked`, its trailers among the headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function unchunked(request: HttpRequest): HttpRequest {
  const encodings = (request.headers['content-encoding'] ?? '').split(/,\s*/)
  if (!encodings.includes('aws-chunked')) return request
  const { body } = request
  const pieces: Buffer[] = []
  let at = 0
  const line = () => {
    const end = body.indexOf('\r\n', at)
    if (end < 0) throw new SyntaxError('The aws-chunked body ends in the middle')
    const text = body.subarray(at, end).toString()
    at = end + 2
    return text
  }
  for (let size = Number.parseInt(line(), 16); size > 0; size = Number.parseInt(line(), 16)) {
    pieces.push(body.subarray(at, at + size))
    at += size + 2
  }
  const trailers: Record<string, string> = {}
  while (at < body.length) {
    const [name = '', value = ''] = line().split(/:(.*)/s)
    if (name !== '' && name !== 'x-amz-trailer-signature') trailers[name.toLowerCase()] = value.trim()
  }
  const { 'content-encoding': _, ...headers } = request.headers
  const left = encodings.filter((encoding) => encoding !== 'aws-chunked').join(', ')
  return {
    ...request,
    headers: { ...headers, ...(left !== '' && { 'content-encoding': left }), ...trailers },
    body: Buffer.concat(pieces),
  }
}

const place = (reference: Reference) => (typeof reference === 'string' ? undefined : reference.location)

/** Hosts that have the bucket in front: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
const bucketHost = /^(.+)\.s3(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com(?:\.cn)?|localhost)(?::\d+)?$/

/** The path with the bucket in it, wherever the request has it. */
export function restPath({ path, headers }: HttpRequest, service: string): string {
  const bucket = service === 's3' ? bucketHost.exec(headers.host ?? '')?.[1] : undefined
  return bucket === undefined ? path : `/${bucket}${path}`
}

interface Template {
  readonly pattern: RegExp
  readonly names: readonly string[]
  /** What the query must have. */
  readonly query: readonly (readonly [string, string])[]
}

const templates = new Map<string, Template>()

function templateOf(uri: string): Template {
  const known = templates.get(uri)
  if (known) return known
  const [path = '', query = ''] = uri.split('?')
  const names: string[] = []
  const source = path.replace(/\{(\w+)(\+?)\}|[.^$()|[\]\\*+?]/g, (found, name?: string, greedy?: string) => {
    if (name === undefined) return `\\${found}`
    names.push(name)
    return greedy ? '(.+)' : '([^/]+)'
  })
  const made = { pattern: new RegExp(`^${source}/?$`, 's'), names, query: [...new URLSearchParams(query)] }
  templates.set(uri, made)
  return made
}

const isThere = (request: HttpRequest, reference: Reference) => {
  const name = locationName(reference) ?? ''
  return place(reference) === 'querystring' ? request.query.has(name) : name.toLowerCase() in request.headers
}

/** How closely a request is that of an operation; undefined: it is not. */
function closeness(request: HttpRequest, path: string, model: Model, uri: string, input?: string): number | undefined {
  const { pattern, query } = templateOf(uri)
  if (!pattern.test(path)) return undefined
  const matches = query.every(
    ([name, value]) => request.query.has(name) && (value === '' || request.query.get(name) === value),
  )
  if (!matches) return undefined
  const shape = input === undefined ? undefined : shapeOf(model, input)
  const required = (shape?.required ?? [])
    .map((name) => shape?.members?.[name] ?? name)
    .filter((member) => /querystring|header/.test(place(member) ?? ''))
  return required.every((member) => isThere(request, member)) ? query.length + required.length : undefined
}

interface Route {
  readonly name: string
  readonly requestUri: string
  readonly input?: string
}

const routes = new WeakMap<Model, Map<string, readonly Route[]>>()

/** The operations of a method: those that the simulator has, then the others of AWS. */
function routesOf(model: Model, method: string): readonly Route[] {
  const byMethod = routes.get(model) ?? new Map<string, readonly Route[]>()
  routes.set(model, byMethod)
  const listed = byMethod.get(method)
  if (listed) return listed
  const known = Object.entries(model.operations).flatMap(([name, operation]) =>
    operation?.http?.method === method ? [{ name, ...operation.http, input: operation.input }] : [],
  )
  const others = (model.routes ?? []).filter((route) => route[1] === method)
  const made = [...known, ...others.map(([name, , requestUri]) => ({ name, requestUri }))]
  byMethod.set(method, made)
  return made
}

/** The name of the operation that a request asks for; undefined: AWS has none. */
export function findOperation(request: HttpRequest, path: string, model: Model): string | undefined {
  let best: { name: string; score: number } | undefined
  for (const { name, requestUri, input } of routesOf(model, request.method)) {
    const score = closeness(request, path, model, requestUri, input)
    if (score !== undefined && (best === undefined || score > best.score)) best = { name, score }
  }
  return best?.name
}

function decodeElement(model: Model, reference: Reference, element: XmlElement): unknown {
  const shape = shapeOf(model, reference)
  if (shape.type === 'structure') return decodeMembers(model, shape, element)
  if (shape.type === 'list' && shape.member !== undefined) {
    const { member } = shape
    const tag = locationName(member) ?? 'member'
    return element.children.map((child) => {
      if (child.name !== tag) throw new SyntaxError(`${element.name} has ${child.name} where ${tag} belongs`)
      return decodeElement(model, member, child)
    })
  }
  return decodeScalar(shape, element.text)
}

function decodeMembers(model: Model, shape: Shape, element: XmlElement): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  const taken = new Set<string>()
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const inner = shapeOf(model, member)
    const tag = locationName(member) ?? name
    const found = element.children.filter((child) => child.name === tag)
    taken.add(tag)
    if (found.length === 0) continue
    const itemOf = inner.member
    if (inner.type === 'list' && isFlattened(member, inner) && itemOf !== undefined)
      decoded[name] = found.map((child) => decodeElement(model, itemOf, child))
    else decoded[name] = decodeElement(model, member, found[0] as XmlElement)
  }
  for (const { name, text } of element.children) if (!taken.has(name)) decoded[name] = text
  return decoded
}

/** Query parameters and headers that belong to signing and to the SDK, not to an operation. */
const ownQuery = /^(x-id|X-Amz-.*)$/i
const ownHeaders =
  /^x-amz-(date|content-sha256|security-token|user-agent|trailer|decoded-content-length|target|te|region-set)$|^x-amz-(meta|checksum)-/

/** In the input of an operation whose body is XML: the request itself, for the checksums of its bytes. */
export const wholeRequest = Symbol('the request')

/** The input of an operation. What no member takes stays in it by its own name, so that the check refuses it. */
export function readRest(
  model: Model,
  operation: Operation,
  request: HttpRequest,
  path: string,
): Record<string, unknown> {
  const shape = shapeOf(model, operation.input ?? '')
  const { pattern, names, query } = templateOf(operation.http?.requestUri ?? '')
  const inPath = pattern.exec(path)?.slice(1) ?? []
  const input: Record<string, unknown> = {}
  const takenQuery = new Set(query.map(([name]) => name))
  const takenHeaders = new Set<string>()
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const inner = shapeOf(model, member)
    const wire = locationName(member) ?? name
    const where = place(member)
    if (where === 'uri') input[name] = decodeScalar(inner, inPath[names.indexOf(wire)] ?? '')
    if (where === 'querystring') takenQuery.add(wire)
    if (where === 'header') takenHeaders.add(wire.toLowerCase())
    const given = where === 'querystring' ? request.query.get(wire) : request.headers[wire.toLowerCase()]
    if ((where === 'querystring' || where === 'header') && typeof given === 'string') {
      const isList = inner.type === 'list' && inner.member !== undefined
      input[name] = isList ? given.split(/,\s*/) : decodeScalar(inner, given)
    }
    if (where === 'headers') {
      const entries = Object.entries(request.headers).filter(([header]) => header.startsWith(wire.toLowerCase()))
      if (entries.length > 0)
        input[name] = Object.fromEntries(entries.map(([header, value]) => [header.slice(wire.length), value]))
    }
  }
  for (const [name, value] of request.query) if (!takenQuery.has(name) && !ownQuery.test(name)) input[name] = value
  for (const [name, value] of Object.entries(request.headers))
    if (/^x-amz-/.test(name) && !takenHeaders.has(name) && !ownHeaders.test(name)) input[name] = value
  return { ...input, ...readPayload(model, shape, request.body), [wholeRequest]: request }
}

function readPayload(model: Model, shape: Shape, body: Buffer): Record<string, unknown> {
  const { payload } = shape
  if (payload !== undefined) {
    const member = shape.members?.[payload] ?? payload
    const inner = shapeOf(model, member)
    if (inner.type === 'blob') return { [payload]: body }
    if (inner.type === 'string') return { [payload]: body.toString() }
    if (body.length === 0) return {}
    const root = readXml(body.toString())
    const tag = locationName(member) ?? payload
    if (root.name !== tag) throw new SyntaxError(`The XML begins with ${root.name} where ${tag} belongs`)
    return { [payload]: decodeElement(model, member, root) }
  }
  const inBody = Object.entries(shape.members ?? {}).filter(([, member]) => place(member) === undefined)
  if (inBody.length === 0 || body.length === 0) return {}
  return decodeMembers(model, { ...shape, members: Object.fromEntries(inBody) }, readXml(body.toString()))
}
