import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/ports.ts'
import { diff } from '../../src/task-definition/diff.ts'
import { hasTags, isEqual, isStoredAs } from '../../src/task-definition/equal.ts'
import { runs } from '../generated.ts'

const written: JsonObject = {
  family: 'api',
  networkMode: 'awsvpc',
  cpu: '.5 vCPU',
  memory: '1 GB',
  taskRoleArn: 'api-task',
  requiresCompatibilities: ['FARGATE', 'EC2'],
  containerDefinitions: [
    {
      name: 'web',
      image: 'web:v1',
      portMappings: [{ containerPort: 80 }, { containerPort: 443, protocol: 'tcp' }],
      environment: [
        { name: 'B', value: '' },
        { name: 'A', value: '1' },
      ],
      healthCheck: { command: ['CMD', 'true'] },
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/api' } },
      command: ['a', 'b'],
    },
    { name: 'log', image: 'log:v1', essential: false },
  ],
  volumes: [{ name: 'data' }],
}

/** As DescribeTaskDefinition answers it. */
const stored: JsonObject = {
  taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7',
  family: 'api',
  revision: 7,
  status: 'ACTIVE',
  registeredAt: '2026-11-20T09:00:00.000Z',
  registeredBy: 'arn:aws:sts::111122223333:assumed-role/deploy/x',
  requiresAttributes: [{ name: 'ecs.capability.task-eni' }],
  compatibilities: ['EC2', 'FARGATE'],
  requiresCompatibilities: ['EC2', 'FARGATE'],
  networkMode: 'awsvpc',
  cpu: '512',
  memory: '1024',
  enableFaultInjection: false,
  taskRoleArn: 'arn:aws:iam::111122223333:role/api-task',
  placementConstraints: [],
  volumes: [{ name: 'data', host: {} }],
  containerDefinitions: [
    {
      name: 'log',
      image: 'log:v1',
      essential: false,
      cpu: 0,
      portMappings: [],
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
    },
    {
      name: 'web',
      image: 'web:v1',
      cpu: 0,
      essential: true,
      portMappings: [
        { containerPort: 443, hostPort: 443, protocol: 'tcp' },
        { containerPort: 80, hostPort: 80, protocol: 'tcp' },
      ],
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '' },
      ],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 5, retries: 3 },
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/api' }, secretOptions: [] },
      command: ['a', 'b'],
    },
  ],
}

describe('what is written and what AWS stores', () => {
  test('are equal whatever AWS fills in, converts and sorts', () => {
    expect(isEqual(written, stored)).toBe(true)
    expect(isEqual(stored, written)).toBe(true)
  })

  const [web, log] = written.containerDefinitions as [JsonObject, JsonObject]
  const withWeb = (members: JsonObject) => ({ ...written, containerDefinitions: [{ ...web, ...members }, log] })
  test.each<[string, JsonObject]>([
    ['an image', withWeb({ image: 'web:v2' })],
    ['the order of a command', withWeb({ command: ['b', 'a'] })],
    [
      'a variable',
      withWeb({
        environment: [
          { name: 'A', value: '2' },
          { name: 'B', value: '' },
        ],
      }),
    ],
    ['a variable less', withWeb({ environment: [{ name: 'A', value: '1' }] })],
    [
      'the order of variable files, of which the first counts',
      withWeb({ environmentFiles: [{ value: 'arn:b' }, { value: 'arn:a' }] }),
    ],
    ['essential', withWeb({ essential: false })],
    ['a host port', withWeb({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })],
    ['a protocol', withWeb({ portMappings: [{ containerPort: 80, protocol: 'udp' }, { containerPort: 443 }] })],
    ['a health check', withWeb({ healthCheck: { command: ['CMD', 'true'], retries: 5 } })],
    ['a swap of nothing', withWeb({ linuxParameters: { swappiness: 0 } })],
    ['a member that is misspelt', withWeb({ Environment: [{ name: 'A', value: '1' }] })],
    ['a member that is new', { ...written, brandNew: 'x' }],
    ['a size', { ...written, cpu: '1 vCPU' }],
    ['a role', { ...written, taskRoleArn: 'other' }],
    ['no role', Object.fromEntries(Object.entries(written).filter(([name]) => name !== 'taskRoleArn'))],
    ['the network', { ...written, networkMode: 'bridge' }],
  ])('differ by %s', (_, other) => {
    expect(isEqual(other, stored)).toBe(false)
  })

  test('members that are named like those of every object are members', () => {
    const one: JsonObject = { ...written, toString: [{ a: 1 }, { a: 2 }] as Json, valueOf: { a: 1 } as Json }
    expect(isEqual(one, { ...structuredClone(one) })).toBe(true)
    expect(isEqual(one, { ...one, valueOf: { a: 2 } })).toBe(false)
    expect(diff(written, one).map(({ path }) => path)).toEqual(['toString[0].a', 'toString[1].a', 'valueOf.a'])
  })

  test('a definition is equal to itself, and not to one with another value anywhere', () => {
    const json = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<JsonObject>
    fc.assert(
      fc.property(json, fc.string(), (members, image) => {
        const one = { ...members, containerDefinitions: [{ ...members, name: 'api', image: `${image}1` }] }
        expect(isEqual(one, structuredClone(one))).toBe(true)
        expect(isEqual(one, { ...one, containerDefinitions: [{ ...members, name: 'api', image: `${image}2` }] })).toBe(
          false,
        )
      }),
      runs(100),
    )
  })
})

test('a health check without a start period has one of nothing', () => {
  const check = (members: JsonObject) => ({ containerDefinitions: [{ name: 'api', healthCheck: members }] })
  const command = ['CMD', 'true']
  expect(isEqual(check({ command }), check({ command, startPeriod: 0 }))).toBe(true)
  expect(isEqual(check({ command }), check({ command, startPeriod: 10 }))).toBe(false)
})

test('tags that are wanted must be there; others may be', () => {
  const tagged = {
    ...stored,
    tags: [
      { key: 'team', value: 'shop' },
      { key: 'aws:x', value: '1' },
    ],
  }
  expect(hasTags(tagged, written)).toBe(true)
  expect(hasTags(tagged, { ...written, tags: [{ key: 'team', value: 'shop' }] })).toBe(true)
  expect(hasTags(tagged, { ...written, tags: [{ key: 'team', value: 'ops' }] })).toBe(false)
  expect(hasTags(stored, { ...written, tags: [{ key: 'team', value: 'shop' }] })).toBe(false)
  expect(isStoredAs({ ...written, tags: [{ key: 'team', value: 'shop' }] }, tagged)).toBe(false)
  expect(isStoredAs({ ...written, tags: tagged.tags.toReversed() }, tagged)).toBe(true)
})
