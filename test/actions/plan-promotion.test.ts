/** What the action plan refuses before a build where the image is to be copied afterwards. */
import { expect, test } from '@jest/globals'
import { createSimulator } from '../simulator/simulator.ts'
import { step } from './step-scene.ts'

const fileWith = (images: string) => `version: 1
${images}
services: { api: { ${images.startsWith('images') ? 'containers: { api: api }' : 'container: api'} } }
environments:
  staging: { region: eu-west-1, account: "111122223333", role: ci, services: { api: { cluster: s, service: api } } }
`

async function planned(images: string, given: Record<string, string>) {
  const around = { files: { 'slipway.yml': fileWith(images) } }
  return await step(createSimulator(), 'plan', { environments: 'staging', ...given }, around)
}

const one = 'image: { repository: api }'

test.each([
  ['one image', one, { 'promote-to': 'released' }, ''],
  ['several images, and nothing to copy', 'images: { api: { repository: api } }', {}, ''],
  [
    'several images',
    'images: { api: { repository: api } }',
    { 'promote-to': 'released' },
    'promote-to copies the one image of slipway.yml, which has several images: call the workflow promote.yml for each',
  ],
  [
    'no image',
    '',
    { 'promote-to': 'released' },
    'promote-to copies the one image of slipway.yml, which has no image: call the workflow promote.yml for each',
  ],
  ['an environment that exists', one, { 'promote-to': 'released', 'promote-environment': 'staging' }, ''],
  ['an unknown environment', one, { 'promote-to': 'released', 'promote-environment': 'stagin' }, 'stagin'],
])('%s', async (_, images, given, expected) => {
  const { message, isRed } = await planned(images, given)
  expect([isRed, expected === '' ? message : message.includes(expected)]).toEqual([
    expected !== '',
    expected === '' ? '' : true,
  ])
})
