import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { JsonObject } from '../../src/ports.ts'
import { changeLine, diff } from '../../src/task-definition/diff.ts'
import { renderText } from '../../src/text.ts'
import { runs } from '../generated.ts'

function lines(from: JsonObject | undefined, to: JsonObject): string[] {
  return diff(from, to).map((change) => renderText(changeLine(change), (theirs) => theirs))
}

function definition(container: JsonObject, task: JsonObject = {}): JsonObject {
  return { family: 'api', ...task, containerDefinitions: [{ name: 'api', image: 'api:v1', ...container }] }
}

describe('diff', () => {
  test('says what changes, by names that people know', () => {
    const before = definition({ image: 'api:v1', cpu: 256, command: ['a'], portMappings: [{ containerPort: 80 }] })
    const after = definition(
      { image: 'api:v2', command: ['a', 'b'], portMappings: [{ containerPort: 80 }, { containerPort: 443 }] },
      { tags: [{ key: 'team', value: 'shop' }] },
    )
    expect(lines(before, after)).toEqual([
      '~ containerDefinitions[api].command: ["a"] → ["a","b"]',
      '- containerDefinitions[api].cpu: 256',
      '~ containerDefinitions[api].image: "api:v1" → "api:v2"',
      '+ containerDefinitions[api].portMappings[443].containerPort: 443',
      '+ containerDefinitions[api].portMappings[443].protocol: "tcp"',
      '+ tags[team]: "shop"',
    ])
  })

  test('is silent about what AWS fills in', () => {
    const stored = definition(
      {
        cpu: 0,
        essential: true,
        environment: [],
        mountPoints: [],
        portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
      },
      { revision: 3, status: 'ACTIVE', volumes: [], cpu: '256' },
    )
    expect(lines(stored, definition({ portMappings: [{ containerPort: 80 }] }, { cpu: '.25 vCPU' }))).toEqual([])
  })

  test('shows the names of variables and the ARNs of secrets, and no values', () => {
    const before = definition({
      environment: [
        { name: 'A', value: 'hunter1' },
        { name: 'OLD', value: 'hunter2' },
      ],
    })
    const after = definition({
      environment: [
        { name: 'A', value: 'hunter3' },
        { name: 'B', value: 'hunter4' },
      ],
      secrets: [
        { name: 'TOKEN', valueFrom: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-AbCdEf' },
        { name: 'PATH', valueFrom: '/shop/token' },
        { name: 'MISTAKE', valueFrom: 'hunter5' },
      ],
    })
    expect(lines(before, after)).toEqual([
      '~ containerDefinitions[api].environment[A]: *** → ***',
      '+ containerDefinitions[api].environment[B]: ***',
      '- containerDefinitions[api].environment[OLD]: ***',
      '+ containerDefinitions[api].secrets[MISTAKE]: ***',
      '+ containerDefinitions[api].secrets[PATH]: "/shop/token"',
      '+ containerDefinitions[api].secrets[TOKEN]: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-AbCdEf"',
    ])
  })

  test('masks credentials in labels, log options and commands', () => {
    const after = definition({
      dockerLabels: { 'com.example.api-token': 'hunter1', rule: 'Host(`a`)' },
      logConfiguration: {
        logDriver: 'splunk',
        options: { 'splunk-token': 'hunter2', 'splunk-url': 'https://u:hunter3@x' },
      },
      command: ['node', '--password=hunter4'],
    })
    const text = lines(undefined, after).join('\n')
    expect(text).not.toContain('hunter')
    expect(text).toContain('dockerLabels.rule: "Host(`a`)"')
  })

  test('two things of one name do not hide each other', () => {
    const ports = [
      { containerPort: 53, protocol: 'tcp' },
      { containerPort: 53, protocol: 'udp' },
    ]
    expect(lines(definition({ portMappings: ports }), definition({ portMappings: ports.slice(0, 1) }))).toHaveLength(2)
  })

  test('S07 no value of a variable is ever shown, wherever it came from', () => {
    const canary = 'canary-7f3d9c'
    const pairs = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 5 })
    fc.assert(
      fc.property(pairs, pairs, (before, after) => {
        const of = (names: readonly string[], number: number) =>
          definition({ environment: names.map((name) => ({ name, value: `${canary}${number}` })) })
        expect(JSON.stringify(diff(of(before, 1), of(after, 2)))).not.toContain(canary)
      }),
      runs(100),
    )
  })
})
