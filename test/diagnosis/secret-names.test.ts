/** Names whose values are kept to oneself, and names that only sound so; what is a value behind such a name, and what is not. */
import { describe, expect, test } from '@jest/globals'
import { isSecretName } from '../../src/diagnosis/secret-name.ts'
import { valueAt } from '../../src/diagnosis/secret-value.ts'

const separators = ['', '_', '.', '-']
const keysOf = [
  'api',
  'access',
  'account',
  'auth',
  'master',
  'private',
  'signing',
  'encryption',
  'license',
  'licence',
  'shared',
]
const openKeys =
  'public primary foreign partition sort cache object s3 bucket routing shard unique index idempotency row group hash range natural composite storage config map message event tag label lookup json context condition duplicate unknown invalid missing host translation'
const about =
  'name names arn arns file path type types length count ttl policy limit expiry expires expiration expires_in expires_at expiry_in expiration_at enabled required valid invalid'

test.each([
  ...'password PASSWORD passwd DB_PASSWORD dbpasswd my.password.old passphrase SSH_PASSPHRASE passcode'.split(' '),
  ...'pwd PWD db_pwd pwdhash mypwd mypwd2 secret clientSecret secrets secret_x token TOKENS x-token-y tokenx'.split(
    ' ',
  ),
  ...'credential AWS_CREDENTIALS basicauth basic_auth basic-auth'.split(' '),
  ...keysOf.flatMap((owner) => separators.map((separator) => `${owner}${separator}key`)),
  ...separators.map((separator) => `connection${separator}string`),
  ...'pass x.pass DB_PASS pass_of_db x-pass-y pw x-pw pw.x FTP_PW requirepass mypass'.split(' '),
  ...'db_auth x.auth x-pat GITHUB_PAT masterauth bindpw rootpw'.split(' '),
  ...'pin sim_pin x.pin otp totp x-otp psk WIFI_PSK cvv cvc card_cvv x.cvc cred creds db_creds'.split(' '),
  ...'app_key x.app-key STRIPE_KEY app.key app-key s4_key publicx_key mypublic_key'.split(' '),
  ...'dbPass DBPass userPW APIKey myAPIKey stripeKey DBPassOld db1Pass toKen passWord X_TOTP'.split(' '),
  ...'password_namex token_lengthy tokenname passwordfile token_name_x'.split(' '),
  `${'x'.repeat(300)}_password`,
])('%s is secret', (name) => {
  expect(isSecretName(name)).toBe(true)
})

test.each([
  ...'user host xpwdx secretary secretion secretsmanager_region tokenizer tokeniser tokenize tokenisation'.split(' '),
  ...'bypass compass surpass trespass passing compass_x passed xpwx pwx auth pat path dbauth dbpat authority'.split(
    ' ',
  ),
  ...'spin xotp pins otpx pskx xpsk cvvx xcvv cva xcred credx credit masterauthx bindpwx authx_x key keys appkey'.split(
    ' ',
  ),
  ...'app_keys app_key_id string connection strings x_auth_y pat_x PASSAGE'.split(' '),
  ...openKeys.split(' ').map((owner) => `${owner}_key`),
  ...'x.public-key PUBLIC_KEY publicKey'.split(' '),
  ...about.split(' ').flatMap((word) => [`password_${word}`, `token.${word}`, `secret-${word}`]),
  `password_${'x'.repeat(200)}`,
  '',
])('%s is not', (name) => {
  expect(isSecretName(name)).toBe(false)
})

/** The value that begins at the first `^` of a text, which is taken out before. */
function taken(written: string, expected: Parameters<typeof valueAt>[2] = {}): string | undefined {
  const at = written.indexOf('^')
  const text = written.replace('^', '')
  const [span] = valueAt(text, at, expected)
  return span && text.slice(...span)
}

describe('a value', () => {
  test.each([
    ['to the next space', 'x=^abc def', 'abc'],
    ['to the next line', 'x=^abc\ndef', 'abc'],
    ['at the end', 'x=^abc', 'abc'],
    ['with marks within', 'x=^a;b,c.d:e\'f"g)h', 'a;b,c.d:e\'f"g)h'],
    ['without the marks that end a sentence', 'x=^abc.;,:)]} y', 'abc'],
    ['of marks alone', 'x=^;;; y', ';;;'],
    ['before the next one', 'x=^abc; y=def', 'abc'],
    ['before the next one without a space', 'x=^abc&name=def', 'abc'],
    ['before the next one behind a comma', 'x=^abc,  y.z-1=def', 'abc'],
    ['with an ampersand that is none', 'x=^abc&def', 'abc&def'],
    ['in quotes', 'x=^"a b" c', '"a b"'],
    ['in quotes with escapes', 'x=^"a \\" b" c', '"a \\" b"'],
    ['in quotes that stay open', 'x=^"a b\nc', '"a b'],
    ['in single quotes', "x=^'a b' c", "'a b'"],
    ['in single quotes with escapes', "x=^'a \\' b' c", "'a \\' b'"],
    ['in single quotes that stay open', "x=^'a b\nc", "'a b"],
    ['in backticks', 'x=^`a b` c', '`a b`'],
    ['in backticks that stay open', 'x=^`a b\nc', '`a b'],
    ['nothing in backticks', 'x=^`` c', '``'],
    ['a list', 'x=^["a", "b"] c', '["a", "b"]'],
    ['a list over lines', 'x=^[\n "a"\n] c', '[\n "a"\n]'],
    ['a list that stays open', 'x=^[a, b', '[a, b'],
    ['that ends a text in quotes', '"x=^abc" y', 'abc'],
    ['before a quote that is escaped', '"{\\"x\\":^abc\\", y', 'abc'],
    ['before a line that is escaped', 'x=^abc\\ny', 'abc'],
    ['with a backslash', 'x=^a\\bc', 'a\\bc'],
    ['that begins like an object', 'x=^{abc} y', '{abc'],
    ['that begins like a hidden one', 'x=^**** y', '****'],
    ['with stars within', 'x=^a***b y', 'a***b'],
  ])('goes %s', (_, written, value) => {
    expect(taken(written)).toBe(value)
  })

  test.each([
    ...['true', 'FALSE', 'null', 'nil', 'none', 'undefined', '""', "''", 'true,', 'null}'].map(
      (word) => `x=^${word} y`,
    ),
    ...['***', '"***"', "'***'", '***(NAME)', '"***(NAME)"'].map((word) => `x=^${word} y`),
    'x=^',
    'x=^ y',
    'x=^***',
    ...['{', '{ "a": 1', '{"a":1', "{'a':1", '{\\"a', '{name=1', `{${'n'.repeat(40)}:1`].map((word) => `x=^${word}`),
  ])('is none in %j', (written) => {
    expect(taken(written)).toBeUndefined()
  })

  test.each(['nulls', 'xtrue', '"a"', '{name', `{${'n'.repeat(41)}:1`, '{-a:1', '"*** b"'])(
    'is one in x=%s',
    (word) => {
      expect(taken(`x=^${word}`)).toBe(word)
    },
  )

  const said =
    "a an all already and are but can cannot can't could denied did do does empty expected expired failed flag for found from has have if in incorrect invalid is it may missing must never no not of option or please rejected required should that the this to too unable unexpected unknown unset was were when with wrong yes you your 404"
  test.each(said.split(' '))('%s is said of one, after a colon and a space; elsewhere it is one', (word) => {
    expect(taken(`token: ^${word}, x`, { mayBeProse: true })).toBeUndefined()
    expect(taken(`token: ^"${word}" x`, { mayBeProse: true })).toBeUndefined()
    expect(taken(`token=^${word}`)).toBe(word)
  })

  test.each(['anx', 'xan', '4041', "can'tx", '"the'])('%s is one, also there', (word) => {
    expect(taken(`token: ^${word}`, { mayBeProse: true })).toBe(word)
  })

  test.each([
    ...[
      'hunter2',
      'a1b2',
      'Passw0rd',
      'x!yz',
      'p#ss',
      'p$ss',
      'p%ss',
      'a^bc'.replace('^', '+'),
      'a&bc',
      'a*bc',
      'ab=c',
      'ab~c',
    ],
    ...['ab@c', '"two words"', "'ab'", '`ab`', '12345a', 'shb256', '1.2.3x', 'oauthx2', '$ab"c1'.slice(1)],
  ])('%s looks like one where no mark says so', (word) => {
    expect(taken(`the password is ^${word} now`, { mustResembleSecret: true })).toBe(word)
  })

  test.each([
    ...['word', 'Words', 'two-words', '1234', 'a1b', 'x!y', '1.2.3', 'v2', 'v1.10', '1.2.3-rc.1', '12'],
    ...[
      'sha256',
      'sha-256',
      'MD5',
      'utf-8',
      'base64',
      'aes-256-gcm',
      'rsa2048',
      'ed25519',
      'hs256',
      'es256',
      'rs256',
      'oauth2',
    ],
    ...['ipv4', 'tls1.2', 'tls-1.3', 'v1-x', 'v1x', 'scram-sha-256', 'scram-sha-1'],
    ...[
      'arn:aws:x:1',
      'https://a/1',
      'a+b-c.1://x',
      '/etc/passwd1',
      './a1',
      '../a1',
      '$NAME1',
      '<name1>',
      '{name1}',
      '(a1b2)',
      '%s1234',
    ],
    ...['"a"', '"the"', '"/a b"', '"$AB"', "'expired'"],
  ])('%s does not', (word) => {
    expect(taken(`the password is ^${word} now`, { mustResembleSecret: true })).toBeUndefined()
  })
})
