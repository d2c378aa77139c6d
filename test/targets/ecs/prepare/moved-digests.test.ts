/** Whether a tag was moved, by what AWS says of the tag and of the tasks: what costs a deployment, a warning, or nothing. */
import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/failure.ts'
import type { Task } from '../../../../src/ports.ts'
import { forceWhereMoved } from '../../../../src/targets/ecs/prepare/moved-tags.ts'
import type { Reading } from '../../../../src/targets/ecs/prepare/read-target.ts'
import type { EcsContext } from '../../../../src/targets/ecs/request/ecs-context.ts'
import { text } from '../../../../src/text.ts'
import { createClock } from '../../../simulator/clock.ts'

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const running = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7'
const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const failing = (code: 'permission-missing' | 'aws-rejected' | 'aws-unreachable') =>
  new Failure({
    code,
    what: text`AWS refused ecr:DescribeImages`,
    why: text`InvalidParameterException: Invalid parameter.`,
  })

interface Scene {
  readonly images?: Readonly<Record<string, string>>
  /** Digests by `repository:tag`; an error is thrown. */
  readonly tags?: Readonly<Record<string, string | Error>>
  readonly tasks?: readonly Task[] | Error
  readonly runningCount?: number
  readonly service?: { readonly serviceName?: string; readonly serviceArn?: string }
  /** Content of a manifest by its digest. */
  readonly manifests?: Readonly<Record<string, object | Error>>
  readonly isCancelled?: boolean
}

const task = (digests: Readonly<Record<string, string | undefined>>, revision = running): Task => ({
  taskDefinitionArn: revision,
  containers: Object.entries(digests).map(([name, imageDigest]) => ({ name, imageDigest })),
})

async function lookedAt({ images = { api: `${registry}/api:v1` }, ...scene }: Scene) {
  const asked: string[] = []
  const answer = async <T>(found: T | Error): Promise<T> => {
    if (found instanceof Error) throw found
    return found
  }
  const signal = scene.isCancelled ? AbortSignal.abort(new Error('cancelled')) : new AbortController().signal
  const aws = {
    ecs: {
      listTasks: (cluster: string, { service, desiredStatus, atMost }: Record<string, unknown>) => {
        asked.push(`${desiredStatus} tasks of ${cluster}/${service}, ${atMost} at most`)
        return answer(scene.tasks ?? [])
      },
    },
    ecr: {
      imageDigest: (repository: string, { tag }: { tag: string }) => {
        asked.push(`${repository}:${tag}`)
        return answer(scene.tags?.[`${repository}:${tag}`])
      },
    },
  }
  const manifest = async (_: string, of: string) => {
    const content = await answer(scene.manifests?.[of])
    return content && { digest: of, mediaType: 'x', content: Buffer.from(JSON.stringify(content)) }
  }
  const context = {
    clock: createClock({ kind: 'idle' }).forProgram,
    signal,
    images: scene.manifests && { registry: { manifest } },
    within: () => aws,
  }
  const service = {
    serviceName: 'api',
    serviceArn: 'arn:aws:ecs:eu-west-1:111122223333:service/shop/api',
    runningCount: scene.runningCount ?? 1,
    ...scene.service,
  }
  const stored = { containerDefinitions: Object.entries(images).map(([name, image]) => ({ name, image })) }
  const request = { cluster: 'shop', service: 'api', region: 'eu-west-1', forceNewDeployment: false }
  const looking = forceWhereMoved(
    { stored, service, request, running } as unknown as Reading,
    context as unknown as EcsContext,
  )
  const said: string[] = []
  for (let next = await looking.next(); ; next = await looking.next()) {
    if (next.done) return { said, asked, isForced: next.value.forceNewDeployment }
    if (next.value.kind === 'warning') said.push(next.value.message.untrusted)
  }
}

const short = (letter: string) => `sha256:${letter.repeat(12)}`
const movedTo = (image: string, was: string, now: string) =>
  `The tag of ${image} was moved (${short(was)} → ${short(now)}): deploying the same revision again to pull it.`
const unknown =
  'so a tag that was moved since the last deployment is not detected; to pull it anyway, set force-new-deployment: true.'

describe('a deployment is forced', () => {
  test('where a task has another digest than the tag leads to', async () => {
    const { said, isForced, asked } = await lookedAt({
      tags: { 'api:v1': digest('b') },
      tasks: [task({ api: digest('a') })],
    })
    expect([said, isForced]).toEqual([[movedTo(`${registry}/api:v1`, 'a', 'b')], true])
    expect(asked).toEqual(['RUNNING tasks of shop/api, 100 at most', 'api:v1'])
  })

  test('where one task of several has, also when the first does not say its digest yet', async () => {
    const tasks = [task({ api: undefined }), task({ api: digest('b') }), task({ api: digest('a') })]
    const { said, isForced } = await lookedAt({ tags: { 'api:v1': digest('b') }, tasks })
    expect([said, isForced]).toEqual([[movedTo(`${registry}/api:v1`, 'a', 'b')], true])
  })

  test('for each container whose tag was moved, and for these alone', async () => {
    const { said } = await lookedAt({
      images: { api: `${registry}/api:v1`, proxy: `${registry}/proxy`, log: `${registry}/log:v1` },
      tags: { 'api:v1': digest('b'), 'proxy:latest': digest('c'), 'log:v1': digest('d') },
      tasks: [task({ api: digest('a'), proxy: digest('a'), log: digest('d') })],
    })
    expect(said).toEqual([movedTo(`${registry}/api:v1`, 'a', 'b'), movedTo(`${registry}/proxy`, 'a', 'c')])
  })

  test('also where the manifest of the tag cannot be read, or does not list what runs', async () => {
    const moved = { tags: { 'api:v1': digest('b') }, tasks: [task({ api: digest('a') })] }
    for (const manifests of [
      {},
      { [digest('b')]: new Error('no answer') },
      { [digest('b')]: indexOf(digest('c')) },
    ] as const)
      expect((await lookedAt({ ...moved, manifests })).isForced).toBe(true)
  })
})

const indexOf = (...digests: readonly string[]) => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: digests.map((each) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: each,
    size: 1,
  })),
})

describe('nothing is deployed and nothing is said', () => {
  const moved = { tags: { 'api:v1': digest('b') }, tasks: [task({ api: digest('a') })] }

  test.each<[string, Scene]>([
    ['where the tag leads to what runs', { ...moved, tags: { 'api:v1': digest('a') } }],
    ['where the tag is gone', { ...moved, tags: {} }],
    ['where a task does not say its digest', { ...moved, tasks: [task({ api: undefined })] }],
    ['where only a container of another name differs', { ...moved, tasks: [task({ proxy: digest('a') })] }],
    [
      'where only a task of another revision differs',
      { ...moved, tasks: [task({ api: digest('a') }, 'api:6'), task({ api: digest('b') })] },
    ],
    ['where no task runs, as none should', { ...moved, tasks: [], runningCount: 0 }],
    [
      'where what runs is the part for its platform of what the tag leads to',
      { ...moved, manifests: { [digest('b')]: indexOf(digest('c'), digest('a')) } },
    ],
  ])('%s', async (_, scene) => {
    const { said, isForced } = await lookedAt(scene)
    expect([said, isForced]).toEqual([[], false])
  })

  test.each([
    ['by a digest', `${registry}/api@${digest('a')}`],
    ['in another registry', 'registry.example.com/api:v1'],
    ['in another account', '999922223333.dkr.ecr.eu-west-1.amazonaws.com/api:v1'],
    ['in another region', '111122223333.dkr.ecr.eu-west-2.amazonaws.com/api:v1'],
    ['not at all', '<image>'],
  ])('for an image that is named %s, without a look', async (_, image) => {
    expect(await lookedAt({ images: { api: image } })).toEqual({ said: [], asked: [], isForced: false })
  })
})

describe('what is not known is said', () => {
  const moved = { tags: { 'api:v1': digest('b') }, tasks: [task({ api: digest('a') })] }

  test.each<[string, Scene, string]>([
    ['where running tasks are not shown', { ...moved, tasks: [] }, 'ecs:ListTasks returned no running task of api:7'],
    [
      'without the right to list tasks',
      { ...moved, tasks: failing('permission-missing') },
      'Not authorized to perform ecs:ListTasks and ecs:DescribeTasks',
    ],
    [
      'without the right to read images',
      { ...moved, tags: { 'api:v1': failing('permission-missing') } },
      'Not authorized to perform ecr:DescribeImages',
    ],
    [
      'where Amazon ECR refuses',
      { ...moved, tags: { 'api:v1': failing('aws-rejected') } },
      'AWS refused ecr:DescribeImages: InvalidParameterException: Invalid parameter',
    ],
    [
      'where Amazon ECR does not answer',
      { ...moved, tags: { 'api:v1': failing('aws-unreachable') } },
      'AWS did not respond to ecr:DescribeImages in time',
    ],
  ])('%s', async (_, scene, why) => {
    const { said, isForced } = await lookedAt(scene)
    expect([said, isForced]).toEqual([[`${why}, ${unknown}`], false])
  })

  test('once, however many images it is about', async () => {
    const none = failing('permission-missing')
    const { said } = await lookedAt({
      images: { api: `${registry}/api:v1`, proxy: `${registry}/proxy:v1` },
      tags: { 'api:v1': none, 'proxy:v1': none },
    })
    expect(said).toEqual([
      `ecs:ListTasks returned no running task of api:7, ${unknown}`,
      `Not authorized to perform ecr:DescribeImages, ${unknown}`,
    ])
  })

  test('of an image elsewhere only where its tag is one that moves', async () => {
    const { said } = await lookedAt({ images: { api: 'nginx', proxy: 'registry.example.com/proxy:v1' } })
    expect(said).toEqual([`nginx is not in this account's Amazon ECR in eu-west-1, ${unknown}`])
  })
})

test('the service is named as the request names it where AWS does not', async () => {
  const scene = { tags: { 'api:v1': digest('a') }, tasks: [task({ api: digest('a') })] }
  const { asked } = await lookedAt({ ...scene, service: { serviceName: undefined } as never })
  expect(asked[0]).toBe('RUNNING tasks of shop/api, 100 at most')
})

test('a cancel is no reason to go on, and neither is a fault', async () => {
  const tags = { 'api:v1': failing('aws-rejected') }
  await expect(lookedAt({ tags, tasks: [], isCancelled: true })).rejects.toThrow('aws-rejected')
  await expect(lookedAt({ tags: { 'api:v1': new TypeError('x is undefined') } })).rejects.toThrow('x is undefined')
  const moved = { tags: { 'api:v1': digest('b') }, tasks: [task({ api: digest('a') })] }
  const manifests = { [digest('b')]: new Error('aborted') }
  await expect(lookedAt({ ...moved, manifests, isCancelled: true })).rejects.toThrow('aborted')
})
