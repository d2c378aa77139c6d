/** What a step leaves for the step of the next environment, by what it has done. */
import { expect, test } from '@jest/globals'
import { deployedBy } from '../../src/actions/targets/environment-before.ts'
import type { Commit } from '../../src/report/subject.ts'
import { untrusted } from '../../src/text.ts'

const digest = `sha256:${'a'.repeat(64)}`
const image = `registry.example.com/api@${digest}`
const commit: Commit = { sha: 'b'.repeat(40), repository: 'acme/api', ref: untrusted('main'), title: undefined }

test.each<[string, Parameters<typeof deployedBy>[0], string | undefined, Commit | undefined, string]>([
  ['an image by its digest', undefined, image, commit, digest],
  [
    'an image by a tag has nothing but its commit',
    undefined,
    'registry.example.com/api:v1',
    commit,
    `commit:${commit.sha}`,
  ],
  ['no image', undefined, undefined, commit, `commit:${commit.sha}`],
  ['nothing that is known', undefined, undefined, undefined, 'commit'],
  ['a rollback, to whatever image', 'rollback', image, commit, 'rollback'],
  ['an answer', 'answer', image, commit, 'continued'],
  ['a watch', 'watch', undefined, commit, 'continued'],
])('%s', (_, purpose, named, source, what) => {
  expect(deployedBy(purpose, ['api'], { image: named }, source)).toEqual({ services: ['api'], what })
})
