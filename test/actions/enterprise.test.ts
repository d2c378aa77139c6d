import { expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { newImage, rollingScene } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { environment, here, slack, takenBySlack } from './scene.ts'

test.each([
  ['GitHub Enterprise Server', 'https://ghes.corp.example', 'https://ghes.corp.example/api/v3'],
  ['a ghe.com with data residency', 'https://acme.ghe.com', 'https://api.acme.ghe.com'],
])('on %s, everything that is asked and linked is there', async (_, server, api) => {
  const sim = rollingScene()
  const asked: string[] = []
  const messages: string[] = []
  const runner = await fakeRunner({
    clock: sim.clock.forProgram,
    environment: { ...environment, GITHUB_SERVER_URL: server, GITHUB_API_URL: api },
  })
  const action = createDeploy({
    requestHandler: sim.requestHandler,
    async fetch(url, { body }) {
      if (url.startsWith('https://slack.com/')) {
        messages.push(String(body))
        return takenBySlack()
      }
      asked.push(url)
      const headers = { 'content-type': 'application/json' }
      return new Response(url.includes('/deployments?') ? '[{"id":7}]' : '{}', { headers })
    },
  })
  const given = {
    ...here,
    ...slack,
    image: newImage,
    environment: 'live',
    'github-token': 'ghs_x',
    'allow-older': 'true',
  }
  await action.main(givenInputs(deployInputs, given), runner)
  expect(runner.outputs.verdict).toBe('succeeded')
  expect(asked.length).toBeGreaterThan(1)
  for (const url of asked) expect(url).toContain(`${api}/repos/acme/api/`)
  const links = [
    ...`${runner.summary} ${messages.join()}`.matchAll(/https:\/\/[^\s"|)>\\]*(?:github|ghe)[^\s"|)>\\]*/g),
  ].map(([link]) => link)
  expect(links).toContain(`${server}/acme/api/actions/runs/8812345678/attempts/1`)
  for (const link of links) expect(link.startsWith(`${server}/acme/api/`)).toBe(true)
})
