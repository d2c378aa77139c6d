import { describe, expect, test } from '@jest/globals'
import { redact } from '../../src/diagnosis/redact.ts'

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
    'no secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/database-AbCdEf',
  ])('but this stays: %s', (line) => {
    expect(redact(line)).toBe(line)
  })

  test('Z4: takes no longer than the text is long', () => {
    const slow = ['password=', '://a:', '-----BEGIN ', 'eyJaaaaaaaaa.', 'secret   ', '?key=', 'Bearer ', '"'].map(
      (part) => part.repeat(100_000 / part.length),
    )
    const before = performance.now()
    for (const text of slow) redact(text)
    expect(performance.now() - before).toBeLessThan(1000)
  })
})
