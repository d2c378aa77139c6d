/** A small repository with this one's release workflow and scripts, and the GitHub that it is released on. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runWorkflow, type StandIn, type WorkflowRun } from '../runner/run.ts'

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
  /** Changes what the build job hands to the other jobs, in its folder. */
  readonly tamper?: (artifact: string) => void
  /** Whether GitHub tags the commit before the one that was built. */
  readonly tagsAnotherCommit?: boolean
  /** Whether an earlier attempt left a draft of the release. */
  readonly hasDraft?: boolean
  /** Changes the repository before the run. */
  readonly prepare?: (git: Git) => void
  /** `npm` is one that does nothing unless this is set: it takes most of the time. */
  readonly realNpm?: boolean
}

interface Release {
  readonly tag_name: string
  readonly draft: boolean
  readonly notes: string
}

/** The run, and what GitHub has afterwards. */
export interface Released {
  readonly run: WorkflowRun
  readonly commit: string
  readonly releases: readonly Release[]
  /** Files that are attached to v1.2.0, with their text. */
  readonly assets: Readonly<Record<string, string>>
  /** Commit of a tag; undefined where there is none. */
  tag(name: string): string | undefined
}

/** Releases 1.2.0 after 1.1.0, at which v1 is before. */
export async function release(options: ReleaseOptions): Promise<Released> {
  const github = mkdtempSync(join(tmpdir(), 'slipway-release-'))
  try {
    const git = openOrigin(github)
    const run = await runOn(github, git, options)
    const tag = (name: string) => git('for-each-ref', '--format=%(objectname)', `refs/tags/${name}`) || undefined
    const tags = new Map(['v1.2.0', 'v1.1.0', 'v1'].map((name) => [name, tag(name)]))
    return { run, commit: git('rev-parse', 'main'), ...resultOf(github), tag: (name) => tags.get(name) }
  } finally {
    rmSync(github, { recursive: true, force: true })
  }
}

/** Runs git in the repository, and returns what it prints. */
export type Git = (...args: readonly string[]) => string

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

function openOrigin(github: string): Git {
  const origin = join(github, 'origin')
  const own = [workflow, builder, 'scripts/release-version.js', 'scripts/released-files.js', 'scripts/compare-dist.js']
  for (const file of own) cpSync(join(root, file), join(origin, file))
  writeAll(origin, content)
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false']
  const git: Git = (...args) => execFileSync('git', [...identity, ...args], { cwd: origin, encoding: 'utf8' }).trim()
  git('init', '-q', '-b', 'main')
  commit(git, 'Release 1.1.0')
  for (const tag of ['v1.1.0', 'v1']) git('tag', tag)
  return git
}

function commit(git: Git, message: string): void {
  git('add', '--all')
  git('commit', '-q', '--allow-empty', '-m', message)
}

async function runOn(github: string, git: Git, options: ReleaseOptions): Promise<WorkflowRun> {
  writeAll(join(github, 'origin'), options.files ?? {})
  commit(git, 'Release 1.2.0')
  options.prepare?.(git)
  const { immutable = true, hasDraft = false, tagsAnotherCommit = false } = options
  const state = {
    attestations: [],
    releases: hasDraft ? [{ id: 1, tag_name: 'v1.2.0', draft: true }] : [],
    immutable,
    taggedInstead: tagsAnotherCommit ? git('rev-parse', 'main~1') : undefined,
  }
  writeFileSync(join(github, 'state.json'), JSON.stringify(state))
  const programs = writePrograms(github, options)
  return runWorkflow(
    {
      caller: { name: 'your-org/slipway', folder: join(github, 'origin') },
      repositories: [],
      github: { sha: git('rev-parse', 'main'), ref: options.ref ?? 'refs/heads/main', event_name: 'workflow_dispatch' },
      actions: standIns(github, options),
      environment: async ({ permissions }) => ({
        PATH: `${programs}:${process.env.PATH}`,
        FAKE_GITHUB: github,
        FAKE_PERMISSIONS: JSON.stringify(permissions),
      }),
    },
    workflow,
  )
}

/** Folder of programs that come before those of the machine. */
function writePrograms(github: string, { realNpm = false }: ReleaseOptions): string {
  const folder = join(github, 'programs')
  rmSync(folder, { recursive: true, force: true })
  const script = (path: string) => `#!/bin/sh\nexec '${process.execPath}' '${path}' "$@"\n`
  writeAll(folder, {
    gh: script(join(import.meta.dirname, 'gh.js')),
    ...(!realNpm && { npm: '#!/bin/sh\necho "{}"\n' }),
  })
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755)
  return folder
}

function standIns(github: string, { tamper }: ReleaseOptions): Readonly<Record<string, StandIn>> {
  const artifact = join(github, 'artifact')
  return {
    'actions/checkout': async ({ inputs, workspace }) => {
      const depth = inputs['fetch-depth'] === '0' ? [] : ['--depth', '1']
      const reference = inputs.ref?.replace('refs/tags/', '') || 'main'
      const from = `file://${join(github, 'origin')}`
      execFileSync('git', [
        'clone',
        '-q',
        '-c',
        'advice.detachedHead=false',
        ...depth,
        '--branch',
        reference,
        from,
        workspace,
      ])
      return {}
    },
    'actions/setup-node': async () => ({}),
    'actions/attest': async ({ inputs, environment }) => attest(github, inputs, environment),
    'actions/upload-artifact': async ({ inputs }) => {
      cpSync(inputs.path ?? '', artifact, { recursive: true })
      tamper?.(artifact)
      return {}
    },
    'actions/download-artifact': async ({ inputs }) => {
      cpSync(artifact, inputs.path ?? '', { recursive: true })
      return {}
    },
  }
}

/** Signs every line of the checksums, for the workflow file in which the step stands and the commit of the run. */
async function attest(
  github: string,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const file = join(github, 'state.json')
  const state = JSON.parse(readFileSync(file, 'utf8'))
  const type = inputs['sbom-path'] ? 'https://cyclonedx.org/bom' : 'https://slsa.dev/provenance/v1'
  const lines = readFileSync(inputs['subject-checksums'] ?? '', 'utf8')
    .trim()
    .split('\n')
  const { GITHUB_SHA: sha, GITHUB_REF: ref, RUNNER_TEMP = '' } = environment
  const made = lines.map((line) => ({ digest: line.slice(0, 64), type, workflow: builder, sha, ref }))
  writeFileSync(file, JSON.stringify({ ...state, attestations: [...state.attestations, ...made] }))
  const bundle = join(RUNNER_TEMP, `${createHash('sha256').update(type).digest('hex')}.json`)
  writeFileSync(bundle, `${JSON.stringify({ type, subjects: lines.length })}\n`)
  return { 'bundle-path': bundle }
}

function resultOf(github: string): Pick<Released, 'releases' | 'assets'> {
  const { releases } = JSON.parse(readFileSync(join(github, 'state.json'), 'utf8'))
  const folder = join(github, 'assets/v1.2.0')
  const names = releases.length > 0 ? readdirSync(folder) : []
  return { releases, assets: Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])) }
}
