/** GitHub's command line program, as far as the release workflow uses it, on a repository in a folder. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'

/** Runs git in the repository, and returns what it prints. */
export type Git = (...args: readonly string[]) => string

/** A signed statement about a file. */
export interface Attestation {
  readonly digest: string
  readonly type: string
  readonly workflow: string
  readonly sha: string
  readonly ref: string
  /** The text of its file. */
  readonly bundle: string
}

/** A release as GitHub stores it, its files by name. */
export interface Release {
  readonly id: number
  readonly tag: string
  readonly target: string
  readonly notes: string
  readonly isDraft: boolean
  readonly assets: ReadonlyMap<string, string>
}

/** What GitHub has; commands change it. */
export interface GitHub {
  readonly git: Git
  readonly name: string
  readonly isImmutable: boolean
  /** Commit that a release tags instead of its target. */
  readonly taggedInstead: string | undefined
  attestations: readonly Attestation[]
  releases: readonly Release[]
}

/** One start of the program. It refuses what the permissions of the job do not allow, and what it does not know. */
interface Call {
  readonly github: GitHub
  readonly folder: string
  readonly permissions: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly operands: readonly string[]
}

type Command = (call: Call) => string | undefined

const commands: Readonly<Record<string, Command>> = {
  'attestation verify': verify,
  'release create': create,
  'release edit': publish,
  'release download': download,
  api,
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const options = {
  ...{ repo: text, 'predicate-type': text, 'signer-workflow': text, 'signer-digest': text, 'source-ref': text },
  ...{ 'source-digest': text, 'deny-self-hosted-runners': flag, draft: flag, target: text, title: text },
  ...{ 'notes-file': text, pattern: text, dir: text, jq: text, method: text, paginate: flag, bundle: text },
  ...{ 'raw-field': { ...text, multiple: true, short: 'f' }, field: { ...text, multiple: true, short: 'F' } },
} as const

/** The text of the program `gh`: it hands its arguments to the server of this process, which starts faster. */
export const program = `#!/bin/bash
exec 3<>"/dev/tcp/127.0.0.1/$FAKE_GITHUB"
printf '%s\\0' "$PWD" "$FAKE_PERMISSIONS" "\${GH_TOKEN-}" "$@" >&3
printf '\\1' >&3
read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
`

/** Answers `gh` until it is closed; the port is the value of FAKE_GITHUB. */
export async function serve(github: GitHub): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((socket) => {
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
      if (received.endsWith('\0\u0001')) socket.end(answer(github, received.split('\0').slice(0, -1)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return { port: address.port, close: () => server.close() }
}

function answer(github: GitHub, [folder = '', permissions = '', token = '', ...words]: readonly string[]): string {
  try {
    if (token === '') throw new Error('To use GitHub CLI in a GitHub Actions workflow, set GH_TOKEN.')
    const name = words[0] === 'api' ? 'api' : words.slice(0, 2).join(' ')
    const command = commands[name]
    if (!command) throw new Error(`unknown command ${name}`)
    const args = words.slice(name.split(' ').length).map((word) => (word === '--draft=false' ? '--no-draft' : word))
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, allowNegative: true })
    const output = command({ github, folder, permissions: JSON.parse(permissions), values, operands: positionals })
    return output === undefined || output === '' ? '0\n' : `0\n${output}\n`
  } catch (error) {
    return `1\n${error instanceof Error ? error.message : String(error)}\n`
  }
}

function need({ permissions }: Call, permission: string, level: 'read' | 'write'): void {
  const has = permissions[permission]
  if (has !== 'write' && has !== level) throw new Error('HTTP 403: Resource not accessible by integration')
}

function verify(call: Call): undefined {
  need(call, 'attestations', 'read')
  const { github, folder, values } = call
  const [file = ''] = call.operands
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, file)))
    .digest('hex')
  const bundle = values.bundle === undefined ? undefined : readFileSync(String(values.bundle), 'utf8')
  const found = github.attestations.some(
    ({ type, workflow, sha, ref, ...attested }) =>
      attested.digest === digest &&
      (bundle ?? attested.bundle) === attested.bundle &&
      values.repo === github.name &&
      values['predicate-type'] === type &&
      values['signer-workflow'] === `${github.name}/${workflow}` &&
      values['signer-digest'] === sha &&
      values['source-digest'] === sha &&
      values['source-ref'] === ref,
  )
  if (!found) throw new Error(`no attestation of ${file} (sha256:${digest})`)
}

function create(call: Call): undefined {
  need(call, 'contents', 'write')
  const { github, folder, values } = call
  const [tag = '', ...files] = call.operands
  const read = (file: unknown) => readFileSync(join(folder, String(file)), 'utf8')
  if (values.draft !== true) throw new Error('an immutable release has to be a draft while files are attached')
  const assets = new Map(files.map((file) => [basename(file), read(file)]))
  const made = { tag, target: String(values.target), notes: read(values['notes-file']), isDraft: true, assets }
  github.releases = [...github.releases, { id: github.releases.length + 1, ...made }]
}

function publish(call: Call): undefined {
  need(call, 'contents', 'write')
  const { github, values, operands } = call
  const found = github.releases.filter(({ tag }) => tag === operands[0])
  const [draft] = found
  if (values.draft !== false || !draft || found.length > 1)
    throw new Error(`${found.length} releases of ${operands[0]}`)
  github.releases = github.releases.map((release) => (release === draft ? { ...draft, isDraft: false } : release))
  github.git('tag', draft.tag, github.taggedInstead ?? draft.target)
}

function download(call: Call): undefined {
  need(call, 'contents', 'read')
  const { github, values, operands } = call
  const name = String(values.pattern)
  const content = github.releases.find(({ tag, isDraft }) => tag === operands[0] && !isDraft)?.assets.get(name)
  if (content === undefined) throw new Error('no assets match the file pattern')
  mkdirSync(String(values.dir), { recursive: true })
  writeFileSync(join(String(values.dir), name), content)
}

/** Calls of the API by method, path and query, as they are written in the workflow. */
function api(call: Call): string | undefined {
  const { github, values, operands } = call
  const { method = 'GET', jq = '' } = values
  need(call, 'contents', method === 'GET' ? 'read' : 'write')
  const given = new Map([values['raw-field'], values.field].flatMap(pairs))
  const path = String(operands[0]).replace(`repos/${github.name}/`, '')
  const name = path.split('/').at(-1) ?? ''
  const drafts = github.releases.filter(({ tag, isDraft }) => isDraft && jq.toString().includes(`"${tag}"`))
  const calls: Readonly<Record<string, () => string | undefined>> = {
    'GET releases .[] | select(.draft and .tag_name == "v1.2.0") | .id': () => drafts.map(({ id }) => id).join('\n'),
    [`DELETE releases/${name} `]() {
      github.releases = github.releases.filter(({ id }) => String(id) !== name)
      return undefined
    },
    'GET releases/tags/v1.2.0 .immutable': () => String(github.isImmutable),
    'GET git/matching-refs/tags/v1 .[] | select(.ref == "refs/tags/v1") | .object.sha': () =>
      github.git('for-each-ref', '--format=%(objectname)', 'refs/tags/v1'),
    [`GET compare/${name} .status`]: () => comparison(github.git, ...(name.split('...') as [string, string])),
    'POST git/refs ': () => github.git('update-ref', given.get('ref') ?? '', given.get('sha') ?? '', '0'.repeat(40)),
    'PATCH git/refs/tags/v1 ': () => github.git('update-ref', 'refs/tags/v1', given.get('sha') ?? ''),
  }
  const answered = calls[`${method} ${path} ${jq}`]
  if (!answered) throw new Error(`HTTP 404: Not Found (${method} ${path} ${jq})`)
  return answered()
}

function pairs(fields: Call['values'][string]): readonly (readonly [string, string])[] {
  return Array.isArray(fields) ? fields.map((field) => field.split(/=(.*)/s)) : []
}

function comparison(git: Git, before: string, after: string): string {
  if (before === after) return 'identical'
  return git('merge-base', before, after) === before ? 'ahead' : 'diverged'
}
