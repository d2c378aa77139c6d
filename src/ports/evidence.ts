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
  /** The last `limit` lines, oldest first; empty when the group or stream does not exist. `region` where it differs. */
  logTail(logGroup: string, logStream: string, limit: number, region?: string): Promise<readonly string[]>
}
