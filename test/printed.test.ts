/** The pages show what is printed. What a proxy and a whole deployment print is compared where these are played. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { countCalls } from '../src/actions/build-push/count-calls.ts'
import { awsInputs } from '../src/actions/inputs/aws-inputs.ts'
import { repositoryPolicies } from '../src/cli/permissions/account-policies.ts'
import { loadConfig } from '../src/config/load.ts'
import { Failure } from '../src/failure.ts'
import { buildFailure } from '../src/image/build-failure.ts'
import { inputLabels, ownDifference } from '../src/image/build-key.ts'
import { tagTaken } from '../src/image/build-preflight.ts'
import { failureText } from '../src/report/failure-text.ts'
import { readInputs } from '../src/runner/inputs.ts'
import { decideSource, sourceLine } from '../src/source.ts'
import { renderText, type Text } from '../src/text.ts'
import { oneLine, printedOn } from './printed.ts'

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')
const plain = (line: Text) => renderText(line, (theirs) => theirs)

test('docs/revision.md: the line about a checkout that the event has not', () => {
  const event = {
    name: 'issue_comment',
    sha: '1a2b3c4'.padEnd(40, '0'),
    repository: 'acme/shop',
    serverUrl: 'https://github.com',
    commits: [],
    standsFor: 'the last commit of the default branch',
  }
  const commit = '9c1e0aa'.padEnd(40, '0')
  const source = decideSource(
    event,
    { root: '/', commit, ref: 'refs/heads/feature/login', remote: undefined },
    undefined,
  )
  const line = source && sourceLine(source, event, undefined)
  expect(printedOn('docs/revision.md')).toEqual([line && plain(line)])
})

test('an immutable tag with another image, and a build that fails', () => {
  const inputs = (target: string) => ({ own: target, shown: { target } })
  const labels = {
    ...inputLabels(inputs('web'), { kind: 'known', values: {} }),
    'org.opencontainers.image.revision': '1a2b3c4',
  }
  const other = ownDifference(labels, inputs('api')) ?? []
  const failure = tagTaken('api', '1a2b3c4', { digest: 'sha256:9f2c…', labels }, other)
  expect(failure).toBeInstanceOf(Failure)
  const failed = buildFailure({
    exitCode: 1,
    error: '',
    step: {
      name: '[4/4] RUN npm ci',
      error: 'process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
      lines: ['npm error code E401', 'npm error 401 Unauthorized - GET https://npm.pkg.github.com/@acme%2fui'],
    },
    source: { file: 'Dockerfile', line: 4 },
  })
  const texts = [failure, failed].map((one) => oneLine(plain(failureText(one))))
  const calls = countCalls(async () => new Response())
  for (const name of ['ecr:DescribeRepositories', 'ecr:GetAuthorizationToken']) calls.onCall(name)
  for (let count = 0; count < 3; count++) void calls.fetch('', {})
  expect(printedOn('docs/background/image-reuse.md')).toEqual(texts.slice(0, 1))
  expect(printedOn('docs/builders.md')).toEqual([...texts.slice(1), plain(calls.line())])
})

test('docs/networks.md: a region that is misspelt', () => {
  const warnings: string[] = []
  const given = (name: string) => (name === 'aws-region' ? 'us-esat-1' : '')
  readInputs(awsInputs, given, ['aws-region'], (line) => void warnings.push(plain(line)))
  expect(warnings).toHaveLength(1)
  expect(read('docs/networks.md')).toContain(`\`${warnings[0]}\``)
})

test('docs/how-to/canary.md: a setting that changes', () => {
  const [, shown = 'nothing'] = /`(settings strategy [^`]*)`/.exec(read('docs/how-to/canary.md')) ?? []
  expect(read('test/report/golden/log/settings.txt')).toContain(shown)
})

test('docs/how-to/two-accounts.md: the policy of the repository, as slipway permissions makes it for the slipway.yml of the page', () => {
  const page = read('docs/how-to/two-accounts.md')
  const [yaml = '', policy = ''] = ['yaml', 'json'].map(
    (language) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '',
  )
  const [made] = repositoryPolicies(loadConfig(yaml, 'slipway.yml').config)
  expect(made).toMatchObject({ accountId: '111122223333', policy: JSON.parse(policy) })
})
