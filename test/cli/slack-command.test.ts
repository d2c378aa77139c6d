/** `slipway slack`: what it prints is a manifest that Slack accepts. */
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { cliScene } from './cli-scene.ts'

const { run } = cliScene()
const manifest = {
  display_information: {
    name: 'Slipway',
    description: 'Deployments to AWS, live, with the cause of each failure',
    background_color: '#0b5fff',
  },
  features: { bot_user: { display_name: 'slipway', always_online: true } },
  oauth_config: { scopes: { bot: ['chat:write'] } },
  settings: { org_deploy_enabled: false, socket_mode_enabled: false, token_rotation_enabled: false },
}

test('the manifest is on stdout in YAML or JSON, and the link that creates the app contains it', async () => {
  const { code, out, err } = await run(['slack'])
  expect([code, parse(out)]).toEqual([0, manifest])
  const [, link = ''] = /(https:\/\/api\.slack\.com\/\S+)/.exec(err) ?? []
  expect(JSON.parse(new URL(link).searchParams.get('manifest_json') ?? '')).toEqual(manifest)
  expect(JSON.parse((await run(['slack', '--format', 'json'])).out)).toEqual(manifest)
  expect(JSON.parse((await run(['slack', '--json'])).out)).toEqual({ manifest, link })
})

test('the scope for public channels is added on request', async () => {
  const { out } = await run(['slack', '--public-channels', '--name', 'Deploys of Ümläut'])
  expect(parse(out).oauth_config.scopes.bot).toEqual(['chat:write', 'chat:write.public'])
  expect(parse(out).display_information.name).toBe('Deploys of Ümläut')
})

test.each([
  ['name', 'x'.repeat(35), 'x'.repeat(36), 'has 36 characters; Slack accepts at most 35'],
  ['bot-name', 'x'.repeat(80), 'x'.repeat(81), 'has 81 characters; Slack accepts at most 80'],
  ['description', 'x'.repeat(139), 'x'.repeat(140), 'has 140 characters; Slack accepts at most 139'],
  ['bot-name', 'a-z.0_9', 'Deploy Bot', 'must consist of a-z, 0-9'],
  ['color', '#abc', 'blue', 'must be # and 3 or 6 hexadecimal digits'],
])('--%s: %s is accepted, %s is not', async (option, good, bad, why) => {
  expect(await run(['slack', `--${option}`, good])).toMatchObject({ code: 0 })
  const { code, out, err } = await run(['slack', `--${option}`, bad])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(`--${option} ${why}`)
})

test('everything that Slack would refuse is reported at once', async () => {
  const { err } = await run(['slack', '--name', 'x'.repeat(36), '--color', 'red'])
  expect(err).toMatch(/--name has 36[\s\S]*--color must be/)
})
