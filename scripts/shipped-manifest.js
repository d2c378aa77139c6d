// Writes package.json and package-lock.json to a folder, with the packages that src/ imports, which dist/ contains, as dependencies:
// for `npm sbom --package-lock-only --omit=dev`. Here they are devDependencies, so that npx installs none of them.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2]
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const imports = /(?:from|import)\s*\(?\s*'((?:@[\w-]+\/)?[\w-]+)/g
const imported = readdirSync(join(root, 'src'), { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(join(root, 'src', file), 'utf8').matchAll(imports)].map(([, name]) => name))
const shipped = Object.entries(manifest.devDependencies ?? {}).filter(([name]) => imported.includes(name))
mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({ ...manifest, dependencies: Object.fromEntries(shipped), devDependencies: {} }),
)
cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'))
// Marks in the lock file what is shipped; nothing is installed.
const lockOnly = ['--package-lock-only', '--ignore-scripts', '--offline']
execFileSync('npm', ['install', '--prefix', folder, ...lockOnly], { stdio: ['ignore', 'ignore', 'inherit'] })
