/** Read-only sources of evidence. Each throws `permission-missing` when it is not allowed; the diagnosis continues without it. */
export interface EvidenceSources {
  targetHealth(targetGroupArn: string): Promise<
    readonly {
      readonly target: string
      readonly state: string
      readonly reason?: string | undefined
      readonly description?: string | undefined
    }[]
  >
  /**
   * The page of a stream behind a token, from its beginning without one: messages, and the token of the next page, which is the
   * same at the end of the stream. `no-stream` where the group or the stream does not exist (yet).
   */
  logPage(at: LogPosition): Promise<LogPage | 'no-stream'>
  /** The last `limit` lines, oldest first; empty when the group or stream does not exist. `region` where it differs. */
  logTail(logGroup: string, logStream: string, limit: number, region?: string): Promise<readonly string[]>
}

/** A place in a stream of CloudWatch Logs. `region` where it differs. */
export interface LogPosition {
  readonly logGroup: string
  readonly logStream: string
  readonly region?: string | undefined
  readonly token?: string | undefined
}

/** Messages, oldest first. */
export interface LogPage {
  readonly messages: readonly string[]
  readonly token: string
}
