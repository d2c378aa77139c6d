/** The repository of an image: settings of a new one, what is said of an existing one, and what a creation template makes of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Failure, reasonOf } from '../../src/failure.ts'
import { renderText, text } from '../../src/text.ts'
import { some } from '../often.ts'
import { type BuildScene, buildScene } from './build-scene.ts'

const lifecycle = {
  rules: [
    {
      rulePriority: 1,
      description: 'the last 30 images',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 30 },
      action: { type: 'expire' },
    },
  ],
}
const access = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222233334444:root' }, Action: ['ecr:BatchGetImage'] }],
}
const inputs = {
  repository: 'team/api',
  'create-repository': 'true',
  'immutable-tags-except': 'latest, pr-*',
  encryption: 'KMS',
  'kms-key': 'alias/images',
  'scan-on-push': 'true',
  'lifecycle-policy': 'lifecycle.json',
  'repository-policy': 'access.json',
  'repository-tags': 'team=shop\ncost center = 7 = seven',
}

function scene(files: Record<string, string> = {}): BuildScene {
  const made = buildScene()
  made.source.write('lifecycle.json', JSON.stringify(lifecycle, null, 2))
  made.source.write('access.json', JSON.stringify(access))
  for (const [path, content] of Object.entries(files)) made.source.write(path, content)
  return made
}

/** Of the inputs themselves, or of what the action finds. */
async function refusalOf(built: BuildScene, given: Record<string, string>): Promise<string | undefined> {
  try {
    return (await built.run(given)).failure
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return renderText(text`${error.parts.what} ${reasonOf(error.parts)}`, (theirs) => theirs)
  }
}

const ecrOf = ({ simulator }: BuildScene) => simulator.world.region('eu-west-1').ecr
const callsOf = ({ simulator }: BuildScene, operation: RegExp) =>
  simulator.recorder.all.filter((call) => operation.test(call.operation))

const readme = readFileSync(join(import.meta.dirname, '../../actions/build-push/README.md'), 'utf8')
const listed = new Set([...readme.matchAll(/`([a-z-]+:[A-Z]\w+)`/g)].map(([, name]) => name))

/** Runs an operation of the simulated ECR as an administrator of the account does. */
function administer(built: BuildScene, operation: string, input: object): unknown {
  const [call] = built.simulator.recorder.all
  const handler = ecrOf(built).handlers[operation]
  return handler?.(input, call ?? { service: 'ecr', operation, region: '', accessKeyId: '', at: 0, input: {} })
}

describe('a repository that does not exist', () => {
  test('is created with all that the inputs say, and nothing else is sent', async () => {
    const built = scene()
    const { failure, log } = await built.run(inputs)
    expect(failure).toBeUndefined()
    expect(log).toContain('Created the ECR repository team/api')
    expect(callsOf(built, /^(Create|Put|Set)/).map(({ operation, input }) => [operation, input])).toEqual([
      [
        'CreateRepository',
        {
          repositoryName: 'team/api',
          imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
          imageTagMutabilityExclusionFilters: [
            { filterType: 'WILDCARD', filter: 'latest' },
            { filterType: 'WILDCARD', filter: 'pr-*' },
          ],
          encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/images' },
          imageScanningConfiguration: { scanOnPush: true },
          tags: [
            { Key: 'team', Value: 'shop' },
            { Key: 'cost center', Value: '7 = seven' },
          ],
        },
      ],
      ['PutLifecyclePolicy', { repositoryName: 'team/api', lifecyclePolicyText: JSON.stringify(lifecycle) }],
      ['SetRepositoryPolicy', { repositoryName: 'team/api', policyText: JSON.stringify(access) }],
    ])
  })

  test('is created with immutable tags and what AWS has as defaults where nothing is set', async () => {
    const built = scene()
    expect((await built.run({ repository: 'web', 'create-repository': 'true' })).failure).toBeUndefined()
    expect(callsOf(built, /^(Create|Put|Set|Get[LR])/).map(({ input }) => input)).toEqual([
      { repositoryName: 'web', imageTagMutability: 'IMMUTABLE' },
    ])
  })

  test.each([
    ['PutLifecyclePolicy', /created without this policy: delete it while it is empty/],
    ['SetRepositoryPolicy', /not authorized to perform ecr:SetRepositoryPolicy/],
    ['TagResource', /not authorized to perform ecr:TagResource, which ecr:CreateRepository requires/],
  ])('stops before the build where ecr:%s is not allowed', async (denied, message) => {
    const built = scene()
    built.simulator.iam.allow(
      ...['Describe*', 'Get*', 'CreateRepository', 'PutLifecyclePolicy', 'SetRepositoryPolicy', 'TagResource']
        .filter((action) => action !== denied)
        .map((action) => `ecr:${action}`),
    )
    expect((await built.run(inputs)).failure).toMatch(message)
    expect(built.builder.builds).toEqual([])
  })

  test.each([
    ['LimitExceededException', /Registered repositories/],
    ['KmsException', /kms:CreateGrant/],
  ])('%s of ecr:CreateRepository is named, with what to do', async (code, fix) => {
    const built = scene()
    built.simulator.faults.add({ operation: 'CreateRepository', effect: { kind: 'error', code, message: 'no more' } })
    const { failure } = await built.run(inputs)
    expect(failure).toContain(`AWS refused ecr:CreateRepository | ${code}: no more | `)
    expect(failure).toMatch(fix)
  })
})

describe('a repository that exists', () => {
  test('is not changed, and what differs from the inputs is told once', async () => {
    const built = scene()
    ecrOf(built).createRepository('team/api', false)
    const { failure, log } = await built.run(inputs)
    expect(failure).toBeUndefined()
    expect(callsOf(built, /^(Create|Put[LR]|Set|Tag)/)).toEqual([])
    expect(log).toContain(
      'warning The ECR repository team/api exists and was not changed; it differs from the inputs: tag mutability is MUTABLE, input: IMMUTABLE_WITH_EXCLUSION (latest, pr-*); encryption is AES256, input: KMS with alias/images; scan on push is false, input: true; tag team is not set, input: shop; tag cost center is not set, input: 7 = seven; its lifecycle policy is not set; its repository policy is not set',
    )
  })

  test('as the inputs say is not spoken of, with its policies in another order and another form', async () => {
    const built = scene()
    expect((await built.run(inputs)).failure).toBeUndefined()
    built.source.write(
      'access.json',
      JSON.stringify({ Statement: { ...access.Statement[0], Action: 'ecr:BatchGetImage' }, Version: access.Version }),
    )
    const again = await built.run({ ...inputs, 'immutable-tags-except': 'pr-*, latest', tag: 'latest' })
    expect(again.failure).toBeUndefined()
    expect(again.log).not.toMatch(/^warning/m)
    const used = built.simulator.iam.actionsUsed()
    expect(used).toEqual(
      expect.arrayContaining(['ecr:TagResource', 'ecr:GetRepositoryPolicy', 'ecr:GetLifecyclePolicy']),
    )
    expect(used.filter((action) => !listed.has(action))).toEqual([])
  })

  test('keeps the tag mutability that it has where the inputs name none', async () => {
    const built = scene()
    ecrOf(built).createRepository('team/api', false)
    const { log } = await built.run({ repository: 'team/api', 'create-repository': 'true' })
    expect(log).not.toMatch(/^warning/m)
    expect(callsOf(built, /LifecyclePolicy|RepositoryPolicy|ListTags/)).toEqual([])
  })

  test('whose policies may not be read is compared as far as it can be, and that is said', async () => {
    const built = scene()
    ecrOf(built).createRepository('team/api', true)
    built.simulator.iam.allow(
      'ecr:DescribeRepositories',
      'ecr:GetAuthorizationToken',
      'ecr:*Layer*',
      'ecr:PutImage',
      'ecr:BatchGetImage',
    )
    const { failure, log } = await built.run({
      repository: 'team/api',
      'create-repository': 'true',
      'scan-on-push': 'true',
      'lifecycle-policy': 'lifecycle.json',
    })
    expect(failure).toBeUndefined()
    expect(log).toMatch(/scan on push is false, input: true/)
    expect(log).toMatch(
      /were not compared with the inputs: AccessDeniedException: not authorized to perform ecr:GetLifecyclePolicy/,
    )
  })

  test('since another job created it at the same moment is taken, and compared', async () => {
    const built = scene()
    const effect = { kind: 'callback', run: () => ecrOf(built).createRepository('team/api', true) } as const
    built.simulator.faults.add({ operation: 'CreateRepository', times: 1, effect })
    const { failure, log } = await built.run({ ...inputs, 'immutable-tags-except': '' })
    expect(failure).toBeUndefined()
    expect(log).toMatch(/exists and was not changed; it differs from the inputs: encryption is AES256/)
  })
})

describe('before anything is created', () => {
  test.each<[string, Record<string, string>, RegExp]>(
    some(
      [
        [
          'settings without create-repository',
          { ...inputs, 'create-repository': 'false', 'immutable-tags': 'false' },
          /9 inputs are invalid.*immutable-tags describes.*immutable-tags-except describes.*kms-key describes.*repository-tags describes a repository that is created: set create-repository: true/s,
        ],
        [
          'a key without its encryption, and of another region',
          { ...inputs, encryption: '', 'kms-key': 'arn:aws:kms:us-east-1:111122223333:key/0' },
          /kms-key requires encryption: KMS or KMS_DSSE.*kms-key must be in the region of the repository, eu-west-1, not us-east-1/s,
        ],
        ['exclusions of nothing', { ...inputs, 'immutable-tags': 'false' }, /requires immutable-tags: true/],
        ['six wildcards', { 'immutable-tags-except': 'a,b,c,d,e,f' }, /at most 5 wildcards, not 6/],
        ['a wildcard with three stars', { 'immutable-tags-except': '*a*b*' }, /at most 2 "\*", not "\*a\*b\*"/],
        ['a long wildcard', { 'immutable-tags-except': 'a'.repeat(129) }, /at most 128 letters/],
        ['another encryption', { encryption: 'aes256' }, /must be one of AES256, KMS, KMS_DSSE, not "aes256"/],
        ['a tag of AWS', { 'repository-tags': 'aws:x=1' }, /line 1: keys that start with aws: are reserved/],
        ['a tag without value', { 'repository-tags': 'team=a\nteam' }, /line 2 has no "="/],
        ['a tag twice', { 'repository-tags': 'team=a\nteam=b' }, /must name each tag once/],
        ['a policy in the input', { 'lifecycle-policy': '{"rules":[]}' }, /must be a path or a name/],
        ['a file that is not there', { ...inputs, 'lifecycle-policy': 'gone.json' }, /gone\.json" of .*ENOENT/],
      ],
      2,
    ),
  )('%s: an error by name', async (_, given, message) => {
    const built = scene()
    expect(await refusalOf(built, given)).toMatch(message)
    expect(built.simulator.recorder.count()).toBe(0)
  })

  test('mistakes of both policies are told at once, by file, line and column', async () => {
    const built = scene({
      'lifecycle.json': '{\n  "rules": [\n    { "rulePriorty": 1, "selection": { "tagStatus": "some" } }\n  ]\n}',
      'access.json': '{\n  "Version": "2012-10-17",\n  "Statement": [{ "Effect": "Allow", "Action": "ecr:*" }]\n}',
    })
    const { failure } = await built.run(inputs)
    expect(failure).toMatch(
      /lifecycle\.json:3:7: unknown parameter "rulePriorty" in rules\[0\] \(did you mean rulePriority\?\)/,
    )
    expect(failure).toMatch(/lifecycle\.json:3:40: .*tagStatus.*tagged, untagged/)
    expect(failure).toMatch(/action is missing/)
    expect(failure).toMatch(/access\.json:3:17: the statement has no Principal/)
    expect(built.simulator.recorder.count()).toBe(0)
  })
})

describe('a repository that a creation template creates on push', () => {
  const template = (built: BuildScene, prefix: string, more: object = {}) =>
    administer(built, 'CreateRepositoryCreationTemplate', { prefix, appliedFor: ['CREATE_ON_PUSH'], ...more })

  test.each(['ROOT', 'team'])(
    '%s: the push goes on, which is told, and the tags are as the template says',
    async (prefix) => {
      const built = scene()
      template(built, prefix, { imageTagMutability: 'IMMUTABLE' })
      const first = await built.run({ repository: 'team/api', tag: 'v1' })
      expect(first.failure).toBeUndefined()
      expect(first.log).toContain(`the push creates it by the repository creation template ${prefix} (CREATE_ON_PUSH)`)
      expect(first.outputs.image).toMatch(/^111122223333\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/team\/api@sha256:/)
      const again = await built.run({ repository: 'team/api', tag: 'v1' })
      expect([again.failure, again.outputs.reused]).toEqual([undefined, 'true'])
    },
  )

  test.each<[string, readonly (readonly [string, object])[], RegExp]>([
    ['another namespace', [['tea', {}]], /has no repository "team\/api" \|.*Nothing has been built\.$/],
    [
      'a nearer template, not for pushes',
      [
        ['ROOT', {}],
        ['team', { appliedFor: ['REPLICATION'] }],
      ],
      /creation template team applies to this name, but not to pushes: add CREATE_ON_PUSH/,
    ],
  ])('not by %s', async (_, templates, message) => {
    const built = scene()
    for (const [prefix, more] of templates) template(built, prefix, more)
    expect((await built.run({ repository: 'team/api' })).failure).toMatch(message)
    expect(built.builder.builds).toEqual([])
  })

  test.each([
    ['ValidationException', 400, /is unknown \(AWS refused ecr:DescribeRepositoryCreationTemplates\)\.$/],
    ['InternalFailure', 501, /is unknown \(.*ecr:DescribeRepositoryCreationTemplates.*\)\.$/],
  ])('where templates cannot be read: %s is no reason to wait for minutes', async (code, status, message) => {
    const built = scene()
    const effect = { kind: 'error', code, status, message: 'not here' } as const
    built.simulator.faults.add({ operation: 'DescribeRepositoryCreationTemplates', effect, times: 1000 })
    const started = built.simulator.clock.now()
    expect((await built.run({ repository: 'team/api' })).failure).toMatch(message)
    expect(built.simulator.clock.now() - started).toBeLessThan(20_000)
  })

  test('where templates may not be read: the permission is named', async () => {
    const built = scene()
    built.simulator.iam.allow('ecr:DescribeRepositories', 'ecr:GetAuthorizationToken')
    expect((await built.run({ repository: 'team/api' })).failure).toMatch(
      /RepositoryNotFoundException.*is unknown \(AccessDeniedException: not authorized to perform ecr:DescribeRepositoryCreationTemplates\): to use one, allow ecr:DescribeRepositoryCreationTemplates on \*\./,
    )
  })
})
