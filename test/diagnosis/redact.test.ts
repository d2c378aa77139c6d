import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { redact } from '../../src/diagnosis/redact.ts'
import { redactLines, variablesOf } from '../../src/diagnosis/redact-lines.ts'
import type { JsonObject } from '../../src/ports.ts'
import { cpuTime } from '../cpu-time.ts'
import { runs } from '../generated.ts'

describe('what looks like a credential is not shown again', () => {
  const key = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('')
  test.each([
    [`using ${key} to sign`, 'using AKIA*** to sign'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl end', 'token *** end'],
    ['connecting to postgres://app:s3cr3t@db:5432/app', 'connecting to postgres://app:***@db:5432/app'],
    ['DB_PASSWORD=hunter2 next', 'DB_PASSWORD=*** next'],
    ['{"clientSecret": "a b c", "user": "ann"}', '{"clientSecret": ***, "user": "ann"}'],
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer ***'],
    ['api_key: abc, next', 'api_key: ***, next'],
    ['https://s3/x?X-Amz-Signature=abc&y=1', 'https://s3/x?X-Amz-Signature=***&y=1'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nnext', '***\nnext'],
    ['-----BEGIN PRIVATE KEY-----\nabc', '***'],
  ])('%s', (line, shown) => {
    expect(redact(line)).toBe(shown)
  })

  test.each([
    'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/a/b)',
    'CannotPullContainerError: pull access denied for api, repository does not exist',
    'the secret could not be found',
    'listening on http://0.0.0.0:8080',
    'token expired',
    'failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized',
    'http://a:80/path?to=ann@example.com',
    'no secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/database-AbCdEf',
  ])('but this stays: %s', (line) => {
    expect(redact(line)).toBe(line)
  })

  test('Z4: takes no longer than the text is long', async () => {
    const slow = [
      'password=',
      '://a:',
      '-----BEGIN ',
      'eyJaaaaaaaaa.',
      'secret   ',
      '?key=',
      'Bearer ',
      '"',
      '://',
      '-----BEGIN PRIVATE KEY-----',
      'password=;a',
      'password=\\"',
      'authorization: ',
      '--password ',
      '<password>',
    ].map((part) => part.repeat(100_000 / part.length))
    const took = await cpuTime(() => {
      for (const text of slow) redact(text)
    })
    expect(took).toBeLessThan(1000)
  })
})

describe('credentials of any value, in any line', () => {
  const letters = (from: number, to: number, alphabet = /[A-Za-z0-9]/) =>
    fc.stringMatching(new RegExp(`^(?:${alphabet.source}){${from},${to}}$`))
  const words = fc.constantFrom(
    '',
    'INFO starting',
    '{"level":"error"}',
    'at main (server.js:3:7)',
    'retry 2 of 5:',
    '—',
  )
  const hidden = (secrets: fc.Arbitrary<string>, write: (secret: string) => string) =>
    fc.assert(
      fc.property(words, secrets, words, (before, secret, after) => {
        expect(redact(`${before} ${write(secret)} ${after}`)).not.toContain(secret)
      }),
      runs(100),
    )
  const plain = letters(12, 40)
  const base64 = letters(20, 60, /[A-Za-z0-9+/]/)
  const odd = letters(8, 30, /[A-Za-z0-9!#$%^*()_+~?.,:/@-]/).filter(
    (value) => /^[A-Za-z].*[A-Za-z]$/.test(value) && !value.includes('://'),
  )

  test.each<readonly [string, fc.Arbitrary<string>, (secret: string) => string]>([
    ['a JSON Web Token', letters(20, 40, /[\w-]/), (secret) => `eyJhbGciOiJIUzI1NiJ9.eyJ${secret}.c2lnbmF0dXJl`],
    ['the signature of one', letters(20, 40, /[\w-]/), (secret) => `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${secret}`],
    ['an access key id', letters(16, 16, /[A-Z0-9]/), (secret) => `key ${'AKIA'}${secret}`],
    ['a secret access key', base64, (secret) => `aws_secret_access_key = ${secret}`],
    ['a secret access key in the environment', base64, (secret) => `export AWS_SECRET_ACCESS_KEY=${secret}`],
    ['a secret access key in JSON', base64, (secret) => `{"SecretAccessKey":"${secret}","Expiration":1}`],
    ['a session token', base64, (secret) => `using IQoJb3JpZ2lu${secret}`],
    ['a GitHub token', letters(36, 36), (secret) => `clone with ghs_${secret}`],
    ['a fine-grained GitHub token', letters(40, 60, /\w/), (secret) => `github_pat_${secret}`],
    ['a Slack token', plain, (secret) => `xoxb-1111111111-${secret}`],
    ['a Slack webhook', plain, (secret) => `https://hooks.slack.com/services/T000/B000/${secret}`],
    ['a Bearer header', letters(16, 40, /[\w.~+/-]/), (secret) => `authorization: Bearer ${secret}`],
    ['another scheme', plain, (secret) => `Authorization: ApiKey ${secret}`],
    ['a signed request', plain, (secret) => `Authorization: AWS4-HMAC-SHA256 Credential=x/y, Signature=${secret}`],
    ['headers as JSON', plain, (secret) => `{"headers":{"Authorization":"Basic ${secret}","host":"x"}}`],
    ['a cookie', plain, (secret) => `Set-Cookie: session=${secret}; HttpOnly`],
    ['a header for keys', plain, (secret) => `X-Api-Key: ${secret}`],
    ['a password in an address', odd, (secret) => `connecting to postgres://app:${secret}@db.internal:5432/shop`],
    ['an address without user', odd, (secret) => `redis://:${secret}@cache:6379/0`],
    ['basic auth', plain, (secret) => `GET https://ann:${secret}@registry.example.com/v2/ 401`],
    ['a token as user', letters(24, 60), (secret) => `fetch https://${secret}@git.example.com/repo.git`],
    ['a driver for databases', odd, (secret) => `Server=db;User Id=app;Password=${secret};Database=shop`],
    ['libpq', odd, (secret) => `host=db user=app password=${secret} dbname=shop`],
    ['a quoted password', odd, (secret) => `password: '${secret}'`],
    ['escaped JSON', odd, (secret) => String.raw`msg="{\"user\":\"ann\",\"db_password\":\"${secret}\"}"`],
    ['JSON with words in it', odd, (secret) => `{"clientSecret": "${secret} and ${secret}", "user": "ann"}`],
    ['an option of a command', plain, (secret) => `mysql --password ${secret} --user app`],
    ['XML', odd, (secret) => `<db:password>${secret}</db:password>`],
    ['a query', plain, (secret) => `GET /cb?state=1&token=${secret}&x=1`],
    ['a signed address', plain, (secret) => `https://b.s3.amazonaws.com/k?X-Amz-Signature=${secret}`],
  ])('%s', (_, secrets, write) => hidden(secrets, write))

  const pem = fc.array(letters(64, 64, /[A-Za-z0-9+/]/), { minLength: 2, maxLength: 6 })
  const kinds = fc.constantFrom('', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ')

  test('a private key over several lines, whole or without its beginning or its end', () => {
    fc.assert(
      fc.property(pem, kinds, fc.constantFrom('whole', 'headless', 'endless'), (body, kind, part) => {
        const lines = [
          'loading',
          ...(part === 'headless' ? [] : [`-----BEGIN ${kind}PRIVATE KEY-----`]),
          ...body,
          ...(part === 'endless' ? [] : [`-----END ${kind}PRIVATE KEY-----`]),
          ...(part === 'endless' ? [] : ['Error: no database']),
        ]
        const shown = redactLines(lines).join('\n')
        for (const line of body) expect(shown).not.toContain(line)
        expect(shown).toContain('loading')
        if (part !== 'endless') expect(shown).toContain('Error: no database')
      }),
    )
  })

  test('a private key in one line, with \\n as two characters', () => {
    fc.assert(
      fc.property(pem, (body) => {
        const line = String.raw`KEY: -----BEGIN PRIVATE KEY-----\n${body.join(String.raw`\n`)}\n-----END PRIVATE KEY-----\n`
        for (const part of body) expect(redact(line)).not.toContain(part)
      }),
    )
  })

  const definition = (environment: readonly { name: string; value: string }[]): JsonObject => ({
    containerDefinitions: [{ name: 'api', environment }],
  })

  test('the value of a variable of the definition, wherever it stands in a line', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 60 }), words, words, (value, before, after) => {
        fc.pre(!before.includes(value) && !/[\r\n]/.test(value) && !'***(SETTING)'.includes(value))
        const variables = variablesOf(definition([{ name: 'SETTING', value }]))
        expect(redactLines([`${before}${value}${after}`], variables).join('\n')).not.toContain(value)
      }),
    )
  })

  test('is told by its name; short values are in every line', () => {
    const variables = variablesOf(
      definition([
        { name: 'DB_HOST', value: 'db.internal.example.com' },
        { name: 'MODE', value: 'debug' },
      ]),
    )
    expect(redactLines(['debug: cannot reach db.internal.example.com:5432'], variables)).toEqual([
      'debug: cannot reach ***(DB_HOST):5432',
    ])
  })
})
