/** What no run may show to anybody, and what no run may print: every run of the suite is held to it. */
import { commandsIn } from '../report/runner-parser.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { type ActionResult, jobToken } from './run-action.ts'

/** Credentials that are planted into every run. Each contains the word that is searched for. */
export const canaries = {
  awsSecretKey: 'c4nary/aws+secret/key/0123456789abcdef',
  slackToken: 'xoxb-111-222-c4naryslacktoken',
  githubToken: jobToken,
  webhook: '/services/T0/B0/c4narywebhook',
  environmentValue: 'c4nary-environment-value',
  label: 'c4nary-label-of-a-token',
  logOption: 'c4nary-splunk-token==',
  logLines: [
    'connecting to postgres://shop:c4nary-in-an-address@db.internal/orders',
    'retry with password=c4nary-in-a-line',
  ],
}

/** Texts of others that would be commands, styles or markup if they got out as they are. */
export const hostile = {
  log: '##[error]PLANTED by a container\r::set-output name=verdict::PLANTED\u202e ::add-path::/PLANTED',
  commit: '::error::PLANTED ##[add-path]/PLANTED \u202egnp.exe\u2066 <!channel> <img src=x onerror=alert(1)>',
}

const secret = /c4nary|simulator-(session|id-token)-|simulator-secret-access-key|\beyJ[\w-]{20,}\.|-----BEGIN/
const direction = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
/** Signs of a value that nobody looked at before it was put into a sentence. */
const careless = /\bundefined\b|\bNaN\b|\[object \w+\]|a bug in Slipway/
/** The commands that Slipway itself uses. */
const usual = ['add-mask', 'debug', 'error', 'warning', 'notice', 'group', 'endgroup']

/** Everything that people could see of a run, by where they see it. */
function visible(result: ActionResult, sim: Simulator): Readonly<Record<string, string>> {
  const log = result.log.replaceAll(/^::add-mask::.*$/gm, '')
  return {
    log,
    summary: result.summary,
    outputs: Object.entries(result.outputs)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    variables: JSON.stringify(result.variables),
    state: Object.values(result.state).join('\n'),
    slack: JSON.stringify(
      sim.slack
        .messages()
        .map(({ content, history, replies }) => [content, history, replies.map((reply) => reply.content)]),
    ),
    github: JSON.stringify(sim.github.deployments.all().map(({ description, statuses }) => [description, statuses])),
  }
}

/** What is wrong with a run, whatever it was about; empty when nothing is. */
export function blemishes(result: ActionResult, sim: Simulator): readonly string[] {
  const seen = visible(result, sim)
  const found = Object.entries(seen).flatMap(([place, text]) => [
    ...excerpt(secret, text, `a secret in ${place}`),
    ...(place === 'state' ? [] : excerpt(direction, text, `a direction control in ${place}`)),
    ...(place === 'state' ? [] : excerpt(careless, text, `a careless word in ${place}`)),
  ])
  const commands = commandsIn(result.log)
    .filter(({ name, data }) => !usual.includes(name) || data.trimStart().startsWith('PLANTED'))
    .map(({ name, data }) => `an obeyed command: ${name} ${data}`)
  return [...found, ...commands]
}

function excerpt(pattern: RegExp, text: string, what: string): string[] {
  const at = text.search(pattern)
  return at < 0 ? [] : [`${what}: …${text.slice(Math.max(0, at - 60), at + 80)}…`]
}
