/** What people who play with the simulator see and say: how images behave, and what Slack has got. */
import { escapeHtml, slackPage } from '../demo/slack-page.ts'
import { plainText } from '../demo/slack-terminal.ts'
import { behaviours } from './behaviours.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import type { Simulator } from './simulator.ts'

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
