// Prints `version=X.Y.Z` of the next release, or with --notes its section of CHANGELOG.md. package.json, package-lock.json,
// CHANGELOG.md and the tags of git must agree on it: every reason why not is printed at once.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const read = (name) => readFileSync(new URL(name, root), 'utf8')
const wantsNotes = process.argv.includes('--notes')

const { version } = JSON.parse(read('package.json'))
const [section = ''] = read('CHANGELOG.md').split(/^## /m).slice(1)
const notes = section.slice(section.indexOf('\n')).trim()

const problems = [...versionProblems(), ...changelogProblems(), ...(wantsNotes ? [] : tagProblems())]
for (const problem of problems) console.error(problem)
if (problems.length === 0) console.log(wantsNotes ? notes : `version=${version}`)
process.exitCode = problems.length === 0 ? 0 : 1

function versionProblems() {
  const locked = JSON.parse(read('package-lock.json'))
  const others = [...new Set([locked.version, locked.packages[''].version])].filter((other) => other !== version)
  return [
    ...(/^\d+\.\d+\.\d+$/.test(version) ? [] : [`package.json: the version is "${version}"; a release needs X.Y.Z`]),
    ...others.map((other) => `package-lock.json: the version is "${other}", and "${version}" in package.json`),
  ]
}

function changelogProblems() {
  const [name] = section.split(/\s/, 1)
  if (name !== version) return [`CHANGELOG.md: the first section is "${name}", and must be "## ${version}"`]
  if (notes === '') return [`CHANGELOG.md: the section "${version}" is empty`]
  return /^Not released yet/m.test(notes) ? [`CHANGELOG.md: "${version}" is marked as not released yet`] : []
}

/** A release follows the newest tag: nothing is released twice, skipped by a slip of the pen, or older than the last one. */
function tagProblems() {
  if (git('rev-parse', '--is-shallow-repository') === 'true')
    return ['git: this clone is shallow and may lack tags; check out with fetch-depth: 0']
  const tags = git('tag', '--list', 'v*').split('\n')
  const released = tags.flatMap((tag) => {
    const parts = /^v(\d+)\.(\d+)\.(\d+)$/.exec(tag)?.slice(1).map(Number)
    return parts ? [parts] : []
  })
  const [newest] = released.sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2])
  if (newest === undefined) return []
  const [major, minor, patch] = newest
  const next = [`${major}.${minor}.${patch + 1}`, `${major}.${minor + 1}.0`, `${major + 1}.0.0`]
  if (next.includes(version)) return []
  return [`package.json: the version is "${version}"; after v${newest.join('.')} it must be ${next.join(', ')}`]
}

function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
  return stdout.trim()
}
