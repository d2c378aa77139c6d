/** The reusable workflow that takes a service back, called as docs/rollback.md and examples/workflows/README.md show it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { describeJobs } from './runner/record.ts'
import { inScene, oldImage, type Scene } from './scene.ts'

const read = (page: string) => readFileSync(join(import.meta.dirname, '../..', page), 'utf8')
const documented = /```yaml\n(.*?)```/s.exec(read('docs/rollback.md'))?.[1] ?? ''
const example = read('examples/workflows/rollback.yml')
const file = '.github/workflows/rollback.yml'

/** Deploys the new image to staging, then calls the workflow with what somebody typed into GitHub's form. */
async function deployAndGoBack(scene: Scene, workflow: string, given: Readonly<Record<string, string>>) {
  scene.callWith({ environments: 'staging' })
  expect((await scene.run()).result).toBe('success')
  expect(scene.serving('staging')).toContain(scene.digest)
  const typed = workflow.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name: string) => given[name] ?? "''")
  scene.write(file, typed)
  return await scene.run({}, file)
}

test.concurrent(
  'takes staging back to what served before, and tells everybody',
  inScene(async (scene) => {
    const run = await deployAndGoBack(scene, documented, { environment: 'staging' })
    expect(describeJobs(run)).toEqual(['back / rollback in staging: success'])
    expect(run.outputs.back).toMatchObject({ verdict: 'succeeded' })
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.slack().at(-1)?.text).toContain('api (staging): rolled back to api:1')
    expect(scene.githubStates('staging').at(-1)).toBe('success')
  }),
)

onlyLong(test.concurrent)(
  'says what it does not find, and changes nothing',
  inScene(async (scene) => {
    const run = await deployAndGoBack(scene, example, { environment: 'staging', image: 'v9' })
    expect(run.result).toBe('failure')
    expect(run.outputs.rollback?.cause).toContain('v9')
    expect(scene.serving('staging')).toContain(scene.digest)
  }),
)
