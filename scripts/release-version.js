// Prints `version=X.Y.Z` of a release, or with --notes its section of CHANGELOG.md; fails when package.json and CHANGELOG.md
// disagree.
import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8')

if (!/^\d+\.\d+\.\d+$/.test(version))
  throw new Error(`package.json has the version "${version}"; a release needs X.Y.Z`)
const section = changelog.split(/^## /m).find((text) => text.split(/\s/, 1)[0] === version)
if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}"`)
const notes = section.slice(section.indexOf('\n')).trim()
if (/^Not released yet/m.test(notes)) throw new Error(`CHANGELOG.md says of ${version} that it is not released yet`)
console.log(process.argv.includes('--notes') ? notes : `version=${version}`)
