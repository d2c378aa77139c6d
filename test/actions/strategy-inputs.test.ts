import { describe, expect, test } from '@jest/globals'
import { settingsOf, strategyInputs } from '../../src/actions/inputs/strategy-inputs.ts'
import { readInputs } from '../../src/runner/inputs.ts'
import { said } from '../refusal.ts'

type Given = Partial<Record<keyof typeof strategyInputs, string>>

const read = async (given: Given) =>
  settingsOf(readInputs(strategyInputs, (name) => given[name as keyof Given] ?? '', []))

async function settings(given: Given) {
  return Object.fromEntries(Object.entries(await read(given)).filter(([, value]) => value !== undefined))
}

async function refusal(given: Given): Promise<string> {
  return read(given).then(() => 'it was accepted', said)
}

describe('the inputs of a deployment configuration', () => {
  test.each<[Given, object]>([
    [{}, {}],
    [
      { strategy: 'CANARY', 'canary-percent': '0.5', 'canary-bake-minutes': '3' },
      { strategy: 'CANARY', canaryPercent: 0.5, canaryBakeMinutes: 3 },
    ],
    [
      { 'linear-step-percent': '12.5 %', 'bake-minutes': '0' },
      { linearStepPercent: 12.5, bakeMinutes: 0 },
    ],
    [{ 'circuit-breaker-threshold': '50%' }, { circuitBreakerThreshold: { type: 'BOUNDED_PERCENT', value: 50 } }],
    [
      { 'circuit-breaker-threshold': '30 % unbounded' },
      { circuitBreakerThreshold: { type: 'UNBOUNDED_PERCENT', value: 30 } },
    ],
    [{ 'circuit-breaker-threshold': '5' }, { circuitBreakerThreshold: { type: 'COUNT', value: 5 } }],
    [{ alarms: 'api-5xx, api slow\napi-4xx' }, { alarms: ['api-5xx', 'api slow', 'api-4xx'] }],
    [{ alarms: 'none' }, { alarms: [] }],
    [{ 'alarms-roll-back': 'false' }, { alarmsRollBack: false }],
    [{ 'early-success': 'off' }, { earlySuccess: 'off' }],
    [{ 'early-success': '75%' }, { earlySuccess: { healthyPercent: 75 } }],
    [{ 'early-success': '75 blocking' }, { earlySuccess: { healthyPercent: 75, cleanUp: 'BLOCKING' } }],
    [{ 'lifecycle-hooks': '[]' }, { lifecycleHooks: [] }],
    [
      { 'lifecycle-hooks': '- targetType: PAUSE\n  lifecycleStages: [POST_SCALE_UP]' },
      { lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP'] }] },
    ],
    [{ 'load-balancer-configuration': '{"roleArn":"arn:x"}' }, { loadBalancerConfiguration: { roleArn: 'arn:x' } }],
  ])('%j', async (given, expected) => {
    expect(await settings(given)).toEqual(expected)
  })

  test.each<[Given, string]>([
    [{ strategy: 'canary' }, 'strategy must be one of ROLLING, BLUE_GREEN, LINEAR, CANARY, not "canary"'],
    [{ 'canary-percent': '0' }, 'canary-percent must be a percentage from 0.1 to 100 in steps of 0.1, not "0"'],
    [{ 'canary-percent': '5.05' }, 'in steps of 0.1'],
    [{ 'linear-step-percent': '2' }, 'linear-step-percent must be a percentage from 3 to 100'],
    [{ 'bake-minutes': '1441' }, 'bake-minutes must be a whole number from 0 to 1440'],
    [{ 'maximum-percent': '99' }, 'maximum-percent must be a whole number from 100 to 200'],
    [{ 'circuit-breaker': 'rollback' }, 'circuit-breaker must be one of off, on, roll-back, not "rollback"'],
    [
      { 'circuit-breaker-threshold': '0' },
      'circuit-breaker-threshold must be a percentage such as 50% or 50% unbounded, or a number of tasks such as 5',
    ],
    [{ 'circuit-breaker-threshold': '5 unbounded' }, 'circuit-breaker-threshold must be'],
    [{ 'early-success': '101' }, 'early-success must be off, or a percentage'],
    [{ 'lifecycle-hooks': '{}' }, 'lifecycle-hooks must be a list of objects in JSON or YAML'],
    [
      { 'lifecycle-hooks': '[{' },
      'lifecycle-hooks must be a list of objects in JSON or YAML; line 1, column 3: the text ends, but the "{" is not closed',
    ],
    [
      { 'lifecycle-hooks': '- targetType: PAUSE\n  lifecycleStage: [POST_SCALE_UP]\n- timeoutConfiguration: 5' },
      'line 2, column 3: unknown parameter "lifecycleStage" (did you mean lifecycleStages?); line 3, column 3: timeoutConfiguration must be an object, not a number',
    ],
    [
      { 'load-balancer-configuration': '{"rolArn": "arn:x"}' },
      'line 1, column 2: unknown parameter "rolArn" (did you mean roleArn?)',
    ],
    [
      { 'load-balancer-configuration': 'green' },
      'load-balancer-configuration must be an object, or a list of objects in JSON or YAML',
    ],
  ])('%j is refused', async (given, expected) => {
    expect(await refusal(given)).toContain(expected)
  })
})
