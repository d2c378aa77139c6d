import { expect, test } from '@jest/globals'
import type { Context } from '../../../../src/deployment/context.ts'
import type { Outcome } from '../../../../src/deployment/verdict.ts'
import type { Engine } from '../../../../src/targets/ecs/facts/service-facts.ts'
import { finish } from '../../../../src/targets/ecs/finish/verdict-cause.ts'
import { text } from '../../../../src/text.ts'

const cause = { code: 'stopped', what: text`stopped`, why: text`so`, fix: text`so`, confidence: 'certain' } as const

test.each<readonly [Engine, Outcome, string | undefined]>([
  // The service names the revision that the stopped deployment was on its way to.
  ['ecs-rolling', 'stopped', undefined],
  ['ecs-rolling', 'failed', 'api:2'],
  ['codedeploy', 'stopped', 'api:2'],
])('by %s, a deployment that is %s reports as live: %s', async (engine, outcome, live) => {
  const context = { clock: { now: () => 0 } } as Context
  const record = {
    cluster: 'shop',
    service: 'api',
    region: 'eu-west-1',
    policy: 'leave',
    startedAt: 0,
    stage: 'ended',
    engine,
  } as const
  const events = finish({ outcome, serving: 'api:2', cause }, {
    request: { cluster: 'shop', service: 'api' },
    context,
    record,
  } as never)
  const { value } = await events.next()
  expect(value).toMatchObject({ kind: 'finished' })
  expect(value?.kind === 'finished' && value.verdict.serving?.id).toBe(live)
})
