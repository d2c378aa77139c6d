import { resourceName } from '../../arn.ts'
import { type FleetEvent, type FleetState, foldFleet } from '../../deployment/waves/waves-state.ts'
import { type FleetSubject, fleetOpening, fleetStage, fleetSuspicions } from '../../report/fleet.ts'
import { fleetAnnotations } from '../../report/fleet-annotations.ts'
import { fleetLogLines } from '../../report/fleet-log.ts'
import { fleetOutputs } from '../../report/fleet-outputs.ts'
import { fleetSlackMessage } from '../../report/fleet-slack.ts'
import { renderFleetSummary } from '../../report/fleet-summary.ts'
import { firstLine } from '../../report/opening.ts'
import type { Runner } from '../../runner/action.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { Channels } from '../shared/channels.ts'
import { openReporterOf, type Reporter } from '../shared/reporter.ts'
import type { Waves } from './several-places.ts'

/** Reports several services as one: one log, one Slack message, one summary. */
export function openFleetReporter(
  waves: Waves,
  { subject: { service: _, ...shared }, ...channels }: Channels,
  { slackMention: mention }: DeployInputs,
  runner: Runner,
  initial: FleetState,
): Reporter<FleetEvent, FleetState> {
  const services = waves.flat().map(({ name, place: { service, cluster } }) => {
    // The address is that of all of them.
    return [
      name,
      {
        ...shared,
        url: undefined,
        service: resourceName(service),
        home: { kind: 'cluster', name: resourceName(cluster) },
      },
    ] as const
  })
  const subject: FleetSubject = { ...shared, services: new Map(services) }
  return openReporterOf<FleetEvent, FleetState>(
    initial,
    { ...channels, runner },
    {
      fold: foldFleet,
      logLines: (before, after, event) => fleetLogLines(before, after, event, subject),
      slackMessage: (state) => fleetSlackMessage({ subject, state }, { mention }),
      line: (state) => firstLine(fleetOpening({ subject, state })),
      stage: (state) => [fleetStage(state), state.wave, tenthsEnded(state), fleetSuspicions(state)].join(' '),
      outputs: (state) => fleetOutputs({ subject, state }),
      annotations: (state) => fleetAnnotations({ subject, state }),
      summary: (state) => renderFleetSummary({ subject, state }),
    },
  )
}

/** GitHub takes some 80 statuses a minute (REST API, "Best practices", secondary rate limits) and keeps each of them. */
function tenthsEnded({ services }: FleetState): number {
  const ended = services.filter(({ state }) => state?.verdict).length
  return Math.floor((10 * ended) / services.length)
}
