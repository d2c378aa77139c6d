/** What a release consists of, and what has to be true of it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { pages } from './page-words.ts'
import { temporaryFolder } from './temporary-folder.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const node = (script: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })

const changelog = '# Changelog\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n'

interface Project {
  readonly version?: string
  readonly locked?: string
  readonly changes?: string
  /** Default: a repository with the tags v1.1.0 and v1. */
  readonly folder?: string
}

/** A repository with the script, one commit and these tags. */
function repositoryWith(tags: readonly string[]): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'scripts'))
  cpSync(join(root, 'scripts/release-version.js'), join(folder, 'scripts/release-version.js'))
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false']
  const git = (...args: readonly string[]) => execFileSync('git', [...identity, ...args], { cwd: folder })
  git('init', '-q')
  git('commit', '-q', '--allow-empty', '-m', 'earlier')
  for (const tag of tags) git('tag', tag)
  return folder
}

const afterFirst = repositoryWith(['v1.1.0', 'v1', 'viewer-9.9.9'])

/** scripts/release-version.js in a project of this version and these changes. */
function versionOf(project: Project, ...args: readonly string[]) {
  const { version = '1.2.0', locked = version, changes = changelog, folder = afterFirst } = project
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version, type: 'module' }))
  const lock = { version: locked, packages: { '': { version: locked } } }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  writeFileSync(join(folder, 'CHANGELOG.md'), changes)
  const { status, stdout, stderr } = node(join(folder, 'scripts/release-version.js'), ...args)
  return { ok: status === 0, stdout, problems: stderr.trim().split('\n') }
}

const renamed = (version: string) => changelog.replace('1.2.0', version)

describe('the version of a release', () => {
  test('is that of package.json, and its section of the changelog is the text of the release', () => {
    expect(versionOf({})).toMatchObject({ ok: true, stdout: 'version=1.2.0\n' })
    expect(versionOf({ changes: renamed('1.2.0 (2026-12-01)') }, '--notes')).toMatchObject({ stdout: '- New.\n' })
  })

  test.each<[string, Project, readonly string[]]>([
    [
      'no three numbers',
      { version: '1.2.0-rc.1', changes: renamed('1.2.0-rc.1') },
      [
        'package.json: the version is "1.2.0-rc.1"; a release needs X.Y.Z',
        'package.json: the version is "1.2.0-rc.1"; after v1.1.0 it must be 1.1.1, 1.2.0, 2.0.0',
      ],
    ],
    [
      'another version in the lock file',
      { locked: '1.1.0' },
      ['package-lock.json: the version is "1.1.0", and "1.2.0" in package.json'],
    ],
    [
      'changes without a version',
      { changes: renamed('Unreleased') },
      ['CHANGELOG.md: the first section is "Unreleased", and must be "## 1.2.0"'],
    ],
    [
      'a changelog without sections',
      { changes: '' },
      ['CHANGELOG.md: the first section is "", and must be "## 1.2.0"'],
    ],
    ['no notes', { changes: '## 1.2.0\n\n## 1.1.0\n\n- Old.\n' }, ['CHANGELOG.md: the section "1.2.0" is empty']],
    [
      'notes that are not final',
      { changes: '## 1.2.0\n\nNot released yet.\n' },
      ['CHANGELOG.md: "1.2.0" is marked as not released yet'],
    ],
    ...['1.1.0', '1.0.9', '1.3.0', '1.1.2', '3.0.0'].map((version): [string, Project, readonly string[]] => [
      `${version} after 1.1.0`,
      { version, changes: renamed(version) },
      [`package.json: the version is "${version}"; after v1.1.0 it must be 1.1.1, 1.2.0, 2.0.0`],
    ]),
  ])('is refused for %s', (_, project, problems) => {
    expect(versionOf(project)).toEqual({ ok: false, stdout: '', problems })
  })

  test('follows the newest tag by number, and is free where there is none', () => {
    const folder = repositoryWith(['v1.9.0', 'v1.10.0', 'v0.99.99'])
    expect(versionOf({ folder, version: '1.10.1', changes: renamed('1.10.1') }).ok).toBe(true)
    expect(versionOf({ folder: repositoryWith([]), version: '7.1.3', changes: renamed('7.1.3') }).ok).toBe(true)
  })

  test('is unknown without all tags; the notes need none', () => {
    const [source, clone] = [repositoryWith([]), join(temporaryFolder(), 'clone')]
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${source}`, clone])
    cpSync(join(source, 'scripts'), join(clone, 'scripts'), { recursive: true })
    const why = 'git: this clone is shallow and may lack tags; check out with fetch-depth: 0'
    expect(versionOf({ folder: clone }).problems).toEqual([why])
    expect(versionOf({ folder: clone }, '--notes').stdout).toBe('- New.\n')
  })
})

test('the pages use the major version that is released', () => {
  const major = JSON.parse(read('package.json')).version.split('.')[0]
  const used = pages.flatMap((page) => [...read(page).matchAll(/your-org\/slipway[\w./-]*@v(\d+)/g)])
  expect(new Set(used.map(([, version]) => version))).toEqual(new Set([major]))
})

test('the root action has what GitHub Marketplace requires', () => {
  const { name, description, author, branding } = parse(read('action.yml'))
  const colors = ['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark']
  expect([name, author]).toEqual(['Slipway', 'Slipway'])
  // Its release form: “Description must be less than 125 characters.”
  expect(description.length).toBeLessThan(125)
  expect(branding.icon).toBe('anchor')
  expect(colors).toContain(branding.color)
})

test('every file that an action or a workflow of a caller runs is attested, and nothing else', () => {
  const released = node(join(root, 'scripts/released-files.js')).stdout.trim().split('\n')
  const actions = ['.', ...readdirSync(join(root, 'actions')).map((name) => `actions/${name}`)]
  const run = actions.flatMap((folder) => {
    const { runs } = parse(read(join(folder, 'action.yml')))
    const bundles = [runs.main, runs.post].filter((path) => path !== undefined)
    return [join(folder, 'action.yml'), ...bundles.map((path) => join(folder, path))]
  })
  const shipped = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
  const chunks = shipped
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
  expect(released).toEqual(expect.arrayContaining([...run, ...chunks, 'package.json', '.github/workflows/deploy.yml']))
  expect(
    released.filter(
      (file) =>
        !/^(dist\/|action\.yml$|package\.json$|actions\/[\w-]+\/action\.yml$|\.github\/workflows\/[\w-]+\.yml$)/.test(
          file,
        ),
    ),
  ).toEqual([])
  expect(new Set(released).size).toBe(released.length)
})

test('the SBOM is made of the packages that the bundles contain, and of no tool', () => {
  const folder = temporaryFolder()
  node(join(root, 'scripts/shipped-manifest.js'), folder)
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const licenses = read('dist/licenses.txt').split('\n')
  expect(Object.keys(dependencies)).toEqual(
    expect.arrayContaining(['@actions/core', '@aws-sdk/client-ecs', 'yaml', 'zod']),
  )
  expect(Object.keys(dependencies).filter((name) => !licenses.includes(name))).toEqual([])
  expect(devDependencies).toEqual({})
})
