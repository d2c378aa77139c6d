import { describe, expect, test } from '@jest/globals'
import { buildInputs } from '../../src/image/build-inputs.ts'
import type { BuildRequest } from '../../src/ports.ts'

const source = {
  commit: 'a'.repeat(40),
  revision: 'a'.repeat(40),
  repository: 'acme/shop',
  context: '.',
  files: 'f',
  dockerfile: 'Dockerfile',
  content: 'c',
}
const around = { defaultPlatform: 'linux/amd64', environment: {}, runId: '512', labels: {} }
const request: BuildRequest = {
  context: '.',
  platforms: [],
  buildArgs: [],
  buildContexts: ['lib=./lib', 'base=docker-image://alpine:3'],
  annotations: [],
  attests: [],
  ssh: [],
  addHosts: [],
  allow: [],
  ulimits: [],
  rewriteTimestamp: false,
  noCacheFilters: [],
  imageAttributes: [],
  outputs: [],
  load: false,
  labels: {},
  secrets: [],
  secretFiles: [],
  cacheFrom: [],
  cacheTo: [],
  noCache: false,
  pull: false,
  ownIgnoreFile: false,
}
const folders = { lib: '1' }
const keyOf = (changed: Partial<BuildRequest> = {}, namedContexts: Record<string, string> = folders, runId = '512') =>
  buildInputs({ ...source, namedContexts }, { ...request, ...changed }, { ...around, runId }).own

describe('the key of a build', () => {
  test('was the same before the inputs below were known: images of then are reused', () => {
    const { own } = buildInputs(source, { ...request, buildContexts: [] }, around)
    expect(own).toBe('b8db3e6b9f79afac1cc79873a1c2efeafa58dc64b8863680b79b4c2dc74bdaaa')
  })

  test.each<Partial<BuildRequest>>([
    { sbom: 'true' },
    { attests: ['type=sbom,generator=x'] },
    { annotations: ['index:team=shop'] },
    { ssh: ['default'] },
    { addHosts: ['db:10.0.0.1'] },
    { allow: ['network.host'] },
    { ulimits: ['nofile=1024'] },
    { shmSize: '64m' },
    { cgroupParent: 'ci' },
    { rewriteTimestamp: true },
    { noCacheFilters: ['web'] },
    { buildContexts: ['lib=./lib', 'base=docker-image://alpine:4'] },
    { secrets: [{ id: 'npm', value: 'x' }] },
    { secretFiles: [{ id: 'npm', path: 'x' }] },
  ])('is another one with %j', (changed) => {
    expect(keyOf(changed)).not.toBe(keyOf())
  })

  test('is another one with other files in a named context', () => {
    expect(keyOf({}, { lib: '2' })).not.toBe(keyOf())
  })

  test.each<Partial<BuildRequest>>([
    { builder: 'mine' },
    { cacheFrom: ['type=gha'] },
    { cacheTo: ['type=gha'] },
    { secrets: [{ id: 'GIT_AUTH_TOKEN', value: 'ghs_1' }] },
    { secrets: [{ id: 'GIT_AUTH_TOKEN.github.com', value: 'ghs_1' }] },
  ])('is the same with %j', (changed) => {
    expect(keyOf(changed)).toBe(keyOf())
  })

  test('has of an ssh agent, a secret or a list what is in the image, in any order', () => {
    expect(keyOf({ ssh: ['default=/tmp/a.sock'] })).toBe(keyOf({ ssh: ['default'] }))
    expect(keyOf({ secrets: [{ id: 'npm', value: 'one' }] })).toBe(keyOf({ secrets: [{ id: 'npm', value: 'two' }] }))
    expect(keyOf({ addHosts: ['a:1', 'b:2'] })).toBe(keyOf({ addHosts: ['b:2', 'a:1'] }))
  })

  test.each<Partial<BuildRequest>>([{ noCache: true }, { pull: true }, { noCacheFilters: ['web'] }])(
    'belongs to one run with %j',
    (changed) => {
      expect(keyOf(changed, folders, '1')).not.toBe(keyOf(changed, folders, '2'))
      expect(keyOf({}, folders, '1')).toBe(keyOf({}, folders, '2'))
    },
  )
})
