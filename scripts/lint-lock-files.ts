// Checks every lock file of npm in the repository, offline (lock-file.ts has the rules). Prints nothing when all is well.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lockProblems } from './lock-file.ts'

const root = join(import.meta.dirname, '..')
const exclude = ['**/node_modules', 'build*', 'dist']
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const problems = globSync('**/package.json', { cwd: root, exclude }).flatMap((file) => {
  const folder = dirname(file)
  const [lock, settings] = ['package-lock.json', '.npmrc'].map((name) => join(folder, name)) as [string, string]
  if (!existsSync(join(root, lock))) {
    const requires = /"(?:d|devD|optionalD)ependencies": \{\s*"/.test(read(file))
    return requires ? [`${file}: requires packages, and has no package-lock.json beside it`] : []
  }
  const found = {
    lock: read(lock),
    manifest: read(file),
    settings: existsSync(join(root, settings)) ? read(settings) : '',
  }
  return lockProblems(found).map((problem) => join(folder, problem))
})

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
