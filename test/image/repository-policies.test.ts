/** What Amazon ECR would refuse in the policies of a repository, by line and column, before the repository is created. */
import { describe, expect, test } from '@jest/globals'
import { parseObject } from '../../src/document/document.ts'
import { lifecycleMistakes } from '../../src/image/lifecycle-policy.ts'
import { policyMistakes } from '../../src/image/repository-policy.ts'
import { templateOf } from '../../src/image/require-repository.ts'
import { mistakeText } from '../../src/mistake.ts'
import { renderText } from '../../src/text.ts'

const said = (check: typeof lifecycleMistakes, value: object) =>
  check(parseObject(JSON.stringify(value, null, 1), { file: 'p.json' })).map((mistake) =>
    renderText(mistakeText(mistake), (theirs) => theirs),
  )

const selection = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 5 }
const expire = { type: 'expire' }
const rule = (more: object = {}, rulePriority = 1, action: object = expire) => ({
  rulePriority,
  selection: { ...selection, ...more },
  action,
})
const since = { countType: 'sinceImagePushed', countUnit: 'days' }

describe('a lifecycle policy', () => {
  // Amazon ECR user guide, "Examples of lifecycle policies".
  test.each<[string, readonly object[]]>([
    ['images by age', [rule({ tagStatus: 'tagged', tagPatternList: ['prod*'], ...since })]],
    ['images by count', [rule({ tagStatus: 'tagged', tagPrefixList: ['prod'] }), rule({ tagStatus: 'any' }, 2)]],
    ['four wildcards', [rule({ tagStatus: 'tagged', tagPatternList: ['*a*b*c*'] })]],
    [
      'the archive',
      [
        rule({ tagStatus: 'any', ...since, countType: 'sinceImagePulled' }, 1, {
          type: 'transition',
          targetStorageClass: 'archive',
        }),
        rule({ tagStatus: 'any', storageClass: 'archive', ...since, countType: 'sinceImageTransitioned' }, 2),
      ],
    ],
  ])('with %s has no mistakes', (_, rules) => {
    expect(said(lifecycleMistakes, { rules })).toEqual([])
  })

  test.each<[string, readonly object[], string]>([
    ['no rules', [], 'rules must have 1 to 50 rules, not 0'],
    [
      'too many rules',
      Array.from({ length: 51 }, (_, index) => rule({}, index + 1)),
      'rules must have 1 to 50 rules, not 51',
    ],
    ['a priority of 0', [rule({}, 0)], 'rulePriority must be at least 1, not 0'],
    ['a priority twice', [rule(), rule()], 'another rule has the rulePriority 1, too'],
    [
      'any before another rule',
      [rule({ tagStatus: 'any' }), rule({}, 2)],
      'a rule with tagStatus any must have the highest rulePriority',
    ],
    [
      'tagged without tags',
      [rule({ tagStatus: 'tagged' })],
      'tagStatus tagged requires tagPatternList or tagPrefixList',
    ],
    [
      'tagged with an empty list',
      [rule({ tagStatus: 'tagged', tagPrefixList: [] })],
      'tagStatus tagged requires tagPatternList or tagPrefixList',
    ],
    [
      'untagged with tags',
      [rule({ tagPrefixList: ['v'] })],
      'tagPatternList and tagPrefixList require tagStatus tagged, not untagged',
    ],
    [
      'five wildcards',
      [rule({ tagStatus: 'tagged', tagPatternList: ['*a*b*c*d*'] })],
      '"*a*b*c*d*" has more than 4 wildcards (*)',
    ],
    ['a unit for a count', [rule({ countUnit: 'days' })], 'countUnit is not allowed with countType imageCountMoreThan'],
    [
      'no unit for an age',
      [rule({ countType: 'sinceImagePushed' })],
      'countType sinceImagePushed requires countUnit: days',
    ],
    ['a count of 0', [rule({ countNumber: 0 })], 'countNumber must be at least 1, not 0'],
    [
      'the archive without its class',
      [rule({ ...since, countType: 'sinceImageTransitioned' })],
      'countType sinceImageTransitioned requires storageClass: archive',
    ],
    [
      'a transition to nowhere',
      [rule({}, 1, { type: 'transition' })],
      'action transition requires targetStorageClass: archive',
    ],
    [
      'an expiry to somewhere',
      [rule({}, 1, { type: 'expire', targetStorageClass: 'archive' })],
      'targetStorageClass is not allowed with action expire',
    ],
    ['a long text', [{ ...rule(), description: 'x'.repeat(30_720) }], 'at most 30720 are allowed'],
  ])('with %s: one mistake, with its place', (_, rules, message) => {
    const found = said(lifecycleMistakes, { rules })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^p\.json:\d+:\d+: /)
    expect(found[0]).toContain(message)
  })

  test('every rule is checked, and each mistake is at its own line', () => {
    const found = said(lifecycleMistakes, { rules: [rule({ countNumber: 0 }), rule({ tagStatus: 'tagged' }, 2)] })
    expect(found).toEqual([
      'p.json:8:5: countNumber must be at least 1, not 0',
      'p.json:17:5: tagStatus tagged requires tagPatternList or tagPrefixList',
    ])
  })
})

describe('a repository policy', () => {
  const statement = { Effect: 'Allow', Principal: '*', Action: ['ecr:BatchGetImage'] }
  test.each<[string, object]>([
    ['a list', { Version: '2012-10-17', Statement: [statement] }],
    [
      'one statement',
      { Statement: { ...statement, Sid: 'pull', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } } },
    ],
    ['exceptions', { Statement: [{ Effect: 'Deny', NotPrincipal: { AWS: '1' }, NotAction: 'ecr:Get*' }] }],
  ])('of %s has no mistakes', (_, policy) => {
    expect(said(policyMistakes, policy)).toEqual([])
  })

  test.each<[string, object, RegExp]>([
    ['no statement', { Version: '2012-10-17' }, /Statement is missing/],
    ['another version', { Version: '2012', Statement: [statement] }, /2012-10-17/],
    ['another effect', { Statement: [{ ...statement, Effect: 'allow' }] }, /Allow, Deny/],
    [
      'a misspelt member',
      { Statement: [{ ...statement, Actions: 'x' }] },
      /unknown parameter "Actions".*did you mean Action\?/,
    ],
    ['nobody', { Statement: [{ Effect: 'Allow', Action: 'x' }] }, /^p\.json:3:3: the statement has no Principal$/],
    ['nothing', { Statement: { Effect: 'Allow', Principal: '*' } }, /^p\.json:2:2: the statement has no Action$/],
    ['a long text', { Statement: [statement], Id: 'x'.repeat(10_240) }, /at most 10240 are allowed/],
  ])('with %s: one mistake', (_, policy, message) => {
    expect(said(policyMistakes, policy)).toEqual([expect.stringMatching(message)])
  })
})

test.each([
  ['team/api', 'team'],
  ['team/web/api', 'team/web'],
  ['teams/api', 'ROOT'],
  ['team', 'ROOT'],
  ['api', 'ROOT'],
])('the template of %s is that of %s', (name, prefix) => {
  const templates = ['team', 'ROOT', 'team/web', 'web'].map((of) => ({
    prefix: of,
    onPush: true,
    immutableTags: false,
    tagExclusions: [],
  }))
  expect(templateOf(name, templates)?.prefix).toBe(prefix)
  expect(templateOf('api', templates.slice(0, 1))).toBeUndefined()
})
