import { expect, test } from '@jest/globals'
import { mountSource } from '../../src/image/mount-source.ts'

const host = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const source = (names: string, on = host) => ({ [`containerd.io/distribution.source.${on}`]: names })

test.each<[string, Record<string, string>, string | undefined, string | undefined]>([
  ['nothing names a repository', {}, undefined, undefined],
  ['the blob names one of this registry', source('team/base'), undefined, 'team/base'],
  ['the blob names several, the target among them', source('api,team/base,web'), undefined, 'team/base'],
  ['the blob names one of another registry', source('team/base', 'docker.io'), undefined, undefined],
  ['the blob names what is no repository', source('../x?y, ,UP'), undefined, undefined],
  ['the base image is of this registry', {}, `${host}/team/base:1`, 'team/base'],
  ['the base image is of this registry, by digest', {}, `${host}/base@sha256:${'0'.repeat(64)}`, 'base'],
  ['the base image is of another registry', {}, 'docker.io/library/node:24', undefined],
  ['the base image is of Docker Hub, in short', {}, 'node:24', undefined],
  ['the base image is an older one of the same repository', {}, `${host}/api:1`, undefined],
  ['the base image is no reference', {}, 'scratch and more', undefined],
  ['both name one', source('web'), `${host}/base:1`, 'web'],
])('a blob is mounted by what names it: %s', (_, annotations, base, expected) => {
  expect(mountSource({ annotations }, base, { repository: 'api', host })).toBe(expected)
  expect(mountSource({ annotations }, base, { repository: 'api' })).toBeUndefined()
})
