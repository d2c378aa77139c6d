import { expect, test } from '@jest/globals'
import { expressUpdate } from '../../../../src/targets/ecs/strategy/express-settings.ts'

test('during a deployment the newest configuration is the one that is compared, in whatever order they are', () => {
  const older = { healthCheckPath: '/old', createdAt: new Date(1_000) }
  const newer = { healthCheckPath: '/new', createdAt: new Date(2_000) }
  for (const activeConfigurations of [
    [older, newer],
    [newer, older],
  ]) {
    expect(expressUpdate({ healthCheckPath: '/new' }, { activeConfigurations })).toBeUndefined()
    expect(expressUpdate({ healthCheckPath: '/old' }, { activeConfigurations })?.former).toEqual({
      healthCheckPath: '/new',
    })
  }
})
