import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { commitTime, gitIn, gitRepository } from '../git/repository.ts'
import { onlyLong, some } from '../often.ts'
import type { Call } from '../simulator/contract.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type BuildScene, buildScene, files } from './build-scene.ts'
import { registryOf } from './join-scene.ts'

const label = (name: string) => `org.opencontainers.image.${name}`
const labelsOf = ({ builder }: BuildScene) => builder.builds.at(-1)?.labels ?? {}

/** Two runs of one workspace, `change` between them. */
async function twice(
  scene: BuildScene,
  first: Parameters<BuildScene['run']>,
  change: () => unknown,
  second: Parameters<BuildScene['run']>,
) {
  const one = await scene.run(...first)
  expect(one.failure).toBeUndefined()
  await change()
  return { one, two: await scene.run(...second) }
}

const tag = { tag: 'v1' }
const nothing = () => undefined

describe('an immutable tag whose image was made of the same', () => {
  test('is taken as it is: nothing is built again', async () => {
    const scene = buildScene()
    const { one, two } = await twice(scene, [], nothing, [])
    expect(two.outputs).toMatchObject({ reused: 'true', digest: one.outputs.digest, tag: one.outputs.revision })
    expect(scene.builder.builds).toHaveLength(1)
    expect(two.log).toMatch(/already exists as sha256:\w+: built from the same inputs; nothing to build/)
  })

  test.each<[string, Parameters<BuildScene['run']>, (scene: BuildScene) => unknown]>(
    some(
      [
        ['in another order of platforms', [{ ...tag, platforms: 'linux/arm64, linux/amd64' }], nothing],
        ['at another time', [tag, { environment: { GITHUB_RUN_ATTEMPT: '2' } }], nothing],
        ['with another label for the time', [{ ...tag, labels: `${label('created')}=2020-01-01T00:00:00Z` }], nothing],
        ['with other caches', [{ ...tag, 'cache-from': 'type=gha' }], nothing],
        ['by another event of the same commit', [tag, { environment: { GITHUB_EVENT_NAME: 'schedule' } }], nothing],
        ['with files that .dockerignore keeps out', [tag], ({ source }) => source.write('notes/x.md', 'new')],
        ['with other times of files', [tag], ({ source }) => source.write('src/app.js', 'serve()')],
        ['after git gc', [tag], ({ source }) => source.git('gc', '--quiet')],
      ],
      4,
    ),
  )('%s', async (_, second, change) => {
    const content = { ...files, '.dockerignore': 'notes\n.git\n' }
    const scene = buildScene({ content })
    const first = second[0]?.platforms ? { ...tag, platforms: 'linux/amd64,linux/arm64' } : tag
    const { two } = await twice(scene, [first], () => change(scene), second)
    expect(two.outputs.reused).toBe('true')
  })

  test.each(some(['no-cache', 'pull'], 2))('with %s, for the same run and not for another one', async (input) => {
    const fresh = { ...tag, [input]: 'true' }
    const scene = buildScene()
    const { two } = await twice(scene, [fresh], nothing, [fresh, { environment: { GITHUB_RUN_ATTEMPT: '2' } }])
    expect(two.outputs.reused).toBe('true')
    expect((await scene.run(fresh, { environment: { GITHUB_RUN_ID: '513' } })).failure).toMatch(/run: 512, here: 513/)
    expect((await scene.run(tag)).failure).toMatch(/run: 512, here: none/)
  })
})

describe('an immutable tag whose image was made of something else', () => {
  const args = { ...tag, 'build-args': 'API=https://one.example\nTOKEN=hunter2' }
  test.each<[string, Record<string, string>, Parameters<BuildScene['run']>, (scene: BuildScene) => unknown, RegExp]>(
    some(
      [
        [
          'another commit',
          tag,
          [tag],
          ({ source }) => {
            source.write('src/app.js', 'other()')
            source.commit()
          },
          /commit: \w{40}, here: \w{40}; the files of the context differ/,
        ],
        [
          'another commit of the same files',
          tag,
          [tag],
          ({ source }) => source.git('commit', '--quiet', '--allow-empty', '-m', 'x'),
          /commit: \w{40}, here: \w{40} \|/,
        ],
        ['another context', { ...tag, context: 'a' }, [{ ...tag, context: 'b' }], nothing, /context: a, here: b/],
        [
          'another Dockerfile',
          tag,
          [{ ...tag, file: 'other.Dockerfile' }],
          nothing,
          /Dockerfile differs; file: Dockerfile, here: other.Dockerfile/,
        ],
        ['another target', { ...tag, target: 'web' }, [{ ...tag, target: 'api' }], nothing, /target: web, here: api/],
        ['no target', { ...tag, target: 'web' }, [tag], nothing, /target: web, here: none/],
        [
          'another platform',
          { ...tag, platforms: 'linux/amd64' },
          [{ ...tag, platforms: 'linux/arm64' }],
          nothing,
          /platforms: linux\/amd64, here: linux\/arm64/,
        ],
        [
          'the platform of DOCKER_DEFAULT_PLATFORM',
          tag,
          [tag, { environment: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } }],
          nothing,
          /here: linux\/arm64/,
        ],
        [
          'another build argument',
          args,
          [{ ...args, 'build-args': 'API=https://two.example\nTOKEN=hunter2' }],
          nothing,
          /: build-arg API differs \|/,
        ],
        [
          'a build argument less',
          args,
          [tag],
          nothing,
          /build-arg API: set, here: none; build-arg TOKEN: set, here: none/,
        ],
        [
          'the value of a build argument in the environment',
          { ...tag, 'build-args': 'API' },
          [{ ...tag, 'build-args': 'API' }, { environment: { API: 'x' } }],
          nothing,
          /build-arg API: none, here: set/,
        ],
        [
          'SOURCE_DATE_EPOCH',
          tag,
          [tag, { environment: { SOURCE_DATE_EPOCH: '1' } }],
          nothing,
          /build-arg SOURCE_DATE_EPOCH: none, here: set/,
        ],
        ['another label', { ...tag, labels: 'team=a' }, [{ ...tag, labels: 'team=b' }], nothing, /label team differs/],
        ['another network', tag, [{ ...tag, network: 'host' }], nothing, /network: none, here: host/],
        ['another provenance', tag, [{ ...tag, provenance: 'false' }], nothing, /provenance: none, here: false/],
        ['a secret more', tag, [{ ...tag, secrets: 'npm=hunter2' }], nothing, /secrets: none, here: npm/],
        [
          'files that git ignores',
          tag,
          [tag],
          ({ source }) => source.write('dist/app.js', 'for production'),
          /: the files of the context differ \|/,
        ],
        [
          'another permission of a file that git ignores',
          tag,
          [tag],
          ({ source }) => chmodSync(join(source.folder, 'dist/old.js'), 0o755),
          /the files of the context differ/,
        ],
        [
          'a link in the place of a file',
          tag,
          [tag],
          ({ source }) => {
            rmSync(join(source.folder, 'dist/old.js'))
            symlinkSync('../src/app.js', join(source.folder, 'dist/old.js'))
          },
          /the files of the context differ/,
        ],
        [
          'another .dockerignore of the Dockerfile',
          tag,
          [tag],
          ({ source }) => {
            source.write('Dockerfile.dockerignore', 'src')
            source.commit()
          },
          /the files of the context differ/,
        ],
      ],
      6,
    ),
  )('%s: is refused before the build, by what is different', async (_, first, second, change, message) => {
    const more = { 'a/Dockerfile': 'FROM scratch', 'b/Dockerfile': 'FROM scratch', 'other.Dockerfile': 'FROM scratch' }
    const scene = buildScene({ content: { ...files, ...more } })
    scene.source.write('dist/old.js', 'built')
    const { one, two } = await twice(scene, [first], () => change(scene), second)
    expect(two.failure).toMatch(
      /ImageTagAlreadyExistsException: the tag "v1" already exists in the immutable repository "api"/,
    )
    expect(two.failure).toMatch(message)
    expect(two.failure).not.toMatch(/hunter2|example/)
    expect(scene.builder.builds).toHaveLength(1)
    expect(scene.digestOf('v1')).toBe(one.outputs.digest)
  })

  test('is built again where the tag may move', async () => {
    const scene = buildScene({ immutable: false })
    const { one, two } = await twice(scene, [{ ...tag, target: 'web' }], nothing, [{ ...tag, target: 'api' }])
    expect(two.outputs).toMatchObject({ reused: 'false' })
    expect(two.log).toMatch(/api:v1 has another image and will be moved: target: web, here: api/)
    expect(two.outputs.digest).not.toBe(one.outputs.digest)
    expect(scene.digestOf('v1')).toBe(two.outputs.digest)
  })

  test('shows no value that may be secret in its labels', async () => {
    const scene = buildScene()
    await scene.run({ 'build-args': 'TOKEN=hunter2', labels: 'team=shop', secrets: 'npm=hunter3', context: '.' })
    const { 'slipway.inputs': inputs = '', 'slipway.key': key = '' } = labelsOf(scene)
    expect(key).toMatch(/^2:[0-9a-f]{64}:[0-9a-f]{64}$/)
    expect(JSON.parse(inputs)).toMatchObject({
      context: '.',
      file: 'Dockerfile',
      secrets: 'npm',
      'build-arg TOKEN': expect.stringMatching(/^\w{8}$/),
    })
    expect(`${key} ${inputs}`).not.toMatch(/hunter/)
  })

  test('leaves out what is too long for a command line, and is compared all the same', async () => {
    const many = { ...tag, 'build-args': Array.from({ length: 900 }, (_, index) => `ARGUMENT_${index}=x`).join('\n') }
    const scene = buildScene()
    const { two } = await twice(scene, [many], nothing, [many])
    expect(labelsOf(scene)['slipway.inputs']).toBeUndefined()
    expect(two.outputs.reused).toBe('true')
    expect((await scene.run(tag)).failure).toMatch(/its build inputs differ/)
  })
})

describe('where tags may move', () => {
  const both = { tags: 'latest\ntype=sha' }
  const another = ({ source }: BuildScene) => {
    source.write('src/app.js', 'another()')
    source.commit()
  }

  test('the image of the same commit is taken as it is, and gets the tags that it lacks', async () => {
    const scene = buildScene({ immutable: false })
    const { one, two } = await twice(scene, [tag], nothing, [{ tags: 'v1\nv2' }])
    expect(two.outputs).toMatchObject({ reused: 'true', digest: one.outputs.digest })
    expect([scene.digestOf('v1'), scene.digestOf('v2')]).toEqual([one.outputs.digest, one.outputs.digest])
    expect(scene.builder.builds).toHaveLength(1)
  })

  test('a tag that has the image of another commit by now is no proof: it is built', async () => {
    const scene = buildScene({ immutable: false })
    const { one, two } = await twice(scene, [{ tag: 'latest' }], () => another(scene), [{ tag: 'latest' }])
    expect(two.outputs.reused).toBe('false')
    expect(two.outputs.digest).not.toBe(one.outputs.digest)
    expect(two.log).toMatch(/api:latest has another image and will be moved: commit: \w{40}, here: \w{40}/)
  })

  test('the image is found under another of its tags, where the first one was moved to another commit', async () => {
    const scene = buildScene({ immutable: false })
    const { one, two } = await twice(scene, [both], () => another(scene), [both])
    expect(scene.digestOf('latest')).toBe(two.outputs.digest)
    scene.source.git('checkout', '--quiet', 'HEAD~1')
    const again = await scene.run(both)
    expect(again.outputs).toMatchObject({ reused: 'true', digest: one.outputs.digest, tag: 'latest' })
    expect(scene.digestOf('latest')).toBe(one.outputs.digest)
    expect(scene.builder.builds).toHaveLength(2)
  })

  test('it is built where the labels of the image cannot be read, and the log has the missing permission', async () => {
    const scene = buildScene({ immutable: false })
    const denied = () =>
      scene.simulator.faults.add({
        service: 'registry',
        operation: /^GET .*\/blobs\//,
        times: 1,
        effect: {
          kind: 'error',
          code: 'DENIED',
          message: 'User: ann is not authorized to perform: ecr:GetDownloadUrlForLayer on resource: repository/api',
          status: 403,
        },
      })
    const { two } = await twice(scene, [tag], denied, [tag])
    expect(two.failure).toBeUndefined()
    expect(two.log).toMatch(/will be moved: not authorized to perform ecr:GetDownloadUrlForLayer/)
  })
})

test('the outputs imageid and metadata are those of the image, built or reused', async () => {
  const scene = buildScene()
  const { one, two } = await twice(scene, [tag], nothing, [tag])
  expect(two.outputs).toMatchObject({ reused: 'true', imageid: one.outputs.imageid, metadata: one.outputs.metadata })
  const { digest, name, imageid } = one.outputs
  const { content = new Uint8Array() } = (await registryOf(scene).manifest('api', digest ?? '')) ?? {}
  const stored = JSON.parse(new TextDecoder().decode(content))
  expect(imageid).toBe(stored.config.digest)
  expect(JSON.parse(one.outputs.metadata ?? '')).toEqual({
    'containerimage.config.digest': imageid,
    'containerimage.descriptor': { mediaType: stored.mediaType, digest, size: content.length },
    'containerimage.digest': digest,
    'image.name': `${name}:v1`,
  })
})

describe('reuse: off', () => {
  const off = { ...tag, reuse: 'off' }

  test('builds again where the tag may move', async () => {
    const scene = buildScene({ immutable: false })
    const { one, two } = await twice(scene, [tag], nothing, [off])
    expect(two.outputs.reused).toBe('false')
    expect(two.outputs.digest).not.toBe(one.outputs.digest)
    expect((await scene.run(tag)).outputs).toMatchObject({ reused: 'true', digest: two.outputs.digest })
  })

  test('fails before the build where it may not', async () => {
    const scene = buildScene()
    const { two } = await twice(scene, [tag], nothing, [off])
    expect(two.failure).toMatch(/ImageTagAlreadyExistsException: .*reuse is off, so an existing image is never used/)
    expect(scene.builder.builds).toHaveLength(1)
  })

  test.each(some(['digest', 'tag'] as const, 2))(
    'takes its own image for no other one: pushed by %s',
    async (pushing) => {
      const scene = buildScene({ pushing })
      const ran = await scene.run(off)
      expect([ran.failure, ran.outputs.reused]).toEqual([undefined, 'false'])
      expect(scene.digestOf('v1')).toBe(ran.outputs.digest)
    },
  )
})

describe('what another program or an earlier version made', () => {
  test('is never taken for the same because of its commit alone', async () => {
    const scene = buildScene()
    const head = scene.source.git('rev-parse', 'HEAD')
    const layout = join(scene.source.folder, 'layout')
    const { writeLayout } = await import('../oci-layout.ts')
    await writeLayout(layout, { files: { '/a': 'b' }, entrypoint: ['/a'], labels: { [label('revision')]: head } })
    await scene.run({ 'oci-layout': 'layout' })
    rmSync(layout, { recursive: true })
    expect((await scene.run()).failure).toMatch(
      new RegExp(`it has another image, sha256:\\w+ of commit ${head}: it has no label slipway.key`),
    )
  })
})

test('a tag that is excluded from the immutability moves to what is built, and the others do not', async () => {
  const scene = buildScene()
  const mutability = {
    repositoryName: 'api',
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest*' }],
  }
  scene.simulator.world.region('eu-west-1').ecr.handlers.PutImageTagMutability?.(mutability, {} as Call)
  const moving = { tag: 'latest-main' }
  const change = () => scene.source.write('src/app.js', 'changed()')
  const { two } = await twice(scene, [moving], change, [moving])
  expect([two.failure, two.outputs.reused]).toEqual([undefined, 'false'])
  expect((await twice(scene, [tag], nothing, [tag])).two.outputs.reused).toBe('true')
})

describe('a checkout with uncommitted changes', () => {
  test.each<[string, (scene: BuildScene) => unknown, RegExp]>(
    some(
      [
        [
          'a changed file',
          ({ source }) => source.write('src/app.js', 'changed()'),
          /uncommitted changes \(src\/app.js\)/,
        ],
        ['a new file', ({ source }) => source.write('new.js', ''), /uncommitted changes \(new.js\)/],
        [
          'a file that is gone',
          ({ source }) => rmSync(join(source.folder, 'src/app.js')),
          /uncommitted changes \(src\/app.js\)/,
        ],
        [
          'several',
          ({ source }) => ['a', 'b', 'c'].map((name) => source.write(name, '')),
          /uncommitted changes \(a and 2 more\)/,
        ],
      ],
      6,
    ),
  )(
    'is not its commit, with %s: it is labelled so, and reused for the same changes alone',
    async (_, change, message) => {
      const scene = buildScene()
      change(scene)
      const { one, two } = await twice(scene, [tag], nothing, [tag])
      expect(labelsOf(scene)[label('revision')]).toBe(`${one.outputs.revision}-dirty`)
      expect(one.log).toMatch(message)
      expect(two.outputs.reused).toBe('true')
      scene.source.write('src/app.js', 'changed otherwise()')
      expect((await scene.run(tag)).failure).toMatch(/the files of the context differ/)
    },
  )

  test('is not the image of its commit', async () => {
    const scene = buildScene()
    const { two } = await twice(scene, [tag], () => scene.source.write('src/app.js', 'changed()'), [tag])
    expect(two.failure).toMatch(/the files of the context differ; revision: none, here: \w+-dirty/)
  })

  test('is its commit all the same where the changes are not in the context', async () => {
    const scene = buildScene({ content: { ...files, 'api/Dockerfile': 'FROM scratch', 'api/.dockerignore': 'logs' } })
    scene.source.write('src/app.js', 'changed()')
    scene.source.write('api/logs/today', 'noise')
    const { one, two } = await twice(scene, [{ ...tag, context: 'api' }], nothing, [{ ...tag, context: 'api' }])
    expect(labelsOf(scene)[label('revision')]).toBe(one.outputs.revision)
    expect(two.outputs.reused).toBe('true')
  })

  test('counts a Dockerfile outside of the context in', async () => {
    const scene = buildScene({ content: { ...files, 'api/a.js': '', 'docker/api': 'FROM scratch' } })
    scene.source.write('docker/api', 'FROM scratch\nUSER 1')
    await scene.run({ context: 'api', file: 'docker/api' })
    expect(labelsOf(scene)[label('revision')]).toMatch(/-dirty$/)
  })
})

test('a Dockerfile or an ignore file that is a named pipe is not waited for, and no image is reused', async () => {
  const scene = buildScene({ content: { 'src/app.js': '' } })
  for (const name of ['Dockerfile', '.dockerignore']) execFileSync('mkfifo', [join(scene.source.folder, name)])
  const { log, outputs } = await scene.run()
  expect(log).toMatch(/No existing image is reused: Dockerfile is not a file that can be read/)
  expect(outputs.reused).toBe('false')
})

describe('where git does not help', () => {
  test('the files decide without git: the same are reused, others are not', async () => {
    const environment = { PATH: '/nonexistent' }
    const scene = buildScene()
    const { one, two } = await twice(scene, [tag, { environment }], nothing, [tag, { environment }])
    expect(one.log).toMatch(/Whether the checkout has uncommitted changes is unknown: git is not installed/)
    expect(two.outputs.reused).toBe('true')
    scene.source.write('src/app.js', 'changed()')
    expect((await scene.run(tag, { environment })).failure).toMatch(/the files of the context differ/)
  })

  test('the commit is that of the event after a checkout without git, and the log says so', async () => {
    const scene = buildScene()
    const { git, folder } = scene.source
    const head = git('rev-parse', 'HEAD')
    rmSync(join(folder, '.git'), { recursive: true })
    const ran = await scene.run()
    expect(ran.outputs).toMatchObject({ tag: head, revision: head })
    expect(ran.log).toMatch(/Revision: \w{7}, from the event push; no Git checkout at "\."/)
    expect((await scene.run()).outputs.reused).toBe('true')
    scene.source.write('src/app.js', 'of another ref')
    expect((await scene.run()).failure).toMatch(/the files of the context differ/)
  })

  test('a sparse checkout has other files, and is another image', async () => {
    const scene = buildScene({ content: { ...files, 'docs/big.md': 'x' } })
    const { two } = await twice(scene, [tag], () => scene.source.git('sparse-checkout', 'set', 'src'), [tag])
    expect(two.failure).toMatch(/: the files of the context differ \|/)
  })
})

describe('a git address as context', () => {
  const address = (reference: string) => `https://x-access-token:ghs_secret@github.com/acme/api.git${reference}`
  const commit = 'c'.repeat(40)

  test('that names a commit is that commit, and is reused', async () => {
    const scene = buildScene()
    const { one, two } = await twice(scene, [{ context: address(`#${commit}:api`) }], nothing, [
      { context: address(`#${commit}:api`) },
    ])
    expect(one.outputs).toMatchObject({ tag: commit, revision: `acme/api@${commit}` })
    expect(labelsOf(scene)).toMatchObject({
      [label('revision')]: commit,
      [label('source')]: 'https://github.com/acme/api',
    })
    expect(two.outputs.reused).toBe('true')
    expect(JSON.stringify([labelsOf(scene), one.log])).not.toContain('ghs_secret')
    const other = await scene.run({ context: address(`#${commit}:web`) })
    expect(other.failure).toMatch(
      /context: https:\/\/github.com\/acme\/api.git#c+:api, here: https:\/\/github.com\/acme\/api.git#c+:web/,
    )
  })

  test('that names a branch may be anything: it needs a tag, and is never reused', async () => {
    const scene = buildScene()
    const context = address('#main')
    expect((await scene.run({ context })).failure).toMatch(/tag is empty, and the commit of the context/)
    const { one, two } = await twice(scene, [{ ...tag, context }], nothing, [{ ...tag, context }])
    expect(labelsOf(scene)[label('revision')]).toBeUndefined()
    expect(one.outputs.revision).toBe('')
    expect(two.failure).toMatch(/names no commit, so its content can change between builds/)
  })
})

describe('two runs that build the same at the same time', () => {
  test.each(some(['digest', 'tag'] as const, 2))(
    'both end well with one image, where the engine pushes by %s',
    async (pushing) => {
      const scene = buildScene({ pushing })
      let other: Awaited<ReturnType<BuildScene['run']>> | undefined
      scene.builder.meanwhile = async () => {
        other = await scene.run()
      }
      const ran = await scene.run()
      expect(ran.failure).toBeUndefined()
      expect(other?.outputs).toMatchObject({ reused: 'false', digest: scene.digestOf(ran.outputs.tag ?? '') })
      expect(ran.outputs).toMatchObject({ reused: 'true', digest: other?.outputs.digest })
      expect(scene.builder.builds).toHaveLength(2)
    },
  )

  test('both end well with one image where the tag may move', async () => {
    const scene = buildScene({ immutable: false })
    let other: Awaited<ReturnType<BuildScene['run']>> | undefined
    scene.builder.meanwhile = async () => {
      other = await scene.run()
    }
    const ran = await scene.run()
    expect(ran.outputs).toMatchObject({ reused: 'true', digest: other?.outputs.digest })
    expect(ran.log).toMatch(/already exists as sha256:\w+: pushed by another run during this one/)
    expect(scene.digestOf(ran.outputs.tag ?? '')).toBe(other?.outputs.digest)
  })

  test.each(some(['digest', 'tag'] as const, 2))(
    'of something else are told apart, where the engine pushes by %s',
    async (pushing) => {
      const scene = buildScene({ pushing })
      scene.builder.meanwhile = () => scene.run({ target: 'web' })
      expect((await scene.run({ target: 'api' })).failure).toMatch(/target: web, here: api/)
    },
  )
})

describe('the time of an image', () => {
  test('is that of the commit, so that the same commit has the same labels', async () => {
    const scene = buildScene({ immutable: false })
    await scene.run()
    const first = labelsOf(scene)
    expect(first[label('created')]).toBe(new Date(commitTime * 1000).toISOString())
    await scene.run({ reuse: 'off' })
    expect(scene.builder.builds).toHaveLength(2)
    expect(labelsOf(scene)).toEqual(first)
  })

  test('is SOURCE_DATE_EPOCH where that is set, and now where the files are not those of the commit', async () => {
    const scene = buildScene({ immutable: false })
    await scene.run({}, { environment: { SOURCE_DATE_EPOCH: '1700000000' } })
    expect(labelsOf(scene)[label('created')]).toBe('2023-11-14T22:13:20.000Z')
    scene.source.write('src/app.js', 'changed()')
    await scene.run()
    const made = Date.parse(labelsOf(scene)[label('created')] ?? '')
    expect(Math.abs(made - scene.simulator.clock.now())).toBeLessThan(60_000)
  })
})

describe('the revision is that of what is checked out', () => {
  const head = (scene: BuildScene) => scene.source.git('rev-parse', 'HEAD')

  test.each(
    some(
      [
        'issue_comment',
        'workflow_dispatch',
        'workflow_run',
        'repository_dispatch',
        'schedule',
        'pull_request_target',
        'check_run',
        'push',
      ],
      8,
    ),
  )('of %s: tag, label and output, and the image of the event is never used in its place', async (name) => {
    const scene = buildScene()
    const ofMain = await scene.run()
    scene.source.write('src/app.js', 'of the pull request')
    scene.source.commit()
    const ran = await scene.run({}, { environment: { GITHUB_EVENT_NAME: name } })
    expect(ran.outputs).toMatchObject({ tag: head(scene), revision: head(scene), reused: 'false' })
    expect(ran.outputs.digest).not.toBe(ofMain.outputs.digest)
    expect(labelsOf(scene)[label('revision')]).toBe(head(scene))
    expect(ran.log).toMatch(
      new RegExp(
        `Revision: ${head(scene).slice(0, 7)} \\(main\\), from the checkout; the event ${name} has ${ofMain.outputs.tag?.slice(0, 7)}`,
      ),
    )
  })

  onlyLong(test)(
    'of a pull request: its head, and another merge commit of the same head is another image',
    async () => {
      const scene = buildScene()
      const { git, write, commit } = scene.source
      git('checkout', '--quiet', '-b', 'feature')
      write('src/app.js', 'feature()')
      const feature = commit()
      const merge = () => {
        git('checkout', '--quiet', '--detach', 'main')
        git('merge', '--quiet', '--no-ff', '--message', 'Merge', 'feature')
        return { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/7/merge', GITHUB_SHA: head(scene) }
      }
      const event = {
        pull_request: { number: 7, head: { sha: feature, ref: 'feature', repo: { full_name: 'acme/shop' } } },
      }
      const first = await scene.run(
        { tags: 'type=sha,format=long,prefix=\ntype=ref,event=pr' },
        { environment: merge(), event },
      )
      expect(first.outputs).toMatchObject({ tags: `pr-7\n${feature}`, revision: feature })
      expect(labelsOf(scene)[label('revision')]).toBe(feature)
      git('checkout', '--quiet', 'main')
      write('README.md', 'the base moves on')
      commit()
      expect((await scene.run({}, { environment: merge(), event })).failure).toMatch(/commit: \w{40}, here: \w{40}/)
    },
  )

  onlyLong(test)('of a checkout of another repository into a folder, which is also named as the source', async () => {
    const scene = buildScene()
    const app = gitRepository({ Dockerfile: 'FROM scratch' }, join(scene.source.folder, 'app'))
    app.git('remote', 'add', 'origin', 'https://github.com/acme/app.git')
    const commit = app.git('rev-parse', 'HEAD')
    const ran = await scene.run({ context: 'app' })
    expect(ran.outputs).toMatchObject({ tag: commit, revision: `acme/app@${commit}` })
    expect(labelsOf(scene)).toMatchObject({
      [label('revision')]: commit,
      [label('source')]: 'https://github.com/acme/app',
    })
    expect(ran.log).toMatch(/Revision: \w{7} \(acme\/app, main\), from the checkout/)
  })

  onlyLong(test)('of a submodule and of a worktree', async () => {
    const scene = buildScene()
    const library = gitRepository({ Dockerfile: 'FROM scratch' })
    scene.source.git('submodule', '--quiet', 'add', `file://${library.folder}`, 'lib')
    scene.source.commit()
    expect((await scene.run({ context: 'lib' })).outputs.tag).toBe(library.git('rev-parse', 'HEAD'))
    const tree = join(temporaryFolder(), 'tree')
    scene.source.git('worktree', 'add', '--quiet', '-b', 'old', tree, 'HEAD~1')
    expect((await scene.run({ context: tree })).outputs).toMatchObject({
      tag: gitIn(tree, 'rev-parse', 'HEAD'),
      reused: 'false',
    })
  })

  test('of a tag that is checked out, by which the rules go', async () => {
    const scene = buildScene()
    const { git, write, commit } = scene.source
    write('src/app.js', 'released()')
    commit()
    git('tag', 'v1.4.0', '--annotate', '--message', 'x')
    git('checkout', '--quiet', 'v1.4.0')
    const rules = 'type=semver,pattern={{major}}.{{minor}}\ntype=ref,event=tag\ntype=ref,event=branch'
    const ran = await scene.run({ tags: rules }, { environment: { GITHUB_EVENT_NAME: 'workflow_dispatch' } })
    expect(ran.outputs.tags).toBe('1.4\nv1.4.0')
  })

  test('or what the input names, also where something else is checked out', async () => {
    const scene = buildScene()
    const named = 'd'.repeat(40)
    const ran = await scene.run({ revision: named })
    expect(ran.outputs).toMatchObject({ tag: named, revision: named })
    expect(labelsOf(scene)[label('revision')]).toBe(named)
    expect(ran.log).toMatch(/Revision: ddddddd, set by the input revision; the checkout has/)
    expect((await scene.run({ revision: `acme/other@${named}`, tag: 'x' })).outputs.revision).toBe(
      `acme/other@${named}`,
    )
  })

  test.each(['main', 'c94f355', 'refs/heads/main'])('which has to be a full SHA, and not %s', async (revision) => {
    await expect(buildScene().run({ revision })).rejects.toMatchObject({ parts: { code: 'inputs-invalid' } })
  })
})

describe('before anything is asked of AWS', () => {
  test.each([
    ['servces/api', 'no such folder in the workspace'],
    ['src/app.js', 'it is a file, not a folder'],
  ])('a context that is no folder is told: %s', async (context, why) => {
    const ran = await buildScene().run({ context })
    expect(ran.failure).toContain(`The build context "${context}" cannot be read | ${why}`)
  })

  test('a dry run says what would be done, and does nothing', async () => {
    const scene = buildScene()
    scene.simulator.recorder.clear()
    const ran = await scene.run({ 'dry-run': 'true', tags: 'type=sha' })
    expect(ran.outputs).toMatchObject({
      repository: 'api',
      tag: expect.stringMatching(/^sha-/),
      digest: '',
      image: '',
      revision: scene.source.git('rev-parse', 'HEAD'),
    })
    expect(ran.log).toMatch(/Dry run: api:sha-\w{7} would be built from "\."; nothing changed/)
    expect(scene.simulator.recorder.all).toEqual([])
    expect(scene.builder.builds).toEqual([])
  })
})

test.each([true, false])(
  'the role is assumed once, and one registry token is asked for: immutable tags %s',
  async (immutable) => {
    const scene = buildScene({ immutable })
    await scene.run({ 'role-to-assume': 'arn:aws:iam::111122223333:role/slipway-build' })
    const count = (name: string) => scene.simulator.recorder.all.filter(({ operation }) => operation === name).length
    expect(count('AssumeRoleWithWebIdentity')).toBe(1)
    // The builder that is played here has one of its own.
    expect(count('GetAuthorizationToken')).toBe(2)
  },
)
