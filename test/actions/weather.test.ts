/** Every end of the verdict table again while 30 % of all calls to AWS, GitHub and Slack are spoiled: the ends are the same. */
import { expect, test } from '@jest/globals'
import { some, times } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { ends, type Played, play } from './verdict-table.ts'
import { spoil } from './weather.ts'

/** `WEATHERS=20 npm test -- test/actions/weather` tries more of them. */
const seeds = Array.from({ length: times('WEATHERS', 1, 3) }, (_, index) => index + 1)

const role = 'arn:aws:iam::111122223333:role/slipway-deploy'
const given = {
  'role-to-assume': role,
  'allowed-account-ids': '111122223333',
  environment: 'production',
  'slack-token': 'xoxb-not-a-real-token',
  'slack-channel': 'C0123456789',
  // As often as usual, so that there is much to spoil.
  'wait-max-delay-seconds': '',
}

/** What the run finds beside its service: a role that trusts it, and the page of its deployment on GitHub. */
function furnish(sim: Simulator): void {
  sim.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:*' } })
  sim.github.deployments.create({ repository: 'acme/api', environment: 'production', sha: 'b'.repeat(40) })
}

/** Faults after which the call was carried out nevertheless. */
const carriedOut = [undefined, 'apply-then-drop', 'truncate', 'stale-read']
const changes = ['RegisterTaskDefinition', 'UpdateService', 'CreateDeployment', 'RunTask', 'CreateService']

/** What people and AWS are left with: nothing of it may depend on the weather. */
function told({ runner, serving, sim }: Played) {
  const { verdict = '', 'task-definition-arn': revision } = runner.outputs
  const { cause } = JSON.parse(runner.savedState.report ?? '{}') as { cause?: { code: string } }
  const changed = sim.recorder.all
    .filter(({ operation, outcome }) => changes.includes(operation) && carriedOut.includes(outcome))
    .map(({ operation }) => operation)
  return { verdict, green: !runner.failed, cause: cause?.code, revision, serving, changed }
}

const rows = Object.entries(ends).map(([name, end], row) => ({ name, end, row }))

test.each(some(rows, 21))('$name', async ({ end, row }) => {
  const calm = told(await play(end, { before: furnish, given }))
  expect(calm.verdict).toBe(end.verdict)
  for (const seed of seeds) {
    let weather: ReturnType<typeof spoil> | undefined
    const meanwhile: typeof end.meanwhile = (...args) => weather?.spared(() => end.meanwhile?.(...args))
    const before = (sim: Simulator) => {
      furnish(sim)
      weather = spoil(sim, 1000 * row + seed)
    }
    const played = await play({ ...end, meanwhile }, { before, given })
    expect({ seed, ...told(played) }).toEqual({ seed, ...calm })
  }
})
