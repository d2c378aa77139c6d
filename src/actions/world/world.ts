import type { RequestHandler } from '../../aws/client-settings.ts'
import type { Fetch } from '../../http/fetch.ts'
import { openFetch } from '../../http/open-fetch.ts'
import type { HttpProbe } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'

/** The network of an action, a parameter so that tests define the responses of AWS, GitHub and Slack. */
export interface World {
  readonly fetch: Fetch
  readonly requestHandler?: RequestHandler | undefined
  /** Requests of checks; by default those of the process. */
  readonly probe?: ((runner: Pick<Runner, 'clock' | 'signal'>) => HttpProbe) | undefined
}

/** The network as the process reaches it. */
export const network: World = { fetch: openFetch(process.env) }
