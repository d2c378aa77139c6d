/** The release workflow, played up to what only GitHub can do: a release, its attestations and tags. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isLong, onlyLong, some } from '../often.ts'
import type { Git } from './release/gh.ts'
import { type ReleaseOptions, release } from './release/scene.ts'
import { describeJobs, job, logOf } from './runner/record.ts'

test('a release is tested, attested, verified, compared, published, proven, and then v1 moves to it', async () => {
  const { run, commit, releases, tag } = await release({ realNpm: isLong })
  const assets = Object.fromEntries(releases[0]?.assets ?? [])
  expect(run.jobs.map(logOf).join('\n')).not.toMatch(/error/i)
  expect([...describeJobs(run)].toSorted()).toEqual([
    'build / build: success',
    'compare: success',
    'follow: success',
    'prove: success',
    'publish in release: success',
    'test: success',
    'verify: success',
  ])
  expect(run.jobs.map(({ path }) => path).filter((path) => !/^(verify|compare)$/.test(path))).toEqual([
    'test',
    'build / build',
    'publish',
    'prove',
    'follow',
  ])
  expect(releases).toMatchObject([{ tag: 'v1.2.0', isDraft: false }])
  expect(releases[0]?.notes).toBe(`- New.\n\nPinned: \`uses: your-org/slipway@${commit}\`\n`)
  expect([tag('v1.2.0'), tag('v1')]).toEqual([commit, commit])
  expect(Object.keys(assets).toSorted()).toEqual([
    'checksums.txt',
    'provenance.intoto.jsonl',
    'sbom.cdx.json',
    'sbom.intoto.jsonl',
  ])
  expect(assets['checksums.txt']?.replace(/[0-9a-f]{64}/g, 'sha256')).toBe(
    ['action.yml', 'actions/deploy/action.yml', 'dist/deploy.js', 'package.json']
      .map((name) => `sha256  ${name}\n`)
      .join(''),
  )
  // What npm makes of it: test/release.
  if (isLong) expect(JSON.parse(assets['sbom.cdx.json'] ?? '')).toMatchObject({ bomFormat: 'CycloneDX' })
  // Only what signs has several permissions, and none to change the repository.
  expect(Object.fromEntries(run.jobs.map(({ path, permissions }) => [path, permissions]))).toEqual({
    test: { contents: 'read' },
    'build / build': { contents: 'read', 'id-token': 'write', attestations: 'write' },
    verify: { attestations: 'read' },
    compare: { contents: 'read' },
    publish: { contents: 'write' },
    prove: { contents: 'read' },
    follow: { contents: 'write' },
  })
})

describe('nothing is built where', () => {
  test.each<[string, ReleaseOptions, string]>([
    ['the branch is not main', { ref: 'refs/heads/next' }, 'A release is made from main, not from refs/heads/next.'],
    [
      'the version does not follow the last one',
      { files: { 'package.json': '{ "version": "1.3.1", "type": "module" }' } },
      'package.json: the version is "1.3.1"; after v1.1.0 it must be 1.1.1, 1.2.0, 2.0.0',
    ],
    [
      'the changelog is not ready',
      { files: { 'CHANGELOG.md': '## 1.2.0\n\nNot released yet.\n' } },
      'CHANGELOG.md: "1.2.0" is marked as not released yet',
    ],
    ['a test fails', { files: { '.ci/run': 'echo "1 failed"; exit 1\n' } }, '1 failed'],
  ])('%s', async (_, options, why) => {
    const { run, releases } = await release(options)
    expect(logOf(job(run, 'test'))).toContain(why)
    expect(run.jobs.filter(({ result }) => result !== 'skipped').map(({ path }) => path)).toEqual(['test'])
    expect(releases).toEqual([])
  })
})

/** Packs the files of the artifact again, after a change that an attacker of the build could make. */
function repack(artifact: string, change: (folder: string) => void): void {
  const folder = join(artifact, '..', 'unpacked')
  execFileSync('sh', ['-c', 'rm -rf "$1" && mkdir "$1" && tar -xf "$2/files.tar" -C "$1"', 'sh', folder, artifact])
  change(folder)
  const pack =
    'cd "$1" && find . -type f | sed "s|^./||" | LC_ALL=C sort > ../names && tar -cf "$2/files.tar" -T ../names'
  execFileSync('sh', ['-c', `${pack} && xargs sha256sum < ../names > "$2/checksums.txt"`, 'sh', folder, artifact])
}

describe('nothing is published where', () => {
  const cases: readonly (readonly [string, ReleaseOptions, string, string])[] = [
    [
      'dist is not what its sources build',
      { files: { 'dist/deploy.js': 'steal()\n' } },
      'build / build',
      'stale, run "npm run build" and commit: deploy.js',
    ],
    [
      'dist has a file that nothing builds',
      { files: { 'dist/extra.js': 'steal()\n' } },
      'build / build',
      'stale, run "npm run build" and commit: extra.js',
    ],
    [
      'dist lacks a file that is built',
      { files: { 'src/extra.js': 'console.log("more")\n' } },
      'build / build',
      'stale, run "npm run build" and commit: extra.js',
    ],
    [
      'a file was not attested',
      {
        tamper: (artifact) => repack(artifact, (folder) => writeFileSync(join(folder, 'dist/deploy.js'), 'steal()\n')),
      },
      'verify',
      'no attestation of dist/deploy.js',
    ],
    [
      'a file has provenance and no SBOM',
      {
        tamper(_, github) {
          github.attestations = github.attestations.filter(({ type }) => type === 'https://slsa.dev/provenance/v1')
        },
      },
      'verify',
      'no attestation of action.yml',
    ],
    [
      'the attestation that is published is not the one that was signed',
      { tamper: (artifact) => writeFileSync(join(artifact, 'provenance.intoto.jsonl'), '{}\n') },
      'verify',
      'no attestation of action.yml',
    ],
    [
      'a checksum is missing',
      {
        tamper(artifact) {
          const file = join(artifact, 'checksums.txt')
          writeFileSync(file, readFileSync(file, 'utf8').replace(/.*deploy\.js\n/, ''))
        },
      },
      'compare',
      '< dist/deploy.js',
    ],
  ]

  test.each(some(cases, 6))('%s', async (_, options, path, why) => {
    const { run, releases, tag } = await release(options)
    expect(logOf(job(run, path))).toContain(why)
    expect(job(run, path).result).toBe('failure')
    expect([releases, tag('v1.2.0'), tag('v1')]).toEqual([[], undefined, tag('v1.1.0')])
  })
})

/** As a package that was changed between two installations. */
const buildThatDiffersIn = (job: string) => `import { writeFileSync } from 'node:fs'
const text = process.env.GITHUB_JOB === '${job}' ? 'steal()' : 'console.log("1.2.0")'
writeFileSync(process.argv[2] + '/deploy.js', text + '\\n')
`

describe('v1 does not move where', () => {
  const cases: readonly (readonly [string, ReleaseOptions, string, string])[] = [
    ['the release can be changed', { immutable: false }, 'publish', 'Enable immutable releases in the settings'],
    [
      'a build from the tag gives another dist',
      { files: { 'scripts/build.js': buildThatDiffersIn('prove') } },
      'prove',
      'stale, run "npm run build" and commit: deploy.js',
    ],
    ['the tag is another commit', { tagsAnotherCommit: true }, 'prove', 'v1.2.0 is not the commit'],
  ]

  test.each(some(cases, 3))('%s', async (_, options, path, why) => {
    const { run, tag } = await release(options)
    expect(logOf(job(run, path))).toContain(why)
    expect([job(run, 'follow').result, tag('v1')]).toEqual(['skipped', tag('v1.1.0')])
  })
})

test('v1 does not leave the commits of main', async () => {
  const elsewhere = (git: Git) => {
    git('update-ref', 'refs/tags/v1', git('commit-tree', '-m', 'elsewhere', '-p', 'main~1', 'main^{tree}'))
  }
  const { run, tag, commit } = await release({ prepare: elsewhere })
  expect(logOf(job(run, 'follow'))).toContain(`which is not an ancestor of ${commit} (diverged). It was not moved.`)
  expect(tag('v1')).not.toBe(commit)
})

onlyLong(test)(
  'the first release of a major version makes its tag; a draft that an earlier attempt left is removed',
  async () => {
    const { run, releases, commit, tag } = await release({ hasDraft: true, prepare: (git) => git('tag', '-d', 'v1') })
    expect([run.result, releases.length, tag('v1'), tag('v1.2.0')]).toEqual(['success', 1, commit, commit])
  },
)
