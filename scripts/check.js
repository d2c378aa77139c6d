// Everything that is checked without running the product: types, lint and format, workflows, lock files,
// generated files, dist.
// Runs all of it, prints a line each, and fails when one fails.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const typescript = [process.execPath, '--disable-warning=ExperimentalWarning']

const checks = {
  types: () => run(process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
  'lint and format': () => run(process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '.'),
  'generated files': () => run(...typescript, 'scripts/docs.ts', '--check'),
  'lock files': () => run(...typescript, 'scripts/lint-lock-files.ts'),
  workflows: () => run(...typescript, 'scripts/lint-workflows.ts'),
  zizmor: () => optional('zizmor', '--offline', '--persona=auditor', '--config=.github/zizmor.yml', '.'),
  dist: () => run(process.execPath, 'scripts/compare-dist.js'),
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const { ok, detail } = check()
  if (!ok) failed++
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail ? `\n${detail.replace(/^/gm, '     ')}` : ''}`)
}
process.exitCode = failed === 0 ? 0 : 1

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  return { ok: status === 0, detail: status === 0 ? '' : `${stdout}${stderr}`.trim() }
}

/** zizmor is a Python tool; where it is not installed the check says so. CI sets CI and must have it. */
function optional(command, ...args) {
  const { error } = spawnSync(command, ['--version'])
  if (!error) return run(command, ...args)
  return { ok: !process.env.CI, detail: `${command} is not installed: pip install ${command}` }
}
