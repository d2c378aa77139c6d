import { initialState } from '../deployment/state.ts'
import { isGood } from '../deployment/verdict.ts'
import { isGoingBack, isRestored, versionsOf, type WaveService } from '../deployment/waves/waves-state.ts'
import { renderText } from '../text.ts'
import { forPlain } from './escape.ts'
import { outputs, versionOutputs } from './outputs.ts'
import { truncate } from './short.ts'
import { causeOfService, failureOf, reportOf } from './waves-service.ts'
import { totalCause, type WavesReport, type WavesSubject } from './waves-words.ts'

/**
 * A job's outputs may have 1 MB in UTF-16 together (GitHub docs, "Passing information between jobs"), and a cut JSON would
 * be none: the causes give way.
 */
const longest = 400_000
const longestCause = 500

/**
 * The outputs of services that were deployed together, by their names in action.yml. Those that mean one service are empty
 * where there are several; that of the version stays where all share one.
 */
export function wavesOutputs({ subject, state }: WavesReport): Record<string, string> {
  const [only, ...others] = state.services
  const single = only && others.length === 0 ? reportOf(only, subject) : undefined
  const nothing = outputs({ subject, state: initialState(state.startedAt) })
  const versions = new Set(state.services.map((service) => versionsOf(service).to?.id))
  const [shared] = versions.size === 1 ? versions : []
  return {
    ...(single ? outputs(single) : { ...nothing, [subject.outputs.version]: shared ?? '' }),
    verdict: state.verdict?.outcome ?? '',
    cause: renderText(totalCause({ subject, state }), forPlain),
    'cause-code': state.verdict && !isGood(state.verdict.outcome) ? (state.verdict.cause?.code ?? '') : '',
    services: services(state.services, subject),
  }
}

/** JSON: name → what is known of the service. */
function services(all: readonly WaveService[], subject: WavesSubject): string {
  for (const cut of [longestCause, 0]) {
    const json = JSON.stringify(Object.fromEntries(all.map((service) => [service.name, facts(service, subject, cut)])))
    if (json.length <= longest) return json
  }
  return JSON.stringify(Object.fromEntries(all.map((service) => [service.name, { verdict: verdictOf(service) }])))
}

/** Outputs that only its kind of target has are there where they have a value. */
function facts(service: WaveService, subject: WavesSubject, longestReason: number) {
  const { deployment } = service.state ?? {}
  const names = subject.services.get(service.name)?.outputs ?? subject.outputs
  const own = Object.entries({ ...names.own, ...deployment?.outputs }).filter(([, value]) => value !== '')
  return {
    verdict: verdictOf(service),
    cause: truncate(renderText(causeOfService(service), forPlain), longestReason),
    'cause-code': failureOf(service)?.code ?? '',
    ...versionOutputs(names, versionsOf(service)),
    'deployment-id': deployment?.id ?? '',
    ...Object.fromEntries(own),
    'console-url': deployment?.consoleUrl ?? '',
  }
}

/** That of its deployment, unless this run took it back; empty where it did not begin, and after a dry run. */
function verdictOf(service: WaveService): string {
  const { back, state } = service
  if (isRestored(service)) return 'rolled-back'
  if (isGoingBack(service) || back?.verdict?.outcome === 'cancelled') return 'cancelled'
  return back?.verdict ? 'rollback-failed' : (state?.verdict?.outcome ?? '')
}
