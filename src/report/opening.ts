import type { DeploymentState } from '../deployment/state.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { joined, renderText, type Text, text, untrusted } from '../text.ts'
import { closed } from './failure-text.ts'
import { safeUrl } from './links.ts'
import { waitingLines } from './pauses.ts'
import type { Report } from './report.ts'
import { appearance, causeSentence, headline, stageOf } from './sentence.ts'

/** What every channel says before anything else. */
export interface Opening {
  /** The verdict, or where the deployment is; no full stop. */
  readonly headline: Text
  /** Why, as a sentence; undefined where nothing failed, or the cause is unknown. */
  readonly reason: Text | undefined
  /** What to do about it, with the page that says more. */
  readonly fix: Text | undefined
  /** How to continue a pause, and the current state: a line each. */
  readonly rest: readonly Text[]
}

/** An address as a channel shows it, behind a sentence. The address is fit for readers. */
export type ShowLink = (address: string) => string

/** `See https://…`, for channels in which an address is a link by itself. */
export const plainLink: ShowLink = (address) => `See ${address}`

/** The opening of a report on one service. */
export function opening(report: Report, show: ShowLink = plainLink): Opening {
  const { state } = report
  const { now } = appearance(state)
  const cause = state.verdict?.outcome === 'succeeded' ? undefined : state.cause
  return {
    headline: headline(report),
    reason: cause ? causeSentence(cause) : (suspicion(state) ?? reasonOfRollback(state)),
    fix: cause && remedy(cause, show),
    rest: [...(stageOf(state) === 'paused' ? waitingLines(state) : []), ...(now ? [[now]] : [])],
  }
}

/** Headline and reason in one line, for places with room for one line only. */
export function firstLine({ headline, reason }: Pick<Opening, 'headline' | 'reason'>): Text {
  return reason ? text`${headline}. ${reason}` : headline
}

/** What follows the first line, a line each. */
export function linesBelow({ fix, rest }: Pick<Opening, 'fix' | 'rest'>): readonly Text[] {
  return fix ? [fix, ...rest] : rest
}

/** What to do, with the page that says more behind it; undefined where neither is known. */
export function remedy({ fix, docs }: Cause, show: ShowLink): Text | undefined {
  const address = safeUrl(docs)
  const parts = [...(fix.some((part) => part !== '') ? [fix] : []), ...(address ? [[show(address)]] : [])]
  return parts.length === 0 ? undefined : joined(parts, ' ')
}

/** `So far: 1 of 3 new tasks stopped: …`, while the deployment goes on: the end confirms or replaces it. */
export function suspicion({ suspected, verdict }: DeploymentState): Text | undefined {
  return suspected && !verdict ? text`So far: ${causeSentence(suspected)}` : undefined
}

/** Differs where the reason of a suspicion does, and not with the number of tasks; empty where nothing is suspected. */
export function suspectedReason({ suspected, verdict }: Partial<DeploymentState> = {}): string {
  if (!suspected || verdict) return ''
  const { code, error = [], why } = suspected
  return renderText(text`${code} ${error} ${why}`, (theirs) => theirs)
}

/** Until the evidence is gathered, what set the rollback off is all that is known. */
function reasonOfRollback(state: DeploymentState): Text | undefined {
  const { reason } = state.rollingBack ?? {}
  if (stageOf(state) !== 'rolling-back' || !reason) return undefined
  const said = reason.untrusted.replace(/^[a-z]/, (first) => first.toUpperCase())
  return closed([untrusted(said)])
}
