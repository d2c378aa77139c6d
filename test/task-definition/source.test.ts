import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import { definitionIn } from '../../src/task-definition/definition-source.ts'
import { nearlyADocument, runs } from '../generated.ts'
import { refusal } from '../refusal.ts'

const file = 'deploy/api.json'
const wanted = { family: 'api', containerDefinitions: [{ name: 'api', image: 'api:v1' }] }
const json = JSON.stringify(wanted, null, 2)
const yaml = 'family: api\ncontainerDefinitions:\n  - name: api\n    image: api:v1\n'

describe('row F26: task definitions that people write', () => {
  test.each([
    ['JSON', json],
    ['JSON in one line', JSON.stringify(wanted)],
    ['JSON with tabs', JSON.stringify(wanted, null, '\t')],
    ['JSON with CRLF', json.replaceAll('\n', '\r\n')],
    ['JSON with a byte order mark', `\uFEFF${json}`],
    ['JSON behind empty lines', `\n\n  ${json}\n\n`],
    ['JSON with a comment on a line', json.replace('{', '{ // the api\n')],
    ['JSON with a comment behind a name', json.replace('"family":', '"family": // its name\n')],
    ['JSON with a block comment', json.replace('"api"', '/* a\nb */ "api"')],
    ['JSON with trailing commas', json.replaceAll(/"api:v1"/g, '"api:v1",').replace(/\]\s*\}$/, '],}')],
    ['YAML', yaml],
    ['YAML with CRLF', yaml.replaceAll('\n', '\r\n')],
    ['YAML with a byte order mark', `\uFEFF${yaml}`],
    ['YAML with comments', `# the api\n${yaml}# end\n`],
    ['YAML with a document mark', `---\n${yaml}`],
    ['YAML with flow style', 'family: api\ncontainerDefinitions: [{name: api, image: "api:v1"}]'],
    ['YAML with an anchor', 'family: &name api\ncontainerDefinitions:\n  - name: *name\n    image: api:v1\n'],
    ['the answer of describe-task-definition', JSON.stringify({ taskDefinition: wanted })],
    ['the answer of describe-task-definition as YAML', `taskDefinition:\n  ${yaml.replaceAll('\n', '\n  ')}`],
  ])('%s', (_, content) => {
    expect(definitionIn(content, file).definition).toEqual(wanted)
  })

  test('a YAML file may be written in flow style', () => {
    const content = '{family: api, containerDefinitions: [{name: api, image: "api:v1"}]}'
    expect(definitionIn(content, 'deploy/api.yaml').definition).toEqual(wanted)
  })

  test('tags come along out of the answer of describe-task-definition', () => {
    const tags = [{ key: 'team', value: 'shop' }]
    expect(definitionIn(JSON.stringify({ taskDefinition: wanted, tags }), file).definition).toEqual({ ...wanted, tags })
  })

  test('an address in a text is no comment', () => {
    const container = '{"a": "https://example.com/*x*/", "b": "// no", "c": "\\"// no", "d": ",}"}'
    expect(definitionIn(`{"containerDefinitions": [${container}]}`, file).definition.containerDefinitions).toEqual([
      { a: 'https://example.com/*x*/', b: '// no', c: '"// no', d: ',}' },
    ])
  })
})

describe('row F26: what cannot be right names the file, and the place where there is one', () => {
  const deep = (open: string, close: string) => `${open.repeat(500)}1${close.repeat(500)}`
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...['b', 'c', 'd', 'e', 'f'].map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcde'[index]}`).join(', ')}]`,
    ),
  ].join('\n')

  test.each([
    ['nothing', '', /empty/],
    ['white space', ' \n\t\n ', /empty/],
    ['a byte order mark alone', '\uFEFF', /empty/],
    ['a comment alone', '# nothing', /single value|empty/],
    ['null', 'null', /single value/],
    ['a text', 'just words', /single value/],
    ['a number', '42', /single value/],
    ['a list', '[1, 2]', /a list/],
    ['a YAML list', '- a\n- b\n', /a list/],
    ['an unclosed brace', '{"family": "api"', /deploy\/api\.json:\d+:\d+/],
    ['an unclosed text', '{"family": "api}', /deploy\/api\.json:\d+:\d+/],
    [
      'a missing comma',
      '{\n"family": "a"\n"cpu": "1"}',
      /deploy\/api\.json:3:1: unexpected "cpu", where a comma or "}" is expected/,
    ],
    ['a missing colon', '{"family" "api"}', /deploy\/api\.json:1:/],
    ['a value without quotes', '{"family": api "x"}', /deploy\/api\.json:1:12: a value lacks its double quotes/],
    ['a text over two lines', '{"family": "a\npi"}', /deploy\/api\.json:1:12: a text is not closed/],
    ['two objects', '{"family": "a"} {"family": "b"}', /deploy\/api\.json:1:/],
    ['a name twice', '{"family": "a",\n "family": "b"}', /deploy\/api\.json:2:/],
    ['a name twice in a container', '{"c": [{"image": "a", "image": "b"}]}', /deploy\/api\.json:1:/],
    ['a YAML name twice', 'family: a\nfamily: b\n', /deploy\/api\.json:2:/],
    ['two documents', 'family: a\n---\nfamily: b\n', /2 documents/],
    ['tabs as indentation', 'family: api\ncontainerDefinitions:\n\t- name: api\n', /deploy\/api\.json:3:/],
    ['a wrong indentation', 'family: api\n  cpu: 1\n', /deploy\/api\.json:\d:/],
    ['an unclosed quote', 'family: "api\n', /deploy\/api\.json:\d:/],
    ['an unclosed flow list', 'a: [1, 2\nb: 3\n', /deploy\/api\.json:\d:/],
    ['a function', 'a: !!js/function "function () {}"', /deploy\/api\.json:1:4/],
    ['a tag of Python', 'a: !!python/object/apply:os.system ["id"]', /deploy\/api\.json:1:/],
    ['a tag of CloudFormation', 'family: !Ref Family', /deploy\/api\.json:1:/],
    ['binary data', 'a: !!binary aGk=', /JSON does not have/],
    ['a set', 'a: !!set {x, y}', /JSON does not have/],
    ['a time', 'a: !!timestamp 2026-11-20', /JSON does not have/],
    ['an unknown alias', 'a: *nobody', /deploy\/api\.json/],
    ['aliases that multiply', bomb, /deploy\/api\.json/],
    ['an alias of itself', 'a: &a [*a]', /deploy\/api\.json/],
    ['500 lists in each other', deep('[', ']'), /json:1:65: it is nested deeper than 64/],
    ['500 objects in each other', `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`, /deeper than 64/],
    ['5,000 YAML lists in each other', `${'- '.repeat(5000)}a`, /deploy\/api\.json/],
    ['100,000 open brackets', '['.repeat(100_000), /deeper than 64/],
    ['70 levels by indentation', Array.from({ length: 70 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'), /64/],
    ['a NUL character', 'family: a\0pi', /NUL/],
    ['UTF-16 read as UTF-8', 'f\0a\0m\0i\0l\0y\0', /NUL/],
    ['__proto__', '{"__proto__": {"polluted": true}}', /__proto__/],
    ['constructor', '{"constructor": {"prototype": {"polluted": true}}}', /constructor/],
    ['a number beyond exactness', '{"account": 123456789012345678901}', /exactly/],
    ['a number beyond numbers', '{"a": 1e999}', /exactly/],
    ['not a number', 'a: .nan', /exactly/],
    [
      'a conflict of git',
      '{\n<<<<<<< HEAD\n"family": "a"\n=======\n"family": "b"\n>>>>>>> x\n}',
      /deploy\/api\.json:\d/,
    ],
    ['HTML', '<!doctype html><html><body>Not found</body></html>', /deploy\/api\.json|single value/],
  ])('%s', (_, content, says) => {
    const message = refusal(() => definitionIn(content, file))
    expect(message).toMatch(says)
    expect(message).toContain(file)
    expect(message).not.toMatch(/undefined|not a function|Cannot (read|use)|\[object/)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test.each([
    ['no containers', '{"family": "api"}', 'it has no "containerDefinitions". Give a task definition in the form'],
    [
      'a misspelt name',
      '{\n"containerDefinition": []}',
      'api.json:2:1: it has no "containerDefinitions" (but "containerDefinition")',
    ],
    [
      'containers of another kind',
      '{"containerDefinitions": {"name": "api"}}',
      'api.json:1:2: containerDefinitions must be a list of objects',
    ],
  ])('a file that is no task definition: %s', (_, content, says) => {
    expect(refusal(() => definitionIn(content, file))).toContain(says)
  })

  test('whatever a file holds, it is read or refused with its name', () => {
    fc.assert(
      fc.property(nearlyADocument, (content) => {
        try {
          expect(typeof definitionIn(content, file).definition).toBe('object')
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          expect(refusal(() => definitionIn(content, file))).toContain(file)
        }
      }),
      runs(200),
    )
  })
})

describe('a file of another tool is called by its name', () => {
  const described = '"containerDefinitions": [{ "name": "api", "image": "api:1" }]'
  test.each([
    [
      'a CloudFormation template',
      'stack.yaml',
      'Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: { Family: !Sub x }\n',
    ],
    ['a CloudFormation template', 'stack.yaml', 'AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n'],
    ['a CloudFormation template', 'stack.json', '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition"}}}'],
    [
      'a CloudFormation template of the AWS CDK',
      'Stack.template.json',
      '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"aws:cdk:path": "x"}}}}',
    ],
    [
      'a manifest of the AWS CDK (cdk.out)',
      'manifest.json',
      '{"version": "36.0.0", "artifacts": {"Tree": {"type": "cdk:tree"}}}',
    ],
    ['the properties of a CloudFormation resource', 'td.json', '{"Family": "api", "ContainerDefinitions": []}'],
    ['Jsonnet', 'td.jsonnet', "{ family: 'api' }"],
    ['Jsonnet', 'td.json', "local env = std.extVar('env');\n{ family: 'api' }"],
    ['Jsonnet', 'td.json', "{\n  family: std.extVar('family'),\n}"],
    ['a Terraform configuration', 'main.tf', 'resource "aws_ecs_task_definition" "api" {\n  family = "api"\n}\n'],
    ['a Terraform configuration', 'td.json', 'resource "aws_ecs_task_definition" "api" {\n  family = "api"\n}\n'],
    ['a Terraform configuration in JSON', 'main.tf.json', '{"resource": {"aws_ecs_task_definition": {"api": {}}}}'],
    [
      'a state of Terraform',
      'terraform.tfstate',
      '{"version": 4, "terraform_version": "1.9.0", "lineage": "x", "serial": 1}',
    ],
    [
      "a list of container definitions, as Terraform's container_definitions has it",
      'td.json',
      '[{"name": "api", "image": "api:1"}]',
    ],
    ['a list of 2 task definitions', 'td.json', `[{${described}}, {${described}}]`],
    ['a Helm template', 'td.yaml', 'family: {{ .Values.family }}\ncontainerDefinitions: []\n'],
    ['a template of ecspresso', 'td.json', '{\n"family": "api",\n"cpu": {{ must_env `CPU` }}\n}'],
    ['a Jinja template', 'td.yaml', 'family: api\n{% if debug %}\ncpu: "1"\n{% endif %}\n'],
    ['an ERB template', 'td.json', '{ "family": <%= ENV["FAMILY"] %> }'],
    ['a Docker Compose file', 'docker-compose.yml', 'services:\n  web:\n    image: web\n'],
    ['a Kubernetes manifest', 'deployment.yaml', 'apiVersion: apps/v1\nkind: Deployment\nspec: {}\n'],
    ['a workflow of GitHub Actions', 'deploy.yml', 'on: push\njobs: {}\n'],
    ['a configuration of ecspresso', 'ecspresso.yml', 'region: eu-west-1\ntask_definition: td.json\n'],
    ['a manifest of AWS Copilot', 'manifest.yml', 'name: api\ntype: Load Balanced Web Service\n'],
    ['an AppSpec of CodeDeploy', 'appspec.yaml', 'version: 0.0\nResources:\n  - TargetService: {}\n'],
    ['an AppSpec of CodeDeploy for EC2', 'appspec.yml', 'version: 0.0\nos: linux\nfiles: []\n'],
    ['a service definition', 'service.json', '{"serviceName": "api", "desiredCount": 1}'],
    ['a slipway.yml', 'slipway.yml', 'version: 1\nservices: {}\nenvironments: {}\n'],
    ['a list of ARNs', 'list.json', '{"taskDefinitionArns": []}'],
    ['a single container definition', 'td.json', '{"name": "api", "image": "api:1"}'],
    ['a Git LFS pointer', 'td.json', 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n'],
    [
      'a file with unresolved conflicts of a Git merge',
      'td.json',
      '{\n<<<<<<< HEAD\n"family": "a"\n=======\n"family": "b"\n>>>>>>> x\n}',
    ],
    ['an HTML page', 'td.json', '<!DOCTYPE html>\n<html><body>404</body></html>'],
    ['XML', 'td.json', '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'],
    [
      'an error message of the AWS CLI',
      'td.json',
      '\nAn error occurred (ClientException) when calling the DescribeTaskDefinition operation: Unable to describe',
    ],
    ['a file of environment variables', 'td.json', '# mine\nDB_HOST=db\nexport MODE=x\n'],
    ['the path of another file', 'td.json', '../common/td.json\n'],
  ])('%s: %s', (name, path, content) => {
    expect(refusal(() => definitionIn(content, path))).toMatch(
      new RegExp(`${path}(:\\d+:\\d+)?: it is ${escaped(name)}\\.`),
    )
  })

  test('an ordinary definition is none of them, whatever its values hold', () => {
    const value = '<html> {{ must_env `A` }} <% x %> resource "a" "b" { std.extVar(\'a\') !Ref <<<<<<< HEAD'
    const definition = { family: 'api', containerDefinitions: [{ name: 'api', environment: [{ name: 'X', value }] }] }
    expect(definitionIn(JSON.stringify(definition), file).definition).toEqual(definition)
  })
})

function escaped(words: string): string {
  return words.replace(/[().]/g, '\\$&')
}
