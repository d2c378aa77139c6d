import { isGood, isOpen } from '../deployment/verdict.ts'
import { text, untrusted } from '../text.ts'
import { type Annotation, annotations, fitting, lined, openTitle } from './annotations.ts'
import { forPlain } from './escape.ts'
import { type FleetReport, fleetHeadline, fleetOpening } from './fleet.ts'
import { reportOf, standing } from './fleet-service.ts'
import { firstLine } from './opening.ts'

/** The runner shows 10 annotations of each level per step (ExecutionContext.cs); the first is that of all services. */
const mostErrors = 10
const mostWarnings = 10

/** What the page of the run shows on top: one error for all of them, then one for each that failed, and what reports lack. */
export function fleetAnnotations(report: FleetReport): readonly Annotation[] {
  const { subject, state } = report
  const each = state.services.flatMap((service) => {
    const own = reportOf(service, subject)
    return own ? annotations(own).map((annotation) => ({ ...annotation, ...titled(annotation, service.name) })) : []
  })
  const all = total(report)
  const failed = state.services.filter((service) => standing(service).kind === 'bad').length
  const warnings = each.filter(({ level }) => level === 'warning').slice(0, mostWarnings)
  return [
    ...all,
    // One that failed alone has been told with all of them.
    ...(all.length > 0 && failed > 1 ? each.filter(({ level }) => level === 'error').slice(0, mostErrors - 1) : []),
    ...warnings,
    ...(subject.url && state.verdict?.outcome === 'succeeded' ? [notice(report, subject.url)] : []),
  ]
}

function titled({ level, title, message }: Annotation, name: string): Pick<Annotation, 'title' | 'message'> {
  return level === 'warning'
    ? { title, message: fitting(text`${untrusted(name)}: ${message}`) }
    : { title: `${title}: ${forPlain(name)}`, message }
}

function total(report: FleetReport): readonly Annotation[] {
  const { verdict } = report.state
  if (!verdict || isGood(verdict.outcome)) return []
  const { headline, reason, rest } = fleetOpening(report)
  if (isOpen(verdict)) {
    const message = fitting(lined([firstLine({ headline, reason }), ...rest]))
    return [{ level: 'notice', title: openTitle(verdict.outcome), message }]
  }
  const lines = reason
    ? [text`Deploy failed: ${reason}`, ...rest, text`${headline}.`]
    : [text`Deploy failed: ${headline}.`, ...rest]
  return [{ level: 'error', title: 'Deploy failed', message: fitting(lined(lines)) }]
}

function notice(report: FleetReport, url: string): Annotation {
  return { level: 'notice', title: 'Deployed', message: fitting(text`${fleetHeadline(report)}: ${untrusted(url)}`) }
}
