import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/ports.ts'
import { registrable } from '../../src/task-definition/registrable.ts'
import { noChanges, type RenderRequest, render } from '../../src/task-definition/render.ts'
import { runs } from '../generated.ts'
import { refusal } from '../refusal.ts'

const definition: JsonObject = {
  family: 'shop',
  containerDefinitions: [
    {
      name: 'web',
      image: 'web:v1',
      command: ['sh', '-c', ''],
      environment: [
        { name: 'A', value: '1' },
        { name: 'EMPTY', value: '' },
      ],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:eu-west-1:111122223333:parameter/token' }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/shop' }, secretOptions: [] },
      dockerLabels: { team: 'shop' },
      brandNew: { kept: [null, ''] },
    },
    { name: 'log', image: 'log:v1', essential: false },
  ],
}

function rendered(changes: Partial<RenderRequest>, of = definition): readonly JsonObject[] {
  return render(of, { ...noChanges, ...changes }).containerDefinitions as readonly JsonObject[]
}

describe('render', () => {
  test('puts one image into several containers and leaves the rest', () => {
    const images = ['web', 'log'].map((container) => ({ container, image: 'new@sha256:1' }))
    const [web, log] = rendered({ images })
    expect(web).toEqual({ ...(definition.containerDefinitions as JsonObject[])[0], image: 'new@sha256:1' })
    expect(log).toEqual({ name: 'log', image: 'new@sha256:1', essential: false })
  })

  test('sets variables where they are, adds new ones behind, and removes', () => {
    const [web] = rendered({
      containers: ['web'],
      environment: new Map([
        ['A', '2'],
        ['B', 'x=y='],
      ]),
      removeEnvironment: ['EMPTY', 'UNKNOWN'],
    })
    expect(web?.environment).toEqual([
      { name: 'A', value: '2' },
      { name: 'B', value: 'x=y=' },
    ])
    expect(web?.secrets).toEqual([{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:eu-west-1:111122223333:parameter/token' }])
  })

  test('moves a name between variables and secrets, as ECS refuses it in both', () => {
    const [toSecret] = rendered({ containers: ['web'], secrets: new Map([['A', 'arn:a']]) })
    expect(toSecret?.environment).toEqual([{ name: 'EMPTY', value: '' }])
    expect(toSecret?.secrets).toContainEqual({ name: 'A', valueFrom: 'arn:a' })
    const [toVariable] = rendered({ containers: ['web'], environment: new Map([['TOKEN', 'plain']]) })
    expect(toVariable?.secrets).toEqual([])
    expect(toVariable?.environment).toContainEqual({ name: 'TOKEN', value: 'plain' })
  })

  test('adds log options, but starts afresh for another driver', () => {
    const options = new Map([['mode', 'non-blocking']])
    const [same] = rendered({ containers: ['web'], logConfiguration: { options } })
    expect(same?.logConfiguration).toEqual({
      logDriver: 'awslogs',
      options: { 'awslogs-group': '/shop', mode: 'non-blocking' },
      secretOptions: [],
    })
    const [other] = rendered({ containers: ['web'], logConfiguration: { driver: 'splunk', options } })
    expect(other?.logConfiguration).toEqual({ logDriver: 'splunk', options: { mode: 'non-blocking' } })
  })

  test('sets labels, command, files and roles', () => {
    const changes = {
      ...noChanges,
      containers: ['web'],
      dockerLabels: new Map([['rule', 'Query(`k=v`)']]),
      command: ['sh', '-c', 'echo hi'],
      environmentFiles: ['arn:aws:s3:::config/web.env'],
      taskRoleArn: 'shop-task',
      executionRoleArn: 'arn:aws:iam::111122223333:role/shop-execution',
    }
    const result = render(definition, changes)
    const [web] = result.containerDefinitions as readonly JsonObject[]
    expect(web?.dockerLabels).toEqual({ team: 'shop', rule: 'Query(`k=v`)' })
    expect(web?.command).toEqual(['sh', '-c', 'echo hi'])
    expect(web?.environmentFiles).toEqual([{ value: 'arn:aws:s3:::config/web.env', type: 's3' }])
    expect([result.taskRoleArn, result.executionRoleArn]).toEqual([changes.taskRoleArn, changes.executionRoleArn])
  })

  test("peers' F15: an unknown container is told with the names that there are", () => {
    expect(refusal(() => rendered({ images: [{ container: 'wbe', image: 'x' }] }))).toMatch(
      /no container "wbe".*"web", "log"/s,
    )
    expect(refusal(() => rendered({ environment: new Map([['A', '1']]) }))).toMatch(/2 containers "web", "log"/)
  })

  test("peers' F12: an empty text in a command stays", () => {
    const [web] = registrable(render(definition, noChanges)).containerDefinitions as readonly JsonObject[]
    expect(web?.command).toEqual(['sh', '-c', ''])
    expect(web?.environment).toContainEqual({ name: 'EMPTY', value: '' })
  })

  test('every member that somebody wrote stays, whatever it is', () => {
    const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
    const members = fc.dictionary(fc.string(), json)
    fc.assert(
      fc.property(members, members, fc.dictionary(fc.string(), fc.string()), (task, container, environment) => {
        const written = { ...task, containerDefinitions: [{ ...container, name: 'api', image: 'old' }] }
        const variables = new Map(Object.entries(environment))
        const changes = { images: [{ container: 'api', image: 'new' }], environment: variables }
        const { containerDefinitions, ...rest } = render(written, { ...noChanges, ...changes })
        const [{ image, environment: set, secrets, ...kept } = {}] = containerDefinitions as readonly JsonObject[]
        expect(image).toBe('new')
        expect(rest).toEqual(
          Object.fromEntries(Object.entries(task).filter(([name]) => name !== 'containerDefinitions')),
        )
        const { environment: _, secrets: __, ...own } = container
        expect(kept).toEqual({ ...own, name: 'api' })
        for (const [name, value] of variables) expect(set).toContainEqual({ name, value })
        expect([...(Array.isArray(secrets) ? secrets : [])].filter((secret) => variables.has(secret?.name))).toEqual([])
      }),
      runs(100),
    )
  })
})

test('only what AWS writes itself is stripped before registering', () => {
  const stored = {
    ...definition,
    taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:7',
    revision: 7,
    status: 'ACTIVE',
    requiresAttributes: [],
    compatibilities: ['EC2'],
    registeredAt: '2026-11-20T09:00:00Z',
    registeredBy: 'arn:aws:iam::111122223333:user/ann',
    deregisteredAt: null,
    pidMode: null,
    volumes: [],
    cpu: '',
  }
  expect(Object.keys(registrable(stored))).toEqual(['family', 'containerDefinitions', 'cpu'])
})
