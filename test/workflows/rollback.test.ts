/** The reusable workflow that takes a service back, called as docs/rollback.md shows it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { describeJobs } from './runner/record.ts'
import { inScene, oldImage, type Scene } from './scene.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/rollback.md'), 'utf8')
const documented = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''
const file = '.github/workflows/rollback.yml'

/** Deploys the new image to staging, then calls the workflow with what somebody typed into GitHub's form. */
async function deployAndGoBack(scene: Scene, given: Readonly<Record<string, string>>) {
  scene.callWith({ environments: 'staging' })
  expect((await scene.run()).result).toBe('success')
  expect(scene.serving('staging')).toContain(scene.digest)
  const typed = documented.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name: string) => given[name] ?? "''")
  scene.write(file, typed)
  return await scene.run({}, file)
}

test.concurrent(
  'takes staging back to what served before, and tells everybody',
  inScene(async (scene) => {
    const run = await deployAndGoBack(scene, { environment: 'staging' })
    expect(describeJobs(run)).toEqual(['back / rollback in staging: success'])
    expect(run.outputs.back).toMatchObject({ verdict: 'succeeded' })
    expect(scene.serving('staging')).toBe(oldImage)
    expect(scene.slack().at(-1)?.text).toContain('api (staging): rolled back to api:1')
    expect(scene.githubStates('staging').at(-1)).toBe('success')
  }),
)

test.concurrent(
  'says what it does not find, and changes nothing',
  inScene(async (scene) => {
    const run = await deployAndGoBack(scene, { environment: 'staging', image: 'v9' })
    expect(run.result).toBe('failure')
    expect(run.outputs.back?.cause).toContain('v9')
    expect(scene.serving('staging')).toContain(scene.digest)
  }),
)
