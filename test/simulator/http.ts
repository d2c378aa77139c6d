/** One HTTP request, whether it came over a socket or from a client in the same process. */
export interface HttpRequest {
  readonly method: string
  /** Decoded, without the query. */
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

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
