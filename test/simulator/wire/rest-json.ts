/** The REST protocol with JSON, server side: members are in the path, the query and the body. Of the services that it is modelled for. */
import type { AwsError } from '../contract.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { type Model, type Operation, shapeOf } from '../model.ts'
import { decodeBody, encodeJson } from './json.ts'
import { readRest } from './rest.ts'
import type { Reply, Routed } from './route.ts'

const isInBody = (reference: unknown) =>
  typeof reference === 'string' || (reference as { readonly location?: string }).location === undefined

/** The input of an operation. What no member takes stays in it by its own name, so that the check refuses it. */
export function readRestJson(
  model: Model,
  operation: Operation,
  request: HttpRequest,
  path: string,
): Record<string, unknown> {
  const around = readRest(model, operation, { ...request, body: Buffer.alloc(0) }, path)
  const body = decodeBody(model, operation.input ?? '', request.body) as Record<string, unknown>
  const shape = shapeOf(model, operation.input ?? '')
  // A member that belongs into the path or the query is none of the body.
  const strange = Object.keys(body).filter((name) => {
    const member = shape.members?.[name]
    return member !== undefined && !isInBody(member)
  })
  if (strange.length > 0) throw new SyntaxError(`${strange.join(', ')} in the body belongs into the path or the query`)
  return { ...around, ...body }
}

export function respondRestJson({ model, operation, requestId }: Routed, value: unknown): HttpResponse {
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
  const status = operation.http?.responseCode ?? 200
  const body = operation.output === undefined ? '' : JSON.stringify(encodeJson(model, operation.output, value))
  return { status, headers, body }
}

/** An error in the form of the protocol: its name in a header, its message in the body. */
export function respondRestJsonError({ model, requestId }: Reply, error: AwsError): HttpResponse {
  const shape = model?.shapes[error.code]
  const status = error.status === 400 ? (shape?.error?.httpStatusCode ?? 400) : error.status
  const headers = {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': error.code,
  }
  return { status, headers, body: JSON.stringify({ Message: error.message, ...error.members }) }
}
