import { BlockList, isIP } from 'node:net'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import { isLoopback } from './hosts.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** An HTTP proxy from the environment. */
export interface ProxyServer {
  /** `http:` or `https:`, with user and password where it has them. */
  readonly url: URL
  /** The variable that names it, such as `HTTPS_PROXY`. */
  readonly variable: string
}

/**
 * The proxy for an address, by the variables and rules that curl documents (https://curl.se/docs/manpage.html, "ENVIRONMENT"):
 * the one of the address's scheme, else `ALL_PROXY`; lower case has precedence; `NO_PROXY` names the hosts that bypass it. An
 * `http:` address of this machine never has one: it would resolve to the proxy's own machine. Throws `proxy-refused` for a proxy
 * that cannot be used.
 */
export function proxyFor(target: URL, environment: Environment): ProxyServer | undefined {
  const secure = target.protocol === 'https:'
  if (!secure && isLoopback(target.hostname)) return undefined
  const names = secure ? ['https_proxy', 'all_proxy'] : ['http_proxy', 'all_proxy']
  const variable = names.flatMap((name) => [name, name.toUpperCase()]).find((name) => environment[name])
  if (variable === undefined || isExempt(target, environment.no_proxy || environment.NO_PROXY || '')) return undefined
  return { url: proxyUrl(environment[variable] ?? '', variable), variable }
}

/** The proxy's address for messages: without user and password. */
export function addressOf({ url }: ProxyServer): string {
  return `${url.protocol}//${url.host}`
}

/** A proxy without a scheme is an `http:` one. The value may hold a password: it is in no message. */
function proxyUrl(value: string, variable: string): URL {
  const address = /^\s*[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value.trim()}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new Failure({
    code: 'proxy-refused',
    what: text`The proxy in the environment variable ${variable} is invalid`,
    why: url ? text`${untrusted(url.protocol)} proxies are not supported` : text`it is not a URL`,
    fix: text`Set ${variable} to http://HOST:PORT or https://HOST:PORT of a proxy that supports CONNECT, or list the hosts in NO_PROXY.`,
  })
}

/**
 * Whether a list of `NO_PROXY` names an address: `*`; a host, with its subdomains, also written `.host` or `*.host`; an
 * IP address or a range of them (`10.0.0.0/8`); a host or an address also with a port.
 */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const ownPort = port || (protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      if (entry.includes('/')) return isInRange(host, entry)
      if (isIP(entry)) return isInRange(host, `${entry}/${isIP(entry) === 6 ? 128 : 32}`)
      const exempt = parseEntry(entry)
      if (exempt.name === '' || (exempt.port ?? ownPort) !== ownPort) return false
      return host === exempt.name || (isIP(host) === 0 && host.endsWith(`.${exempt.name}`))
    })
}

function parseEntry(entry: string): { readonly name: string; readonly port?: string | undefined } {
  const [, address, name = '', port] = /^(?:\[(.+)\]|(?:\*?\.)?([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  return { name: address ?? name, port }
}

function isInRange(address: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const version = isIP(network)
  const isValid = /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32)
  if (version === 0 || version !== isIP(address) || !isValid) return false
  const family = version === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), family)
  return list.check(address, family)
}
