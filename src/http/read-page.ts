import { linkSignal } from '../abort.ts'
import type { Clock } from '../clock.ts'
import type { PageReader, ServedPage } from '../ports.ts'
import type { Fetch } from './fetch.ts'
import { reasonOf } from './reason.ts'

/** What a page may take. Milliseconds. */
const longest = 15_000

/** Reads pages as a browser does that has nothing in its cache. */
export function pageReader(fetch: Fetch, clock: Clock, signal: AbortSignal): PageReader {
  return {
    async read(url, headers = {}) {
      const request = linkSignal(signal)
      const late = clock
        .sleep(longest, request.signal)
        .then(() => ({ unreachable: `no response within ${longest / 1000} s` }))
      late.catch(() => undefined)
      try {
        return await Promise.race([read(fetch, url, headers, request.signal), late])
      } catch (error) {
        signal.throwIfAborted()
        return { unreachable: reasonOf(error) }
      } finally {
        request.abort()
      }
    },
  }
}

async function read(
  fetch: Fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ServedPage> {
  const response = await fetch(url, { redirect: 'manual', signal, headers: { accept: '*/*', ...headers } })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: Object.fromEntries(response.headers), bytes }
}
