import type { Untrusted } from '../text.ts'

/** What is deployed, its actor and its origin: the facts that a report needs beside the state. */
export interface Subject {
  readonly service: string
  /** What the service is a part of: a cluster, an application. */
  readonly home: { readonly kind: string; readonly name: string }
  readonly region: string
  /** Name of the environment in slipway.yml, or undefined. */
  readonly environment?: string | undefined
  readonly accountId?: string | undefined
  /** Public address of the service. */
  readonly url?: string | undefined
  readonly outputs: OutputNames
  readonly run: Run
  /** Undefined where what is deployed is of no commit that this run knows, as in a rollback. */
  readonly commit?: Commit | undefined
}

/** Outputs of a kind of target, by their names in action.yml. */
export interface OutputNames {
  /** Has the id of the version that is deployed. */
  readonly version: string
  /** Has the id of the version that was live before. */
  readonly previous: string
  /** Those that only this kind of target has, as they are before anything has started. */
  readonly own: Readonly<Record<string, string>>
}

/** The commit that is deployed, which need not be that of the event. */
export interface Commit {
  /** Full SHA. */
  readonly sha: string
  /** `owner/name`; with its host in front where that is another server than the run's. */
  readonly repository: string
  /** The short form: `main`, `v1`, `7/merge`; empty where it is not known. */
  readonly ref: Untrusted
  /** First line of its message, where the event carries it. */
  readonly title?: Untrusted | undefined
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
  readonly actor: Untrusted
}
