// Prints `version=X.Y.Z` for a release; fails when package.json and CHANGELOG.md disagree.
import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8')

if (!/^\d+\.\d+\.\d+$/.test(version))
  throw new Error(`package.json has the version "${version}"; a release needs X.Y.Z`)
if (!changelog.includes(`\n## ${version}`)) throw new Error(`CHANGELOG.md has no section "## ${version}"`)
console.log(`version=${version}`)
