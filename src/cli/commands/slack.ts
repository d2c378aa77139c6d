import { stringify } from 'yaml'
import { type CliWorld, type Command, exitCodes, type Given } from '../command.ts'
import { isGiven, optionValue, printJson } from '../given.ts'
import { standingOf } from '../init/printed-commands.ts'
import { shellText } from '../init/shell-text.ts'
import { type SlackAppChoices, slackAppLink, slackManifest, slackManifestMistakes } from '../slack-manifest.ts'
import { usageFailure } from '../usage-failure.ts'

/** `slipway slack`: the manifest of the Slack app, and the page that creates it. */
export const command: Command = {
  name: 'slack',
  summary: 'Prints the manifest of the Slack app that Slipway posts as, and a link that creates it.',
  options: {
    name: { type: 'string', value: 'NAME', description: 'Name of the app; Slipway by default.' },
    'bot-name': { type: 'string', value: 'NAME', description: 'Name of its bot; slipway by default.' },
    description: { type: 'string', value: 'TEXT', description: 'Description in the list of apps of the workspace.' },
    color: { type: 'string', value: '#HEX', description: 'Background color of the app; #0b5fff by default.' },
    'public-channels': {
      type: 'boolean',
      description: 'Adds chat:write.public: messages in public channels that the app is not invited to.',
    },
    format: { type: 'string', choices: ['yaml', 'json'], description: 'Format of the manifest; yaml by default.' },
  },
  run: async (given, world) => print(given, world),
}

function print(given: Given, world: CliWorld): number {
  const choices = choicesIn(given)
  const mistakes = slackManifestMistakes(choices)
  if (mistakes.length > 0) throw usageFailure(mistakes)
  const manifest = slackManifest(choices)
  const link = slackAppLink(manifest)
  if (isGiven(given, 'json')) {
    printJson(world, { manifest, link })
    return exitCodes.done
  }
  world.out(optionValue(given, 'format') === 'json' ? `${JSON.stringify(manifest, null, 2)}\n` : stringify(manifest))
  world.err(`\n${steps(link, choices.publicChannels, given).join('\n')}\n`)
  return exitCodes.done
}

function choicesIn(given: Given): SlackAppChoices {
  return {
    name: optionValue(given, 'name') ?? 'Slipway',
    botName: optionValue(given, 'bot-name') ?? 'slipway',
    description: optionValue(given, 'description') ?? 'Deployments to AWS, live, with the cause of each failure',
    color: optionValue(given, 'color') ?? '#0b5fff',
    publicChannels: isGiven(given, 'public-channels'),
  }
}

function steps(link: string, publicChannels: boolean, given: Given): readonly string[] {
  const { folder } = standingOf(given)
  // gh takes the repository from the folder that it is run in.
  const store = `${folder === undefined ? '' : `cd ${shellText(folder)} && `}gh secret set SLACK_TOKEN`
  return [
    `1. Create the app: ${link}`,
    `2. Install it to the workspace, and store its bot token (xoxb-…): ${store}`,
    `3. ${publicChannels ? 'In private channels only: ' : ''}/invite the bot to the channel.`,
    '4. Set slack: in slipway.yml to the ID of the channel (channel details, last line), such as C0123456789.',
  ]
}
