import { describe, expect, test } from '@jest/globals'
import { isLong, some } from '../often.ts'
import { badEnds } from './beanstalk-ends/bad-ends.ts'
import { isGreen } from './beanstalk-ends/end.ts'
import { ends } from './beanstalk-ends/ends.ts'
import { goodEnds } from './beanstalk-ends/good-ends.ts'
import { play } from './beanstalk-ends/play.ts'

describe('the end of a deployment', () => {
  /** Of these another end has the same rule: by another policy, or after another way to hang. */
  const alike = new Set([
    'good, by the policy RollingWithAdditionalBatch',
    'good, by the policy TrafficSplitting',
    'traffic splitting, and a hook fails: rolled back',
    'rolling with an additional batch, which fails',
    'a command that hangs, ended by "with command timeouts" and the new label',
    'a command that hangs on the second of three instances',
  ])
  const played = [...some(goodEnds, 2), ...badEnds].filter(({ name }) => isLong || !alike.has(name))
  test.each(played.map((end) => [end.name, end] as const))('%s', async (_, end) => {
    const { outputs, isRed, log, labels, updates, unsaid } = await play(end)
    const { verdict, 'cause-code': code, cause = '' } = outputs
    expect({ verdict, code, log }).toMatchObject({
      verdict: end.verdict,
      code: end.code ?? (verdict === end.verdict ? code : ''),
    })
    expect(isRed).toBe(!isGreen(end))
    if (end.code !== 'environment-terminated') expect(labels).toEqual(end.labels)
    expect(log).toMatch(end.says ?? /(?:)/)
    if (end.cause) expect(`${cause}\n${log.slice(log.lastIndexOf('\nerror '))}`).toMatch(end.cause)
    expect(unsaid).toEqual([])
    expect(updates).toBeLessThanOrEqual(2)
  })

  test('is played for more than the 41 of other actions', () => {
    expect(ends.filter(({ isOwn }) => !isOwn).length).toBeGreaterThanOrEqual(41)
    expect(new Set(ends.map(({ name }) => name)).size).toBe(ends.length)
  })
})
