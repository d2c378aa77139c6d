/** `20261130T153700Z-1a2b3c4d`: sorted by time, and equal content has an equal end. `at`: milliseconds since 1970. */
export function releaseId(at: number, digest: string): string {
  return `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}-${digest.slice(0, 8)}`
}

/** The form of a release's id. */
export const releasePattern = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/
