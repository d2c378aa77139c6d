import { describe, expect, test } from '@jest/globals'
import { some } from '../often.ts'
import { playSite, siteEnds } from './site-ends.ts'

describe('a site whose deployment fails', () => {
  test.each(some(siteEnds, 2).map((end) => [end.name, end] as const))('%s', async (_, end) => {
    const { outputs, log, isRed, scene } = await playSite(end)
    const { verdict, cause = '', 'cause-code': code } = outputs
    expect({ isRed, verdict, code, cause }).toMatchObject({ isRed: true, verdict: end.verdict, code: end.code })
    for (const said of end.cause) expect(cause).toMatch(said)
    expect(log).toMatch(end.fix ?? /(?:)/)
    if (!end.isChanged) expect(scene.visit('/').body).toContain('one')
  })
})
