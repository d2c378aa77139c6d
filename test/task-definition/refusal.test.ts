import { describe, expect, test } from '@jest/globals'
import { mistakeText } from '../../src/mistake.ts'
import type { JsonObject } from '../../src/ports.ts'
import { refusedMembers } from '../../src/task-definition/refused-definition.ts'
import { renderText } from '../../src/text.ts'

const definition: JsonObject = {
  family: 'api',
  cpu: '256',
  memory: '4096',
  taskRoleArn: 'arn:aws:iam::111122223333:role/app',
  executionRoleArn: 'arn:aws:iam::1:role/start',
  networkMode: 'bridge',
  containerDefinitions: [
    {
      name: 'api',
      image: '',
      environment: [{ name: 'TOKEN', value: 'hunter2' }],
      secrets: [{ name: 'TOKEN', valueFrom: '/token' }],
      portMappings: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 443 }],
      mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }],
    },
  ],
}

const told = (sentence: string, members: JsonObject = {}) =>
  refusedMembers(sentence, { ...definition, ...members }).map((mistake) =>
    renderText(mistakeText(mistake), (theirs) => theirs),
  )

describe('the member and the value that a refusal of RegisterTaskDefinition is about', () => {
  test.each<[string, JsonObject, string[]]>([
    [
      'No Fargate configuration exists for given values.',
      {},
      ['memory is "4096"; with cpu "256" it may be 512, 1024, 2048 MiB'],
    ],
    [
      'No Fargate configuration exists for given values.',
      { cpu: '1 vCPU', memory: '1 GB' },
      ['memory is "1 GB"; with cpu "1 vCPU" it may be 2048 to 8192 in steps of 1024 MiB'],
    ],
    [
      'No Fargate configuration exists for given values.',
      { cpu: '300' },
      ['cpu is "300"; it may be 256, 512, 1024, 2048, 4096, 8192, 16384'],
    ],
    ['No Fargate configuration exists for given values.', { memory: '512' }, ['cpu is "256"', 'memory is "512"']],
    ['Role is not valid', {}, ['executionRoleArn is "arn:aws:iam::1:role/start"']],
    [
      'Role is not valid',
      { executionRoleArn: 'start' },
      ['taskRoleArn is "arn:aws:iam::111122223333:role/app"', 'executionRoleArn is "start"'],
    ],
    ['Fargate only supports network mode ‘awsvpc’.', {}, ['networkMode is "bridge"']],
    ["Fargate requires that 'cpu' be defined at the task level.", { cpu: null }, ['cpu is not given']],
    ["Invalid 'memory' setting for task.", { memory: 'lots' }, ['memory is "lots"']],
    ['Container.image should not be null or empty.', {}, ['image of container "api" is ""']],
    [
      'Fargate requires task definition to have execution role ARN to support ECR images.',
      { executionRoleArn: null },
      ['executionRoleArn is not given'],
    ],
    [
      'When networkMode=awsvpc, the host ports and container ports in port mappings must match.',
      {},
      ['containerDefinitions[0].portMappings[0].hostPort is 8080'],
    ],
    ["Unknown volume 'data'.", {}, ['containerDefinitions[0].mountPoints[0].sourceVolume is "data"']],
    [
      "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'TOKEN'.",
      {},
      ['containerDefinitions[0].environment[0].name is "TOKEN"', 'containerDefinitions[0].secrets[0].name is "TOKEN"'],
    ],
    ['Something else is wrong.', {}, []],
    ["The value 'hunter2' is wrong.", {}, []],
  ])('%s %j', (sentence, members, expected) => {
    expect(told(sentence, members)).toEqual(expected)
  })
})
