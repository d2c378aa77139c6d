/** What people who play with the simulator see and say: how images behave, and what Slack has got. */
import { escapeHtml, slackPage } from '../demo/slack-page.ts'
import { plainText } from '../demo/slack-terminal.ts'
import type { Behaviour } from './contract.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import type { Simulator } from './simulator.ts'

/** How containers can behave, by the name that people give it. An image with such a tag behaves so by itself. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  healthy: { kind: 'healthy' },
  slow: { kind: 'healthy', startSeconds: 240 },
  crash: { kind: 'crash', exitCode: 1, log: ["Error: Cannot find module './prices.js'"] },
  'exit-0': { kind: 'crash', exitCode: 0, log: ['Done.'] },
  'out-of-memory': { kind: 'out-of-memory', log: ['Loading 4,000,000 orders'] },
  unhealthy: { kind: 'unhealthy', reason: 'Target.ResponseCodeMismatch', responseCode: 500, log: ['GET /health 500'] },
  timeout: { kind: 'unhealthy', reason: 'Target.Timeout' },
  'image-missing': {
    kind: 'fails-to-start',
    stoppedReason:
      'CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref registry.example.com/api:image-missing: not found',
  },
  'secret-missing': {
    kind: 'fails-to-start',
    stoppedReason:
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
  },
  'no-capacity': {
    kind: 'no-capacity',
    reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone.',
  },
  spot: { kind: 'taken-away', stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' },
}

/** Lets the tag of an image say how its containers behave: `registry.example.com/api:crash`. */
export function playByTag({ world }: Simulator): void {
  for (const [name, behaviour] of Object.entries(behaviours)) world.scenarios.set(name, behaviour)
}

/** One line `image=behaviour`: a whole reference, a tag or a digest. Throws what is wrong with it. */
export function setBehaviour({ world }: Simulator, line: string): void {
  const [, image, name = ''] = /^(.+)=([\w-]+)$/.exec(line.trim()) ?? []
  const behaviour = Object.hasOwn(behaviours, name) ? behaviours[name] : undefined
  if (image === undefined || behaviour === undefined)
    throw new Error(`"${line.trim()}" must be image=behaviour, with one of ${Object.keys(behaviours).join(', ')}`)
  world.scenarios.set(image, behaviour)
}

const reply = (status: number, type: string, body: string): HttpResponse => ({
  status,
  headers: { 'content-type': `${type}; charset=utf-8` },
  body,
})

/** Answers what is for people; undefined for what programs ask. */
export function answerByHand(simulator: Simulator, { method, path, body }: HttpRequest): HttpResponse | undefined {
  if (path === '/simulator/images') return method === 'POST' ? changeImages(simulator, body.toString()) : undefined
  if (path === '/simulator/slack') return reply(200, 'text/html', messageList(simulator))
  const ts = /^\/simulator\/slack\/([\d.]+)$/.exec(path)?.[1]
  const message = simulator.slack.messages().find((one) => one.ts === ts)
  return message && reply(200, 'text/html', slackPage(message))
}

function changeImages(simulator: Simulator, lines: string): HttpResponse {
  try {
    for (const line of lines.split('\n').filter((one) => one.trim() !== '')) setBehaviour(simulator, line)
    return reply(200, 'text/plain', 'Done; it holds for tasks that start from now on.\n')
  } catch (error) {
    return reply(400, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`)
  }
}

function messageList({ slack }: Simulator): string {
  const rows = slack
    .messages()
    .toReversed()
    .map(({ ts, content, history }) => {
      const [first = ''] = plainText(String(content.text ?? '')).split('\n')
      return `<li><a href="/simulator/slack/${ts}">${escapeHtml(first)}</a>, edited ${history.length} times</li>`
    })
  const list = rows.length > 0 ? `<ul>${rows.join('\n')}</ul>` : '<p>No message yet. The channel is C0123456789.</p>'
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>#deploys</title>
<h1># deploys</h1>
${list}
</html>
`
}
