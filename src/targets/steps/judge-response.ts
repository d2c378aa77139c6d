import { matchInTime, whenTooSlow } from '../../bounded-match.ts'
import type { ProbeAnswer, ProbeFault } from '../../ports.ts'
import { joined, quoted, type Text, text, untrusted } from '../../text.ts'
import type { ExpectedText, HttpCheck, StatusRange } from './request/release-steps.ts'

type Response = Extract<ProbeAnswer, { kind: 'response' }>

/** Longest part of a body that a message quotes. Characters. */
const mostQuoted = 200

/** `answered 503, not 200; body begins …`: what is wrong with what came of a request; undefined: nothing. */
export function judgeAnswer(answer: ProbeAnswer, check: HttpCheck): Text | undefined {
  if (answer.kind === 'no-response') return text`got no response: ${faultWords(answer)}`
  const problem = responseProblem(answer, check)
  if (problem === undefined) return undefined
  const { body } = answer
  const begin = body.trim().replaceAll(/\s+/g, ' ').slice(0, mostQuoted)
  const shown = begin === '' ? text`; the body is empty` : text`; body begins ${quoted(begin)}`
  return text`${problem}${check.method === 'HEAD' ? [] : shown}`
}

const faults: Readonly<Record<ProbeFault, string>> = {
  dns: 'the host name does not resolve (DNS)',
  connect: 'no connection (the port is closed, or a security group or route refuses it)',
  tls: 'TLS handshake failed',
  timeout: 'timed out (a security group that drops packets, or a slow program)',
  closed: 'the connection was closed before the response was complete',
  proxy: 'the proxy of the runner refused it',
}

function faultWords({ fault, code, why }: Extract<ProbeAnswer, { kind: 'no-response' }>): Text {
  const detail = why.includes(code) ? why : `${code}: ${why}`
  return text`${faults[fault]}: ${untrusted(detail)}`
}

const fixes: Readonly<Record<ProbeFault, string>> = {
  dns: 'Check the host name and its DNS record; a name that only a VPC resolves is checked by a task (verify: task).',
  connect:
    'Check port, security groups and routes; an address that only a VPC reaches is checked by a task (verify: task).',
  tls: 'Check the certificate of the listener: its names, its chain and when it expires. With resolve the name for TLS stays that of the URL.',
  timeout: 'Check security groups, and how long the program takes; raise timeout of the check if that is expected.',
  closed: 'Read the log of the program and of the load balancer: one of them closed the connection.',
  proxy: 'Allow the host on the proxy of the runner, or list it in NO_PROXY.',
}

/** What to do about it, a sentence. */
export function adviceFor(answer: ProbeAnswer): Text {
  if (answer.kind === 'no-response') return text`${fixes[answer.fault]}`
  const { status } = answer
  if (status === 502 || status === 503 || status === 504)
    return text`Read the log of the program: ${status} of a load balancer means that no healthy target answered it. Raise within if it starts slowly.`
  if (status === 401 || status === 403)
    return text`Allow the request of the check (request-headers), or check a path without a login.`
  if (status >= 300 && status < 400) return text`Set follow-redirects: true, or check the address that it redirects to.`
  return text`Read the log of the program; correct the program, or what the check expects.`
}

function responseProblem(response: Response, check: HttpCheck): Text | undefined {
  const { status } = response
  if (!check.statuses.some(({ from, to }) => status >= from && status <= to)) {
    const { location } = response.headers
    const where =
      location === undefined || status < 300 || status > 399 ? [] : text` (to ${untrusted(shownUrl(location))})`
    return text`answered ${status}${where}, not ${statusWords(check.statuses)}`
  }
  return headerProblem(response, check) ?? bodyProblem(response, check) ?? jsonProblem(response, check)
}

/** `200, 204 or 300-399`. */
export function statusWords(statuses: readonly StatusRange[]): string {
  const words = statuses.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`))
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((word) => word !== '').join(' or ')
}

/** A URL without user, password, values of the query and fragment, any of which may be a secret. Also a relative one. */
export function shownUrl(given: string): string {
  const base = 'http://relative.invalid'
  const url = URL.canParse(given, base) ? new URL(given, base) : undefined
  if (url === undefined) return given.replace(/[?#].*$/s, '?***')
  url.username = ''
  url.password = ''
  for (const key of [...url.searchParams.keys()]) url.searchParams.set(key, '***')
  if (url.hash !== '') url.hash = '***'
  return url.origin === base ? `${url.pathname}${url.search}${url.hash}` : url.href
}

function headerProblem({ status, headers }: Response, { expectedHeaders }: HttpCheck): Text | undefined {
  const wrong = Object.entries(expectedHeaders).find(
    ([name, value]) => headers[name.toLowerCase()]?.toLowerCase().includes(value.toLowerCase()) !== true,
  )
  if (wrong === undefined) return undefined
  const [name, wanted] = wrong
  const found = headers[name.toLowerCase()]
  const is = found === undefined ? text`no header ${untrusted(name)}` : text`${untrusted(name)}: ${untrusted(found)}`
  return text`answered ${status} with ${is}, which must contain ${untrusted(wanted)}`
}

function bodyProblem({ status, body, isCut }: Response, check: HttpCheck): Text | undefined {
  const limit = isCut ? ' (of which the first 256 KiB is read)' : ''
  for (const expected of check.body) {
    const problem = textProblem(body, expected)
    if (problem) return text`answered ${status}, and the body${limit} ${problem}`
  }
  return undefined
}

function textProblem(body: string, expected: ExpectedText): Text | undefined {
  if ('contains' in expected)
    return body.includes(expected.contains) ? undefined : text`does not contain ${quoted(expected.contains)}`
  const found = matchInTime(body, new RegExp(expected.matches, 'u'))
  if (found === 'too-slow') return text`may match ${quoted(expected.matches)} or not, as that ${whenTooSlow}`
  return found ? undefined : text`does not match ${quoted(expected.matches)}`
}

function jsonProblem({ status, body, isCut }: Response, { json }: HttpCheck): Text | undefined {
  const members = Object.entries(json)
  if (members.length === 0) return undefined
  if (isCut) return text`answered ${status}, and the body is longer than 256 KiB, so its JSON is not read`
  const parsed = parsedJson(body)
  if (parsed === undefined) return text`answered ${status}, and the body is not JSON`
  const wrong = members.flatMap(([path, wanted]) => {
    const found = memberAt(parsed.value, path)
    if (found === wanted) return []
    const is = found === undefined ? 'is missing' : text`is ${untrusted(shown(found))}`
    return [text`${untrusted(path)} ${is}, not ${untrusted(shown(wanted))}`]
  })
  return wrong.length === 0 ? undefined : text`answered ${status}, and in its JSON ${joined(wrong, '; ')}`
}

function parsedJson(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) as unknown }
  } catch {
    return undefined
  }
}

/** `checks.0.status`: members and places in lists, separated by full stops. Only what the document itself has. */
function memberAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, step) => {
    return typeof part === 'object' && part !== null && Object.hasOwn(part, step)
      ? (part as Record<string, unknown>)[step]
      : undefined
  }, value)
}

function shown(value: unknown): string {
  const written = JSON.stringify(value)
  return written.length > mostQuoted ? `${written.slice(0, mostQuoted)}…` : written
}
