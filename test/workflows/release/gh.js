// GitHub's command line program, as far as the release workflow uses it, on a repository in a folder. It refuses what the
// permissions of the job do not allow, and what it does not know.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'

const { FAKE_GITHUB: github = '', FAKE_PERMISSIONS = '{}', GH_TOKEN, GITHUB_REPOSITORY: repository } = process.env
const permissions = JSON.parse(FAKE_PERMISSIONS)
const stateFile = join(github, 'state.json')
const state = JSON.parse(readFileSync(stateFile, 'utf8'))
const assetsOf = (tag) => join(github, 'assets', tag)
const git = (...args) => execFileSync('git', args, { cwd: join(github, 'origin'), encoding: 'utf8' }).trim()

const text = { type: 'string' }
const flag = { type: 'boolean' }
const commands = {
  'attestation verify': [
    verify,
    { 'deny-self-hosted-runners': flag },
    ['repo', 'predicate-type', 'signer-workflow', 'signer-digest', 'source-ref', 'source-digest'],
  ],
  'release create': [create, { draft: flag }, ['target', 'title', 'notes-file']],
  'release edit': [publish, {}, ['draft']],
  'release download': [download, {}, ['pattern', 'dir']],
  api: [
    api,
    {
      paginate: flag,
      'raw-field': { type: 'string', multiple: true, short: 'f' },
      field: { type: 'string', multiple: true, short: 'F' },
    },
    ['jq', 'method'],
  ],
}

try {
  if (!GH_TOKEN) fail('To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.')
  const words = process.argv.slice(2)
  const name = words[0] === 'api' ? 'api' : words.slice(0, 2).join(' ')
  const [command, flags, texts] = commands[name] ?? fail(`unknown command ${name}`)
  const options = { ...flags, ...Object.fromEntries(texts.map((each) => [each, text])) }
  const { values, positionals } = parseArgs({
    args: words.slice(name.split(' ').length),
    options,
    allowPositionals: true,
  })
  const output = command(values, ...positionals)
  if (output !== undefined) console.log(String(output))
  writeFileSync(stateFile, JSON.stringify(state))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

function fail(message) {
  throw new Error(message)
}

function need(permission, level) {
  const has = permissions[permission]
  if (has !== 'write' && has !== level) fail('HTTP 403: Resource not accessible by integration')
}

function verify(wanted, file) {
  need('attestations', 'read')
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  const found = state.attestations.some(
    (attestation) =>
      attestation.digest === digest &&
      attestation.type === wanted['predicate-type'] &&
      wanted.repo === repository &&
      wanted['signer-workflow'] === `${repository}/${attestation.workflow}` &&
      [wanted['signer-digest'], wanted['source-digest']].every((sha) => sha === attestation.sha) &&
      wanted['source-ref'] === attestation.ref,
  )
  if (!found) fail(`no attestation of ${file} (sha256:${digest})`)
}

function create({ draft, target, title, 'notes-file': notes }, tag, ...files) {
  need('contents', 'write')
  if (!draft || state.releases.some((release) => release.tag_name === tag && !release.draft))
    fail(`a release with the same tag name already exists: ${tag}`)
  state.releases.push({
    id: state.releases.length + 1,
    tag_name: tag,
    title,
    draft: true,
    target,
    notes: readFileSync(notes, 'utf8'),
  })
  mkdirSync(assetsOf(tag), { recursive: true })
  for (const file of files) cpSync(file, join(assetsOf(tag), basename(file)))
}

function publish({ draft }, tag) {
  need('contents', 'write')
  const found = state.releases.filter((release) => release.tag_name === tag)
  if (draft !== 'false' || found.length !== 1) fail(`${found.length} releases have the tag ${tag}`)
  Object.assign(found[0], { draft: false, immutable: state.immutable })
  git('tag', tag, state.taggedInstead ?? found[0].target)
}

function download({ pattern, dir }, tag) {
  need('contents', 'read')
  cpSync(join(assetsOf(tag), pattern), join(dir, pattern))
}

function api({ method = 'GET', jq, 'raw-field': raw = [], field = [] }, path) {
  need('contents', method === 'GET' ? 'read' : 'write')
  const given = Object.fromEntries([...raw, ...field].map((pair) => pair.split(/=(.*)/s)))
  const [, call] = new RegExp(`^repos/${repository}/(.+)$`).exec(path) ?? fail(`HTTP 404: Not Found (${path})`)
  const [, tag] = /^(?:git\/matching-refs\/tags|git\/refs\/tags|releases\/tags)\/(.+)$/.exec(call) ?? []
  const [, id] = /^releases\/(\d+)$/.exec(call) ?? []
  const [, before, after] = /^compare\/(\w+)\.\.\.(\w+)$/.exec(call) ?? []
  if (method === 'GET' && call === 'releases') return draftsOf(jq)
  if (method === 'DELETE' && id) return remove(id)
  if (method === 'GET' && call.startsWith('releases/tags/') && jq === '.immutable')
    return state.releases.find((release) => release.tag_name === tag && !release.draft).immutable
  if (
    method === 'GET' &&
    call.startsWith('git/matching-refs/') &&
    jq === `.[] | select(.ref == "refs/tags/${tag}") | .object.sha`
  )
    return git('tag', '--list', tag) === '' ? undefined : git('rev-parse', `refs/tags/${tag}`)
  if (method === 'GET' && before && jq === '.status') return comparison(before, after)
  if (method === 'POST' && call === 'git/refs' && git('for-each-ref', given.ref) === '')
    return git('update-ref', given.ref, given.sha)
  if (method === 'PATCH' && call.startsWith('git/refs/tags/')) return git('update-ref', `refs/tags/${tag}`, given.sha)
  return fail(`HTTP 422: ${method} ${path} ${jq ?? ''}`)
}

function draftsOf(jq) {
  const [, tag] =
    /^\.\[\] \| select\(\.draft and \.tag_name == "(v[\d.]+)"\) \| \.id$/.exec(jq) ?? fail(`unknown query ${jq}`)
  const drafts = state.releases.filter((release) => release.draft && release.tag_name === tag)
  return drafts.length === 0 ? undefined : drafts.map((release) => release.id).join('\n')
}

function remove(id) {
  state.releases = state.releases.filter((release) => release.id !== Number(id))
  rmSync(join(github, 'assets'), { recursive: true, force: true })
}

function comparison(before, after) {
  if (git('rev-parse', before) === git('rev-parse', after)) return 'identical'
  return git('merge-base', before, after) === git('rev-parse', before) ? 'ahead' : 'diverged'
}
