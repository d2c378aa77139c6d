/** The tags that one run of build-push would push, without a build: the table of tag rules runs through the action. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { Failure } from '../../src/failure.ts'
import { renderText } from '../../src/text.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export const head = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
export const merge = '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c'
export const now = Date.parse('2026-11-05T23:04:09.123Z')
export const committed = '2026-02-03T04:05:06Z'

export const repository = {
  name: 'shop',
  full_name: 'acme/shop',
  description: 'The shop',
  html_url: 'https://github.com/acme/shop',
  license: { spdx_id: 'MIT' },
  default_branch: 'main',
}

interface TagEvent {
  readonly name: string
  readonly ref: string
  readonly sha: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** An event from its name and its ref, as GitHub sends it. */
export function tagEvent(on: string): TagEvent {
  const [name = '', ref = ''] = on.split(' ')
  const isPull = name.startsWith('pull_request')
  const pull = {
    number: 7,
    pull_request: {
      number: 7,
      head: { sha: head, ref: 'feature/Login', repo: { full_name: 'acme/shop' } },
      base: { ref: 'main' },
    },
  }
  const payload = {
    // GitHub sends no repository with a schedule.
    ...(name !== 'schedule' && { repository }),
    ...(isPull && pull),
    ...(name === 'push' && { head_commit: { id: head, timestamp: committed } }),
    // Also of a branch: the one that it was created from.
    ...(name === 'push' && { base_ref: 'refs/heads/main' }),
  }
  return { name, ref, sha: name === 'pull_request' ? merge : head, payload }
}

/** The tags, or `error: ` and the problems, of a run that the event started. */
export async function ruledTags(on: string, inputs: Record<string, string>, variables: Record<string, string> = {}) {
  const { name, ref, sha, payload } = tagEvent(on)
  const workspace = temporaryFolder()
  writeFileSync(join(workspace, 'event.json'), JSON.stringify(payload))
  const clock = { now: () => now, monotonic: () => 0, sleep: async () => undefined, random: () => 0 }
  const environment = {
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: join(workspace, 'event.json'),
    GITHUB_REF: ref,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: sha,
    GITHUB_SERVER_URL: 'https://github.com',
    ...variables,
  }
  const runner = await fakeRunner({ clock, workspace, environment })
  const action = createBuildPush({ fetch: () => Promise.reject(new Error('a dry run sends nothing')) })
  try {
    await action.main(givenInputs(action.inputs, { repository: 'api', 'dry-run': 'true', ...inputs }), runner)
    return { tags: (runner.outputs.tags ?? '').split('\n'), log: runner.lines.join('\n') }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { error: renderText(error.parts.why ?? [], (theirs) => theirs), tags: [], log: runner.lines.join('\n') }
  }
}
