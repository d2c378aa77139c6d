import type { RequestHandler } from '../../aws/client-settings.ts'
import type { Fetch } from '../../http/fetch.ts'
import { openFetch } from '../../http/open-fetch.ts'

/** The network of an action, a parameter so that tests define the responses of AWS, GitHub and Slack. */
export interface World {
  readonly fetch: Fetch
  readonly requestHandler?: RequestHandler | undefined
}

/** The network as the process reaches it. */
export const network: World = { fetch: openFetch(process.env) }
