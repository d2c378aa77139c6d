import type { RequestHandler } from '../../aws/client-settings.ts'
import type { Clock } from '../../clock.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { JsonObject } from '../../ports.ts'

/** One service as it is in the account before the simulated deployment. */
export interface StagedService {
  /** In slipway.yml. */
  readonly name: string
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly family: string
  /** Of the file that slipway.yml names; undefined: the account has one of its own. */
  readonly definition: JsonObject | undefined
  /** Container of the image, and the port that the load balancer sends requests to, where it has one. */
  readonly container: string
  readonly port: number | undefined
  readonly strategy: 'ROLLING' | 'BLUE_GREEN' | 'LINEAR' | 'CANARY' | 'CODE_DEPLOY'
  readonly codeDeploy: { readonly application?: string | undefined; readonly group?: string | undefined }
  /** Names of CloudWatch alarms that exist. */
  readonly alarms: readonly string[]
  /** What containers of the new image do: a word of `behaviours`, with a number where it takes one. */
  readonly behaviour: string
}

/** The account, its services, and the repository of their image. */
export interface StageSettings {
  readonly accountId: string
  readonly services: readonly StagedService[]
  readonly repository: { readonly name: string; readonly accountId: string; readonly region: string }
  /** Time at which the simulation starts. Milliseconds since 1970. */
  readonly start: number
}

/** A Slack message as it is in the end. */
export interface StagedMessage {
  /** A page that shows it, with its earlier versions. HTML. */
  readonly page: string
  /** What Slack got. */
  readonly content: object
}

/** An account in the simulator in this process. Nothing of it uses the network. */
export interface Stage {
  readonly requestHandler: RequestHandler
  readonly fetch: Fetch
  readonly clock: Clock
  /** Access keys of a user of the account. */
  readonly environment: Readonly<Record<string, string>>
  /** The new image, by its digest. */
  readonly image: string
  /** Channel of Slack that exists. */
  readonly channel: string
  messages(): readonly StagedMessage[]
}

/** What the bundle of the simulator exports. */
export interface SimulatorModule {
  /** Words for what containers do. */
  readonly behaviours: readonly string[]
  /** What is wrong with the word of a behaviour; undefined: nothing. */
  behaviourMistake(word: string): string | undefined
  openStage(settings: StageSettings): Stage
}
