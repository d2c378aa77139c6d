import { type CliWorld, type Command, exitCodes, type Given } from '../command.ts'
import { isGiven, optionValue, printJson } from '../given.ts'
import { initOptions } from '../init/init-options.ts'
import { neededResources } from '../init/needed-resources.ts'
import { nextSteps, type Step } from '../init/next-steps.ts'
import { type InitPlan, planInit } from '../init/plan-init.ts'
import { standingOf } from '../init/printed-commands.ts'
import { uncommittedOf } from '../init/uncommitted.ts'
import { usageFailure } from '../usage-failure.ts'
import { type WrittenFile, writeFiles } from '../write-files.ts'

/** `slipway init`: slipway.yml, the workflow and the task definition of a repository that has none. */
export const command: Command = {
  name: 'init',
  summary:
    'Writes slipway.yml, the workflow and what is missing of the task definition, from the repository and the AWS account.',
  options: initOptions,
  run: init,
}

async function init(given: Given, world: CliWorld): Promise<number> {
  const mistakes = mistakesIn(given)
  if (mistakes.length > 0) throw usageFailure(mistakes)
  const plan = await planInit(given, world)
  const [isJson, check] = [isGiven(given, 'json'), isGiven(given, 'check')]
  const diffs: string[] = []
  const show = (diff: string) => {
    diffs.push(diff)
    if (!isJson) world.out(diff)
  }
  const written = await writeFiles(plan.files, { force: isGiven(given, 'force'), check, show }, world)
  const steps = await stepsAfter(plan, written, given, world)
  const notes = [...plan.notes, ...(plan.account?.notes ?? [])]
  if (isJson)
    printJson(world, {
      files: written.map((file, index) => ({ ...file, diff: diffs[index] })),
      notes,
      steps,
    })
  else {
    for (const note of notes) world.err(`note: ${note}\n`)
    world.out(written.length === 0 ? 'Nothing is missing.\n' : '')
    world.out(steps.map(stepText).join(''))
  }
  return check && written.length > 0 ? exitCodes.different : exitCodes.done
}

function mistakesIn(given: Given): readonly string[] {
  const slipway = optionValue(given, 'slipway')
  const group = optionValue(given, 'target-group')
  return [
    ...(slipway !== undefined && !/^[\w.-]+\/[\w.-]+@[\w./-]+$/.test(slipway)
      ? [`--slipway must be owner/repository@ref, such as your-org/slipway@v1, not ${slipway}`]
      : []),
    ...(group !== undefined && !/^arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:targetgroup\/.+$/.test(group)
      ? [`--target-group must be the ARN of a target group, not ${group}`]
      : []),
  ]
}

async function stepsAfter(
  { config, survey, account, kept, definitionOf, codeDeploy }: InitPlan,
  written: readonly WrittenFile[],
  given: Given,
  world: CliWorld,
): Promise<readonly Step[]> {
  const paths = [...new Set([...written.map(({ path }) => path), ...kept])]
  return nextSteps({
    standing: standingOf(given),
    config,
    account,
    needed: neededResources(config, definitionOf),
    toMigrate: survey.workflows.filter(({ by }) => by === 'others'),
    uncommitted: isGiven(given, 'check') ? paths : await uncommittedOf(paths, world),
    remote: survey.remote,
    codeDeploy,
  })
}

function stepText({ title, commands }: Step, index: number): string {
  return `\n${index + 1}. ${title}\n${commands.map((command) => `   ${command}\n`).join('')}`
}
