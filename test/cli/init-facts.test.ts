/** What `slipway init` reads of files: Dockerfiles and Compose files. */
import { expect, test } from '@jest/globals'
import { environmentIn } from '../../src/cli/init/compose-environment.ts'
import { nameFrom } from '../../src/cli/init/find-images.ts'
import { ecsHealthCheck } from '../../src/cli/init/health-check.ts'
import { jsonText } from '../../src/cli/init/json-text.ts'
import { composeFacts } from '../../src/cli/init/read-compose.ts'
import { dockerfileFacts } from '../../src/cli/init/read-dockerfile.ts'

test.each<[string, string, readonly number[]]>([
  ['a port', 'FROM a\nEXPOSE 80', [80]],
  ['several, once each, of TCP', 'FROM a\nEXPOSE 80/tcp 443 53/udp\nEXPOSE 80', [80, 443]],
  ['a variable with its value', 'FROM a\nENV PORT=3000\nEXPOSE $PORT', [3000]],
  ['a variable with its default', 'FROM a\nARG PORT="9000"\nEXPOSE ${PORT}', [9000]],
  ['nothing for a variable without a value', 'FROM a\nEXPOSE $PORT', []],
  ['nothing of a stage that is not run', 'FROM a AS build\nEXPOSE 1\nFROM b\nCOPY --from=build /x /x', []],
  ['what the stage below has', 'FROM a AS base\nEXPOSE 80\nFROM base', [80]],
  ['no port beyond the last one', 'FROM a\nEXPOSE 70000', []],
  ['nothing of what is no Dockerfile', '<<<', []],
])('EXPOSE: %s', (_, content, ports) => {
  expect(dockerfileFacts(content).ports).toEqual(ports)
})

test('EXPOSE: of the stage that is built', () => {
  expect(dockerfileFacts('FROM a AS one\nEXPOSE 1\nFROM b AS two\nEXPOSE 2', 'one').ports).toEqual([1])
})

test.each<[string, object | undefined]>([
  ['HEALTHCHECK CMD curl -f x || exit 1', { command: ['CMD-SHELL', 'curl -f x || exit 1'] }],
  ['HEALTHCHECK --interval=1m --retries=2 CMD ["a", "b"]', { command: ['CMD', 'a', 'b'], interval: 60, retries: 2 }],
  ['HEALTHCHECK CMD a\nHEALTHCHECK NONE', undefined],
])('%s', (line, expected) => {
  expect(dockerfileFacts(`FROM a\n${line}`).healthCheck).toEqual(expected)
})

test.each([
  [
    { interval: '1s', timeout: '500ms', retries: '0', startPeriod: '0s' },
    { interval: 5, timeout: 2, retries: 1, startPeriod: 0 },
  ],
  [
    { interval: '1h', timeout: '3m', retries: '99', startPeriod: '10m' },
    { interval: 300, timeout: 60, retries: 10, startPeriod: 300 },
  ],
  [
    { interval: '1m30s', timeout: '2.5s' },
    { interval: 90, timeout: 3 },
  ],
  [{ interval: 'soon', retries: '-1' }, {}],
])('a health check within the limits of Amazon ECS: %j', (written, expected) => {
  expect(ecsHealthCheck({ command: ['CMD', 'a'], ...written })).toEqual({ command: ['CMD', 'a'], ...expected })
})

test.each<[string, Parameters<typeof environmentIn>[0], object, readonly string[]]>([
  ['a map', { A: 'x', B: 3, C: true, D: null }, { A: 'x', B: '3', C: 'true' }, ['D']],
  ['a list', ['A=x=y', 'B='], { A: 'x=y', B: '' }, []],
  ['what the shell has', ['A'], {}, ['A']],
  ['a default', { A: '${A:-x}', B: '${B-y}/$${z}' }, { A: 'x', B: 'y/${z}' }, []],
  ['a variable of the machine', { A: '$HOME/x', B: 'p${Q}' }, {}, ['A', 'B']],
  ['what must be set', { A: '${A:?required}' }, {}, ['A']],
  [
    'secrets by their names',
    { DB_PASSWORD: 'x', API_TOKEN: 'x', REDIS_URL: 'redis://r' },
    {},
    ['DB_PASSWORD', 'API_TOKEN', 'REDIS_URL'],
  ],
  [
    'a password in a URL',
    { BROKER: 'amqp://u:p@host', SITE: 'https://example.com' },
    { SITE: 'https://example.com' },
    ['BROKER'],
  ],
])('the environment of a Compose file: %s', (_, written, plain, secrets) => {
  const found = environmentIn(written, '')
  expect([Object.fromEntries(found.environment.map(({ name, value }) => [name, value])), found.secrets]).toEqual([
    plain,
    secrets,
  ])
})

test('of an env_file, only names are read', () => {
  expect(environmentIn({ A: 'x' }, 'A=1\n# B=2\nexport C=secret\n  D = 4\n')).toEqual({
    environment: [{ name: 'A', value: 'x' }],
    secrets: ['C', 'D'],
  })
})

test('a Compose file: ports, builds inside of the repository, and commands', () => {
  const service = (more: object) => ({ build: '.', ...more })
  const services = {
    a: service({ ports: ['80:8080', '127.0.0.1:81:8081/tcp', '9000', '53:53/udp', { target: 8082 }], expose: [8083] }),
    b: service({ build: { context: '../elsewhere' } }),
    c: service({ build: 'https://github.com/acme/c.git' }),
    d: service({ command: 'sh -c "echo $$HOME"', entrypoint: ['tini'] }),
    e: { image: 'redis' },
  }
  const facts = composeFacts({ services } as never, '.', () => '')
  expect(facts.services.map(({ name }) => name)).toEqual(['a', 'd'])
  expect(facts.services[0]?.container.ports).toEqual([8080, 8081, 9000, 8082, 8083])
  expect(facts.services[1]?.container).toMatchObject({
    command: ['sh', '-c', 'sh -c "echo $HOME"'],
    entryPoint: ['tini'],
  })
  expect(facts.others).toEqual([{ name: 'e', image: 'redis' }])
})

test.each([
  ['My App', 'my-app'],
  ['api_v2', 'api-v2'],
  ['--x--', 'app-x'],
  ['', 'app'],
])('the name of %j is %s', (given, name) => {
  expect(nameFrom(given)).toBe(name)
})

test('JSON has what is short on one line', () => {
  const value = { a: [1, { b: 'c' }], d: {}, long: ['x'.repeat(60), 'y'.repeat(60)] }
  expect(JSON.parse(jsonText(value))).toEqual(value)
  expect(jsonText(value).split('\n').slice(0, 4)).toEqual([
    '{',
    '  "a": [1, { "b": "c" }],',
    '  "d": {},',
    '  "long": [',
  ])
})
