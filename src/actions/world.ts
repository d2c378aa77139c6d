import type { RequestHandler } from '../aws/clients.ts'
import type { Fetch } from '../slack/request.ts'

/** The network of an action, handed in so that tests decide what AWS, GitHub and Slack say. */
export interface World {
  readonly fetch: Fetch
  readonly requestHandler?: RequestHandler | undefined
}
