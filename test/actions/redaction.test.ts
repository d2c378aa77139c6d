/** Credentials that are planted wherever a deployment looks, against everything that people could see of it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy.ts'
import { deployInputs } from '../../src/actions/deploy-inputs.ts'
import { codeDeployScene, newImage, rollingScene } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { doctor } from './doctor-scene.ts'
import { environment, here } from './scene.ts'

const canary = 'c4nary'
const variables = [
  { name: 'LICENCE', value: `${canary}-licence-value` },
  { name: 'DB_HOST', value: `${canary}.db.internal` },
  { name: 'DB_PASSWORD', value: 'hunter2' },
]
const key = [`${canary}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7`, `${canary}VJTUt9Us8cKjMzEfYyjiWA4R4`]

/** What a careless program prints before it ends. */
const careless = [
  `connecting to postgres://shop:${canary}-p@ss/word@db.internal/orders`,
  `retry with password=${canary}-in-a-line`,
  `{"headers":{"Authorization":"Bearer ${canary}.abc.def"},"clientSecret":"${canary} with words"}`,
  String.raw`{"msg":"{\"token\":\"${canary}-escaped\"}"}`,
  `Set-Cookie: session=${canary}; HttpOnly`,
  `aws_secret_access_key = ${canary}/K7MDENG/bPxRfiCYEXAMPLEKEY`,
  `git clone https://x-access-token:ghs_${canary}0123456789@github.com/acme/api`,
  `slack said no to xoxb-1111111111-${canary}0123456789`,
  '-----BEGIN RSA PRIVATE KEY-----',
  ...key,
  '-----END RSA PRIVATE KEY-----',
  `licence ${canary}-licence-value is over`,
  `no entry for ann/hunter2, nor for ${Buffer.from('ann:hunter2').toString('base64')}`,
  `Error: cannot reach ${canary}.db.internal:5432 with --password ${canary}-option`,
]

/** Everything that somebody could see of a run, by where they see it. */
async function deploy(sim: Simulator, behaviour: Behaviour) {
  sim.world.scenarios.set(newImage, behaviour)
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const definition = seededTaskDefinition(sim.world, { image: newImage, container: { environment: variables } })
  await writeFile(join(runner.workspace, 'td.json'), JSON.stringify(definition))
  const sent: unknown[] = []
  const action = createDeploy({
    requestHandler: sim.requestHandler,
    async fetch(_, init) {
      sent.push(JSON.parse(String(init.body)))
      return new Response(JSON.stringify({ ok: true, channel: 'C0123456789', ts: '1795165392.000100' }))
    },
  })
  const inputs = {
    ...here,
    'task-definition': 'td.json',
    'slack-token': `xoxb-${canary}-token`,
    'slack-channel': 'C0123456789',
    'fail-fast-after': '2',
  }
  await action.main(givenInputs(deployInputs, inputs), runner)
  return { runner, seen: { ...seenOf(runner), slack: JSON.stringify(sent), state: JSON.stringify(runner.savedState) } }
}

function seenOf({ lines, summary, outputs }: Awaited<ReturnType<typeof fakeRunner>>) {
  const annotations = lines.filter((line) => /^(error|warning|notice) /.test(line))
  return { log: lines.join('\n'), annotations: annotations.join('\n'), summary, outputs: JSON.stringify(outputs) }
}

const secrets = new RegExp(`${canary}|hunter2|${Buffer.from('hunter2').toString('base64').slice(0, 6)}|odW50ZXIy`)

const leaks = (seen: Readonly<Record<string, string>>) =>
  Object.entries(seen).flatMap(([place, text]) => {
    const at = text.search(secrets)
    return at < 0 ? [] : [`${place}: …${text.slice(Math.max(0, at - 60), at + 60)}…`]
  })

const pull = `CannotPullContainerError: failed to do request: Get "https://ann:${canary}-basic@registry.example.com/v2/?token=${canary}-query&as=hunter2": dial tcp 10.0.0.1:443: i/o timeout`

test.each([
  ['rolling, a crash', () => rollingScene(), { kind: 'crash', exitCode: 1, log: careless }, /\*\*\*\(DB_HOST\):5432/],
  ['CodeDeploy, a crash', () => codeDeployScene(), { kind: 'crash', exitCode: 1, log: careless }, /exit code 1\)/],
  ['rolling, no start', () => rollingScene(), { kind: 'fails-to-start', stoppedReason: pull }, /cannot reach/],
] as const)('%s: no channel shows a credential, and each says why', async (_, scene, behaviour, why) => {
  const sim = scene()
  const { runner, seen } = await deploy(sim, behaviour)
  expect(runner.failed).toBe(true)
  expect(leaks(seen)).toEqual([])
  for (const place of ['log', 'annotations', 'summary', 'slack', 'outputs'] as const) expect(seen[place]).toMatch(why)
  const later = await doctor(sim, { given: { 'deployment-id': 'newest' } })
  expect(leaks(seenOf(later.runner))).toEqual([])
})
