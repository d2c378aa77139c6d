import { isBad, isOpen } from '../deployment/verdict.ts'
import { asName, text } from '../text.ts'
import { type Annotation, annotationOf, annotations, fitting, urlNotice } from './annotations.ts'
import { reportOf, standing } from './waves-service.ts'
import { type WavesReport, wavesOpening } from './waves-words.ts'

/** The runner shows 10 annotations of each level per step (ExecutionContext.cs); the first is that of all services. */
const mostErrors = 10
const mostWarnings = 10

/** What the page of the run shows on top: one error for all of them, then one for each that failed, and what reports lack. */
export function wavesAnnotations(report: WavesReport): readonly Annotation[] {
  const { subject, state } = report
  const { verdict } = state
  const each = state.services.flatMap((service) => {
    const own = reportOf(service, subject)
    return own ? annotations(own).map((annotation) => named(annotation, service.name)) : []
  })
  const failed = state.services.filter((service) => standing(service).kind === 'bad').length
  const said = wavesOpening(report)
  const isFailed = verdict !== undefined && isBad(verdict)
  const [first, ...others] = each.filter(({ level }) => level === 'error')
  // One that failed alone is in that of all of them; the lines of files that it marks are left.
  const errors = failed > 1 && first ? [first, ...others] : others
  return [
    ...(isFailed ? [{ ...annotationOf('error', said), place: failed === 1 ? first?.place : undefined }] : []),
    ...(isFailed ? errors.slice(0, mostErrors - 1) : []),
    ...(verdict && isOpen(verdict) ? [annotationOf('notice', said)] : []),
    ...each.filter(({ level }) => level === 'warning').slice(0, mostWarnings),
    ...(subject.url && verdict?.outcome === 'succeeded' ? [urlNotice(said, subject.url)] : []),
  ]
}

/** The title of a warning names no service. */
function named(annotation: Annotation, service: string): Annotation {
  if (annotation.level !== 'warning') return annotation
  return { ...annotation, message: fitting(text`${asName(service)}: ${annotation.message}`) }
}
