/** Several services: all are checked before anything is changed in any of them. */
import { describe, expect, test } from '@jest/globals'
import type { Simulator } from '../simulator/simulator.ts'
import { changesOf } from './doctor-scene.ts'
import { deploySeveral, imageOf, repository, severalScene } from './several-scene.ts'

const shop = ['data', 'api', 'worker', 'edge']
const waves = '[[data], [api, worker], [edge]]'

/** The repository, with the definitions of some services changed. */
function files(sim: Simulator, change: Readonly<Record<string, (definition: string) => string>> = {}) {
  const all = repository(sim, waves, shop)
  for (const [service, edit] of Object.entries(change)) {
    const path = `deploy/${service}.json`
    all[path] = edit(all[path] ?? '')
  }
  return all
}

const withoutImage = (service: string) => (definition: string) =>
  definition.replace(imageOf(service, 'v2'), 'set-by-slipway')
const withoutLogs = (service: string) => (definition: string) => definition.replace(`/shop/${service}`, '/gone')

describe('waves', () => {
  test('begin only when every service can be deployed; those that cannot are told together', async () => {
    const sim = severalScene(shop)
    const given = { environment: 'production' }
    const edited = { worker: withoutImage('worker'), edge: withoutLogs('edge') }
    const { runner, services, log } = await deploySeveral(sim, given, { files: files(sim, edited) })
    expect(runner.failed).toBe(true)
    expect(changesOf(sim)).toEqual([])
    expect(runner.outputs).toMatchObject({
      verdict: 'failed',
      'cause-code': 'preflight-failed',
      cause: expect.stringMatching(/^worker: Placeholder set-by-slipway was not replaced in image of container "api"/),
    })
    expect(services.worker).toMatchObject({ verdict: 'failed', 'cause-code': 'preflight-failed' })
    expect(services.edge?.cause).toMatch(/^The specified log group does not exist for container api: .*\/gone/)
    expect([services.data?.verdict, services.api?.verdict]).toEqual(['', ''])
    const errors = runner.lines.filter((line) => line.startsWith('error ')).join('\n')
    expect(errors).toMatch(/set-by-slipway/)
    expect(errors).toMatch(/The specified log group does not exist/)
    expect(log).not.toMatch(/Wave 1 of 3/)
    expect(runner.summary).toMatch(/The specified log group does not exist/)
  })

  test('do not begin where a service of the last wave does not exist', async () => {
    const sim = severalScene(shop.filter((service) => service !== 'edge'))
    const { runner, services } = await deploySeveral(sim, { environment: 'production' }, { files: files(sim) })
    expect(changesOf(sim)).toEqual([])
    expect(services.edge).toMatchObject({ verdict: 'failed', 'cause-code': 'service-not-found' })
    expect(runner.outputs['cause-code']).toBe('service-not-found')
  })

  test('with preflight: off begin, and find it on the way', async () => {
    const sim = severalScene(shop)
    const given = { environment: 'production', preflight: 'off' }
    const { services } = await deploySeveral(sim, given, { files: files(sim, { edge: withoutLogs('edge') }) })
    expect(services.data?.verdict).toBe('rolled-back')
    expect(services.edge?.['cause-code']).not.toBe('preflight-failed')
  })

  test('that can be deployed are: each is checked once, its warnings stand with it, and a note is told once', async () => {
    const sim = severalScene(shop)
    sim.iam.allow('ecs:*', 'iam:PassRole')
    const variable = (definition: string) =>
      definition.replace(
        '"name":"api"',
        '"name":"api","environment":[{"name":"A","value":"1"},{"name":"A","value":"2"}]',
      )
    const given = { environment: 'production' }
    const { runner, log } = await deploySeveral(sim, given, { files: files(sim, { edge: variable }) })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(log.match(/Duplicate environment variable A/g)).toHaveLength(2)
    expect(log).toMatch(/edge {3}│ .*⚠ Duplicate environment variable A/)
    expect(log).toMatch(/warning Slipway: edge: Duplicate environment variable A/)
    const notes = runner.lines.filter((line) => line.includes('Preflight did not check'))
    expect(notes).toHaveLength(shop.length)
    // All have one execution role.
    expect(sim.recorder.count('iam', 'GetRole')).toBe(1)
  })

  test('a service that is unchanged is not checked', async () => {
    const sim = severalScene(shop)
    await deploySeveral(sim, { environment: 'production' }, { files: files(sim) })
    sim.recorder.clear()
    const { runner } = await deploySeveral(sim, { environment: 'production' }, { files: files(sim) })
    expect(runner.outputs.verdict).toBe('unchanged')
    expect(sim.recorder.count('iam', 'GetRole')).toBe(0)
  })
})

test('a lack of permissions that several services share is noted once', async () => {
  const services = ['api', 'worker']
  const sim = severalScene(services)
  sim.iam.allow('ecs:*', 'iam:PassRole')
  const given = { cluster: 'shop', services: services.join(' '), image: imageOf('shop', 'v2') }
  const { runner } = await deploySeveral(sim, given)
  expect(runner.outputs.verdict).toBe('succeeded')
  expect(runner.lines.filter((line) => line.includes('Preflight did not check'))).toHaveLength(1)
})
