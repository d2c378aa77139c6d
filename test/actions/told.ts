/** What people and later steps are given by a step, as one page for a golden file. */
import type { FakeRunner } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'

export interface Told {
  readonly log: readonly string[]
  readonly summary: string
  readonly slack: readonly unknown[]
  /** What GitHub's page of the deployment showed, oldest first. */
  readonly page: readonly string[]
  readonly outputs: Readonly<Record<string, string>>
}

export function toldBy({ lines, summary, outputs, workspace }: FakeRunner, sim: Simulator): Told {
  return {
    log: lines,
    summary,
    slack: sim.slack.messages().map(({ content, replies }) => [content, ...replies.map((reply) => reply.content)]),
    page: sim.github.deployments.all().flatMap(({ statuses }) => statuses.map(({ description }) => description ?? '')),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, value.replaceAll(workspace, '<workspace>')]),
    ),
  }
}

export function toldPage({ log, summary, slack, page, outputs }: Told): string {
  const parts = [
    ['Log', log.join('\n')],
    ['Summary', summary],
    ['Slack', JSON.stringify(slack, undefined, 2)],
    ["GitHub's page", page.join('\n')],
    ['Outputs', JSON.stringify(outputs, undefined, 2)],
  ]
  return parts.map(([title, text]) => `===== ${title}\n${text}\n`).join('\n')
}
