/** What AWS fills in, sorts and converts: the same file is registered once, and whatever is changed in it makes a revision. */
import { describe, expect, test } from '@jest/globals'
import fc, { type Arbitrary } from 'fast-check'
import type { Json, JsonObject } from '../../src/ports.ts'
import { checkDefinition } from '../../src/task-definition/check.ts'
import { isEqual, isStoredAs } from '../../src/task-definition/equal.ts'
import { register } from '../../src/task-definition/register.ts'
import { registrable } from '../../src/task-definition/registrable.ts'
import { simulated } from '../aws/simulated.ts'
import { runs } from '../generated.ts'

const name = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/)
const value = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', '0', 'true', '/'))
const lot = (model: Record<string, Arbitrary<unknown>>) => fc.record(model, { requiredKeys: [] })
/** Some of these, or a list that may be empty. */
const some = <Item>(item: Arbitrary<Item>, selector?: (item: Item) => unknown) =>
  selector ? fc.uniqueArray(item, { maxLength: 4, selector }) : fc.array(item, { maxLength: 4 })
const flag = fc.boolean()
const byName = ({ name: own }: { readonly name: string }) => own

const container = (own: string) =>
  fc
    .record(
      {
        cpu: fc.constantFrom(0, 64, 128),
        essential: flag,
        portMappings: some(
          fc.record(
            {
              containerPort: fc.constantFrom(80, 443, 8080),
              protocol: fc.constantFrom('tcp', 'udp'),
              hostPort: fc.constant(0),
            },
            { requiredKeys: ['containerPort'] },
          ),
          ({ containerPort, protocol = 'tcp' }) => `${containerPort}${protocol}`,
        ),
        environment: some(fc.record({ name: name.filter((one) => !one.startsWith('S-')), value }), byName),
        secrets: some(
          fc.record({ name: name.map((own) => `S-${own}`), valueFrom: fc.constantFrom('/shop/key', '/shop/token') }),
          byName,
        ),
        command: some(value),
        entryPoint: some(value),
        dockerLabels: fc.dictionary(name, value, { maxKeys: 3 }),
        systemControls: some(fc.record({ namespace: name, value: fc.constant('1') })),
        ulimits: some(
          fc.record({
            name: fc.constantFrom('nofile', 'nproc', 'core'),
            softLimit: fc.nat(9),
            hardLimit: fc.constant(9),
          }),
          byName,
        ),
        healthCheck: fc.record(
          {
            command: fc.constant(['CMD', 'true']),
            interval: fc.constantFrom(10, 30),
            timeout: fc.constantFrom(5, 9),
            retries: fc.constantFrom(3, 5),
            startPeriod: fc.constantFrom(0, 10),
          },
          { requiredKeys: ['command'] },
        ),
        linuxParameters: lot({ initProcessEnabled: flag, capabilities: lot({ add: some(fc.constant('SYS_PTRACE')) }) }),
        restartPolicy: fc.record(
          { enabled: flag, ignoredExitCodes: some(fc.nat(3)), restartAttemptPeriod: fc.constantFrom(60, 300) },
          { requiredKeys: ['enabled'] },
        ),
        logConfiguration: fc.record(
          {
            logDriver: fc.constant('json-file'),
            options: fc.dictionary(name, value, { maxKeys: 2 }),
            secretOptions: fc.constant([]),
          },
          { requiredKeys: ['logDriver'] },
        ),
        mountPoints: fc.constantFrom([], [{ sourceVolume: 'data', containerPath: '/data', readOnly: false }]),
        versionConsistency: fc.constantFrom('enabled', 'disabled'),
        readonlyRootFilesystem: flag,
        user: value,
      },
      { requiredKeys: [] },
    )
    .map((members) => ({ name: own, image: 'registry.example.com/x:1', memory: 64, ...members }))

const volume = fc.oneof(
  lot({ host: fc.constant({}) }),
  fc.record(
    {
      efsVolumeConfiguration: fc.record(
        {
          fileSystemId: fc.constantFrom('fs-1', 'fs-2'),
          rootDirectory: fc.constantFrom('/', '/data'),
          transitEncryption: fc.constantFrom('ENABLED', 'DISABLED'),
          authorizationConfig: lot({
            accessPointId: fc.constant('fsap-1'),
            iam: fc.constantFrom('ENABLED', 'DISABLED'),
          }),
        },
        { requiredKeys: ['fileSystemId'] },
      ),
    },
    {},
  ),
  fc.record({ dockerVolumeConfiguration: lot({ scope: fc.constantFrom('task', 'shared'), autoprovision: flag }) }),
)

/** Task definitions that AWS takes. */
const definitions = fc
  .record(
    {
      networkMode: fc.constantFrom('bridge', 'host', 'awsvpc'),
      cpu: fc.constantFrom('256', '.25 vCPU', '0.25vcpu', '1 vCPU'),
      memory: fc.constantFrom('512', '.5 GB', '2gb'),
      taskRoleArn: fc.constantFrom('app', 'arn:aws:iam::111122223333:role/app'),
      requiresCompatibilities: fc.constantFrom([], ['EC2'], ['EXTERNAL', 'EC2']),
      placementConstraints: some(fc.constant({ type: 'memberOf', expression: 'attribute:ecs.os-type == linux' })),
      runtimePlatform: lot({ cpuArchitecture: fc.constantFrom('ARM64', 'X86_64') }),
      enableFaultInjection: flag,
      pidMode: fc.constantFrom('host', 'task'),
    },
    { requiredKeys: [] },
  )
  .chain((task) =>
    fc.record({ web: container('web'), log: container('log'), data: volume }).map(({ web, log, data }) => ({
      family: 'api',
      ...task,
      containerDefinitions: [
        { ...web, essential: true, volumesFrom: [] },
        { ...log, links: [], dependsOn: [] },
      ],
      volumes: [{ name: 'data', ...data }],
    })),
  ) as unknown as Arbitrary<JsonObject>

describe('a file that is registered', () => {
  test('is stored as it means, and is the same revision the next time, also as AWS answers it', async () => {
    const { aws, simulator } = simulated({ minutes: 6000 })
    await fc.assert(
      fc.asyncProperty(definitions, async (definition) => {
        expect(checkDefinition(registrable(definition), { definition }).failure).toBeUndefined()
        const first = await register(definition, aws)
        expect(isStoredAs(definition, first.definition)).toBe(true)
        expect(await register(definition, aws)).toMatchObject({ reused: true })
        expect(await register(first.definition, aws)).toMatchObject({ reused: true })
        expect(simulator.recorder.all.some(({ input }) => Array.isArray(input.tags) && input.tags.length === 0)).toBe(
          false,
        )
      }),
      runs(60),
    )
  })

  test('is another revision when anything in it is changed', async () => {
    const { aws } = simulated({ minutes: 6000 })
    await fc.assert(
      fc.asyncProperty(definitions, fc.nat(), async (definition, choice) => {
        const { definition: stored } = await register(definition, aws)
        const paths = leavesOf(definition, [])
        const path = paths[choice % paths.length] ?? []
        expect([path.join('.'), isEqual(changed(definition, path), stored)]).toEqual([path.join('.'), false])
      }),
      runs(150),
    )
  })
})

describe('whatever AWS is going to fill in, or not', () => {
  const base = (members: JsonObject, task: JsonObject = {}) => ({
    family: 'api',
    ...task,
    containerDefinitions: [{ name: 'api', image: 'api:1', ...members }],
  })
  const efs = (members: JsonObject) =>
    base({}, { volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1', ...members } }] })
  test.each<[string, JsonObject, JsonObject]>([
    ['the root of a file system', efs({}), efs({ rootDirectory: '/' })],
    ['its encryption', efs({}), efs({ transitEncryption: 'DISABLED', transitEncryptionPort: 0 })],
    ['its authorization', efs({}), efs({ authorizationConfig: { iam: 'DISABLED' } })],
    ['no CPU', base({}), base({ cpu: 0 })],
    [
      'the port of the host, by a network of its own',
      base({ portMappings: [{ containerPort: 80 }] }, { networkMode: 'awsvpc' }),
      base({ portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }] }, { networkMode: 'awsvpc' }),
    ],
    [
      'the port of the host, by its network',
      base({ portMappings: [{ containerPort: 80 }] }, { networkMode: 'host' }),
      base({ portMappings: [{ containerPort: 80, hostPort: 80 }] }, { networkMode: 'host' }),
    ],
    [
      'the period of restarts',
      base({ restartPolicy: { enabled: true } }),
      base({ restartPolicy: { enabled: true, restartAttemptPeriod: 300, ignoredExitCodes: [] } }),
    ],
    [
      'the type of a proxy',
      base({}, { proxyConfiguration: { containerName: 'envoy' } }),
      base({}, { proxyConfiguration: { containerName: 'envoy', type: 'APPMESH', properties: [] } }),
    ],
    [
      'lists of Linux',
      base({ linuxParameters: { initProcessEnabled: true } }),
      base({ linuxParameters: { initProcessEnabled: true, devices: [], tmpfs: [], capabilities: {} } }),
    ],
    [
      'the order of links and volumes',
      base({ links: ['b', 'a'], volumesFrom: [{ sourceContainer: 'b' }, { sourceContainer: 'a', readOnly: false }] }),
      base({ links: ['a', 'b'], volumesFrom: [{ sourceContainer: 'a' }, { sourceContainer: 'b' }] }),
    ],
  ])('%s makes no difference', (_, written, stored) => {
    expect(isEqual(written, stored)).toBe(true)
    expect(isEqual(stored, written)).toBe(true)
  })

  test.each<[string, JsonObject, JsonObject]>([
    ['a directory', efs({}), efs({ rootDirectory: '/data' })],
    ['encryption', efs({ transitEncryption: 'ENABLED' }), efs({ transitEncryption: 'DISABLED' })],
    ['an empty entry point, which takes that of the image away', base({}), base({ entryPoint: [] })],
    ['the order of words', base({ command: ['a', 'b'] }), base({ command: ['b', 'a'] })],
    [
      'which of two variables of one name counts',
      base({
        environment: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
      base({
        environment: [
          { name: 'A', value: '2' },
          { name: 'A', value: '1' },
        ],
      }),
    ],
    ['an empty value', base({ environment: [{ name: 'A', value: '' }] }), base({ environment: [] })],
    [
      'a port of the host',
      base({ portMappings: [{ containerPort: 80 }] }),
      base({ portMappings: [{ containerPort: 80, hostPort: 80 }] }),
    ],
    [
      'the order of files of variables',
      base({
        environmentFiles: [
          { value: 'a', type: 's3' },
          { value: 'b', type: 's3' },
        ],
      }),
      base({
        environmentFiles: [
          { value: 'b', type: 's3' },
          { value: 'a', type: 's3' },
        ],
      }),
    ],
  ])('%s makes one', (_, written, stored) => {
    expect(isEqual(written, stored)).toBe(false)
  })
})

/** Paths of single values, without the names by which items belong together. */
function leavesOf(value: Json, path: readonly (string | number)[]): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, item]) =>
    leavesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

/** The definition with another value at a path, one that is no default. */
function changed(definition: JsonObject, path: readonly (string | number)[]): JsonObject {
  const copy: JsonObject = structuredClone(definition)
  const parent = path.slice(0, -1).reduce<unknown>((part, step) => Object(part)[step], copy)
  const last = path.at(-1) ?? ''
  const old: unknown = Object(parent)[last]
  const now = typeof old === 'boolean' ? !old : typeof old === 'number' ? old + 7 : `${old}x`
  Object.assign(Object(parent), { [last]: now })
  return copy
}
