import type { Untrusted } from '../text.ts'

/** What is deployed, by whom and from where: the facts that a report needs beside the state. */
export interface Subject {
  readonly service: string
  readonly cluster: string
  readonly region: string
  /** Name of the environment in slipway.yml, or undefined. */
  readonly environment?: string | undefined
  readonly accountId?: string | undefined
  /** Address where people reach the service. */
  readonly url?: string | undefined
  readonly run: Run
}

/** The workflow run, from GitHub's default variables. */
export interface Run {
  /** `https://github.com`, or a GitHub Enterprise Server. */
  readonly serverUrl: string
  /** `owner/name`. */
  readonly repository: string
  readonly runId: string
  readonly runNumber: string
  readonly runAttempt: number
  readonly sha: string
  readonly ref: Untrusted
  readonly actor: Untrusted
  /** First line of the commit message, where the event carries it. */
  readonly commitTitle?: Untrusted | undefined
}
