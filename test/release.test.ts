/** What a release consists of, and what has to be true of it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')

const node = (script: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })

/** scripts/release-version.js in a project of this version and these changes. */
function versionOf(version: string, changes: string, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-release-'))
  try {
    mkdirSync(join(folder, 'scripts'))
    cpSync(join(root, 'scripts/release-version.js'), join(folder, 'scripts/release-version.mjs'))
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }))
    writeFileSync(join(folder, 'CHANGELOG.md'), changes)
    const { status, stdout, stderr } = node(join(folder, 'scripts/release-version.mjs'), ...args)
    return { ok: status === 0, stdout, stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the version of a release', () => {
  const changes = '# Changelog\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n'

  test('is that of package.json, and its section of the changelog is the text of the release', () => {
    expect(versionOf('1.2.0', changes)).toMatchObject({ ok: true, stdout: 'version=1.2.0\n' })
    expect(versionOf('1.2.0', changes, '--notes')).toMatchObject({ ok: true, stdout: '- New.\n' })
    expect(versionOf('1.1.0', changes, '--notes')).toMatchObject({ ok: true, stdout: '- Old.\n' })
  })

  test.each([
    ['1.2', changes, 'a release needs X.Y.Z'],
    ['1.2.0-rc.1', changes, 'a release needs X.Y.Z'],
    ['1.3.0', changes, 'no section "## 1.3.0"'],
    ['1.2.0', '## 1.2.01\n\n- Another.\n', 'no section "## 1.2.0"'],
    ['1.2.0', '## 1.2.0\n\nNot released yet.\n', 'not released yet'],
  ])('%s is refused', (version, text, why) => {
    const { ok, stderr } = versionOf(version, text)
    expect(ok).toBe(false)
    expect(stderr).toContain(why)
  })
})

test('every file that an action or a workflow of a caller runs is attested, and nothing else', () => {
  const released = node(join(root, 'scripts/released-files.js')).stdout.trim().split('\n')
  const actions = ['.', ...readdirSync(join(root, 'actions')).map((name) => `actions/${name}`)]
  const run = actions.flatMap((folder) => {
    const { runs } = parse(readFileSync(join(root, folder, 'action.yml'), 'utf8'))
    const bundles = [runs.main, runs.post].filter((path) => path !== undefined)
    return [join(folder, 'action.yml'), ...bundles.map((path) => join(folder, path))]
  })
  const chunks = readdirSync(join(root, 'dist')).map((name) => `dist/${name}`)
  expect(released).toEqual(expect.arrayContaining([...run, ...chunks, '.github/workflows/deploy.yml']))
  expect(
    released.filter(
      (file) => !/^(dist\/|action\.yml$|actions\/[\w-]+\/action\.yml$|\.github\/workflows\/[\w-]+\.yml$)/.test(file),
    ),
  ).toEqual([])
  expect(new Set(released).size).toBe(released.length)
})
