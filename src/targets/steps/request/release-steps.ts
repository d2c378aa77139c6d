/** Statuses from one to another, both included. */
export interface StatusRange {
  readonly from: number
  readonly to: number
}

/** Where a step of a deployment has its place: once it is over, or at a lifecycle stage that pauses. */
export type StepPlace = 'after' | { readonly stage: string }

/** A value that the response must have. `matches`: a regular expression. */
export type ExpectedText = { readonly contains: string } | { readonly matches: string }

/** An HTTP request whose response says whether a deployment is good. */
export interface HttpCheck {
  readonly kind: 'http'
  /** In reports; that of the request when undefined. */
  readonly name?: string | undefined
  readonly url: string
  readonly method: 'GET' | 'HEAD'
  /** Sent with it. */
  readonly headers: Readonly<Record<string, string>>
  /** `Host` and name for TLS, where they are not those of the URL. */
  readonly host?: string | undefined
  /** Host name or address to connect to instead of the host of the URL. */
  readonly connectTo?: string | undefined
  readonly followsRedirects: boolean
  readonly statuses: readonly StatusRange[]
  /** Headers of the response, each of which must contain the text. */
  readonly expectedHeaders: Readonly<Record<string, string>>
  readonly body: readonly ExpectedText[]
  /** Members of a JSON body by their paths, `checks.db`, each of which must equal the value. */
  readonly json: Readonly<Record<string, string | number | boolean | null>>
  /** Milliseconds: how long the check may fail before the deployment does, between two tries, and for one of them. */
  readonly within: number
  readonly interval: number
  readonly timeout: number
  /** Undefined: at the test traffic of the deployment where it pauses there, else once all traffic is shifted. */
  readonly when?: StepPlace | undefined
}

/** A one-off task whose exit code says whether a deployment is good. */
export interface TaskCheck {
  readonly kind: 'task'
  readonly name: string
  /** Image of the only container; undefined: the container below of the revision that is deployed. */
  readonly image?: string | undefined
  readonly container?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Minutes. */
  readonly timeout: number
  readonly when?: StepPlace | undefined
}

/** What is checked of a deployment before it counts as good. */
export type Check = HttpCheck | TaskCheck

/** A one-off task that is a part of a deployment, such as a migration. */
export interface ReleaseTask {
  readonly name: string
  readonly container?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly environment: Readonly<Record<string, string>>
  /** `before` the service is changed. */
  readonly when: 'before' | StepPlace
  /** Minutes. */
  readonly timeout: number
  /** Only one task with this name runs at a time, in whatever repository it is started. */
  readonly lock?: string | undefined
}

/** `POST_TEST_TRAFFIC_SHIFT` of Amazon ECS and `READY_WAIT` of CodeDeploy: test traffic has the new revision, production has not. */
export const testStages: readonly string[] = ['POST_TEST_TRAFFIC_SHIFT', 'READY_WAIT']
