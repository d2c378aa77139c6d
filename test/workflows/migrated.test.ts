/** Migrated workflows do what the original ones did: the same tags, the image of the build in the services, the same counts. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { golden, migrated, workflow, workflows } from '../migrate/golden.ts'
import { some } from '../often.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { commit, type Left, runMigrated } from './migrated-scene.ts'
import { loadAction, loadWorkflow } from './runner/files.ts'

const untouched = { api: 'registry.example.com/api:v1', worker: 'registry.example.com/api:v1' }

const cases: readonly (readonly [name: string, left: Partial<Left>])[] = [
  ['starter-static-keys.yml', { tags: { api: { [commit]: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['starter-oidc.yml', { tags: { api: { [commit]: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['build-push-plain.yml', { tags: { api: { [commit]: 1, latest: 1 } }, serving: untouched }],
  ['build-push-metadata.yml', { tags: { api: { [commit]: 1 } }, serving: untouched }],
  [
    'matrix-services.yml',
    { tags: { api: { [commit]: 1 }, worker: { [commit]: 2 } }, serving: { api: 'build 1', worker: 'build 2' } },
  ],
  ['jobs-with-needs.yml', { tags: { api: { 42: 1, main: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['restart.yml', { serving: untouched, deployments: { api: 1, worker: 0 } }],
  ['scale.yml', { serving: untouched, counts: { api: 3, worker: 2 } }],
  ['several-services.yml', { serving: untouched, deployments: { api: 1, worker: 1 } }],
  [
    'restart-both.yml',
    { tags: { api: { [commit]: 1, latest: 1 } }, serving: untouched, deployments: { api: 1, worker: 1 } },
  ],
  [
    'comments-everywhere.yml',
    { serving: { ...untouched, api: 'registry.example.com/api:v2' }, deployments: { api: 1, worker: 0 } },
  ],
  ['build-push-host.yml', { tags: { 'team/api': { 42: 1 } } }],
  ['crlf.yml', { tags: { api: { [commit]: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['bake.yml', { tags: { api: { [commit]: 1 } } }],
  ['short-sha.yml', { tags: { api: { [commit.slice(0, 7)]: 1 } } }],
  ['tabs.yml', { tags: { api: { [commit]: 1 } } }],
  [
    'register-file.yml',
    { serving: { ...untouched, api: 'registry.example.com/api:v2' }, deployments: { api: 1, worker: 0 } },
  ],
  ['shell-only.yml', { tags: { api: { [commit]: 1 } }, deployments: { api: 1, worker: 0 } }],
  ['chain-of-renders.yml', { deployments: { api: 1, worker: 0 } }],
  [
    'slack.yml',
    {
      slack: ['Notices: success', 'The tests passed', 'They ended, with the result of the job'],
    },
  ],
]

test.each(cases)('%s', async (name, expected) => {
  const left = await runMigrated(name)
  expect(left.run.jobs.flatMap(({ steps }) => steps.filter(({ outcome }) => outcome !== 'success'))).toEqual([])
  expect(left.slack).toEqual((expected.slack ?? []).map((words) => expect.stringContaining(words)))
  expect(left).toMatchObject({ ...expected, slack: left.slack, run: { result: 'success', problems: [] } })
})

test.each(some(workflows, 2))('%s passes the parser of GitHub, as it is and as it becomes', (name) => {
  const folder = temporaryFolder()
  for (const source of [workflow(name), golden(name, migrated(workflow(name)).text)]) {
    const isAction = /^runs:/m.test(source)
    const file = isAction ? 'action.yml' : '.github/workflows/ship.yml'
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    writeFileSync(join(folder, file), source)
    const repository = { name: 'acme/shop', folder }
    expect(() => (isAction ? loadAction(repository, '') : loadWorkflow(repository, file))).not.toThrow()
  }
})
