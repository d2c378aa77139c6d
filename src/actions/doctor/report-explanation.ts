import type { Aws } from '../../aws/connect.ts'
import { fold, initialState } from '../../deployment/state.ts'
import { readRun } from '../../github/workflow-run.ts'
import { firstLine, linesBelow, opening } from '../../report/opening.ts'
import { outputs } from '../../report/outputs.ts'
import { renderSummary } from '../../report/summary.ts'
import type { Runner } from '../../runner/action.ts'
import { explainEcsDeployment, outputNames } from '../../targets/ecs/index.ts'
import { text } from '../../text.ts'
import type { Place } from '../targets/place.ts'
import { openImageStore } from '../world/open-image-store.ts'
import type { World } from '../world/world.ts'

/** Explains a deployment that has ended or is in progress, in the log, the summary and the outputs. Never fails the step. */
export async function reportExplanation(
  id: string,
  place: Place,
  aws: Aws,
  runner: Runner,
  { fetch }: World,
): Promise<void> {
  const { cluster, service, codeDeployApplication, codeDeployDeploymentGroup } = place
  const codeDeploy = { application: codeDeployApplication, deploymentGroup: codeDeployDeploymentGroup }
  const now = runner.clock.now()
  const images = openImageStore({ aws, runner, fetch })
  const ports = { ...aws, clock: runner.clock, signal: runner.signal, aside: { ...aws, images } }
  const explained = await explainEcsDeployment(id, { region: aws.region, cluster, service, codeDeploy }, ports)
  const folded = explained.events.reduce(fold, {
    ...initialState(explained.startedAt),
    purpose: 'explanation' as const,
  })
  const state = explained.isOver ? folded : { ...folded, updatedAt: now }
  const subject = {
    service: explained.name,
    home: explained.home,
    region: aws.region,
    environment: place.environment,
    outputs: outputNames,
    accountId: place.accountId,
    run: readRun(runner.environment),
  }
  const report = { subject, state }
  const lines = opening(report)
  runner.log.info(firstLine(lines))
  for (const line of linesBelow(lines)) runner.log.info(text`   ${line}`)
  for (const { title, lines } of state.evidence?.sections ?? []) runner.log.group(title, lines)
  for (const warning of state.warnings) runner.log.warning(text`${warning}`, 'Slipway')
  for (const [name, value] of Object.entries(outputs(report))) runner.setOutput(name, value)
  runner.setOutput('findings', '[]')
  await runner.writeSummary(renderSummary(report))
}
