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
    ['REDIS_PASS=x y', 'REDIS_PASS=*** y'],
    ['{"user":"ann","pass":"x"}', '{"user":"ann","pass":***}'],
    ['SIGNING_SECRET_KEY_BASE: x', 'SIGNING_SECRET_KEY_BASE: ***'],
    ['LARAVEL_APP_KEY=base64:x=', 'LARAVEL_APP_KEY=***'],
    ['Wrong License Key: x', 'Wrong License Key: ***'],
    ['no Connection String = x', 'no Connection String = ***'],
    ['X-Vault-Token => x', 'X-Vault-Token => ***'],
    ['masterPass := x // soon', 'masterPass := *** // soon'],
    ['os.environ[\'FTP_PW\'] == "x y"', "os.environ['FTP_PW'] == ***"],
    ['{"Name":"API_TOKEN","Type":"String","Value":"x"}', '{"Name":"API_TOKEN","Type":"String","Value":***}'],
    ["{ value: 'x', name: 'SMTP_PASSWORD' }", "{ value: ***, name: 'SMTP_PASSWORD' }"],
    [String.raw`{\"name\":\"APP_KEY\",\"value\":\"x\"}`, String.raw`{\"name\":\"APP_KEY\",\"value\":***}`],
    ['- name: GITHUB_PAT_TOKEN\n  value: x', '- name: GITHUB_PAT_TOKEN\n  value: ***'],
    ['"passwords": [ "x", "y" ], "a": 1', '"passwords": ***, "a": 1'],
    ['{"token":{"value":"x"}}', '{"token":{"value":***}}'],
    ['shop:x@unix(/run/mysqld.sock)/orders', 'shop:***@unix(/run/mysqld.sock)/orders'],
    ['["redis-server", "--requirepass", "x"]', '["redis-server", "--requirepass", ***]'],
    ["ALTER USER app IDENTIFIED BY 'x'", 'ALTER USER app IDENTIFIED BY ***'],
    ['Header: Authorization Splunk 0-1-2', 'Header: Authorization Splunk ***'],
    ['<property><name>db.password</name><value>x</value>', '<property><name>db.password</name><value>***</value>'],
    ['token="open to the end of the line\nnext', 'token=***\nnext'],
  ])('%s', (line, shown) => {
    expect(redact(line)).toBe(shown)
  })

  test.each([
    'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/a/b)',
    'CannotPullContainerError: pull access denied for api, repository does not exist',
    'the secret could not be found',
    'listening on http://0.0.0.0:8080',
    '{"token.actions.githubusercontent.com:sub":"repo:acme/shop:ref:refs/heads/main"}',
    'token expired',
    'failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized',
    'http://a:80/path?to=ann@example.com',
    'no secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:api/database-AbCdEf',
    'failed to resolve ref registry.example.com/shop/session-token:2026.10.1: not found',
    'pull docker.io/library/secret-store:latest@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'in arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds-password-AbCdEf:password:AWSCURRENT:',
    "Error: Cannot find module 'npm-registry-fetch-token'",
    'Required environment secret: SENDGRID_API_KEY',
    'npm_lifecycle_script and hf_transfer_enabled are set',
    'import sk-learn-contrib-lightning-metrics',
    'Basic authentication is not supported',
    'dial tcp: lookup secret-service.internal:8443: no such host',
    'not authorized to perform: secretsmanager:GetSecretValue on resource: x',
    'PASS: orders are paid once',
    'max_tokens: 4096, total_tokens=812',
    'DB_PASSWORD_FILE=/run/secrets/db',
    'PWD=/app',
    'duplicate key: orders_pkey',
    'token: expired',
    '{"password": null, "hasToken": true}',
    'auth::token::Parser panicked',
    'bypass: x, compass: y, keyboard: z, secretary: w',
  ])('but this stays: %s', (line) => {
    expect(redact(line)).toBe(line)
  })
})
