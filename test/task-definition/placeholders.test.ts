import { describe, expect, test } from '@jest/globals'
import type { JsonObject } from '../../src/ports.ts'
import { findPlaceholders, placeholderText } from '../../src/task-definition/placeholders.ts'
import { renderText } from '../../src/text.ts'

const sentences = (definition: JsonObject) =>
  findPlaceholders(definition).map((found) => renderText(placeholderText(found), (theirs) => theirs))
const withContainer = (members: JsonObject): JsonObject => ({
  family: 'reef',
  containerDefinitions: [{ name: 'reef', image: 'registry.example.com/reef:1', ...members }],
})
const found = (definition: JsonObject) =>
  findPlaceholders(definition).map(({ mark, certain }) => `${certain ? 'certain' : 'uncertain'} ${mark}`)
const inVariable = (value: string) => found(withContainer({ environment: [{ name: 'X', value }] }))

describe('the value of an environment variable may be meant as it is, so a placeholder in it is uncertain', () => {
  test.each([
    '<DB_HOST>',
    '<your-db-host>',
    '<db host>',
    '<insert value here>',
    '${TOKEN_URL}',
    '${db.host}',
    '${PORT:-8080}',
    '$DB_HOST',
    '{{ db_host }}',
    '{{db.host}}',
    '%DB_HOST%',
    '__DB_HOST__',
    '#{DbHost}#',
    '@@DB_HOST@@',
    '[[DB_HOST]]',
    'REPLACE_DB_HOST',
    'REPLACE_ME',
    'CHANGEME',
    'changeme',
    'YOUR_KEY',
    'TODO',
  ])('%s', (value) => {
    expect(inVariable(value)).toEqual([`uncertain ${value}`])
  })

  test.each([
    ['https://<HOST>/path', '<HOST>'],
    ['postgres://app:${DB_PASSWORD}@db/shop', '${DB_PASSWORD}'],
    ['postgres://$DB_HOST:5432/shop', '$DB_HOST'],
    ['https://{{ host }}/', '{{ host }}'],
    ['s3://__BUCKET__/x', '__BUCKET__'],
  ])('%s tells the part alone: %s', (value, mark) => {
    expect(inVariable(value)).toEqual([`uncertain ${mark}`])
  })

  test.each([['{{ must_env `MODE` }}'], ['{{ tfstate "aws_db.main.address" }}'], ['{{ .Values.mode }}']])(
    'but what a tool renders before a deployment is certain: %s',
    (value) => {
      expect(inVariable(value)).toEqual([`certain ${value}`])
    },
  )

  test.each([['<%= ENV["MODE"] %>'], ['Hello {% if name %}{{ name }}{% endif %}', '{% if name %}']])(
    'and what programs render, too, is not: %s',
    (value, mark = value) => {
      expect(inVariable(value)).toEqual([`uncertain ${mark}`])
    },
  )
})

test.each([
  'a < b and c > d',
  '{"a":{"b":{}}}',
  '5 $ {approx}',
  '<html>',
  '<html><body>Hello, ${name}</body></html>',
  '<none>',
  '^\\d+$',
  '^(?<year>\\d{4})$',
  '$1',
  'pa$$word',
  'pa$WORD',
  's3cr3t<DB>%x',
  'Hello {{name}}, welcome',
  '%d{ISO8601} [%t] %-5p ${sys:name} - %m%n',
  'REPLACE_ALL',
  'replace',
  '100%',
  'a@b.example.com',
  '__init__',
  '[[:alpha:]]',
  '#{',
  '<<',
  '',
])('an ordinary value passes: %s', (value) => {
  expect(inVariable(value)).toEqual([])
})

describe('names, ARNs and numbers never have the signs of a placeholder', () => {
  const account = 'arn:aws:iam::111122223333:role/app'
  test.each<[JsonObject, string[]]>([
    [{ executionRoleArn: 'arn:aws:iam::<ACCOUNT>:role/app' }, ['certain <ACCOUNT>']],
    [{ taskRoleArn: 'arn:aws:iam::ACCOUNT_ID:role/app' }, ['certain ACCOUNT_ID']],
    [{ taskRoleArn: '${ROLE}' }, ['certain ${ROLE}']],
    [{ family: '{{ service }}' }, ['certain {{ service }}']],
    [{ cpu: '$CPU' }, ['certain $CPU']],
    [{ tags: [{ key: 'commit', value: '${COMMIT}' }] }, ['certain ${COMMIT}']],
    [withContainer({ image: '<IMAGE1_NAME>' }), ['certain <IMAGE1_NAME>']],
    [withContainer({ image: 'registry.example.com/api:${TAG}' }), ['certain ${TAG}']],
    [withContainer({ image: 'aws_account_id.dkr.ecr.eu-west-1.amazonaws.com/api:1' }), ['certain aws_account_id']],
    [withContainer({ image: 'set-by-slipway' }), ['certain set-by-slipway']],
    [withContainer({ image: 'placeholder:latest' }), ['certain placeholder:latest']],
    [withContainer({ image: 'REPLACE_ME' }), ['certain REPLACE_ME']],
    [withContainer({ image: '__IMAGE__' }), ['certain __IMAGE__']],
    [withContainer({ image: 'registry.example.com/api:__TAG__' }), ['certain __TAG__']],
    [{ taskRoleArn: 'arn:aws:iam::__ACCOUNT__:role/app' }, ['certain __ACCOUNT__']],
    [withContainer({ secrets: [{ name: 'KEY', valueFrom: '/shop/${STAGE}/key' }] }), ['certain ${STAGE}']],
    [withContainer({ secrets: [{ name: 'KEY', valueFrom: 'REPLACE_KEY_ARN' }] }), ['uncertain REPLACE_KEY_ARN']],
    [
      withContainer({ logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/<env>' } } }),
      ['certain <env>'],
    ],
    [{ taskRoleArn: account, executionRoleArn: 'app', cpu: '1 vCPU', memory: '2 GB' }, []],
    [withContainer({ image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/api:2026.11' }), []],
    [withContainer({ image: 'redis' }), []],
    [withContainer({ secrets: [{ name: 'KEY', valueFrom: '/shop/key' }] }), []],
  ])('%j', (definition, expected) => {
    expect(found(definition)).toEqual(expected)
  })

  test.each<[JsonObject, string[]]>([
    [withContainer({ environment: [{ name: '__DEV__', value: 'false' }] }), ['uncertain __DEV__']],
    [{ family: '__API__' }, ['uncertain __API__']],
    [{ tags: [{ key: 'stage', value: '__PROD__' }] }, ['uncertain __PROD__']],
  ])('but names may have letters between underscores: %j', (definition, expected) => {
    expect(found(definition)).toEqual(expected)
  })
})

describe('what reads the value may have signs of its own', () => {
  test.each<[JsonObject, string[]]>([
    [{ command: ['sh', '-c', 'exec app --port ${PORT:-8080} --name $NAME'] }, []],
    [{ healthCheck: { command: ['CMD-SHELL', 'curl -f http://localhost:${PORT}/ || exit 1'] } }, []],
    [{ command: ['--mode', '{{ must_env `MODE` }}'] }, ['certain {{ must_env `MODE` }}']],
    [{ command: ['<COMMAND>'] }, ['uncertain <COMMAND>']],
    [{ logConfiguration: { logDriver: 'gelf', options: { tag: '{{.ImageName}}/{{.ID}}' } } }, []],
    [{ dockerLabels: { 'traefik.rule': 'Host(`${DOMAIN}`)' } }, ['uncertain ${DOMAIN}']],
    [{ dockerLabels: { check: '[{"host":"%%host%%","port":"%%port%%"}]' } }, []],
  ])('%j', (members, expected) => {
    expect(found(withContainer(members))).toEqual(expected)
  })
})

test('each is told by its member; the value around it is not', () => {
  const definition = withContainer({
    environment: [
      { name: 'A', value: 'a' },
      { name: 'URL', value: 'postgres://app:s3cr3t@<HOST>/x' },
    ],
    secrets: [{ name: 'KEY', valueFrom: '<arn>' }],
    user: '<USER>',
  })
  expect(sentences({ ...definition, executionRoleArn: 'arn:aws:iam::<ACCOUNT>:role/x' })).toEqual([
    'environment variable URL of container "reef" looks like the placeholder <HOST>',
    'secret KEY of container "reef" still has the placeholder <arn>',
    'user of container "reef" looks like the placeholder <USER>',
    'executionRoleArn still has the placeholder <ACCOUNT>: arn:aws:iam::<ACCOUNT>:role/x',
  ])
  expect(findPlaceholders(definition)[0]?.path).toEqual(['containerDefinitions', 0, 'environment', 1, 'value'])
})
