import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isTag } from '../../src/image/reference.ts'
import { parseTagRule, type TagSource, tagsFor } from '../../src/image/tag-rules.ts'
import { anyText } from '../generated.ts'

const head = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const push = (ref: string): TagSource => ({ revision: head, ref })
const pullRequest: TagSource = { revision: head, ref: 'refs/pull/7/merge', pullRequest: 7 }
const unknown: TagSource = {}

describe('tags from git', () => {
  test.each([
    ['v1.2', push('refs/heads/main'), ['v1.2']],
    ['type=raw,value=stable', push('refs/heads/main'), ['stable']],
    ['type=sha', push('refs/heads/main'), ['sha-1a2b3c4']],
    ['type=sha,format=long,prefix=', push('refs/heads/main'), [head]],
    ['type=sha,format=long,prefix=', pullRequest, [head]],
    ['type=ref,event=branch', push('refs/heads/feature/Ünïcode #1'), ['feature-n-code-1']],
    ['type=ref,event=branch', push('refs/heads/.hidden'), ['hidden']],
    ['type=ref,event=branch', push('refs/tags/v1'), []],
    ['type=ref,event=tag', push('refs/tags/v1.2.3'), ['v1.2.3']],
    ['type=ref,event=pr', pullRequest, ['pr-7']],
    ['type=ref,event=pr', push('refs/heads/main'), []],
    ['type=semver,pattern={{version}}', push('refs/tags/v1.2.3'), ['1.2.3']],
    ['type=semver,pattern={{major}}.{{minor}}', push('refs/tags/v1.2.3'), ['1.2']],
    ['type=semver,pattern={{major}}', push('refs/tags/v1.2.3-rc.1'), ['1.2.3-rc.1']],
    ['type=semver', push('refs/tags/v1.2.3-rc.1'), ['1.2.3-rc.1']],
    ['type=semver', push('refs/tags/release'), []],
    ['type=semver', push('refs/heads/v1.2.3'), []],
    ['type=semver,pattern=v{{major}}-{{raw}}', push('refs/tags/v1.2.3'), ['v1-v1.2.3']],
    ['type=sha', unknown, []],
    ['type=ref,event=branch', unknown, []],
    ['type=ref,event=pr', unknown, []],
    ['type=semver', unknown, []],
  ] as const)('%s', (line, git, tags) => {
    expect(tagsFor([parseTagRule(line)], git)).toEqual(tags)
  })

  test.each([
    ['-v1', /must be a tag/],
    ['type=raw,value=a b', /must be a tag/],
    ['type=sha,formt=long', /the attribute "formt"/],
    ['type=ref,event=push', /one of branch, tag, pr/],
    ['type=ref', /one of branch, tag, pr/],
    ['type=schedule', /raw, sha, ref or semver, not "schedule"/],
    ['type=sha,prefix={{branch}}-', /the template {{branch}}; the attribute "prefix" has no templates/],
    ['type=raw,value={{date}}', /the template {{date}}/],
    ['type=ref,event={{x', /the template {{x/],
    ['type=semver,pattern={{majr}}.{{minor}}', /the template {{majr}}; a pattern has {{version}}, {{raw}}, {{major}}/],
    ["type=semver,pattern={{major}}-{{date 'YYYY'}}", /the template {{date 'YYYY'}}/],
  ])('%s is refused with what is allowed', (line, message) => {
    expect(() => parseTagRule(line)).toThrow(message)
  })

  test('come once each, in the order of the rules', () => {
    const rules = ['v1', 'type=ref,event=tag', 'latest'].map(parseTagRule)
    expect(tagsFor(rules, push('refs/tags/v1'))).toEqual(['v1', 'latest'])
  })

  test('whatever a branch is called, the tag is one that registries take', () => {
    fc.assert(
      fc.property(anyText(), (name) => {
        for (const tag of tagsFor([parseTagRule('type=ref,event=branch')], push(`refs/heads/${name}`)))
          expect(isTag(tag)).toBe(true)
      }),
    )
  })
})
