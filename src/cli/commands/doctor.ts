import { definitionOptions, inputTexts, placeOptions } from '../action-options.ts'
import { chosenServices, noService } from '../chosen-services.ts'
import { type CliWorld, type Command, type CommandOptions, exitCodes, type Given } from '../command.ts'
import { optionValue } from '../given.ts'
import { runForEach } from '../run-with-profile.ts'

const inputs: CommandOptions = {
  ...placeOptions,
  ...definitionOptions,
  'deployment-id': {
    type: 'string',
    value: 'ID',
    description: 'Explains this past deployment: service-deployment/…, its ARN, d-…, ecs-svc/… or newest.',
  },
  'check-secret-keys': {
    type: 'string',
    choices: ['true', 'false'],
    description: 'Reads secrets of which single JSON keys are used, and checks the keys; true by default.',
  },
  'fail-on': {
    type: 'string',
    choices: ['blocks', 'warns', 'never'],
    description: 'Severity that ends with exit code 1; blocks by default.',
  },
}

/** `slipway doctor`: the action `doctor` with the credentials of a profile. */
export const command: Command = {
  name: 'doctor',
  summary: 'Checks a deployment, or explains a past one, with the AWS credentials of a profile. Reads only.',
  operands: '[SERVICE]',
  options: inputs,
  run,
}

/** What the action takes without a service. */
const alone = ['task-definition', 'task-definition-arn', 'deployment-id']

async function run(given: Given, world: CliWorld): Promise<number> {
  const { createDoctor } = await import('../../actions/doctor/index.ts')
  const services = chosenServices(given, world, 'single')
  const isNamed = alone.some((name) => optionValue(given, name) !== undefined)
  if (services.length === 0 && !isNamed) throw noService(given, world)
  // Without any, the task definition alone is checked.
  const checked = services.length > 0 ? services : [{ environment: '', service: '' }]
  const ends = await runForEach(checked, createDoctor(world), inputTexts(given, inputs), given, world)
  return ends.some(({ isRed }) => isRed) ? exitCodes.failed : exitCodes.done
}
