import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isTag } from '../../src/image/reference.ts'
import { parseFlavor, plainFlavor } from '../../src/image/tag-flavor.ts'
import { parseTagLabels } from '../../src/image/tag-labels.ts'
import { parseTagRules } from '../../src/image/tag-rules.ts'
import { type TagSource, tagsFor } from '../../src/image/tag-values.ts'
import { quoted } from '../../src/text.ts'
import { anyText } from '../generated.ts'
import { onlyLong } from '../often.ts'

const head = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const push = (ref: string): TagSource => ({ revision: head, ref, defaultBranch: 'main' })

/** `line:column message` of each mistake. */
const mistakesOf = ({ mistakes }: ReturnType<typeof parseTagRules> | ReturnType<typeof parseFlavor>) =>
  mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`)

describe('bad rules are refused at their place, with what was given and what is allowed', () => {
  test.each([
    ['type=later', '1:1 has type=later; allowed: schedule, semver, pep440, match, edge, ref, raw, sha'],
    [
      '\n# x\n  type=sha,formt=long',
      '3:12 has the attribute "formt"; a rule of type sha has enable, priority, prefix, suffix, format',
    ],
    ['type=ref', '1:1 needs event=; allowed: branch, tag, pr'],
    ['type=ref,event=push', '1:10 has event=push; allowed: branch, tag, pr'],
    ['type=sha, format=medium', '1:11 has format=medium; allowed: short, long'],
    ['type=raw', '1:1 has no value; allowed: value=<tag>'],
    [
      'type=sha,enable=yes',
      '1:10 has enable=yes; allowed: true, false, {{is_default_branch}}, {{is_not_default_branch}}',
    ],
    ['type=sha,priority=high', '1:10 has priority=high; allowed: a number, such as 900'],
    ['type=match', '1:1 needs pattern=; allowed: a regular expression'],
    ['type=match,pattern=v(.*),group=3', '1:26 has group=3; allowed: 0 to 1, the groups of the pattern'],
    ['type=match,pattern=x,group=one', '1:22 has group=one; allowed: 0'],
    ['type=semver,match=v', '1:13 has match=v; allowed: one group, (…)'],
    [
      'type=semver,pattern=v{{majr}}',
      '1:22 has {{majr}}; allowed here: {{version}}, {{raw}}, {{major}}, {{minor}}, {{patch}}, {{prerelease}}, {{build}}',
    ],
    [
      'type=pep440,pattern={{build}}',
      '1:21 has {{build}}; allowed here: {{version}}, {{raw}}, {{major}}, {{minor}}, {{patch}}',
    ],
    [
      'type=schedule,pattern={{branch}}',
      "1:23 has {{branch}}; allowed here: {{date 'YYYYMMDD' tz='UTC'}}, {{commit_date 'YYYYMMDD' tz='UTC'}}",
    ],
    [
      "type=raw,value=x-{{date 'YYYY' tz='Mars/Base'}}",
      `1:18 has the time zone "Mars/Base" in {{date 'YYYY' tz='Mars/Base'}}; allowed: names such as UTC and Europe/Berlin`,
    ],
    [
      "type=raw,value={{date 'yy'}}",
      `1:16 has the date token "yy" in {{date 'yy'}}, which is not supported; text is in [brackets]`,
    ],
    [
      'x{{#if branch}}y{{/if}}',
      '1:2 has {{#if branch}}; blocks of Handlebars are not supported: write one rule for each case, with enable=',
    ],
    [
      'type=match,pattern=\\d{1,3}',
      '1:25 has "3}" without a name; quote an attribute that contains a comma: "name=value"',
    ],
    ['type=sha,', '1:10 has "" without a name; an attribute is empty'],
    [
      'type=raw,value="x"',
      '1:16 has a double quote inside of an attribute; quote the whole attribute, as in "value=…"',
    ],
    ['type=match,"pattern=x', '1:12 has a double quote that is not closed at the end of the attribute'],
    ['"type=sha",priority=high', '1:12 has priority=high; allowed: a number, such as 900'],
    ['type=sha,"priority=high"', '1:11 has priority=high; allowed: a number, such as 900'],
    ['-v1', '1:1 has "-v1"; a tag is at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"'],
    ['ghcr.io/acme/api:v1', '1:1 has "ghcr.io/acme/api:v1", and must be a tag alone, without registry and repository'],
    [
      'https://me:secret@ghcr.io/api:v1',
      '1:1 has "https://***@ghcr.io/api:v1", and must be a tag alone, without registry and repository',
    ],
    [
      '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api',
      '1:1 has "111122223333.dkr.ecr.eu-west-1.amazonaws.com/api", and must be a tag alone, without registry and repository',
    ],
  ])('%s', (text, mistake) => {
    expect(mistakesOf(parseTagRules(text))).toEqual([mistake])
  })

  test.each([
    ['type=raw,value={{foo}}', /^1:16 has \{\{foo\}\}; allowed here: \{\{branch\}\}, .*\{\{commit_date/],
    ['type=raw,value={{foo', /^1:16 has \{\{foo; allowed here/],
    ['type=raw,value={{date}}', /^1:16 has \{\{date\}\}; allowed here/],
    ['type=raw,value={{branch x}}', /^1:16 has \{\{branch x\}\}; allowed here/],
    [
      'type=match,pattern=(',
      /^1:12 has pattern=\( \(.*Unterminated group\); allowed: a regular expression of JavaScript$/,
    ],
  ])('%s', (text, mistake) => {
    expect(mistakesOf(parseTagRules(text))).toEqual([expect.stringMatching(mistake)])
  })

  test('all at once, several of one rule included', () => {
    const { mistakes } = parseTagRules('type=sha,formt=long,priority=x\nv1\ntype=ref')
    expect(mistakes.map(({ line, column }) => [line, column])).toEqual([
      [1, 10],
      [1, 21],
      [3, 1],
    ])
  })

  test.each([
    ['latest=maybe', '1:1 has latest=maybe; allowed: auto, true, false'],
    ['prefix=a-,onlatest=yes', '1:11 has onlatest=yes; allowed: true, false'],
    ['latest=auto\nonlatest=true', '2:1 has onlatest= without prefix= or suffix= before it in the line'],
    [
      'lates=auto',
      '1:1 has "lates"; allowed: latest=auto|true|false, prefix=<text>, suffix=<text>, each of these with onlatest=true|false',
    ],
    [
      'latest',
      '1:1 has "latest"; allowed: latest=auto|true|false, prefix=<text>, suffix=<text>, each of these with onlatest=true|false',
    ],
    [
      'suffix={{#x}}',
      '1:8 has {{#x}}; blocks of Handlebars are not supported: write one rule for each case, with enable=',
    ],
  ])('flavor %s', (text, mistake) => {
    expect(mistakesOf(parseFlavor(text))).toEqual([mistake])
  })

  test('labels, without the value', () => {
    const { mistakes } = parseTagLabels('a=1\nhunter2\n b={{nope}}')
    expect(mistakes).toEqual([
      { line: 2, column: 1, message: 'has no name or no value; allowed: name=value' },
      { line: 3, column: 4, message: expect.stringContaining('has {{nope}}; allowed here') },
    ])
  })
})

describe('what registries take', () => {
  test('whatever a branch is called', () => {
    const rules = parseTagRules('type=ref,event=branch\ntype=raw,value={{branch}},prefix={{branch}}.').value
    fc.assert(
      fc.property(anyText(), (name) => {
        for (const tag of tagsFor(rules, plainFlavor, push(`refs/heads/${name}`)).tags) expect(isTag(tag)).toBe(true)
      }),
    )
  })

  test('at most 128 characters', () => {
    const { tags } = tagsFor(
      parseTagRules('type=ref,event=branch').value,
      plainFlavor,
      push(`refs/heads/${'x'.repeat(200)}`),
    )
    expect(tags).toEqual(['x'.repeat(128)])
  })
})

test('a quoted attribute may have commas and double quotes', () => {
  const rules = parseTagRules('type=raw,"value=a,b-{{date ""YYYY""}}"\n"x"').value
  expect(tagsFor(rules, plainFlavor, push('refs/heads/main')).tags).toEqual(['a-b-1970', 'x'])
})

test('a rule that applies and gives no tag is explained', () => {
  const rules = parseTagRules(
    '\ntype=semver\ntype=pep440\ntype=match,pattern=^v\ntype=match,pattern=(x)?r,group=1',
  ).value
  expect(tagsFor(rules, plainFlavor, push('refs/tags/release')).notes).toEqual([
    { line: 2, message: '"release" is no version of semver (https://semver.org)' },
    { line: 3, message: '"release" is no version of PEP 440 (https://peps.python.org/pep-0440)' },
    { line: 4, message: '"release" does not match /^v/' },
    { line: 5, message: '"release" has no group 1 of /(x)?r/' },
  ])
})

onlyLong(test)('a regular expression that takes too long for a branch is an error that names both', () => {
  const { value: rules } = parseTagRules('type=match,pattern=^(a+)+$,value={{branch}}')
  const branch = `${'a'.repeat(60)}!`
  expect(() => tagsFor(rules, plainFlavor, push(`refs/heads/${branch}`))).toThrow(
    expect.objectContaining({ parts: expect.objectContaining({ why: expect.arrayContaining([quoted(branch)]) }) }),
  )
})
