import { describe, expect, test } from '@jest/globals'
import { check, compilePattern, loadModel } from './model.ts'
import { serviceNames } from './wire/route.ts'

const ecs = loadModel('ecs')
const messages = (shape: string, value: unknown) => check(ecs, shape, value).map((violation) => violation.message)

describe('a value', () => {
  test('is checked to its depth: structures, lists and maps', () => {
    expect(
      messages('RegisterTaskDefinitionRequest', {
        family: 'api',
        containerDefinitions: [
          { name: 'api', essential: 'yes', dockerLabels: { team: 7 }, portMappings: [{ containerPort: 1.5 }] },
          { name: 'log', dependsOn: [{ containerName: 'api', condition: 'READY' }] },
        ],
      }),
    ).toEqual([
      "STRING_VALUE cannot be converted to Boolean (at 'containerDefinitions.1.member.essential')",
      "NUMBER_VALUE cannot be converted to String (at 'containerDefinitions.1.member.dockerLabels.team')",
      "NUMBER_VALUE cannot be converted to Integer (at 'containerDefinitions.1.member.portMappings.1.member.containerPort')",
      "Value 'READY' at 'containerDefinitions.2.member.dependsOn.1.member.condition' failed to satisfy constraint: Member must satisfy enum value set: [START, COMPLETE, SUCCESS, HEALTHY]",
    ])
  })

  test('that AWS allows has no violations, whatever is absent, null or undefined', () => {
    expect(
      messages('RegisterTaskDefinitionRequest', {
        family: 'api',
        containerDefinitions: [{}],
        cpu: null,
        memory: undefined,
      }),
    ).toEqual([])
  })

  test('of a timestamp is a Date, and only a valid one', () => {
    expect(messages('Deployment', { createdAt: new Date(0) })).toEqual([])
    expect(messages('Deployment', { createdAt: new Date(Number.NaN) })).toHaveLength(1)
    expect(messages('Deployment', { createdAt: 1700000000 })).toHaveLength(1)
  })
})

describe.each(serviceNames)('the model of %s', (service) => {
  const model = loadModel(service)

  test('has only patterns that can be evaluated', () => {
    for (const { pattern } of Object.values(model.shapes))
      if (pattern) expect(() => compilePattern(pattern)).not.toThrow()
  })

  test('has every shape that it refers to', () => {
    const missing = Object.values(model.operations)
      .flatMap((operation) => (operation ? [operation.input, operation.output, ...operation.errors] : []))
      .filter((shape) => shape !== undefined && !(shape in model.shapes))
    expect(missing).toEqual([])
  })
})

test("patterns describe the whole value, in Java's words", () => {
  expect(compilePattern('[a-z]+').test('abc1')).toBe(false)
  expect(compilePattern('(?s).*').test('two\nlines')).toBe(true)
})
