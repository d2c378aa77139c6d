import { describe, expect, test } from '@jest/globals'
import type { Simulator } from '../simulator/simulator.ts'
import { type End, isGreen } from './beanstalk-ends/end.ts'
import { ends } from './beanstalk-ends/ends.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, production } from './beanstalk-scene.ts'

/** What a person must be able to read: each version that instances have, and where there are several, on which. */
function unsaid(sim: Simulator, log: string): readonly string[] {
  const instances = beanstalkOf(sim).environment(production).instances
  const labels = new Set(instances.map(({ label }) => label))
  const ids = labels.size > 1 ? instances.map(({ id }) => id) : []
  const last = log.slice(log.lastIndexOf('\nerror '))
  return [...labels, ...ids].filter((word) => !last.includes(word))
}

async function play(end: End) {
  const sim = beanstalkScene(end.seed)
  if (end.behaviour) beanstalkOf(sim).behave('v2', end.behaviour)
  end.prepare?.(sim)
  if (end.isRepeated) await deployBeanstalk(sim, end.given)
  const before = updatesOf(sim)
  const ended = await deployBeanstalk(sim, end.given)
  return { sim, ...ended, updates: updatesOf(sim) - before }
}

/** Updates that AWS accepted. */
const updatesOf = ({ recorder }: Simulator) =>
  recorder.all.filter(
    ({ operation, outcome }) =>
      operation === 'UpdateEnvironment' && (outcome ?? 'apply-then-drop') === 'apply-then-drop',
  ).length

describe('the end of a deployment', () => {
  test.each(ends.map((end) => [end.name, end] as const))('%s', async (_, end) => {
    const { sim, outputs, isRed, log, labels, updates } = await play(end)
    const { verdict, 'cause-code': code, cause = '' } = outputs
    expect({ verdict, code, log }).toMatchObject({
      verdict: end.verdict,
      code: end.code ?? (verdict === end.verdict ? code : ''),
    })
    expect(isRed).toBe(!isGreen(end))
    if (!/terminated/.test(end.name)) expect(labels).toEqual(end.labels)
    expect(log).toMatch(end.says ?? /(?:)/)
    if (end.cause) expect(`${cause}\n${log}`).toMatch(end.cause)
    if (isRed && updates > 0 && !/terminated|basic health/.test(end.name)) expect(unsaid(sim, log)).toEqual([])
    expect(updates).toBeLessThanOrEqual(2)
  })

  test('is played for more than the 41 of other actions', () => {
    expect(ends.filter(({ isOwn }) => !isOwn).length).toBeGreaterThanOrEqual(41)
    expect(new Set(ends.map(({ name }) => name)).size).toBe(ends.length)
  })
})
