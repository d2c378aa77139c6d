/** A small repository with this one's release workflow and scripts, and the GitHub that it is released on. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runWorkflow, type StandIn, type WorkflowRun } from '../runner/run.ts'
import { type Attestation, type Git, type GitHub, program, type Release, serve } from './gh.ts'

const root = join(import.meta.dirname, '../../..')
const workflow = '.github/workflows/.release.yml'
const builder = '.github/workflows/.build-and-attest.yml'

/** What differs from a release that succeeds. */
export interface ReleaseOptions {
  /** Files of the commit that is released. */
  readonly files?: Readonly<Record<string, string>>
  /** Reference on which the workflow is run. Default: refs/heads/main */
  readonly ref?: string
  /** Whether the repository makes its releases immutable. Default: true */
  readonly immutable?: boolean
  /** Changes what the build job hands to the other jobs, in its folder, or what GitHub has stored. */
  readonly tamper?: (artifact: string, github: GitHub) => void
  /** Whether GitHub tags the commit before the one that was built. */
  readonly tagsAnotherCommit?: boolean
  /** Whether an earlier attempt left a draft of the release. */
  readonly hasDraft?: boolean
  /** Changes the repository before the run. */
  readonly prepare?: (git: Git) => void
  /** `npm` is one that does nothing unless this is set: it takes most of the time. */
  readonly realNpm?: boolean
}

/** The run, and what GitHub has afterwards. */
export interface Released {
  readonly run: WorkflowRun
  readonly commit: string
  readonly releases: readonly Release[]
  /** Commit of a tag; undefined where there is none. */
  tag(name: string): string | undefined
}

/** Releases 1.2.0 after 1.1.0, at which v1 is before. */
export async function release(options: ReleaseOptions): Promise<Released> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-release-'))
  const git = openOrigin(folder, options)
  const { immutable = true, hasDraft = false, tagsAnotherCommit = false } = options
  const draft = { id: 7, tag: 'v1.2.0', target: '', notes: '', isDraft: true, assets: new Map() }
  const github: GitHub = {
    git,
    name: 'your-org/slipway',
    isImmutable: immutable,
    taggedInstead: tagsAnotherCommit ? git('rev-parse', 'main~1') : undefined,
    attestations: [],
    releases: hasDraft ? [draft] : [],
  }
  const server = await serve(github)
  try {
    const run = await runOn(github, folder, server.port, options)
    const tags = git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/tags').split('\n')
    const commits = new Map(tags.map((line) => line.split(' ') as [string, string]))
    return { run, commit: git('rev-parse', 'main'), releases: github.releases, tag: (name) => commits.get(name) }
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is released, with a build that copies its only source. */
const content: Readonly<Record<string, string>> = {
  '.gitignore': 'node_modules/\n/build-*/\n',
  '.node-version': '24\n',
  '.ci/run': 'echo "all tests pass"\n',
  'CHANGELOG.md': '# Changelog\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n',
  'package.json': '{ "name": "shop", "version": "1.2.0", "type": "module" }\n',
  'package-lock.json': JSON.stringify({
    name: 'shop',
    version: '1.2.0',
    lockfileVersion: 3,
    packages: { '': { name: 'shop', version: '1.2.0' } },
  }),
  'action.yml': 'name: shop\n',
  'actions/deploy/action.yml': 'name: deploy\n',
  'src/deploy.js': 'console.log("1.2.0")\n',
  'dist/deploy.js': 'console.log("1.2.0")\n',
  'scripts/build.js': `import { cpSync } from 'node:fs'\ncpSync('src', process.argv[2] ?? 'dist', { recursive: true })\n`,
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function openOrigin(folder: string, options: ReleaseOptions): Git {
  const origin = join(folder, 'origin')
  const scripts = ['release-version', 'released-files', 'compare-dist', 'shipped-manifest']
  const own = [workflow, builder, ...scripts.map((name) => `scripts/${name}.js`)]
  for (const file of own) cpSync(join(root, file), join(origin, file))
  writeAll(origin, content)
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false']
  // No processes of its own after every commit.
  identity.push('-c', 'maintenance.auto=false')
  const git: Git = (...args) => execFileSync('git', [...identity, ...args], { cwd: origin, encoding: 'utf8' }).trim()
  git('init', '-q', '-b', 'main', '--template=')
  git('add', '--all')
  git('commit', '-q', '-m', 'Release 1.1.0')
  for (const tag of ['v1.1.0', 'v1']) git('tag', tag)
  writeAll(origin, options.files ?? {})
  git('add', '--all')
  git('commit', '-q', '--allow-empty', '-m', 'Release 1.2.0')
  options.prepare?.(git)
  return git
}

function runOn(github: GitHub, folder: string, port: number, options: ReleaseOptions): Promise<WorkflowRun> {
  const programs = writePrograms(folder, options)
  const sha = github.git('rev-parse', 'main')
  return runWorkflow(
    {
      caller: { name: github.name, folder: join(folder, 'origin') },
      repositories: [],
      github: { sha, ref: options.ref ?? 'refs/heads/main', event_name: 'workflow_dispatch' },
      actions: standIns(github, folder, options),
      environment: async ({ permissions }) => ({
        PATH: `${programs}:${process.env.PATH}`,
        FAKE_GITHUB: String(port),
        FAKE_PERMISSIONS: JSON.stringify(permissions),
      }),
    },
    workflow,
  )
}

/** Folder of programs that come before those of the machine. */
function writePrograms(folder: string, { realNpm = false }: ReleaseOptions): string {
  const programs = join(folder, 'programs')
  writeAll(programs, { gh: program, ...(!realNpm && { npm: '#!/bin/sh\necho "{}"\n' }) })
  for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755)
  return programs
}

function standIns(github: GitHub, folder: string, { tamper }: ReleaseOptions): Readonly<Record<string, StandIn>> {
  const artifact = join(folder, 'artifact')
  return {
    'actions/checkout': async ({ inputs, workspace }) => {
      const depth = inputs['fetch-depth'] === '0' ? [] : ['--depth', '1']
      const branch = ['--branch', inputs.ref?.replace('refs/tags/', '') || 'main']
      const settings = ['-q', '-c', 'advice.detachedHead=false']
      const from = `file://${join(folder, 'origin')}`
      execFileSync('git', ['clone', '--template=', ...settings, ...depth, ...branch, from, workspace])
      return {}
    },
    'actions/setup-node': async () => ({}),
    'actions/attest': async ({ inputs, environment }) => attest(github, inputs, environment),
    'actions/upload-artifact': async ({ inputs }) => {
      cpSync(inputs.path ?? '', artifact, { recursive: true })
      tamper?.(artifact, github)
      return {}
    },
    'actions/download-artifact': async ({ inputs }) => {
      cpSync(artifact, inputs.path ?? '', { recursive: true })
      return {}
    },
  }
}

/** Signs every line of the checksums for the workflow of the build, which alone uses the action, at the commit of the run. */
function attest(
  github: GitHub,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const type = inputs['sbom-path'] ? 'https://cyclonedx.org/bom' : 'https://slsa.dev/provenance/v1'
  const lines = readFileSync(inputs['subject-checksums'] ?? '', 'utf8')
    .trim()
    .split('\n')
  const { GITHUB_SHA: sha = '', GITHUB_REF: ref = '', RUNNER_TEMP = '' } = environment
  const bundle = `${JSON.stringify({ type, subjects: lines })}\n`
  const signed = { type, workflow: builder, sha, ref, bundle }
  const made = lines.map((line): Attestation => ({ digest: line.slice(0, 64), ...signed }))
  github.attestations = [...github.attestations, ...made]
  const file = join(RUNNER_TEMP, `attestation-${github.attestations.length}.json`)
  writeFileSync(file, bundle)
  return { 'bundle-path': file }
}
