import { resourceName } from '../../arn.ts'
import type { Aws } from '../../aws/connect.ts'
import { deadlineIn } from '../../clock.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Mistake } from '../../mistake.ts'
import { namingSettings } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { requireService, runningTaskDefinition } from '../../targets/ecs/index.ts'
import type { WantedDefinition } from '../../targets/ecs/request/service-request.ts'
import { placed } from '../../task-definition/check.ts'
import { asName, text } from '../../text.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { requireValues } from '../targets/input-rules.ts'
import { awsInputsAt, type Place, placeOf } from '../targets/place.ts'
import { appSpec } from '../targets/requested-service.ts'
import { preflight } from '../targets/target-preflight.ts'
import { findDefinition } from '../targets/wanted-definition.ts'
import { openAws } from '../world/open-aws.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { network, type World } from '../world/world.ts'
import { checkMember, otherMember } from './check-member.ts'
import { type DoctorInputs, doctorInputs } from './doctor-inputs.ts'
import { reportFindings } from './report-findings.ts'

/** For all that is read. Milliseconds. */
const retryTime = 5 * 60_000

/** Checks before a deployment, or explains an earlier one; changes nothing. */
export function createDoctor(world: World): Action<typeof doctorInputs> {
  return {
    inputs: doctorInputs,
    main: (inputs, runner) => withSecretsAndAbort({}, runner, (calling) => main(inputs, calling, world)),
  }
}

/** `doctor` with the network of the runner. */
export const action = createDoctor(network)

async function main(inputs: DoctorInputs, runner: Runner, world: World): Promise<void> {
  const member = await otherMember(inputs, runner)
  if (member) return await checkMember(member, inputs, runner, world)
  const place = await placeOf(asDeployInputs(inputs), runner)
  await requireValues('doctor', doctorInputs, inputs, place, runner)
  await namingSettings(place.origins, () => examine(place, inputs, runner, world))
}

async function examine(place: Place, inputs: DoctorInputs, runner: Runner, world: World): Promise<void> {
  const deadline = deadlineIn(runner.clock, retryTime)
  const aws = openAws(awsInputsAt(inputs, place), runner, deadline, world.requestHandler)
  if (inputs.deploymentId === undefined) return await checkBefore(inputs, place, aws, runner, world)
  const { reportExplanation } = await import('./report-explanation.ts')
  await reportExplanation(inputs.deploymentId, place, aws, runner, world)
}

async function checkBefore(inputs: DoctorInputs, place: Place, aws: Aws, runner: Runner, world: World): Promise<void> {
  const service = await serviceAt(place, aws)
  const running = service && runningTaskDefinition(service)
  const current = running ? await aws.ecs.describeTaskDefinition(running) : undefined
  const wanted = await findDefinition(asDeployInputs(inputs), place, runner, aws.ecs)(service, current)
  const { checkSecretKeys } = inputs
  const options = { aws, place, runner, fetch: world.fetch, checkSecretKeys }
  const written = await appSpec({ codedeployAppspec: undefined }, place, runner)
  const findings = await preflight({ service, current, wanted }, { ...options, appSpec: written })
  const where = asName(place.environment ?? resourceName(place.cluster))
  const name = service?.serviceName
  const who = name === undefined ? text`The task definition` : text`${asName(name)} (${where})`
  await reportFindings(findings, who, inputs, runner, (finding) => placeOfFinding(finding, wanted))
}

/** The line of the file of the definition that a finding is about. */
function placeOfFinding({ path, what }: Finding, { definition, original }: WantedDefinition): Mistake | undefined {
  return path && original?.at ? placed(what, path, definition, original) : undefined
}

async function serviceAt({ service, cluster }: Place, { ecs }: Aws) {
  return service === undefined
    ? undefined
    : await requireService(await ecs.describeService(cluster, service), { cluster, service }, ecs)
}
