import { profileRegion, requireProfile } from '../aws/profile.ts'
import type { Action } from '../runner/action.ts'
import type { InputSpec } from '../runner/inputs.ts'
import { inWordsOfOptions } from './action-words.ts'
import { type ChosenService, chosenTexts } from './chosen-services.ts'
import type { CliWorld, Given } from './command.ts'
import { isGiven, optionValue, printJson } from './given.ts'
import { type ActionEnd, type InputTexts, runLocally } from './local-runner.ts'
import { type Block, readMarkdown } from './summary/markdown-blocks.ts'
import { terminalView } from './summary/terminal-view.ts'

/** The end of an action for one service, or for several that are deployed together. */
export interface ServiceEnd extends ActionEnd, ChosenService {}

/** As it reads only. Milliseconds. */
const patience = 120_000

/**
 * Runs an action for each service and prints its report; with `--json`, the outputs of all of them. Credentials, and where nothing
 * else names it the region, are those of `--profile` or of the default chain.
 */
export async function runForEach<Spec extends InputSpec>(
  services: readonly ChosenService[],
  action: Action<Spec>,
  texts: InputTexts,
  given: Given,
  world: CliWorld,
): Promise<readonly ServiceEnd[]> {
  const profile = optionValue(given, 'profile')
  const onLine = isGiven(given, 'verbose') ? (line: string) => world.err(`${line}\n`) : undefined
  const settings = { profile, patience, environment: environmentWithRegion(profile, world), onLine }
  const ends: ServiceEnd[] = []
  for (const one of services) {
    const end = await runLocally(action, { ...texts, ...chosenTexts(one) }, world, settings).catch((error: unknown) => {
      throw inWordsOfOptions(error)
    })
    ends.push({ ...one, ...end })
    if (!isGiven(given, 'json')) world.out(`${ends.length > 1 ? '\n' : ''}${terminalView(end.summary)}`)
  }
  if (isGiven(given, 'json')) printJson(world, { services: ends.map(asJson) })
  return ends
}

function environmentWithRegion(profile: string | undefined, { environment }: CliWorld) {
  requireProfile(profile, environment)
  const region = profileRegion(profile, environment)
  return region === undefined || environment.AWS_DEFAULT_REGION
    ? environment
    : { ...environment, AWS_DEFAULT_REGION: region }
}

/** Outputs that are JSON already. */
const structured = ['findings', 'services']

function asJson({ environment, service, summary, outputs }: ServiceEnd): object {
  const values = Object.entries(outputs).map(([name, value]) => [
    name,
    structured.includes(name) && value !== '' ? JSON.parse(value) : value,
  ])
  return { environment, service, changes: changesIn(readMarkdown(summary)), outputs: Object.fromEntries(values) }
}

/** Lines of the differences in a report, such as `+ cpu: "512"`. */
function changesIn(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'fold') return changesIn(block.blocks)
    return block.kind === 'code' && block.language === 'diff' ? block.lines : []
  })
}
