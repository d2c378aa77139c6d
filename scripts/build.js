// Builds dist/: tsc emits JavaScript, ncc bundles it once with a chunk per action, and a stub per action
// and one of the command line enter it. The simulator is a bundle of its own, for the command `simulate` alone.
// Usage: node scripts/build.js [folder]   (default: dist)
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ncc from '@vercel/ncc'
import { minify } from 'terser'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = resolve(root, process.argv[2] ?? 'dist')
const build = join(root, 'build')
/** What the bundle of the simulator starts with: the only file of test/ that is shipped, with all that it imports. */
const simulatorEntry = 'test/simulator/repository-stage'
/** Most runs parse no YAML, and it is as large as the rest of an action. */
const yamlFile = './yaml.cjs'

/** Small files are read at one go: the part of Node that reads by promises, and its threads, cost more than any of them. */
const promises = `new Proxy(
  { __esModule: false, readFile: async (...given) => process.getBuiltinModule("node:fs").readFileSync(...given) },
  { get: (own, member) => own[member] ?? process.getBuiltinModule("node:fs/promises")[member] },
)`

/** The bin of package.json. People run it with the Node that they have: an old one gets one line instead of a stack trace. */
const commandLineStub = `#!/usr/bin/env node
const [major] = process.versions.node.split('.').map(Number)

if (major < 24) {
  console.error(
    \`slipway needs Node.js 24 and runs on \${process.version}. Install it (https://nodejs.org), or run: npx --package node@24 --package github:your-org/slipway slipway …\`,
  )
  process.exit(2)
}
const { commandLine } = await import('./index.js')
await commandLine(import.meta.url, async () => (await import('./simulate.js')).simulator)
`

emit()
stage()
await bundle()
await bundleSimulator()
writeStubs()

function emit() {
  rmSync(build, { recursive: true, force: true })
  for (const project of ['tsconfig.build.json', 'tsconfig.simulate.json'])
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, project)], {
      stdio: 'inherit',
    })
  writeFileSync(join(build, 'package.json'), '{"type":"module"}\n')
}

/**
 * Copies packages to where the bundler finds them first, each with a package.json that tells it more: what it cannot see
 * to be unused is loaded at every start. Their code stays as it is.
 */
function stage() {
  // Its modules only define things. Without the word it brings an HTTP client (undici, for OIDC) that costs 40 ms.
  stagePackage('@actions/core', (manifest) => ({ ...manifest, sideEffects: false }))
  // The SDK offers CommonJS to Node and ES modules to others: only the latter can be taken apart.
  for (const name of [...packagesOf('@aws-sdk'), ...packagesOf('@smithy')]) stagePackage(name, preferModules)
}

function packagesOf(scope) {
  return readdirSync(join(root, 'node_modules', scope)).map((name) => `${scope}/${name}`)
}

function stagePackage(name, improve) {
  const staged = join(build, 'node_modules', name)
  cpSync(join(root, 'node_modules', name), staged, { recursive: true })
  const manifest = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8'))
  writeFileSync(join(staged, 'package.json'), JSON.stringify(improve(manifest)))
}

function preferModules({ exports = {}, ...manifest }) {
  const withoutNode = (target) => (typeof target === 'string' ? target : { ...target, node: undefined })
  const entries = Object.entries(exports).map(([path, target]) => [path, withoutNode(target)])
  return { ...manifest, ...(entries.length > 0 && { exports: Object.fromEntries(entries) }) }
}

async function bundle() {
  const yaml = await ncc(join(root, 'node_modules/yaml/dist/index.js'), { cache: false, quiet: true })
  const { code, assets } = await ncc(join(build, 'index.js'), {
    cache: false,
    quiet: true,
    license: 'licenses.txt',
    mainFields: ['module', 'main'], // the SDK's ES modules: only they can be tree-shaken
    externals: { yaml: yamlFile },
  })
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const chunks = Object.entries(assets).map(([name, asset]) => [name, String(asset.source)])
  const files = [['index.js', code], [basename(yamlFile), yaml.code], ...chunks]
  const overlooked = licencesOverlooked(files)
  for (const [name, source] of files) {
    const isScript = /\.c?js$/.test(name)
    writeFileSync(join(out, name), isScript ? await shrink(withBuiltins(source)) : licensed(name, source, overlooked))
  }
}

/** Its models of AWS's API are read one by one, when a service is first called: they are no modules. */
async function bundleSimulator() {
  const { code } = await ncc(join(build, 'simulator', `${simulatorEntry}.js`), {
    cache: false,
    quiet: true,
    filterAssetBase: join(build, 'no-assets'), // else ncc takes the address of a model for that of their folder
    externals: { yaml: yamlFile },
  })
  writeFileSync(join(out, 'simulate.js'), await shrink(withBuiltins(code)))
  cpSync(join(root, 'test/simulator/models'), join(out, 'models'), { recursive: true })
}

function licensed(name, source, overlooked) {
  return name === 'licenses.txt' ? source + overlooked : source
}

/** The licence file leaves out packages that were merged into modules of ours; webpack's comments still name them. */
function licencesOverlooked(files) {
  const merged = /^;?\/\/ CONCATENATED MODULE: \S*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm
  const listed = new Set(files.find(([name]) => name === 'licenses.txt')[1].split('\n'))
  const names = files.flatMap(([, source]) => [...source.matchAll(merged)].map(([, name]) => name))
  return [...new Set([...names, 'yaml'])]
    .filter((name) => !listed.has(name))
    .sort()
    .map((name) => {
      const folder = join(root, 'node_modules', name)
      const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const file = readdirSync(folder).find((candidate) => /^licen[cs]e/i.test(candidate))
      return `\n${name}\n${license}\n${readFileSync(join(folder, file), 'utf8')}\n`
    })
    .join('')
}

/**
 * webpack gets Node's own modules through a `require` that it makes anew for each of them. What most runs never use is
 * loaded by the first use of one of its members.
 */
function withBuiltins(source) {
  const [statement, yaml] = /^import \* as (\w+) from "\.\/yaml\.cjs";$/m.exec(source) ?? []
  const direct = source.replaceAll('__WEBPACK_EXTERNAL_createRequire(import.meta.url)(', 'process.getBuiltinModule(')
  const late = direct.replace('process.getBuiltinModule("node:fs/promises")', promises)
  if (yaml === undefined) return late
  const newRequire = 'process.getBuiltinModule("module").createRequire(import.meta.url)'
  return late.replace(statement, '').replaceAll(yaml, `(__nccwpck_require__.yaml ??= ${newRequire}("${yamlFile}"))`)
}

/**
 * ncc minifies only the entry; chunks are what costs start-up time. A module's function stays in parentheses, as webpack
 * writes it: V8 then compiles it at once, instead of reading it twice.
 */
async function shrink(source) {
  const moduleFunction = /^\/\*\*\*\/ (\((?:\(|function).*?^\/\*\*\*\/ \}\))(?=,?$)/gms
  const modules = []
  const frame = source.replaceAll(moduleFunction, (_, code) => `__module${modules.push(code)}__`)
  const shrunk = await Promise.all(modules.map(async (code) => `(${await terse(`export default ${code}`)})`))
  return `${(await terse(frame)).replaceAll(/__module(\d+)__/g, (_, number) => shrunk[number - 1])}\n`
}

async function terse(source) {
  const { code } = await minify(source, {
    module: true,
    compress: { passes: 2 },
    mangle: { keep_classnames: true },
    format: { comments: false },
  })
  return code.replace(/^export default ?(.*?);?$/s, '$1')
}

function writeStubs() {
  for (const name of readdirSync(join(root, 'actions'))) {
    const { runs } = parse(readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8'))
    if (runs.using !== 'node24') continue
    for (const step of ['main', 'post']) {
      if (runs[step]) writeFileSync(join(out, runs[step].split('/').at(-1)), stub(name, step))
    }
  }
  writeFileSync(join(out, 'cli.js'), commandLineStub, { mode: 0o755 })
}

function stub(name, step) {
  return `import { main } from './index.js'\n\nawait main('${name}', '${step}')\n`
}
