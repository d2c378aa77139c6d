// Proves that dist/ is what its sources build: builds it again beside it and compares every file, byte for byte, in both
// directions. Prints the files that differ and fails; prints nothing when all are equal.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const fresh = mkdtempSync(join(root, 'build-check-'))
try {
  const { status } = spawnSync(process.execPath, ['scripts/build.js', relative(root, fresh)], {
    cwd: root,
    stdio: 'inherit',
  })
  const different = status === 0 ? differences(join(root, 'dist'), fresh) : []
  if (different.length > 0) console.error(`stale, run "npm run build" and commit: ${different.join(', ')}`)
  process.exitCode = status === 0 && different.length === 0 ? 0 : 1
} finally {
  rmSync(fresh, { recursive: true, force: true })
}

function differences(first, second) {
  const names = new Set([first, second].flatMap((folder) => readdirSync(folder, { recursive: true })))
  return [...names].filter((name) => content(join(first, name)) !== content(join(second, name))).sort()
}

/** Undefined for a file that does not exist; folders are equal. */
function content(path) {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    return error.code
  }
}
