/** One HTTP request, whether it came over a socket or from a client in the same process. */
export interface HttpRequest {
  readonly method: string
  /** Decoded but for edges of CloudFront, whose caches know paths as they are sent; without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Record<string, string>
  readonly body: Buffer
  /** True where the connection broke before the whole body was there. */
  readonly isCut?: boolean
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array
}

/** The path of a request as services take it. */
export const pathOf = (raw: string): string => (raw.startsWith('/edge/') ? raw : decodeURIComponent(raw))

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
