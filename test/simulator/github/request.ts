/** Requests to GitHub's REST API, and its refusals. */
import { type HttpResponse, json } from '../http.ts'

export type Permission = 'contents' | 'deployments'
export type Access = 'none' | 'read' | 'write'

/** One request that was understood. */
export interface Asked {
  readonly method: string
  /** `owner/name` in lower case: GitHub does not tell them apart. */
  readonly repository: string
  /** What follows `/repos/owner/name`, without the leading slash. */
  readonly rest: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
  /** Address of the API, as in `GITHUB_API_URL`. */
  readonly apiUrl: string
  /** Undefined where the token may do that. */
  refusal(permission: Permission, access: 'read' | 'write'): HttpResponse | undefined
}

const documentation = 'https://docs.github.com/rest'

export const refuse = (status: number, message: string, headers: Record<string, string> = {}, more: object = {}) =>
  json(status, { message, ...more, documentation_url: documentation, status: String(status) }, headers)

export const notFound = () => refuse(404, 'Not Found')

export interface FieldError {
  readonly resource: string
  readonly field: string
  readonly code: string
  readonly message?: string
}

export const unprocessable = (errors: readonly FieldError[]) => refuse(422, 'Validation Failed', {}, { errors })

/** One page of `items` with GitHub's `link` header. At most 100 per page. */
export function page(asked: Asked, items: readonly unknown[]): HttpResponse {
  const size = Math.min(100, Number(asked.query.get('per_page') ?? 30) || 30)
  const number = Number(asked.query.get('page') ?? 1) || 1
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (relation: string, target: number) => {
    const query = new URLSearchParams(asked.query)
    query.set('page', String(target))
    return `<${asked.apiUrl}/repos/${asked.repository}/${asked.rest}?${query}>; rel="${relation}"`
  }
  const links = [
    ...(number > 1 ? [link('prev', number - 1)] : []),
    ...(number < last ? [link('next', number + 1), link('last', last)] : []),
  ]
  return json(200, items.slice((number - 1) * size, number * size), links.length > 0 ? { link: links.join(', ') } : {})
}
