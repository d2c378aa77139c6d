// Prints every file that a release runs on somebody's runner, one a line: what is attested, and what `checksums.txt` lists.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const filesOf = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))

const actions = readdirSync(join(root, 'actions')).map((name) => `actions/${name}/action.yml`)
const workflows = filesOf('.github/workflows/').filter((file) => !file.startsWith('.github/workflows/.'))
// npx reads in package.json which file to start.
console.log(['action.yml', 'package.json', ...actions, ...workflows, ...filesOf('dist/')].toSorted().join('\n'))
