/** Tags of environments after a deployment, and the reusable workflow that promotes by hand. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { imageStore } from '../simulator/image-store.ts'
import { describeJobs } from './runner/record.ts'
import { accounts, inScene, type Scene } from './scene.ts'

const root = join(import.meta.dirname, '../..')
const example = readFileSync(join(root, 'examples/api/slipway.yml'), 'utf8')
const documented = /```yaml\n(.*?)```/s.exec(readFileSync(join(root, 'docs/promote.md'), 'utf8'))?.[1] ?? ''
const withTags = example.replace('  staging:\n', '  staging:\n    image-tags: [staging, live]\n')

const tagsOf = (scene: Scene) => imageStore(scene.staging.world, 'eu-west-1').repositories.get('api')?.tags ?? new Map()

test.concurrent(
  'tags the image for its environment once it is healthy, without another build, and copies it by the workflow promote.yml',
  inScene(async (scene) => {
    scene.write('slipway.yml', withTags)
    scene.staging.world.region('eu-west-1').ecr.createRepository('released')
    scene.callWith({ environments: 'staging', 'promote-to': 'released', 'promote-tags': 'v1' })
    const run = await scene.run()
    expect([run.result, describeJobs(run).at(-1)]).toEqual(['success', expect.stringContaining('success')])
    expect([tagsOf(scene).get('staging'), tagsOf(scene).get('live')]).toEqual([scene.digest, scene.digest])
    const released = imageStore(scene.staging.world, 'eu-west-1').repositories.get('released')
    expect(released?.tags.get('v1')).toBe(scene.digest)
    const uploads = scene.staging.recorder.all.filter(({ operation }) => /^POST .*\/api\/.*uploads/.test(operation))
    expect(uploads).toHaveLength(2)
  }),
)

onlyLong(test.concurrent)(
  'copies nothing of a deployment that failed, and refuses to before a build where there is nothing to copy',
  inScene(async (scene) => {
    scene.staging.world.region('eu-west-1').ecr.createRepository('released')
    const image = `${accounts.staging}.dkr.ecr.eu-west-1.amazonaws.com/api@${scene.digest}`
    scene.staging.world.scenarios.set(image, { kind: 'crash', exitCode: 1 })
    scene.callWith({ environments: 'staging', 'promote-to': 'released' })
    const failed = await scene.run()
    expect([failed.result, describeJobs(failed).filter((job) => /promote/i.test(job))]).toEqual([
      'failure',
      [expect.stringContaining('skipped')],
    ])
    expect(imageStore(scene.staging.world, 'eu-west-1').repositories.get('released')?.tags.size ?? 0).toBe(0)
    scene.callWith({ environments: 'staging', 'promote-to': 'released', 'promote-environment': 'nowhere' })
    const refused = await scene.run()
    expect(describeJobs(refused)[0]).toMatch(/plan.*failure/i)
  }),
)

onlyLong(test.concurrent)(
  'tags nothing for a deployment that failed or was a dry run',
  inScene(async (scene) => {
    scene.write('slipway.yml', withTags)
    scene.callWith({ environments: 'staging', 'dry-run': 'true' })
    expect((await scene.run()).result).toBe('success')
    const image = `${accounts.staging}.dkr.ecr.eu-west-1.amazonaws.com/api@${scene.digest}`
    scene.staging.world.scenarios.set(image, { kind: 'crash', exitCode: 1 })
    scene.callWith({ environments: 'staging', 'dry-run': 'false' })
    expect((await scene.run()).result).toBe('failure')
    expect([...tagsOf(scene).keys()].filter((tag) => tag === 'staging' || tag === 'live')).toEqual([])
  }),
)

onlyLong(test.concurrent)(
  'promotes by hand, as docs/promote.md shows it',
  inScene(async (scene) => {
    scene.callWith({ environments: 'staging' })
    expect((await scene.run()).result).toBe('success')
    scene.staging.world.region('eu-west-1').ecr.createRepository('released')
    const given: Record<string, string> = {
      environment: 'staging',
      image: `api@${scene.digest}`,
      to: 'released',
      tags: 'v1',
    }
    const typed = documented.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name: string) => given[name] ?? "''")
    scene.write('.github/workflows/promote.yml', typed)
    const run = await scene.run({}, '.github/workflows/promote.yml')
    expect(describeJobs(run)).toEqual(['promote / promote in staging: success'])
    expect(run.outputs.promote).toMatchObject({ digest: scene.digest, repository: 'released', tags: 'v1' })
    const released = imageStore(scene.staging.world, 'eu-west-1').repositories.get('released')
    expect(released?.tags.get('v1')).toBe(scene.digest)
  }),
)
