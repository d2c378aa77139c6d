import { resourceName } from '../../arn.ts'
import { foldWaves, type WavesEvent, type WavesState } from '../../deployment/waves/waves-state.ts'
import { firstLine } from '../../report/opening.ts'
import { wavesAnnotations } from '../../report/waves-annotations.ts'
import { wavesLogLines } from '../../report/waves-log.ts'
import { wavesOutputs } from '../../report/waves-outputs.ts'
import { wavesSlackMessage } from '../../report/waves-slack.ts'
import { renderWavesSummary } from '../../report/waves-summary.ts'
import { type WavesSubject, wavesOpening, wavesStage, wavesSuspicions } from '../../report/waves-words.ts'
import type { Runner } from '../../runner/action.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { Channels } from '../shared/channels.ts'
import { openReporterOf, type Reporter } from '../shared/reporter.ts'
import type { Waves } from './placed-service.ts'

/** Reports several services as one: one log, one Slack message, one summary. */
export function openWavesReporter(
  waves: Waves,
  { subject: { service: _, ...shared }, ...channels }: Channels,
  { slackMention: mention }: DeployInputs,
  runner: Runner,
  initial: WavesState,
): Reporter<WavesEvent, WavesState> {
  const services = waves.flat().map(({ name, place: { service, cluster, subject } }) => {
    // The address is that of all of them.
    return [
      name,
      {
        ...shared,
        url: undefined,
        service: resourceName(service),
        home: { kind: 'cluster', name: resourceName(cluster) },
        ...subject,
      },
    ] as const
  })
  const subject: WavesSubject = { ...shared, services: new Map(services) }
  return openReporterOf<WavesEvent, WavesState>(
    initial,
    { ...channels, runner },
    {
      fold: foldWaves,
      logLines: (before, after, event) => wavesLogLines(before, after, event, subject),
      slackMessage: (state) => wavesSlackMessage({ subject, state }, { mention }),
      line: (state) => firstLine(wavesOpening({ subject, state })),
      stage: (state) => [wavesStage(state), state.wave, tenthsEnded(state), wavesSuspicions(state)].join(' '),
      outputs: (state) => wavesOutputs({ subject, state }),
      annotations: (state) => wavesAnnotations({ subject, state }),
      summary: (state) => renderWavesSummary({ subject, state }),
    },
  )
}

/** GitHub takes some 80 statuses a minute (REST API, "Best practices", secondary rate limits) and keeps each of them. */
function tenthsEnded({ services }: WavesState): number {
  const ended = services.filter(({ state }) => state?.verdict).length
  return Math.floor((10 * ended) / services.length)
}
