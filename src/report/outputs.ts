import type { DeploymentState } from '../deployment/state.ts'
import type { Version } from '../deployment/version.ts'
import { renderText } from '../text.ts'
import { forPlain } from './escape.ts'
import { openPauses } from './pauses.ts'
import { causeSentence } from './sentence.ts'
import type { OutputNames, Subject } from './subject.ts'

/** Longest value of one output. GitHub allows 1 MB for all outputs of a job. */
const longest = 64 * 1024

/**
 * The outputs of a deployment by their names in action.yml; what is not known is an empty string. Those of a wait are
 * only there when one was left: not every action can leave one.
 */
export function outputs({
  subject,
  state,
}: {
  readonly subject: Pick<Subject, 'outputs' | 'url'>
  readonly state: DeploymentState
}): Record<string, string> {
  const [pause] = state.verdict?.outcome === 'paused' ? openPauses(state) : []
  const values: Readonly<Record<string, string | undefined>> = {
    verdict: state.verdict?.outcome,
    cause: state.cause && renderText(causeSentence(state.cause), forPlain),
    'cause-code': state.cause?.code,
    ...versionOutputs(subject.outputs, { to: state.versioned?.version ?? state.plan?.to, from: state.plan?.from }),
    'deployment-id': state.deployment?.id,
    ...subject.outputs.own,
    ...state.deployment?.outputs,
    'console-url': state.deployment?.consoleUrl,
    url: subject.url,
    ...(pause && {
      'paused-stage': pause.stage,
      'paused-until': pause.until === undefined ? undefined : new Date(pause.until).toISOString(),
    }),
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, (value ?? '').slice(0, longest)]))
}

/** The ids of both versions, by the names of their outputs; empty strings where they are not known. */
export function versionOutputs(
  { version, previous }: OutputNames,
  { to, from }: { readonly to?: Version | undefined; readonly from?: Version | undefined },
): Record<string, string> {
  return { [version]: to?.id ?? '', [previous]: from?.id ?? '' }
}
