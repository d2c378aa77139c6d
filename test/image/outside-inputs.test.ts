import { describe, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import { resolveImages } from '../../src/docker/resolve-images.ts'
import { outsideHash, readOutside } from '../../src/image/outside-inputs.ts'

const none = { kind: 'known', images: [] } as const
const read = (salt: string, secrets: Record<string, string>) => {
  const all = Object.entries(secrets).map(([id, value]) => ({ id, value }))
  return readOutside({ bases: none, secrets: { kind: 'known', all }, salt }, async () => [])
}

describe('values of secrets', () => {
  // Each hash takes 0.2 s by design.
  test('have another hash in another repository, and under another id, and the same one again', async () => {
    const values = [
      await read('api', { npm: 'hunter2', key: 'hunter2' }),
      await read('web', { npm: 'hunter2' }),
      await read('api', { npm: 'hunter2' }),
    ].flatMap((outside) => (outside.kind === 'known' ? Object.values(outside.values) : []))
    expect(new Set(values).size).toBe(3)
    expect(values.join()).toMatch(/^[0-9a-f]{64}(,[0-9a-f]{64}){3}$/)
    expect(values[0]).toBe(values[3])
  })

  test('count in whatever order', () => {
    const [one, other] = [
      { a: '1', b: '2' },
      { b: '2', a: '1' },
    ].map((values) => outsideHash({ kind: 'known', values }))
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(other).toBe(one)
    expect(outsideHash({ kind: 'unknown', why: [] })).toBeUndefined()
  })
})

test('without Docker on the runner, the digest of an image is unknown', async () => {
  const probe = { environment: { PATH: '/nonexistent' }, directory: '/', signal: new AbortController().signal }
  expect(await resolveImages(['node:24'], probe, systemClock)).toEqual([
    { reference: 'node:24', error: 'docker could not be started' },
  ])
})
