/**
 * What `slipway permissions` prints, in the hands of others: cfn-lint (`python3 -m pip install cfn-lint==1.58.0`) reads the
 * CloudFormation, and hclfmt, whose formatter is that of `terraform fmt`, the Terraform (`.ci/engines`).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { resourceKinds } from '../../src/cli/permissions/resource-kinds.ts'
import { cliScene } from '../cli/cli-scene.ts'
import { ids } from '../cli/permissions-scene.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const environments = (region: string) => `
  staging: { region: ${region}, account: "011122223333", role: ci/deploy, services: { api: { cluster: s, service: api } } }
  live: { region: ${region}, account: "011122223333", services: { api: { cluster: p, service: api }, web: { cluster: p, service: web } } }
  production: { region: ${region}, account: "444455556666", services: { api: { cluster: p, service: api } } }
`
const definition = {
  family: 'api',
  taskRoleArn: 'api-task',
  executionRoleArn: 'api-execution',
  containerDefinitions: [
    {
      name: 'api',
      secrets: [
        { name: 'A', valueFrom: 'arn:aws:secretsmanager:eu-west-1:011122223333:secret:db-AbCdEf:user::' },
        { name: 'B', valueFrom: '/shop/key' },
      ],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/ecs/api', 'awslogs-region': 'eu-west-1' },
      },
    },
  ],
}

const scene = (region: string) =>
  cliScene({
    'slipway.yml': `version: 1\nimage: { repository: team/api }\nservices: { api: { task-definition: td.json }, web: {} }\nenvironments:${environments(region)}`,
    'td.json': JSON.stringify(definition),
  })

async function written(format: string, region: string, words: readonly string[]): Promise<string> {
  const account = ['--account', '011122223333']
  const { out, err } = await scene(region).run(['permissions', '--format', format, ...account, ...ids, ...words])
  if (out === '') throw new Error(err)
  const file = join(temporaryFolder(), format === 'terraform' ? 'slipway.tf' : 'slipway.yml')
  writeFileSync(file, out)
  return file
}

const variants: readonly (readonly [string, string, readonly string[]])[] = [
  ['plain', 'eu-west-1', []],
  ['with a boundary', 'eu-west-1', ['--boundary', '--workflow', 'acme/slipway/.github/workflows/deploy.yml@*']],
  [
    'for CodeDeploy, all actions',
    'eu-west-1',
    [
      '--codedeploy',
      'api',
      ...'build-push deploy rollback continue doctor'.split(' ').flatMap((name) => ['--action', name]),
    ],
  ],
  ['of China', 'cn-north-1', ['--existing-provider']],
]

function program(name: string, folder = ''): string | undefined {
  const path = folder === '' ? name : join(folder, name)
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' })
    return path
  } catch {
    if (process.env.SLIPWAY_OTHER_PROGRAMS === 'required') throw new Error(`${name} is not there`)
    console.warn(`Skipped: ${name} is not there.`)
    return undefined
  }
}

const lint = program('cfn-lint')
const format = program('hclfmt', process.env.SLIPWAY_ENGINES)

test.each(lint ? variants : [])('cfn-lint finds nothing in a template %s', async (_, region, words) => {
  const { stdout, status } = spawnSync(lint ?? '', [await written('cloudformation', region, words)], {
    encoding: 'utf8',
  })
  expect([stdout, status]).toEqual(['', 0])
})

test.each(format ? variants : [])('hclfmt reads Terraform %s, and leaves it as it is', async (_, region, words) => {
  const file = await written('terraform', region, words)
  const { stdout, stderr } = spawnSync(format ?? '', [file], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toBe(readFileSync(file, 'utf8'))
})

test('a mistake in a template and a wrong column would be found', async () => {
  if (lint) {
    const file = await written('cloudformation', 'eu-west-1', [])
    execFileSync('sed', ['-i', 's/AssumeRolePolicyDocument/AssumeRolePolicy/', file])
    expect(spawnSync(lint, [file], { encoding: 'utf8' }).stdout).toContain('AssumeRolePolicy')
  }
  if (format) {
    const file = join(temporaryFolder(), 'x.tf')
    writeFileSync(file, 'a "b" {\n  x = 1\n  long = 2\n}\n')
    expect(spawnSync(format, [file], { encoding: 'utf8' }).stdout).toContain('  x    = 1')
  }
})

/** The Service Authorization Reference, as cfn-lint brings it: resource types by action. */
function authorizationReference(): Readonly<
  Record<string, { readonly Actions: Readonly<Record<string, { readonly Resources?: readonly string[] }>> }>
> {
  const [script = ''] = execFileSync('which', ['cfn-lint'], { encoding: 'utf8' }).split('\n')
  const [, python = 'python3'] = /^#!(\S+python\S*)/.exec(readFileSync(script, 'utf8')) ?? []
  const code = 'import cfnlint, os; print(os.path.dirname(cfnlint.__file__))'
  const folder = execFileSync(python, ['-c', code], { encoding: 'utf8' }).trim()
  return JSON.parse(readFileSync(join(folder, 'data/AdditionalSpecs/Policies.json'), 'utf8'))
}

const reference = lint ? authorizationReference() : {}

const typeNames: Readonly<Record<string, string>> = {
  'application-version': 'applicationversion',
  'beanstalk-application': 'application',
  'deployment-config': 'deploymentconfig',
  'deployment-group': 'deploymentgroup',
  'deployment-log': 'object',
  'deployment-policy': 'continuous-deployment-policy',
  'environment-of-application': 'environment',
  'event-rule': 'rule-on-default-event-bus',
  'kms-key': 'key',
  'public-registry': 'registry',
  'scalable-target': 'scalabletarget',
  'simulated-role': 'role',
  'tasks-of-cluster': 'container-instance',
}

test.each(lint ? Object.entries(resourceKinds) : [])('%s is restricted to what AWS knows: %j', (action, kinds) => {
  const [service = '', name = ''] = action.split(':')
  const { Resources = [] } = reference[service]?.Actions[name.toLowerCase()] ?? {}
  const known = Resources.map((type) => type.toLowerCase())
  // It lists alarms by name, which AWS alone knows.
  if (action === 'cloudwatch:DescribeAlarms') return expect(known).toEqual(['alarm'])
  expect(
    kinds.map((kind) => typeNames[kind] ?? kind).filter((kind) => kind !== 'any' && !known.includes(kind)),
  ).toEqual([])
  expect((kinds as readonly string[]).includes('any')).toBe(known.length === 0)
})
