import type { Fetch } from './fetch.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** True where the environment names any proxy: only then is the proxy code loaded. */
export function namesProxy(environment: Environment): boolean {
  return ['http_proxy', 'https_proxy', 'all_proxy'].some((name) => environment[name] || environment[name.toUpperCase()])
}

/** `fetch`, through the proxies that the environment names. Throws `proxy-refused`, or what the network throws. */
export function openFetch(environment: Environment): Fetch {
  let proxied: Promise<Fetch> | undefined
  return async (url, init) => {
    if (!namesProxy(environment)) return fetch(url, init)
    proxied ??= import('./proxied-fetch.ts').then(({ proxiedFetch }) => proxiedFetch(environment))
    return (await proxied)(url, init)
  }
}
