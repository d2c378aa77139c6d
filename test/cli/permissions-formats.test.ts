/** CloudFormation and Terraform of `slipway permissions`: the same policies, nothing else, and files that are written whole. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { attribute, block, expression, jsonAttribute, renderBlocks } from '../../src/cli/permissions/hcl.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { cliScene } from './cli-scene.ts'
import { accountsOf, ids, repositoryOf } from './permissions-scene.ts'

const scene = () => {
  const sim = createSimulator()
  seedRollingService(sim)
  return repositoryOf(sim)
}

async function template(...words: readonly string[]) {
  const { code, out, err } = await scene().run(['permissions', '--format', 'cloudformation', ...ids, ...words])
  expect([code, err.includes('Failure')]).toEqual([0, false])
  // YAML 1.1, as CloudFormation reads it.
  return parse(out, { version: '1.1' })
}

describe('CloudFormation', () => {
  test('has the provider and the role of the JSON output, and nothing else', async () => {
    const { accounts } = await accountsOf(scene())
    const [role] = accounts[0]?.roles ?? []
    const { Resources } = await template()
    expect(Resources).toEqual({
      OidcProvider: {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: 'https://token.actions.githubusercontent.com', ClientIdList: ['sts.amazonaws.com'] },
      },
      Role1Deploy: {
        Type: 'AWS::IAM::Role',
        DependsOn: 'OidcProvider',
        Properties: {
          RoleName: 'deploy',
          Path: '/',
          AssumeRolePolicyDocument: role?.['trust-policy'],
          Policies: [{ PolicyName: 'slipway', PolicyDocument: role?.policy }],
        },
      },
    })
    expect(Resources.Role1Deploy.Properties.AssumeRolePolicyDocument.Version).toBe('2012-10-17')
  })

  test('leaves out a provider that exists, and bounds every role on request', async () => {
    const { Resources } = await template('--existing-provider', '--boundary')
    expect(Object.keys(Resources)).toEqual(['Boundary', 'Role1Deploy'])
    expect(Resources.Role1Deploy).not.toHaveProperty('DependsOn')
    expect(Resources.Role1Deploy.Properties.PermissionsBoundary).toEqual({ Ref: 'Boundary' })
  })
})

describe('Terraform', () => {
  test('is formatted: the text of a small file', () => {
    const text = renderBlocks([
      block(
        'resource',
        ['aws_iam_role', 'deploy'],
        [
          attribute('name', 'deploy'),
          attribute('client_id_list', ['a', 'b']),
          jsonAttribute('policy', {
            Version: '2012-10-17',
            Statement: [{ Sid: 'A', Resource: 'arn:${aws:x}', 'a:b': [] }],
          }),
          expression('role', 'aws_iam_role.deploy.id'),
        ],
      ),
      block('resource', ['x', 'y'], [attribute('long', ['x'.repeat(40), 'y'.repeat(40)])], 'Why.'),
    ])
    expect(text).toBe(`resource "aws_iam_role" "deploy" {
  name           = "deploy"
  client_id_list = ["a", "b"]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "A"
        Resource = "arn:$\${aws:x}"
        "a:b"    = []
      },
    ]
  })
  role = aws_iam_role.deploy.id
}

# Why.
resource "x" "y" {
  long = [
    "${'x'.repeat(40)}",
    "${'y'.repeat(40)}",
  ]
}
`)
  })

  test('has a resource for each part', async () => {
    const { out } = await scene().run(['permissions', '--format', 'terraform', '--boundary', ...ids])
    expect([...out.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `${type}.${name}`)).toEqual([
      'aws_iam_openid_connect_provider.github',
      'aws_iam_policy.boundary',
      'aws_iam_role.deploy',
      'aws_iam_role_policy.deploy',
    ])
    expect(out).toContain('permissions_boundary = aws_iam_policy.boundary.arn')
  })
})

const twoAccounts = `version: 1
image: { repository: team/api }
services: { api: {} }
environments:
  staging: { region: eu-west-1, account: "111122223333", role: deploy, services: { api: { cluster: s, service: api } } }
  production: { region: eu-west-1, account: "444455556666", role: deploy, services: { api: { cluster: p, service: api } } }
`

describe('files', () => {
  test.each([
    ['json', ['slipway-111122223333.json', 'slipway-444455556666.json']],
    [
      'cloudformation',
      ['slipway-111122223333-repository-team-api.json', 'slipway-111122223333.yml', 'slipway-444455556666.yml'],
    ],
    ['terraform', ['slipway-111122223333', 'slipway-444455556666']],
  ])('%s: one for each account, and a second run finds them unchanged', async (format, names) => {
    const repository = cliScene({ 'slipway.yml': twoAccounts })
    const words = ['permissions', '--format', format, '--output', 'infra', '--pass-role', 'task', ...ids]
    expect((await repository.run([...words, '--check'])).code).toBe(3)
    const first = await repository.run(words)
    expect([first.code, first.out.match(/^--- \/dev\/null$/gm)?.length]).toEqual([
      0,
      format === 'cloudformation' ? 3 : 2,
    ])
    expect(readdirSync(join(repository.directory, 'infra')).sort()).toEqual(names)
    expect(await repository.run([...words, '--check'])).toMatchObject({ code: 0, out: '' })
    const { out } = await repository.run([...words, '--json'])
    expect(new Set(JSON.parse(out).files.map(({ state }: { state: string }) => state))).toEqual(new Set(['unchanged']))
  })

  test('a template of several accounts is none', async () => {
    const { code, err } = await cliScene({ 'slipway.yml': twoAccounts }).run([
      'permissions',
      '--format',
      'terraform',
      ...ids,
    ])
    expect(code).toBe(2)
    expect(err).toContain('slipway.yml has 111122223333, 444455556666: give --account or --output')
  })
})
