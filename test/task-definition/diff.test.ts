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

  test('a role by its name is the role that AWS has stored by its ARN', () => {
    const arn = 'arn:aws:iam::444455556666:role/api-task'
    const stored = definition({}, { taskRoleArn: arn, executionRoleArn: arn })
    expect(lines(stored, definition({}, { taskRoleArn: 'api-task', executionRoleArn: 'api-execution' }))).toEqual([
      `~ executionRoleArn: "${arn}" → "api-execution"`,
    ])
    expect(lines(definition({}, { taskRoleArn: 'api-task' }), stored)).toEqual([`+ executionRoleArn: "${arn}"`])
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

  test.each<readonly [string, JsonObject]>([
    ['the item after a flag', { command: ['serve', '--db-password', 'hunter5', '--port', '80'] }],
    ['the item after a flag of Redis', { command: ['redis-server', '--requirepass', 'hunter5'] }],
    ['the item after a flag with one dash', { entryPoint: ['app', '-apiKey', 'hunter5'] }],
    ['a user with a password', { healthCheck: { command: ['CMD', 'curl', '-u', 'ann:hunter5', 'localhost'] } }],
    ['a word of a health check', { healthCheck: { command: ['CMD-SHELL', 'redis-cli --pass hunter5 ping'] } }],
    ['a label by its name', { dockerLabels: { 'x.pass': 'hunter5', 'app.sessionKey': 'hunter5' } }],
    ['users of a proxy', { dockerLabels: { 'traefik.http.middlewares.a.basicauth.users': 'ann:$apr1$hunter5' } }],
    ['a label by its content', { dockerLabels: { note: 'use 3f2c9a51-8be1-4c07-9d3e-0123456789ab or hunter5' } }],
  ])('masks %s', (_, container) => {
    const text = lines(undefined, definition(container)).join('\n')
    expect(text).not.toContain('hunter5')
    expect(text).toContain('***')
  })

  const log = (options: JsonObject) => ({ logConfiguration: { logDriver: 'awsfirelens', options } })

  test.each([
    ['licenseKey', 'hunter5'],
    ['license_key', 'hunter5'],
    ['apiKey', 'hunter5'],
    ['URI', '/v1/input/hunter5'],
    ['Header', 'Authorization Splunk hunter5'],
    ['http_passwd', 'hunter5'],
    ['source', '6f1e0b7c-51c1-4a57-b1d2-0123456789ab'],
    ['stream', 'eu01xx1cf54aba1ba89dNRAL'],
  ])('masks the log option %s: %s', (name, value) => {
    const text = lines(undefined, definition(log({ [name]: value }))).join('\n')
    expect(text).toContain(`logConfiguration.options.${name}: ***`)
    expect(text).not.toContain(value)
  })

  test.each<readonly [string, JsonObject]>([
    ['a command', { command: ['node', '--max-old-space-size', '512', '--token-ttl', '60', 'server.js'] }],
    ['a flag after a flag', { command: ['serve', '--use-token', '--port=8080'] }],
    ['where logs go', log({ 'awslogs-group': '/ecs/shop-production-api-v2', 'awslogs-region': 'eu-west-1' })],
    ['a host of logs', log({ Name: 'http', Host: 'intake.logs.example.com', tls: 'on' })],
    ['a commit', { dockerLabels: { 'org.opencontainers.image.revision': '9fceb02d0ae598e95dc970b74767f19372d61af8' } }],
    ['a rule', { dockerLabels: { 'traefik.http.routers.api.rule': 'Host(`api.example.com`)' } }],
    ['a kernel setting', { systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }] }],
    ['a range of ports', { systemControls: [{ namespace: 'net.ipv4.ip_local_port_range', value: '1024 65000' }] }],
    [
      'a secret by its name',
      { repositoryCredentials: { credentialsParameter: 'arn:aws:secretsmanager:x:1:secret:a' } },
    ],
  ])('but shows %s', (_, container) => {
    expect(lines(undefined, definition(container)).join('\n')).not.toContain('*')
  })

  test('shows kernel settings but for what is a key', () => {
    const systemControls = [{ namespace: 'net.ipv4.tcp_fastopen_key', value: 'hunter5' }]
    expect(lines(undefined, definition({ systemControls })).join('\n')).not.toContain('hunter5')
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

  test('no credential is shown, whatever flag, label or option holds it', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9!+/.-]{6,40}$/).map((value) => `c4nary${value}`)
    const word = fc.stringMatching(/^[a-z]{2,8}$/)
    const kind = fc.constantFrom(
      'password',
      'pass',
      'passwd',
      'token',
      'secret',
      'api-key',
      'access_key',
      'credentials',
    )
    const name = fc.tuple(word, fc.constantFrom('-', '.', '_'), kind).map((parts) => parts.join(''))
    fc.assert(
      fc.property(secret, name, word, (value, of, other) => {
        const container = {
          command: [other, `--${of}`, value, other, `--${of}=${value}`, `${of}: ${value}`],
          dockerLabels: { [of]: value, [other]: `${of}=${value}` },
          logConfiguration: { logDriver: 'awsfirelens', options: { [of]: value, URI: `/${other}/${value}` } },
          systemControls: [{ namespace: of, value }],
        }
        const [before, after] = [definition(container), definition({ ...container, command: [other] })]
        expect(JSON.stringify([diff(undefined, before), diff(before, after)])).not.toContain('c4nary')
      }),
      runs(100),
    )
  })
})
