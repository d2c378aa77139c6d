/** One HTTP request of a check. */
export interface ProbeRequest {
  readonly url: string
  readonly method: 'GET' | 'HEAD'
  /** Names as they were written; `host` is here where it differs from that of the URL. */
  readonly headers: Readonly<Record<string, string>>
  /** Host name or address that is connected to instead of the host of the URL, as `curl --connect-to`; TLS keeps the name. */
  readonly connectTo?: string | undefined
  /** Milliseconds for all of it. */
  readonly timeout: number
}

/** Why there was no response, by the step that failed. */
export type ProbeFault = 'dns' | 'connect' | 'tls' | 'timeout' | 'closed' | 'proxy'

/** What came of a request. */
export type ProbeAnswer =
  | {
      readonly kind: 'response'
      readonly status: number
      /** Names in lower case; several values are joined by a comma. */
      readonly headers: Readonly<Record<string, string>>
      /** At most the first 256 KiB, as UTF-8. */
      readonly body: string
      readonly isCut: boolean
      readonly milliseconds: number
    }
  /** `code`: that of Node, such as `ENOTFOUND`; `why`: in its own words. */
  | {
      readonly kind: 'no-response'
      readonly fault: ProbeFault
      readonly code: string
      readonly why: string
      readonly milliseconds: number
    }

/** Sends single requests to any host: no redirect is followed, nothing is tried again. */
export interface HttpProbe {
  /** Throws only the reason of the signal that it was opened with. */
  send(request: ProbeRequest): Promise<ProbeAnswer>
}
