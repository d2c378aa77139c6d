/** One target of a definition of docker buildx bake: what Buildx 0.29.1 prints of it, and the build that becomes of it. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { some } from '../often.ts'
import { buildx, ran as ranWith } from './docker-scene.ts'

const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api'
const every = {
  description: 'common',
  annotations: ['index,manifest:org.opencontainers.image.authors=shop'],
  attest: [
    { mode: 'max', type: 'provenance' },
    { disabled: true, type: 'sbom' },
  ],
  context: '.',
  contexts: { alpine: 'docker-image://alpine:3', src: 'cwd://../src' },
  dockerfile: 'docker/Dockerfile',
  args: { A: '1', B: null },
  labels: { team: '{{shop}}' },
  tags: ['docker.io/user/app:v1', `${image}:v1`, 'api:v2'],
  'cache-from': [{ ref: 'user/app:cache', type: 'registry' }, 'type=local,src=c'],
  'cache-to': [{ mode: 'max', type: 'gha' }],
  target: 'release',
  secret: [
    { id: 'a', env: 'HOME' },
    { id: 'b', src: './b,c.txt' },
    { id: 'PATH' },
    { id: 'c' },
    'id=d,type=env,src=HOME',
  ],
  ssh: [{ id: 'key', paths: ['a.txt', 'b.txt'] }, { id: 'default' }],
  platforms: ['linux/amd64', 'linux/arm64'],
  output: [
    { dest: 'out', type: 'local' },
    { type: 'registry', compression: 'zstd' },
  ],
  pull: true,
  'no-cache': true,
  network: 'host',
  'no-cache-filter': ['build'],
  'shm-size': '64m',
  ulimits: ['nofile=1024:1024'],
  call: 'build',
  entitlements: ['network.host'],
  'extra-hosts': { db: '10.0.0.1' },
}

async function ran(targets: object, inputs: Record<string, string> = {}, groups: object = {}) {
  const stdout = JSON.stringify({ group: groups, target: targets })
  const play = { buildx, build: { exitCode: 0 }, bake: { stdout, stderr: '#1 [internal] load\n', exitCode: 0 } }
  const result = await ranWith(play, { tag: '', 'bake-target': 'web', ...inputs })
  const isOwn = (word: string) => !/^--(?:label=(?:org|slipway)|progress|metadata-file)/.test(word)
  return { ...result, build: result.calls.find(([, second]) => second === 'build')?.filter(isOwn) }
}

describe('a bake definition', () => {
  test('becomes the build, with every member of it', async () => {
    const given = { 'bake-files': 'a.hcl\nb.json', 'bake-set': 'web.args.A=1\n*.labels.x=y', allow: 'network.host' }
    const { calls, build, outputs, lines } = await ran({ web: every }, given, { default: { targets: ['web'] } })
    expect(calls[0]).toEqual([
      'buildx',
      'bake',
      '--print',
      '--file=a.hcl',
      '--file=b.json',
      '--set=web.args.A=1',
      '--set=*.labels.x=y',
      '--',
      'web',
    ])
    expect(build).toEqual([
      ...['buildx', 'build', '--file=docker/Dockerfile', '--target=release', '--network=host', '--build-arg=A=1'],
      ...['--label=team={{shop}}', '--cache-from=type=registry,ref=user/app:cache', '--cache-from=type=local,src=c'],
      ...['--add-host=db:10.0.0.1', '--ulimit=nofile=1024:1024', '--shm-size=64m', '--no-cache', '--pull'],
      ...['--build-context=alpine=docker-image://alpine:3', '--build-context=src=../src', '--no-cache-filter=build'],
      ...['--allow=network.host', '--platform=linux/amd64,linux/arm64'],
      ...['--secret=id=a,env=SLIPWAY_BUILD_SECRET_0', '--secret=id=PATH,env=SLIPWAY_BUILD_SECRET_1'],
      ...['--secret=id=d,env=SLIPWAY_BUILD_SECRET_2', '--secret=id=b,"src=./b,c.txt"', '--secret=id=c,src=c'],
      ...[
        '--ssh=key=a.txt,b.txt',
        '--ssh=default',
        '--annotation=index,manifest:org.opencontainers.image.authors=shop',
      ],
      ...['--cache-to=type=gha,mode=max', '--attest=type=provenance,mode=max', '--attest=type=sbom,disabled=true'],
      '--output=type=local,dest=out',
      `--output=type=image,name=${image},push-by-digest=true,name-canonical=true,push=true,compression=zstd`,
      ...['--', '.'],
    ])
    expect(outputs.tags).toBe('v1\nv2')
    expect(lines.join('\n')).toContain(
      'The tag docker.io/user/app:v1 of the bake definition is not of the repository api',
    )
  })

  test('has its tags replaced by those of the inputs', async () => {
    const { outputs } = await ran({ web: { tags: ['api:v1'] } }, { tags: 'v3' })
    expect(outputs.tags).toBe('v3')
  })

  test('may have its Dockerfile in itself', async () => {
    const { build } = await ran({
      web: { context: '.', dockerfile: 'Dockerfile', 'dockerfile-inline': 'FROM scratch\n' },
    })
    const file = build?.find((word) => word.startsWith('--file='))?.slice('--file='.length) ?? ''
    expect(readFileSync(file, 'utf8')).toBe('FROM scratch\n')
  })

  test.each<[string, object, readonly string[]]>(
    some(
      [
        ['of another folder', { context: 'docker', dockerfile: 'Dockerfile' }, ['--', 'docker']],
        ['with another name', { context: 'docker', dockerfile: 'Other' }, ['--file=docker/Other', '--', 'docker']],
        [
          'of the folder of the job',
          { context: 'docker', dockerfile: 'cwd://Dockerfile' },
          ['--file=Dockerfile', '--', 'docker'],
        ],
        [
          'of an address',
          {
            context: 'https://github.com/acme/shop.git#1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
            dockerfile: 'x/Dockerfile',
          },
          ['--file=x/Dockerfile', '--', 'https://github.com/acme/shop.git#1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'],
        ],
      ],
      2,
    ),
  )('names a Dockerfile %s as Buildx does', async (_, target, words) => {
    const { build } = await ran({ web: target })
    expect(build?.filter((word) => /^--file|^--$/.test(word) || word === build.at(-1))).toEqual(words)
  })

  const two = { web: {}, api: {} }
  test.each<[string, object, object, Record<string, string>, RegExp]>(
    some(
      [
        [
          'two targets',
          two,
          { default: { targets: ['all'] }, all: { targets: ['web', 'api'] } },
          {},
          /bake: one image is built, and the definition has 2: web, api; set bake-target/,
        ],
        ['no target', {}, {}, {}, /bake: the definition has no target/],
        [
          'a member',
          { web: { policy: 'x', matrix: {} } },
          {},
          {},
          /- bake: policy of the target web is not supported; .*\n- bake: matrix of the target web is not/,
        ],
        [
          'another target in it',
          { web: { contexts: { base: 'target:base' } }, base: {} },
          { default: { targets: ['web'] } },
          {},
          /contexts of the target web has base = "target:base": a target that is built from another one is not supported/,
        ],
        [
          'another kind of value',
          { web: { args: ['A=1'], pull: 'yes' } },
          {},
          {},
          /args of the target web is no object\n.*pull of the target web is neither true nor false/,
        ],
        [
          'another call',
          { web: { call: 'outline' } },
          {},
          {},
          /call of the target web is "outline"; allowed: build, check/,
        ],
        [
          'a context from standard input',
          { web: { context: '-' } },
          {},
          {},
          /context of the target web is standard input/,
        ],
        [
          'entitlements',
          { web: { entitlements: ['security.insecure'] } },
          {},
          {},
          /entitlements of the target require the input allow: security\.insecure/,
        ],
        [
          'a secret in a cache',
          { web: { 'cache-to': [{ type: 's3', secret_access_key: 'x' }] } },
          {},
          {},
          /cache-to of the target web has secret_access_key, which is passed/,
        ],
        [
          'a name',
          { web: { output: [{ type: 'image', name: 'x' }] } },
          {},
          {},
          /outputs:1:12: has name, and the image is pushed/,
        ],
        ['an output', { web: { output: [{ type: 'zip' }] } }, {}, {}, /output of the target has type=zip; allowed/],
        [
          'other inputs',
          { web: {} },
          {},
          { context: 'x', 'build-args': 'A=1' },
          /- context is set, and a bake definition has it: use bake-set\n- build-args is set/,
        ],
        [
          'a remote definition',
          {},
          {},
          { 'bake-files': 'https://example.com/x.hcl' },
          /bake-files must be paths in the workspace/,
        ],
        [
          'two names',
          {},
          {},
          { 'bake-target': 'web,api' },
          /bake-target must be the name of one target or group, not "web,api"/,
        ],
        ['an override', {}, {}, { 'bake-set': 'web' }, /bake-set:1:1: has another form; allowed: target\.key=value/],
      ],
      4,
    ),
  )('with %s is an error by name', async (_, targets, groups, inputs, message) => {
    const result = await ran(targets, inputs, groups)
    expect(result.message).toMatch(message)
    expect(result.build).toBeUndefined()
    expect(result.operations).toEqual([])
  })

  test('that Buildx refuses is reported in its words', async () => {
    const stderr = '#1 [internal] load local bake definitions\n#1 DONE 0.0s\nERROR: failed to find target web\n'
    const { message, code } = await ranWith(
      { buildx, build: { exitCode: 0 }, bake: { stderr, exitCode: 1 } },
      { 'bake-target': 'web' },
    )
    expect(code).toBe('file-invalid')
    expect(message).toMatch(/^docker buildx bake --print failed: failed to find target web\. Correct the definition/)
  })

  test('needs Buildx: a docker CLI without it knows no such option', async () => {
    const bake = { stderr: "unknown flag: --print\nSee 'docker --help'.\n", exitCode: 125 }
    const { message, code } = await ranWith({ build: { exitCode: 0 }, bake }, { 'bake-target': 'web' })
    expect(message).toMatch(/^A bake definition needs Buildx, .* Run docker\/setup-buildx-action before this step/)
    expect(code).toBe('docker-unavailable')
  })

  test('is printed without the credentials that Buildx would put into it', async () => {
    const play = { buildx, build: { exitCode: 0 }, bake: { stdout: '{}', exitCode: 0 } }
    const { environments } = await ranWith(play, { 'bake-target': 'web' }, { ACTIONS_RUNTIME_TOKEN: 'secret-token' })
    expect(environments).toContainEqual(expect.stringMatching(/^PATH=/))
    expect(environments.join('\n')).not.toContain('secret-token')
  })
})
