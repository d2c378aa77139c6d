// Builds dist/: tsc emits JavaScript, ncc bundles it once with a chunk per action, and a stub per action enters it.
// Usage: node scripts/build.js [folder]   (default: dist)
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ncc from '@vercel/ncc'
import { minify } from 'terser'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, process.argv[2] ?? 'dist')
const build = join(root, 'build')

emit()
stageCore()
await bundle()
writeStubs()

function emit() {
  rmSync(build, { recursive: true, force: true })
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')],
    { stdio: 'inherit' },
  )
  writeFileSync(join(build, 'package.json'), '{"type":"module"}\n')
}

/**
 * @actions/core imports an HTTP client (undici) for OIDC, which alone costs 40 ms at every start. Its modules only
 * define things, but its package.json does not say so; a staged copy that does lets the bundler leave that part out.
 */
function stageCore() {
  const staged = join(build, 'node_modules/@actions/core')
  cpSync(join(root, 'node_modules/@actions/core'), staged, { recursive: true })
  const manifest = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8'))
  writeFileSync(join(staged, 'package.json'), JSON.stringify({ ...manifest, sideEffects: false }))
}

async function bundle() {
  const { code, assets } = await ncc(join(build, 'index.js'), {
    cache: false,
    quiet: true,
    license: 'licenses.txt',
    mainFields: ['module', 'main'], // the SDK's ES modules: only they can be tree-shaken
  })
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const files = Object.entries(assets).map(([name, asset]) => [name, String(asset.source)])
  for (const [name, source] of [['index.js', code], ...files]) {
    writeFileSync(join(out, name), name.endsWith('.js') ? await shrink(source) : source)
  }
}

/** ncc minifies only the entry; chunks are what costs start-up time. */
async function shrink(source) {
  const { code } = await minify(source, {
    module: true,
    compress: { passes: 2 },
    mangle: { keep_classnames: true },
    format: { comments: false },
  })
  return `${code}\n`
}

function writeStubs() {
  for (const name of readdirSync(join(root, 'actions'))) {
    const { runs } = parse(readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8'))
    if (runs.using !== 'node24') continue
    for (const step of ['main', 'post']) {
      if (runs[step]) writeFileSync(join(out, runs[step].split('/').at(-1)), stub(name, step))
    }
  }
}

function stub(name, step) {
  return `import { main } from './index.js'\n\nawait main('${name}', '${step}')\n`
}
