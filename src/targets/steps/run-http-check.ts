import { type Clock, deadlineIn, remaining } from '../../clock.ts'
import type { HttpProbe, ProbeAnswer } from '../../ports.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { adviceFor, judgeAnswer, shownUrl } from './judge-response.ts'
import type { HttpCheck } from './request/release-steps.ts'
import { hideSent } from './sent-values.ts'

/** How a check ended. `milliseconds`: what the last response took. */
export type CheckResult = {
  readonly name: Text
  readonly status?: number | undefined
  readonly milliseconds: number
  readonly tries: number
} & ({ readonly passed: true } | { readonly passed: false; readonly why: Text; readonly advice: Text })

const mostRedirects = 5
/** What a redirect to another host, or away from TLS, must not get (https://fetch.spec.whatwg.org/#http-redirect-fetch). */
const credentials: readonly string[] = ['authorization', 'cookie', 'proxy-authorization', 'host']

/** Makes a check again and again until its response is as expected or its time is up. Throws the reason of the signal. */
export async function runHttpCheck(
  check: HttpCheck,
  probe: HttpProbe,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CheckResult> {
  const name = checkName(check)
  const start = clock.monotonic()
  const deadline = deadlineIn(clock, check.within)
  for (let tries = 1; ; tries++) {
    const answer = await follow(check, probe)
    const known = {
      name,
      tries,
      milliseconds: answer.milliseconds,
      status: answer.kind === 'response' ? answer.status : undefined,
    }
    const problem = judgeAnswer(answer, check)
    if (problem === undefined) return { ...known, passed: true }
    const left = remaining(clock, deadline)
    if (left === 0) {
      const seconds = Math.round((clock.monotonic() - start) / 1000)
      const period = tries > 1 ? ` (${tries} tries in ${seconds} s)` : ''
      const why = hideSent(check.headers)(problem)
      return { ...known, passed: false, why: text`${name} ${why}${period}`, advice: adviceFor(answer) }
    }
    await clock.sleep(Math.min(check.interval, left), signal)
  }
}

/** `health (GET https://api.example.com/health)`. */
export function checkName({ name, ...check }: HttpCheck): Text {
  return name === undefined ? requestName(check) : text`${untrusted(name)} (${requestName(check)})`
}

function requestName({ method, url, host, connectTo }: Omit<HttpCheck, 'name'>): Text {
  const by = [...(host === undefined ? [] : [`Host: ${host}`]), ...(connectTo === undefined ? [] : [`at ${connectTo}`])]
  const way = by.length === 0 ? [] : text` [${untrusted(by.join(', '))}]`
  return text`${method} ${untrusted(shownUrl(url))}${way}`
}

async function follow(check: HttpCheck, probe: HttpProbe): Promise<ProbeAnswer> {
  const { method, timeout, followsRedirects, connectTo } = check
  let url = check.url
  let headers: Readonly<Record<string, string>> = { ...check.headers, ...(check.host && { host: check.host }) }
  for (let redirects = 0; ; redirects++) {
    const isSame = sameHost(url, check.url)
    const answer = await probe.send({ url, method, headers, timeout, connectTo: isSame ? connectTo : undefined })
    const next = followsRedirects && answer.kind === 'response' ? redirectOf(answer, url) : undefined
    if (next === undefined || redirects === mostRedirects) return answer
    if (!sameHost(url, next) || (isSecure(url) && !isSecure(next)))
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => !credentials.includes(name.toLowerCase())),
      )
    url = next
  }
}

function redirectOf({ status, headers }: Extract<ProbeAnswer, { kind: 'response' }>, from: string): string | undefined {
  const { location } = headers
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined
  return to && /^https?:$/.test(to.protocol) ? to.href : undefined
}

function isSecure(url: string): boolean {
  return new URL(url).protocol === 'https:'
}

function sameHost(one: string, other: string): boolean {
  return new URL(one).host === new URL(other).host
}
