import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { redact } from '../../src/diagnosis/redact.ts'
import { redactLines } from '../../src/diagnosis/redact-lines.ts'
import type { JsonObject } from '../../src/ports.ts'
import { variablesOf } from '../../src/targets/ecs/facts/definition-variables.ts'
import { runs } from '../generated.ts'

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
    ['a name in any style', plain, (secret) => `{"tlsKeyPassPhrase":"${secret}"}`],
    ['a name and a value', odd, (secret) => `{"name":"SESSION_SECRET_KEY","value":"${secret}"}`],
    ['a value and a name', odd, (secret) => `{"value":"${secret}","name":"SESSION_SECRET_KEY"}`],
    ['a list', odd, (secret) => `"old_tokens": ["${secret}","${secret}2"]`],
    ['an item after its flag', odd, (secret) => `exec ["serve","--admin-pass","${secret}"]`],
    ['a driver of Go', plain, (secret) => `dsn app:${secret}@tcp(db.internal:3306)/shop`],
    ['a webhook of Discord', plain, (secret) => `https://discordapp.com/api/v10/webhooks/123456/${secret}`],
    ['a token of Hugging Face', letters(34, 34, /[A-Za-z]/), (secret) => `login with hf_${secret}`],
    ['a token of Shopify', letters(32, 32, /[a-f0-9]/), (secret) => `header shpat_${secret}`],
    ['a secret of a webhook', letters(32, 32), (secret) => `check whsec_${secret}`],
    ['a token of DigitalOcean', letters(64, 64, /[a-f0-9]/), (secret) => `doctl -t dop_v1_${secret}`],
    ['a web token within a word', letters(20, 40, /[\w-]/), (secret) => `session-eyJhbGciOi.eyJ${secret}.c2lnbmF0dXJl`],
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

  const shownWith = (environment: readonly { name: string; value: string }[], ...lines: readonly string[]) =>
    redactLines(lines, variablesOf(definition(environment))).join('\n')

  test.each([
    ['hunter2', 'no login with hunter2', 'no login with ***(DB_PASSWORD)'],
    ['hunter2', 'xhunter2x and\\nhunter2', 'x***(DB_PASSWORD)x and\\n***(DB_PASSWORD)'],
    ['abc', 'a=abc, abcd, ABC, %3Dabc', 'a=***(DB_PASSWORD), abcd, ABC, %3D***(DB_PASSWORD)'],
    ['tiger', 'scott/tiger saw tigers', 'scott/***(DB_PASSWORD) saw tigers'],
    ['4711', 'pin 4711 of 47110', 'pin ***(DB_PASSWORD) of 47110'],
    ['true', 'it is true', 'it is true'],
    ['1', 'exit code 1', 'exit code 1'],
    ['production', 'in production', 'in production'],
    ['', 'nothing', 'nothing'],
  ])('of a variable with a secret name at any length: %s', (value, line, shown) => {
    expect(shownWith([{ name: 'DB_PASSWORD', value }], line)).toBe(shown)
  })

  test.each([
    ['STAGE', 'production'],
    ['PORT', '8080'],
    ['ACCOUNT', '111122223333'],
    ['AWS_REGION', 'ap-southeast-2'],
    ['LEVEL', 'verbose'],
    ['QUEUE_ARN', 'arn:aws:sqs:eu-west-1:111122223333:orders'],
    ['SERVICE', 'checkout'],
  ])("but not where it is nobody's secret, or shown anyway: %s=%s", (name, value) => {
    const image = 'registry.example.com/checkout:v2'
    const variables = variablesOf({ containerDefinitions: [{ name: 'api', image, environment: [{ name, value }] }] })
    expect(redactLines([`it says ${value} here`], variables)).toEqual([`it says ${value} here`])
  })

  test('in whatever way programs write it', () => {
    const bytes = (value: string) => Buffer.from(value)
    const ways: readonly ((value: string) => string)[] = [
      (value) => JSON.stringify({ message: value }),
      (value) => JSON.stringify({ message: JSON.stringify({ value }) }),
      (value) => `GET /?p=${encodeURIComponent(value)}`,
      (value) => `GET /?p=${encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase())}`,
      (value) => `POST ${new URLSearchParams({ p: value })}`,
      (value) => `key ${bytes(value).toString('base64')}`,
      (value) => `key ${bytes(value).toString('base64url')}`,
      (value) => `sent ${bytes(`ann:${value}`).toString('base64')}`,
      (value) => `sent ${bytes(`joe1:${value}\n`).toString('base64')}`,
      (value) => `sent ${bytes(`{"a":"${value}"}`).toString('base64')}`,
    ]
    const value = fc.string({ minLength: 9, maxLength: 40 }).map((text) => `"/ é${text}`)
    fc.assert(
      fc.property(value, fc.constantFrom(...ways), (secret, write) => {
        const line = write(secret)
        const shown = shownWith([{ name: 'SETTING', value: secret }], line)
        expect(shown).toContain('***(SETTING)')
        // What is left of it: in Base64 a character or two hold bits of what is beside it.
        const rest = shown.replace(/^.*?\*{3}\(SETTING\)/, '')
        expect(rest.length).toBeLessThan(8)
      }),
      runs(200),
    )
  })

  test('of a secret over several lines, and the password of an address', () => {
    const value = 'first-line-of-a-licence\nsecond-line-of-a-licence'
    expect(shownWith([{ name: 'LICENCE', value }], 'got second-line-of-a-licence')).toBe('got ***(LICENCE)')
    const address = { name: 'DATABASE', value: 'mysql://app:hunter2@db/shop' }
    expect(shownWith([address], 'no login of app with hunter2')).toBe('no login of app with ***(DATABASE)')
  })

  test('and nothing of one is found in what stands for another', () => {
    const environment = [
      { name: 'DB_PASSWORD', value: 'DB_TOKEN' },
      { name: 'DB_TOKEN', value: 'DB_PASSWORD' },
    ]
    expect(shownWith(environment, 'DB_TOKEN')).toBe('***(DB_PASSWORD)')
  })

  test('a random secret of a secret name never comes out of a random line', () => {
    const secret = fc.stringMatching(/^[a-z0-9]{2,3}[A-Z0-9!#%&+/=?@~-]{3,30}$/)
    const frame = fc.constantFrom(
      'user %s',
      '(%s)',
      'a=%s;b',
      '"%s"',
      "['%s',",
      '<b>%s</b>',
      '/x/%s/y',
      '%s',
      '\\n%s\\n',
    )
    fc.assert(
      fc.property(secret, words, frame, words, (value, before, around, after) => {
        const line = `${before}${around.replace('%s', () => value)}${after}`
        expect(shownWith([{ name: 'SIGNING_KEY', value }], line)).not.toContain(value)
      }),
      runs(200),
    )
  })
})

describe('what people need to read stays, in any line', () => {
  const word = fc.stringMatching(/^[a-z]{2,12}$/)
  const secretWord = fc.constantFrom('token', 'secret', 'password', 'pass', 'api-key', 'credentials', 'auth')
  // What tokens begin with, as far as it is a word that names may begin with.
  const beginnings =
    'glpat gloas gldt glrt glcbt glptt glft glsoat xoxb xoxp xapp nvapi pypi sk npm hf hvs hvb hvr dp.pt dp.st basic bearer'
  const first = fc.oneof({ weight: 4, arbitrary: word }, fc.constantFrom(...beginnings.split(' ')))
  const name = fc.tuple(first, secretWord, word).map((parts) => parts.join('-'))
  const host = fc.tuple(first, word).map((parts) => `${parts.join('.')}.example.com`)
  const beginning = fc.constantFrom(
    ...'ghp_ github_pat_ glpat- xoxb- xapp- dckr_pat_ hvs. sk_live_ rk_test_ whsec_ shpat_ dop_v1_ sbp_ lin_api_'.split(
      ' ',
    ),
    ...'pscale_tkn_ sntryu_ dp.pt. figd_ gsk_ nvapi- ATATT3 HRKU- PMAK- NRAK- npm_ hf_ pypi- sk-'.split(' '),
  )
  // Of letters that no other token begins with.
  const innocent = fc.stringMatching(/^[abce]{2,12}$/)
  const named = fc.tuple(beginning, fc.array(innocent, { minLength: 2, maxLength: 5 }), fc.constantFrom('-', '_', '.'))
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/)
  const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'))

  test.each<readonly [string, fc.Arbitrary<string>]>([
    ['words', fc.array(fc.oneof(word, secretWord), { minLength: 1, maxLength: 12 }).map((words) => words.join(' '))],
    ['an image by tag', fc.tuple(host, name, version).map(([at, of, tag]) => `pull ${at}/${of}:${tag}: not found`)],
    ['an image by digest', fc.tuple(host, name, digest).map(([at, of, is]) => `${at}/${of}@sha256:${is}`)],
    ['a digest', digest.map((is) => `sha256:${is}`)],
    ['a digest on a line of its own', digest.map((is) => `built\n${is}\ndone`)],
    [
      'a key of a secret',
      fc.tuple(name, secretWord).map(([of, key]) => {
        return `cannot read arn:aws:secretsmanager:eu-west-1:111122223333:secret:${of}-AbCdEf:${key}:: of it`
      }),
    ],
    [
      'a secret that is named like a token',
      fc
        .tuple(beginning, fc.array(word, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[A-Za-z0-9]{6}$/))
        .map(
          ([token, words, added]) =>
            `no arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/${token}${words.join('_')}-${added}:key::`,
        ),
    ],
    [
      'what is named like a token',
      named.map(
        ([token, words, by]) => `no ${token}${words.join(by)}. Not /shop/${token}${words.join(by)}, ${token}app`,
      ),
    ],
    ['a parameter', name.map((of) => `no arn:aws:ssm:eu-west-1:111122223333:parameter/shop/${of}`)],
    ['a module', fc.tuple(name, version).map(([of, is]) => `Cannot find package '@acme/${of}' (${is})`)],
    ['packages that begin like tokens', name.map((of) => `npm-${of} pypi-${of} hf_${of} npm_${of}`)],
    ['a host and its port', fc.tuple(word, word).map(([of, at]) => `lookup token-${of}.${at}.internal:5432`)],
    ['what is missing', name.map((of) => `Missing required secret: APP_${of.toUpperCase().replaceAll('-', '_')}`)],
  ])('%s', (_, lines) => {
    fc.assert(
      fc.property(lines, (line) => {
        expect(redact(line)).toBe(line)
      }),
      runs(100),
    )
  })

  test('and what is redacted once is not changed by redacting it again', () => {
    const piece = fc.oneof(word, secretWord, fc.constantFrom(...'=:\'"{}[]<>/@,;\n \\', ':=', '=>', '://', '--'))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = redact(pieces.join(''))
        // With more behind it, `***` is what a value begins with, and the value is hidden as a whole.
        fc.pre(!/\*{3}[^\s"'*]/.test(once))
        expect(redact(once)).toBe(once)
      }),
      runs(100),
    )
  })

  test('but for the end of a line that nobody would read', () => {
    const [first, , last] = redact(`first\n${'word '.repeat(5000)}password=hunter2\nlast`).split('\n')
    expect([first, last]).toEqual(['first', 'last'])
    const long = redact(`${'word '.repeat(1999)}https://app:${'x'.repeat(300)}@db/shop`)
    expect(long.endsWith('word …')).toBe(true)
  })
})
