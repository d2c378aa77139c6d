import { describe, expect, test } from '@jest/globals'
import { failureAnnotations, unlistedMistakes } from '../../src/report/failure-text.ts'
import { checkDefinition, located } from '../../src/task-definition/check.ts'
import { definitionIn } from '../../src/task-definition/definition-source.ts'
import { registrable } from '../../src/task-definition/registrable.ts'
import { noChanges, render } from '../../src/task-definition/render.ts'
import { said } from '../refusal.ts'

const file = 'deploy/api.json'

function checked(content: string, name = file) {
  const original = definitionIn(content, name)
  return checkDefinition(registrable(original.definition), original)
}

/** What a person reads; undefined where nothing is wrong. */
function wrong(content: string, name = file): string | undefined {
  const { failure } = checked(content, name)
  return failure && said(failure)
}

const withContainer = (members: string) =>
  `{"family": "api",\n"containerDefinitions": [\n{"name": "api", "image": "api:1",\n${members}}]}`

describe('all mistakes of a file come together, each with its line and column', () => {
  const content = `{
  "family": "api",
  "networkMode": "awsvcp",
  "cpu": 256,
  "executionRoleArn": "arn:aws:iam::<ACCOUNT>:role/x",
  "containerDefinitions": [
    { "name": "api", "image": "api:1", "memroy": 64, "essential": "true",
      "portMappings": [{ "containerPort": "80" }],
      "secrets": [{ "name": "KEY" }],
      "environment": [{ "name": "A", "value": 1 }, { "name": "B", "Value": "b" }] }
  ]
}`

  test('in JSON', () => {
    expect(wrong(content)?.split('\n')).toEqual([
      'The task definition api is invalid:',
      '- deploy/api.json:3:3: networkMode must be one of bridge, host, awsvpc, none, not "awsvcp" (did you mean awsvpc?)',
      '- deploy/api.json:4:3: cpu must be text, not a number; put it in quotes',
      '- deploy/api.json:5:3: executionRoleArn still has the placeholder <ACCOUNT>: arn:aws:iam::<ACCOUNT>:role/x',
      '- deploy/api.json:7:40: unknown parameter "memroy" in containerDefinitions[0] (did you mean memory?)',
      '- deploy/api.json:7:54: containerDefinitions[0].essential must be true or false, not text; write true without quotes',
      '- deploy/api.json:8:26: containerDefinitions[0].portMappings[0].containerPort must be a whole number, not text; write 80 without quotes',
      '- deploy/api.json:9:19: valueFrom is missing in containerDefinitions[0].secrets[0]',
      '- deploy/api.json:10:38: containerDefinitions[0].environment[0].value must be text, not a number; put it in quotes',
      '- deploy/api.json:10:67: unknown parameter "Value" in containerDefinitions[0].environment[1] (did you mean value?)',
      expect.stringMatching(
        /^Correct it; nothing was registered\. Placeholders are filled in by a step before this one/,
      ),
    ])
  })

  test('as annotations: the first says all, the others mark their lines', () => {
    const { failure } = checked(content)
    const annotations = failureAnnotations(failure!)
    expect(annotations.map(({ place }) => `${place?.file}:${place?.line}`)).toEqual(
      [3, 4, 5, 7, 7, 8, 9, 10, 10].map((line) => `deploy/api.json:${line}`),
    )
    expect(annotations[0]!.message.join('')).not.toBe('')
    expect(unlistedMistakes(failure!)).toEqual([])
  })

  test('of more than ten, GitHub is shown ten and the log the others', () => {
    const many = `{"family": "api", "containerDefinitions": [{"name": "api", "image": "api:1", ${Array.from({ length: 13 }, (_, index) => `"memroy${index}": 1`).join(',\n')}}]}`
    const { failure } = checked(many)
    expect(failureAnnotations(failure!)).toHaveLength(10)
    expect(unlistedMistakes(failure!)).toHaveLength(3)
    expect(said(failure)).toContain('- and 3 more, which the log lists')
  })

  test('in YAML, in an answer of AWS, and below a name twice', () => {
    const yaml = 'family: api\ncontainerDefinitions:\n  - name: api\n    image: api:1\n    memory: "64"\n'
    expect(wrong(yaml, 'td.yaml')).toContain('td.yaml:5:5: containerDefinitions[0].memory must be a whole number')
    const answer = `{"taskDefinition": {"family": "api", "revision": 7,\n"containerDefinitions": [{"name": "api", "cpuu": 1}]},\n"tags": [{"kye": "a"}]}`
    expect(wrong(answer)).toMatch(
      /json:2:42: unknown parameter "cpuu"[\s\S]*json:3:11: unknown parameter "kye" in tags\[0\]/,
    )
  })
})

describe('what is wrong', () => {
  test.each([
    [
      'a role of nobody',
      '{"family": "api", "taskRoleArn": "", "containerDefinitions": []}',
      'taskRoleArn is empty; is a variable unset',
    ],
    [
      'a container without a name',
      '{"family": "api", "containerDefinitions": [{"image": "a"}]}',
      'containerDefinitions[0] has no name',
    ],
    [
      'a secret from nowhere',
      withContainer('"secrets": [{"name": "A", "valueFrom": ""}]'),
      'valueFrom is empty in containerDefinitions[0].secrets[0]',
    ],
    [
      'a function of CloudFormation',
      '{"family": {"Fn::Sub": "x"}, "containerDefinitions": []}',
      'family must be text, not an object (Fn::Sub is a function of CloudFormation)',
    ],
    [
      'a fraction',
      withContainer('"memory": 1.5'),
      'containerDefinitions[0].memory must be a whole number, not a number',
    ],
    ['a list for a text', withContainer('"user": ["a"]'), 'containerDefinitions[0].user must be text, not a list'],
    [
      'null in a list',
      withContainer('"portMappings": [null]'),
      'containerDefinitions[0].portMappings[0] must be an object, not null',
    ],
    [
      'null as a value of a map',
      withContainer('"dockerLabels": {"team": null}'),
      'containerDefinitions[0].dockerLabels.team must be text, not null',
    ],
    [
      'a text for a list',
      withContainer('"command": "npm start"'),
      'containerDefinitions[0].command must be a list, not text',
    ],
  ])('%s', (_, content, says) => {
    expect(wrong(content)).toContain(says)
  })

  test('credentials in an image are refused, and never shown', () => {
    for (const image of [
      'https://user:hunter2@registry.example.com/x',
      'user:hunter2@registry.example.com/x',
      'hunter2@host/x',
    ]) {
      const message = wrong(`{"family": "api", "containerDefinitions": [{"name": "api", "image": "${image}"}]}`)
      expect(message).toContain('json:1:60: the image of container "api" has a user name or a password in it')
      expect(message).not.toContain('hunter2')
    }
  })

  test('numbers in quotes: the advice is the type, and not a newer version', () => {
    expect(wrong(withContainer('"memory": "64"'))).not.toMatch(/newer version/)
    expect(wrong(withContainer('"memoryy": 64'))).toMatch(/learnt recently needs a newer version/)
  })

  test('nothing is wrong with what AWS answers, and with what is empty in it', () => {
    const answer = {
      taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7',
      family: 'api',
      revision: 7,
      pidMode: '',
      requiresCompatibilities: [],
      tags: [],
      containerDefinitions: [
        {
          name: 'api',
          image: 'api:1',
          portMappings: [{ containerPort: 80, appProtocol: '' }],
          links: [],
          entryPoint: [],
          user: null,
        },
      ],
    }
    const original = definitionIn(JSON.stringify(answer), file)
    expect(checkDefinition(registrable(original.definition), original)).toEqual({
      failure: undefined,
      placeholders: [],
      words: [],
    })
    expect(registrable(original.definition)).toEqual({
      family: 'api',
      containerDefinitions: [{ name: 'api', image: 'api:1', portMappings: [{ containerPort: 80 }], entryPoint: [] }],
    })
  })
})

test('what may be meant so is told apart, and stops nothing', () => {
  const { failure, placeholders, words } = checked(
    withContainer(
      '"environment": [{"name": "A", "value": "<HOST>"}],\n"logConfiguration": {"logDriver": "loki"},\n"portMappings": [{"protocol": "TCP"}]',
    ),
  )
  expect(failure).toBeUndefined()
  expect(placeholders.map(({ line, column }) => [line, column])).toEqual([[4, 31]])
  expect(words.map(({ line }) => line)).toEqual([5, 6])
})

test('a member keeps its line when the definition was rendered', () => {
  const content = withContainer('"environment": [\n{"name": "A", "value": "a"},\n{"name": "B", "value": 1}]')
  const original = definitionIn(content, file)
  const changes = { ...noChanges, containers: ['api'], removeEnvironment: ['A'], environment: new Map([['C', 'c']]) }
  const { failure } = checkDefinition(render(original.definition, changes), original)
  expect(said(failure)).toContain('deploy/api.json:6:15: containerDefinitions[0].environment[0].value must be text')
})

test('an error that names no member stays as it is', () => {
  const original = definitionIn(withContainer('"memory": 64'), file)
  const error = new Error('x')
  expect(located(error, original.definition, original)).toBe(error)
})
