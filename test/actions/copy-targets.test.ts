import { expect, test } from '@jest/globals'
import { copyTargets } from '../../src/actions/inputs/copy-targets.ts'
import { mistakeText } from '../../src/mistake.ts'
import { InputMistakes } from '../../src/runner/input-mistakes.ts'
import { plain } from '../refusal.ts'

const arn = 'arn:aws:iam::444455556666:role/write'
const host = '444455556666.dkr.ecr.us-east-1.amazonaws.com'

function read(given: string): unknown {
  try {
    return copyTargets('to')(given)
  } catch (error) {
    if (error instanceof InputMistakes) return error.mistakes.map((mistake) => plain(mistakeText(mistake)))
    throw error
  }
}

test('reads a repository per line, with or without registry and role', () => {
  expect(read(`team/api\n\n  ${host}/api   role-to-assume=${arn}\r\n`)).toEqual([
    { registry: undefined, repository: 'team/api', role: undefined },
    { registry: host, repository: 'api', role: arn },
  ])
})

test('reports all mistakes at their places', () => {
  const rows = [
    'Api',
    `${host}/`,
    'api:v1',
    `  api@sha256:${'a'.repeat(64)}`,
    'api region=eu-west-1',
    'api role-to-assume=write',
  ]
  const repositories =
    'allowed: repository or registry/repository, such as team/api or 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/api'
  expect(read([...rows, `api role-to-assume=${arn} role-to-assume=${arn}`].join('\n'))).toEqual([
    `to:1:1: "Api" is not a repository; ${repositories}`,
    `to:2:1: "${host}/" has no repository behind its last /; ${repositories}`,
    'to:3:1: "api:v1" has a tag; allowed: the repository alone, tags are set by tags',
    `to:4:3: "api@sha256:${'a'.repeat(64)}" has a digest; allowed: the repository alone, tags are set by tags`,
    'to:5:5: "region=eu-west-1" is unknown; allowed: one role-to-assume=ARN',
    'to:6:20: "write" is not the ARN of a role; allowed: arn:aws:iam::ACCOUNT:role/NAME',
    `to:7:57: "role-to-assume=${arn}" is unknown; allowed: one role-to-assume=ARN`,
  ])
})
