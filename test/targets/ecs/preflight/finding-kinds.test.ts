/** Every kind of finding as it is certain, and as it is in doubt: `blocks` is kept for what cannot succeed. */
import { describe, expect, test } from '@jest/globals'
import type { Decision, JsonObject, Service, Subnet, VpcEndpoint } from '../../../../src/ports.ts'
import { type FindingCode, type FindingKind, findingKinds } from '../../../../src/targets/ecs/facts/finding-kinds.ts'
import type { PreflightFacts, SecretFact } from '../../../../src/targets/ecs/facts/preflight-facts.ts'
import { judge } from '../../../../src/targets/ecs/preflight/judge.ts'
import { renderText } from '../../../../src/text.ts'
import {
  accountId,
  definitionWith,
  factsWith,
  image,
  logGroup,
  region,
  role,
  secret,
  service,
  targetGroup,
} from './facts.ts'

type Change = Partial<PreflightFacts>
type Row = readonly [code: FindingCode, severity: 'blocks' | 'warns' | 'notes', why: string, change: Change]

const container = (change: JsonObject, members: JsonObject = {}): Change => ({
  definition: definitionWith(change, members),
})
const oneImage = (change: Partial<typeof image>): Change => ({ images: [{ ...image, ...change }] })
const oneSecret = (change: Partial<SecretFact>): Change => ({ secrets: [{ ...secret, ...change }] })
const keyed = { ...secret.reference, key: 'password' } as const
const parameter = { kind: 'parameter', id: '/shop/key' } as const
const foreign = '999988887777'
const serviceWith = (change: Service): Change => ({ service: { ...service, ...change } })
const percent = (minimumHealthyPercent: number, maximumPercent: number, more: Service = {}): Change =>
  serviceWith({ ...more, deploymentConfiguration: { minimumHealthyPercent, maximumPercent } })
const denied = (action: string, more: Partial<Decision> = {}): Decision => ({
  action,
  resource: '*',
  decision: 'implicitDeny',
  isUnsure: false,
  ...more,
})
const group = { applicationName: 'shop', deploymentGroupName: 'api', autoRollbackConfiguration: { enabled: true } }
const codeDeploy = { application: 'shop', deploymentGroup: 'api', group }
const viaCodeDeploy: Change = { engine: 'codedeploy', codeDeploy }
const firing = { alarms: { names: ['api-5xx'], states: [{ name: 'api-5xx', state: 'ALARM' }] } }
const rule = `arn:aws:elasticloadbalancing:${region}:${accountId}:listener-rule/app/shop/1/2/3`
const other = targetGroup.replace('/api/', '/other/')
const green = targetGroup.replace('/api/', '/green/')
const weights = (...pairs: readonly (readonly [string, number])[]) =>
  pairs.map(([targetGroupArn, weight]) => ({ targetGroupArn, weight }))
const route = (standing: PreflightFacts['traffic'][number]['standing']): Change => ({
  traffic: [{ arn: rule, targetGroups: ['api', 'green'], standing }],
})

const images: readonly Row[] = [
  ['placeholder', 'blocks', 'in the image', container({ image: 'set-by-slipway' })],
  ['placeholder', 'blocks', 'in a role', container({}, { executionRoleArn: '<EXECUTION_ROLE>' })],
  ['placeholder', 'warns', 'in a variable', container({ environment: [{ name: 'HOST', value: '<DB_HOST>' }] })],
  ['image-missing', 'blocks', '', oneImage({ standing: { kind: 'missing', repository: 'api', mayBeCached: false } })],
  [
    'image-missing',
    'warns',
    'cached',
    oneImage({ standing: { kind: 'missing', repository: 'h/n', mayBeCached: true } }),
  ],
  [
    'image-missing',
    'warns',
    'of a container that is not essential',
    oneImage({ isEssential: false, standing: { kind: 'missing', repository: 'api', mayBeCached: false } }),
  ],
  ['image-platform', 'blocks', '', oneImage({ standing: { kind: 'there', platforms: ['linux/arm64'] } })],
  [
    'image-platform',
    'warns',
    'on EC2',
    {
      ...oneImage({ standing: { kind: 'there', platforms: ['linux/arm64'] } }),
      ...container({}, { runtimePlatform: { cpuArchitecture: 'X86_64' } }),
      isFargate: false,
    },
  ],
  [
    'image-platform',
    'warns',
    'of an image that is labelled as the one that runs',
    oneImage({ standing: { kind: 'there', platforms: ['linux/arm64'], isDisproved: true } }),
  ],
  ['image-invalid', 'blocks', '', oneImage({ reference: 'Api:V2:x', standing: { kind: 'invalid' } })],
  [
    'image-invalid',
    'warns',
    'of a container that is not essential',
    oneImage({ isEssential: false, standing: { kind: 'invalid' } }),
  ],
  ['image-unchecked', 'notes', '', oneImage({ standing: { kind: 'elsewhere' } })],
]

const roles: readonly Row[] = [
  ['role-malformed', 'blocks', '', container({}, { taskRoleArn: `arn:aws:iam::${accountId}:user/ann` })],
  ['role-elsewhere', 'blocks', 'account', container({}, { taskRoleArn: `arn:aws:iam::${foreign}:role/run` })],
  ['role-elsewhere', 'blocks', 'partition', container({}, { taskRoleArn: `arn:aws-cn:iam::${accountId}:role/run` })],
  ['role-missing', 'blocks', '', { roles: [{ ...role, standing: 'missing' }] }],
  ['role-trust', 'blocks', '', { roles: [{ ...role, standing: { trust: { Statement: [] } } }] }],
  [
    'role-not-passed',
    'blocks',
    '',
    { roles: [{ ...role, passing: { caller: 'ann', decision: denied('iam:PassRole') } }] },
  ],
  [
    'role-not-passed',
    'warns',
    'by a condition that is not known',
    { roles: [{ ...role, passing: { caller: 'ann', decision: denied('iam:PassRole', { isUnsure: true }) } }] },
  ],
  ['execution-role-denied', 'blocks', '', { roles: [{ ...role, doing: [denied('logs:PutLogEvents')] }] }],
  ['execution-role-denied', 'warns', 'shared', { roles: [{ ...role, doing: [denied('ecr:BatchGetImage')] }] }],
  ['execution-role-missing', 'blocks', 'for ECR', container({}, { executionRoleArn: '' })],
  [
    'execution-role-missing',
    'blocks',
    'for credentials, also on EC2',
    {
      isFargate: false,
      ...container({ repositoryCredentials: { credentialsParameter: 'hub' } }, { executionRoleArn: '' }),
    },
  ],
]

const secrets: readonly Row[] = [
  ['secret-reference', 'blocks', '', oneSecret({ reference: { kind: 'invalid', id: '' }, standing: 'unread' })],
  [
    'secret-reference',
    'warns',
    '',
    oneSecret({ reference: { kind: 'invalid', id: '' }, standing: 'unread', isEssential: false }),
  ],
  ['secret-missing', 'blocks', '', oneSecret({ standing: 'missing' })],
  [
    'secret-missing',
    'warns',
    'of another account',
    oneSecret({
      reference: { ...secret.reference, accountId: foreign } as SecretFact['reference'],
      standing: 'missing',
    }),
  ],
  ['secret-deleted', 'blocks', '', oneSecret({ standing: 'deleted' })],
  ['secret-deleted', 'warns', '', oneSecret({ standing: 'deleted', isEssential: false })],
  ['secret-not-json', 'blocks', '', oneSecret({ reference: keyed, keys: 'not-json' })],
  ['secret-not-json', 'warns', '', oneSecret({ reference: keyed, keys: 'not-json', isEssential: false })],
  ['secret-key-missing', 'blocks', '', oneSecret({ reference: keyed, keys: ['user'] })],
  ['secret-key-missing', 'blocks', 'as there is no value', oneSecret({ reference: keyed, keys: 'no-value' })],
  ['secret-key-missing', 'warns', '', oneSecret({ reference: keyed, keys: ['user'], isEssential: false })],
  ['secret-keys-unchecked', 'notes', '', oneSecret({ reference: keyed })],
  ['parameter-missing', 'blocks', '', oneSecret({ reference: parameter, standing: 'missing' })],
  [
    'parameter-missing',
    'warns',
    'of another account',
    oneSecret({ reference: { ...parameter, accountId: foreign }, standing: 'missing' }),
  ],
]

const logs: readonly Row[] = [
  ['log-group-missing', 'blocks', '', { logGroups: [{ ...logGroup, standing: 'missing' }] }],
  ['log-group-missing', 'warns', '', { logGroups: [{ ...logGroup, standing: 'missing', isEssential: false }] }],
  ['log-group-created', 'notes', '', { logGroups: [{ ...logGroup, standing: 'missing', isCreated: true }] }],
  ['log-options', 'blocks', '', container({ logConfiguration: { logDriver: 'awslogs', options: {} } })],
  [
    'log-options',
    'warns',
    'on EC2',
    { isFargate: false, ...container({ logConfiguration: { logDriver: 'awslogs' } }) },
  ],
]

const traffic: readonly Row[] = [
  ['target-container', 'blocks', '', container({ name: 'web' })],
  ['target-container', 'blocks', 'of the AppSpec', { appSpecTargets: [{ containerName: 'web', containerPort: 80 }] }],
  ['target-port', 'blocks', '', container({ portMappings: [{ containerPort: 3000 }] })],
  ['target-port', 'blocks', 'of the AppSpec', { appSpecTargets: [{ containerName: 'api', containerPort: 80 }] }],
  ['target-group-missing', 'blocks', '', { targetGroups: [{ arn: targetGroup, standing: 'missing' }] }],
  [
    'target-group-unused',
    'warns',
    '',
    { targetGroups: [{ arn: targetGroup, standing: { targetType: 'ip', isUsed: false } }] },
  ],
  [
    'target-type',
    'blocks',
    '',
    { targetGroups: [{ arn: targetGroup, standing: { targetType: 'instance', isUsed: true } }] },
  ],
  ['listener-missing', 'blocks', '', route('missing')],
  ['listener-target', 'blocks', '', route(weights([other, 100]))],
  ['listener-weights', 'blocks', '', route(weights([targetGroup, 70], [green, 30]))],
  [
    'listener-weights',
    'warns',
    'with CodeDeploy',
    { ...viaCodeDeploy, ...route(weights([targetGroup, 70], [green, 30])) },
  ],
  ['scaling-suspended', 'warns', '', { leftSuspended: ['in', 'scheduled'] }],
  ['alarm-missing', 'warns', '', { alarms: { names: ['api-5xx'], states: [] } }],
  [
    'alarm-without-data',
    'notes',
    '',
    { alarms: { names: ['api-5xx'], states: [{ name: 'api-5xx', state: 'INSUFFICIENT_DATA' }] } },
  ],
  ['alarm-ignored', 'warns', '', firing],
  ['alarm-stops', 'blocks', '', { ...viaCodeDeploy, ...firing }],
]

const definitions: readonly Row[] = [
  ['express-container', 'blocks', 'without Main', serviceWith({ resourceManagementType: 'ECS' })],
  [
    'express-container',
    'blocks',
    'with an unnamed port',
    {
      ...serviceWith({ resourceManagementType: 'ECS' }),
      ...container({ name: 'Main', portMappings: [{ containerPort: 80 }] }),
    },
  ],
  ['fargate-size', 'blocks', '', container({}, { memory: '4096' })],
  ['fargate-size', 'warns', 'that may be new', container({}, { cpu: '32768', memory: '65536' })],
  ['container-memory', 'blocks', '', container({ memory: 1024 })],
  [
    'container-duplicate',
    'blocks',
    '',
    {
      definition: definitionWith(
        {},
        { containerDefinitions: [{ name: 'api', portMappings: [{ containerPort: 8080 }] }, { name: 'api' }] },
      ),
    },
  ],
  [
    'variable-duplicate',
    'warns',
    '',
    container({
      environment: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    }),
  ],
  [
    'secret-duplicate',
    'blocks',
    '',
    container({ environment: [{ name: 'A', value: '1' }], secrets: [{ name: 'A', valueFrom: '/a' }] }),
  ],
  ['dependency-unknown', 'blocks', '', container({ dependsOn: [{ containerName: 'proxy' }] })],
]

const rollout: readonly Row[] = [
  ['percent-deadlock', 'blocks', 'for every count', { ...percent(100, 100), isScaled: undefined }],
  ['percent-deadlock', 'blocks', 'for this count', percent(50, 150, { desiredCount: 1, runningCount: 1 })],
  [
    'percent-deadlock',
    'warns',
    'as autoscaling may help',
    { ...percent(50, 150, { desiredCount: 1, runningCount: 1 }), isScaled: true },
  ],
  [
    'percent-deadlock',
    'warns',
    'as it is not known',
    { ...percent(50, 150, { desiredCount: 1, runningCount: 1 }), isScaled: undefined },
  ],
  ['percent-deadlock', 'warns', 'as a task is missing', percent(100, 100, { runningCount: 1 })],
  ['percent-downtime', 'notes', '', percent(0, 100)],
  [
    'deployments-full',
    'warns',
    '',
    serviceWith({ deployments: Array.from({ length: 6 }, () => ({ rolloutState: 'COMPLETED' })) }),
  ],
  [
    'deployment-replaced',
    'warns',
    '',
    serviceWith({ deployments: [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS' }] }),
  ],
  ['desired-count-zero', 'notes', '', serviceWith({ desiredCount: 0 })],
  ['first-deployment', 'notes', '', serviceWith({ deployments: [] })],
  [
    'no-automatic-rollback',
    'notes',
    '',
    serviceWith({ deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } } }),
  ],
  ['circuit-breaker-off', 'notes', '', serviceWith({ deploymentConfiguration: {} })],
  [
    'deployment-active',
    'blocks',
    '',
    { ...viaCodeDeploy, codeDeploy: { ...codeDeploy, active: { id: 'd-1', isRollback: false, isWanted: false } } },
  ],
  [
    'deployment-group-other',
    'blocks',
    '',
    {
      ...viaCodeDeploy,
      codeDeploy: { ...codeDeploy, group: { ...group, ecsServices: [{ serviceName: 'web', clusterName: 'shop' }] } },
    },
  ],
]

const subnet: Subnet = { id: 'subnet-1', vpcId: 'vpc-1', cidr: '10.0.0.0/24', freeAddresses: 9 }
const endpoint = (name: string, change: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  id: `vpce-${name}`,
  serviceName: `com.amazonaws.${region}.${name}`,
  type: name === 's3' ? 'Gateway' : 'Interface',
  state: 'available',
  hasPrivateDns: true,
  securityGroups: [],
  routeTables: ['rtb-1'],
  ...change,
})
const endpoints = (changed: string, change: Partial<VpcEndpoint>) =>
  ['ecr.api', 'ecr.dkr', 's3'].map((name) => endpoint(name, name === changed ? change : {}))
const table = { id: 'rtb-1', isMain: true, subnets: [], routes: [] }
const gateway = { destination: '10.9.0.0/16', target: 'tgw-1', isBlackhole: false }
type Network = NonNullable<PreflightFacts['network']>
const network = (change: Partial<Network>): Change => ({
  network: {
    region,
    vpcId: 'vpc-1',
    assignsPublicIp: false,
    subnets: [subnet],
    routeTables: [table],
    endpoints: endpoints('', {}),
    taskGroups: [],
    groups: undefined,
    ...change,
  },
})
const connected = { routeTables: [{ ...table, routes: [gateway] }] }
const rules = { ingress: [], egress: [] }
const inVpc = { protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['10.0.0.0/8'], groups: [], prefixLists: [] }
const closed = { taskGroups: ['sg-1'], groups: [{ id: 'sg-1', ...rules }] }
const withinVpc = { taskGroups: ['sg-1'], groups: [{ id: 'sg-1', ingress: [], egress: [inVpc] }] }
const shut: Partial<Network> = {
  endpoints: endpoints('ecr.api', { securityGroups: ['sg-2'] }),
  groups: [{ id: 'sg-2', ...rules }],
}

const gaps: readonly Row[] = [
  ...(
    [
      ['endpoint-missing', { endpoints: [] }],
      ['endpoint-pending', { endpoints: endpoints('ecr.api', { state: 'pending' }) }],
      ['endpoint-private-dns', { endpoints: endpoints('ecr.api', { hasPrivateDns: false }) }],
      ['endpoint-closed', shut],
      ['endpoint-route', { endpoints: endpoints('s3', { routeTables: [] }) }],
      ['egress-gateway', withinVpc],
    ] as const
  ).flatMap(([code, change]): readonly Row[] => [
    [code, 'blocks', '', network(change)],
    [code, 'warns', 'in a subnet that is connected', network({ ...change, ...connected })],
  ]),
  ['internet-unreachable', 'blocks', '', { ...network({}), ...container({ image: 'nginx' }) }],
  [
    'internet-unreachable',
    'warns',
    'in a subnet that is connected',
    { ...network(connected), ...container({ image: 'nginx' }) },
  ],
  ['egress-closed', 'blocks', '', network(closed)],
  [
    'route-blackhole',
    'warns',
    '',
    network({
      routeTables: [{ ...table, routes: [{ destination: '0.0.0.0/0', target: 'nat-1', isBlackhole: true }] }],
    }),
  ],
  ['subnets-full', 'warns', '', network({ subnets: [{ ...subnet, freeAddresses: 0 }] })],
]

const unread: readonly Row[] = [
  [
    'permission-missing',
    'notes',
    '',
    { unread: [{ shows: 'whether the images exist', action: 'ecr:DescribeImages' }] },
  ],
  ['not-checked', 'notes', '', { unread: [{ shows: 'whether the images exist', reason: 'AWS did not answer' }] }],
]

const rows = [images, roles, secrets, logs, traffic, definitions, rollout, gaps, unread].flat()

test('a deployment in which nothing is wrong has no finding', () => {
  expect(judge(factsWith())).toEqual([])
})

test('nor has a role of this account in a partition that is not known', () => {
  const taskRoleArn = `arn:aws-new:iam::${accountId}:role/run`
  const unknown = { region: 'new-north-1', ...container({}, { taskRoleArn, executionRoleArn: taskRoleArn }) }
  const ofService = { ...service, serviceArn: `arn:aws-new:ecs:new-north-1:${accountId}:service/shop/api` }
  for (const known of [undefined, ofService])
    expect(judge(factsWith({ ...unknown, service: known })).map(({ code }) => code)).not.toContain('role-elsewhere')
})

describe('a finding', () => {
  test.each(rows)('%s: %s %s', (code, severity, _, change) => {
    const found = judge(factsWith(change)).filter((finding) => finding.code === code)
    expect(found.map((finding) => finding.severity)).toContain(severity)
    expect(new Set(found.map((finding) => finding.severity)).size).toBe(1)
  })

  test('is played for every kind, certain and in doubt', () => {
    const played = new Set(rows.map(([code, severity]) => `${code} ${severity}`))
    // The failure of the search for a group is handed on as it is.
    const kinds = Object.entries<FindingKind>(findingKinds).filter(([code]) => code !== 'deployment-group-missing')
    const expected = kinds.flatMap(([code, { severity, doubt }]) => [
      `${code} ${severity}`,
      ...(doubt === undefined ? [] : [`${code} warns`]),
    ])
    expect([...played].sort()).toEqual([...new Set(expected)].sort())
  })

  test('says what, why and what to do, without full stops where none belong', () => {
    for (const [code, , , change] of rows)
      for (const { what, why, fix } of judge(factsWith(change)).filter((finding) => finding.code === code)) {
        const [said, because, advice] = [what, why, fix].map((part) => renderText(part, (theirs) => theirs))
        expect(`${said}|${because}`).not.toMatch(/\.(\||$)|^\||\|$/)
        expect(advice).toMatch(/[.}"]$/)
      }
  })
})
