import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { buildScene } from './build-scene.ts'
import { head, ruledTags } from './tag-scene.ts'

interface Row {
  /** Name and ref of the event. */
  readonly on: string
  readonly tags: string
  /** `latest=auto` where it is not given, which is the default of docker/metadata-action. */
  readonly flavor?: string
  readonly variables?: Record<string, string>
  /** The tags, `error`, or nothing where no rule gives any. */
  readonly expected: string
  /** What docker/metadata-action gives, where that differs, and the reason, which is explained in docs/tags.md. */
  readonly peer?: string
  readonly why?: string
}

const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, 'tag-table.json'), 'utf8')) as {
  readonly peer: string
  readonly rows: readonly Row[]
}

describe('the rules of docker/metadata-action', () => {
  // In blocks: hundreds of tests of a millisecond cost more than what they test.
  const kinds = [...new Set(rows.map(({ tags }) => /^type=(\w+)/.exec(tags)?.[1] ?? 'others'))]
  test.each(kinds)('%s', async (kind) => {
    const own = rows.filter(({ tags }) => (/^type=(\w+)/.exec(tags)?.[1] ?? 'others') === kind)
    for (const row of own) {
      const { on, tags: rules, flavor = 'latest=auto', variables } = row
      const { tags, error } = await ruledTags(on, { tags: rules, flavor }, variables)
      expect({ ...row, expected: error === undefined ? tags.join(' ') : 'error' }).toEqual(row)
    }
  })

  test('every difference has its reason in the documentation', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/tags.md'), 'utf8')
    const differences = rows.filter(({ peer }) => peer !== undefined)
    expect(differences.filter(({ peer, expected }) => peer === expected)).toEqual([])
    for (const why of new Set(differences.map(({ why }) => why))) expect(page).toContain(`| ${why} |`)
  })
})

describe('tags of build-push', () => {
  test('without rules, the commit', async () => {
    expect((await ruledTags('push refs/heads/main', {})).tags).toEqual([head])
    expect((await ruledTags('push refs/heads/main', { tags: 'type=ref,event=tag' })).tags).toEqual([head])
  })

  test('the input tag is the first of them', async () => {
    const { tags } = await ruledTags('push refs/tags/v1.2.3', { tag: 'stable', tags: 'type=sha\ntype=semver' })
    expect(tags).toEqual(['stable', '1.2.3', 'sha-1a2b3c4'])
  })

  test('latest is added on request only, and its absence is reported where docker/metadata-action adds it', async () => {
    const reported =
      'info The tag latest is not added. docker/metadata-action adds it; set the input flavor to latest=auto'
    expect((await ruledTags('push refs/tags/v1.2.3', { tags: 'type=semver' })).log).toContain(reported)
    const others: readonly Record<string, string>[] = [
      { tags: 'type=sha' },
      { tags: 'type=semver\nlatest' },
      { tags: 'type=semver', flavor: 'latest=false' },
    ]
    for (const inputs of others)
      expect((await ruledTags('push refs/tags/v1.2.3', inputs)).log).not.toContain('is not added')
  })

  test('a rule that gives no tag is reported with its line', async () => {
    const { log } = await ruledTags('push refs/tags/release', { tags: 'v1\ntype=semver' })
    expect(log).toContain('tags:2: "release" is no version of semver (https://semver.org), so this rule gives no tag')
  })

  test('all mistakes of tags, flavor and labels are reported at once', async () => {
    const { error } = await ruledTags('push refs/heads/main', {
      tags: 'type=sha,formt=long\ntype=later',
      flavor: 'latest=maybe',
      labels: 'a={{nope}}',
    })
    for (const place of [
      '- tags:1:10: has the attribute',
      '- tags:2:1: has type=later',
      '- flavor:1:1: has latest=',
      '- labels:1:3: has {{nope}}',
    ])
      expect(error).toContain(place)
  })

  test('a short SHA has the length that DOCKER_METADATA_SHORT_SHA_LENGTH sets', async () => {
    const { error } = await ruledTags('push refs/heads/main', {}, { DOCKER_METADATA_SHORT_SHA_LENGTH: 'x' })
    expect(error).toContain('DOCKER_METADATA_SHORT_SHA_LENGTH must be a whole number from 1 on, not "x"')
  })
})

describe('what is read from the checkout', () => {
  test('the date of the commit, and an error where it is unknown', async () => {
    const scene = buildScene()
    const date = scene.source.git('show', '--no-patch', '--format=%cd', '--date=format-local:%Y%m%d', 'HEAD')
    const tags = "type=raw,value={{commit_date 'YYYYMMDD'}}"
    expect((await scene.run({ tags, 'dry-run': 'true' })).outputs.tags).toBe(date)
    const { error } = await ruledTags('schedule refs/heads/main', { tags })
    expect(error).toContain('the date of the commit is unknown: no Git checkout in the context')
  })

  test.each(['type=pep440', 'type=raw,value={{tag}}', 'type=sha,prefix={{tag}}-'])(
    'the tag that is checked out: %s',
    async (tags) => {
      const scene = buildScene()
      const sha = scene.source.git('rev-parse', '--short=7', 'HEAD')
      scene.source.git('tag', '1.2.3')
      scene.source.git('checkout', '--detach', 'HEAD')
      const { outputs } = await scene.run({ tags, 'dry-run': 'true' }, { environment: { GITHUB_SHA: '' } })
      expect(outputs.tags).toBe(tags.includes('sha') ? `1.2.3-${sha}` : '1.2.3')
    },
  )
})

describe('labels', () => {
  const prefix = 'org.opencontainers.image.'

  test('describe the image and its repository; of the user come last and may have expressions', async () => {
    const scene = buildScene()
    const sha = scene.source.git('rev-parse', 'HEAD')
    const repository = { description: 'The shop', license: { spdx_id: 'MIT' }, default_branch: 'main' }
    await scene.run(
      { tags: 'type=raw,value=1.2.3', labels: `${prefix}title=Web\nbuilt=\\{{x}} of {{sha}}` },
      { event: { repository } },
    )
    expect(scene.builder.builds[0]?.labels).toMatchObject({
      [`${prefix}version`]: '1.2.3',
      [`${prefix}title`]: 'Web',
      [`${prefix}description`]: 'The shop',
      [`${prefix}licenses`]: 'MIT',
      [`${prefix}url`]: 'https://github.com/acme/shop',
      [`${prefix}source`]: 'https://github.com/acme/shop',
      [`${prefix}revision`]: sha,
      built: `{{x}} of ${sha.slice(0, 7)}`,
    })
  })

  test('the input tag is the version where no rule gives one', async () => {
    const scene = buildScene()
    await scene.run({ tag: 'stable', tags: 'type=ref,event=tag' })
    expect(scene.builder.builds[0]?.labels).toMatchObject({ [`${prefix}version`]: 'stable' })
  })

  test('have no version without tag and rules, and nothing that is unknown', async () => {
    const scene = buildScene()
    await scene.run()
    const names = Object.keys(scene.builder.builds[0]?.labels ?? {})
    expect(names).not.toContain(`${prefix}version`)
    expect(names).not.toContain(`${prefix}description`)
  })

  test('do not describe an image of another repository with the one of the run', async () => {
    const scene = buildScene()
    const { source } = scene
    source.git('remote', 'add', 'origin', 'https://github.com/acme/library.git')
    source.git('commit', '--allow-empty', '-m', 'Another commit')
    await scene.run({}, { event: { repository: { description: 'The shop' } } })
    expect(scene.builder.builds[0]?.labels).toMatchObject({ [`${prefix}title`]: 'library' })
    expect(Object.keys(scene.builder.builds[0]?.labels ?? {})).not.toContain(`${prefix}description`)
  })

  test('that only describe do not keep an image from being reused', async () => {
    const scene = buildScene()
    await scene.run({ tags: 'v1' }, { event: { repository: { description: 'Old' } } })
    const { outputs } = await scene.run({ tag: 'v1' }, { event: { repository: { description: 'New' } } })
    expect(outputs.reused).toBe('true')
  })
})
