import { definitionOptions, inputTexts, placeOptions } from '../action-options.ts'
import { chosenServices, noService } from '../chosen-services.ts'
import { type CliWorld, type Command, type CommandOptions, exitCodes, type Given } from '../command.ts'
import { isGiven } from '../given.ts'
import type { InputTexts } from '../local-runner.ts'
import { runForEach } from '../run-with-profile.ts'

const inputs: CommandOptions = {
  ...placeOptions,
  ...definitionOptions,
  digests: {
    type: 'string',
    value: 'JSON',
    description: 'Digest or tag of each of several images, such as {"api":"v2"}.',
  },
  'codedeploy-appspec': { type: 'string', value: 'FILE', description: 'AppSpec of CodeDeploy.' },
  'desired-count': { type: 'string', value: 'COUNT', description: 'Number of tasks.' },
  'force-new-deployment': { type: 'boolean', description: 'Deploys although nothing differs.' },
  preflight: { type: 'string', choices: ['on', 'off'], description: 'Checks before the deployment; on by default.' },
}

/** `slipway plan`: the dry run of the action `deploy` with the credentials of a profile. */
export const command: Command = {
  name: 'plan',
  summary: 'Prints what a deployment would change, with the AWS credentials of a profile. Reads only.',
  operands: '[SERVICE]',
  options: {
    ...inputs,
    check: { type: 'boolean', description: 'Ends with exit code 3 where a deployment would change something.' },
  },
  run,
}

async function run(given: Given, world: CliWorld): Promise<number> {
  const { createDeploy } = await import('../../actions/deploy/index.ts')
  const services = chosenServices(given, world, 'deployed')
  if (services.length === 0) throw noService(given, world)
  const texts = { ...inputTexts(given, inputs), ...guardTexts(world), 'dry-run': 'true' }
  const ends = await runForEach(services, createDeploy(world), texts, given, world)
  if (ends.some(({ isRed }) => isRed)) return exitCodes.failed
  const isDifferent = ends.some(({ outputs }) => outputs.verdict !== 'unchanged')
  return isGiven(given, 'check') && isDifferent ? exitCodes.different : exitCodes.done
}

/** Only GitHub knows the order of commits, and answers a token only. */
function guardTexts({ environment }: CliWorld): InputTexts {
  const token = environment.GITHUB_TOKEN || environment.GH_TOKEN
  return token ? { 'github-token': token } : { guard: 'off' }
}
