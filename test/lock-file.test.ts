/** A lock file of npm that installs something other than what was reviewed is found. */
import { expect, test } from '@jest/globals'
import { lockProblems } from '../scripts/lock-file.ts'

const integrity = `sha512-${'A'.repeat(86)}==`
const settings = 'ignore-scripts=true\nomit-lockfile-registry-resolved=true\nmin-release-age=7\n'
const zod = { version: '4.6.7', integrity }

interface Change {
  readonly root?: object
  readonly packages?: object
  readonly manifest?: object
  readonly settings?: string
  readonly lockfileVersion?: number
}

function check(change: Change = {}) {
  const named = { name: 'shop', version: '1.0.0', dependencies: { zod: '4.6.7' } }
  const packages = { '': { ...named, ...change.root }, 'node_modules/zod': zod, ...change.packages }
  return lockProblems({
    lock: JSON.stringify({ lockfileVersion: change.lockfileVersion ?? 3, packages }, undefined, 2),
    manifest: JSON.stringify({ ...named, ...change.manifest }),
    settings: change.settings ?? settings,
  })
}

test('one that is right has no problems, a declared alias included', () => {
  const cjs = { ...zod, name: 'strip-ansi' }
  const wrap = { ...zod, dependencies: { 'strip-ansi-cjs': 'npm:strip-ansi@^6.0.1' } }
  expect(
    check({ packages: { 'node_modules/wrap': wrap, 'node_modules/wrap/node_modules/strip-ansi-cjs': cjs } }),
  ).toEqual([])
})

test.each<[string, Change, string]>([
  [
    'a package of another address',
    { packages: { 'node_modules/zod': { ...zod, resolved: 'https://example.com/zod.tgz' } } },
    'package-lock.json:11: node_modules/zod is downloaded from https://example.com/zod.tgz, whatever registry is configured',
  ],
  [
    'a package without a hash',
    { packages: { 'node_modules/zod': { version: '4.6.7' } } },
    'package-lock.json:11: node_modules/zod has no SHA-512 in "integrity"',
  ],
  [
    'a weak hash',
    { packages: { 'node_modules/zod': { version: '4.6.7', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' } } },
    'package-lock.json:11: node_modules/zod has no SHA-512 in "integrity"',
  ],
  [
    'a package of git',
    { packages: { 'node_modules/zod': { version: 'git+ssh://git@example.com/zod.git#1', integrity } } },
    'package-lock.json:11: node_modules/zod has the version "git+ssh://git@example.com/zod.git#1"',
  ],
  [
    'a package under the name of another',
    { packages: { 'node_modules/zod': { ...zod, name: 'zodd' } } },
    'package-lock.json:11: node_modules/zod contains zodd, which no package requires under this name',
  ],
  [
    'another version of the project',
    { root: { version: '0.9.0' } },
    'package-lock.json:4: the version is "0.9.0", and "1.0.0" in package.json',
  ],
  [
    'a range',
    { manifest: { devDependencies: { jest: '^30.0.0' } } },
    'package-lock.json:4: package.json requires jest "^30.0.0", which is no exact version',
  ],
  ['an old lock file', { lockfileVersion: 1 }, 'package-lock.json:1: lockfileVersion is 1, and must be 3'],
  [
    'scripts of packages',
    { settings: settings.replace('ignore-scripts=true', 'ignore-scripts=false') },
    '.npmrc: ignore-scripts must be true',
  ],
  [
    'young releases',
    { settings: settings.replace('age=7', 'age=1') },
    '.npmrc: min-release-age is 1, and must be 7 days or more',
  ],
])('%s is found', (_, change, problem) => {
  expect(check(change)).toEqual([problem])
})

test('a link is found, and all problems are named at once', () => {
  expect(check({ packages: { 'node_modules/zod': { link: true } }, settings: '' })).toEqual([
    'package-lock.json:11: node_modules/zod is a link to a folder',
    'package-lock.json:11: node_modules/zod has the version ""',
    'package-lock.json:11: node_modules/zod has no SHA-512 in "integrity"',
    '.npmrc: ignore-scripts must be true',
    '.npmrc: omit-lockfile-registry-resolved must be true',
    '.npmrc: min-release-age is 0, and must be 7 days or more',
  ])
})
