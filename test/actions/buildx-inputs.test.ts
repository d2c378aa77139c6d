/** Inputs of docker/build-push-action v7: what they become, and what cannot be kept is an error by name. */
import { describe, expect, test } from '@jest/globals'
import { buildPushInputs } from '../../src/actions/build-push/build-push-inputs.ts'
import { some } from '../often.ts'
import { buildScene } from './build-scene.ts'
import { ran as ranWith } from './docker-scene.ts'

const buildx = 'github.com/docker/buildx v0.29.1 4c4d2f2'
const ok = { exitCode: 0 }
const sha = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const name = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api'
const ownAddress = `https://github.com/acme/shop.git#${sha}`

/** The arguments of the build, without those that every one has. */
function optionsOf(calls: readonly (readonly string[])[]): readonly string[] {
  const build = calls.find(([first, second]) => first === 'build' || second === 'build') ?? []
  const usual = /^(?:(?:buildx|build|--)$|--label=|--progress=|--metadata-file=|--output=type=image,name=)/
  return build.filter((word) => !usual.test(word))
}

async function ran(inputs: Record<string, string>, environment: Record<string, string> = {}, play: object = {}) {
  const result = await ranWith({ buildx, build: ok, ...play }, inputs, environment)
  return { ...result, options: optionsOf(result.calls) }
}

/** One line for each input of docker/build-push-action's action.yml, read at v7.3.0 (cb941d0). */
const peerInputs: Readonly<Record<string, readonly [given: string, becomes: readonly string[]]>> = {
  'add-hosts': ['docker:10.180.0.1,foo=10.0.0.1', ['--add-host=docker:10.180.0.1', '--add-host=foo=10.0.0.1']],
  allow: ['network.host,security.insecure', ['--allow=network.host', '--allow=security.insecure']],
  annotations: [
    'example1=www\nindex:example2=xxx\nmanifest-descriptor[linux/amd64]:example4=zzz, with a comma',
    [
      '--annotation=example1=www',
      '--annotation=index:example2=xxx',
      '--annotation=manifest-descriptor[linux/amd64]:example4=zzz, with a comma',
    ],
  ],
  attests: ['type=vex,generator=a/b', ['--attest=type=vex,generator=a/b']],
  'build-args': [
    'A=1\n"MULTI=first\nsecond ""quoted"""',
    ['--build-arg=A=1', '--build-arg=MULTI=first\nsecond "quoted"'],
  ],
  'build-contexts': [
    'alpine=docker-image://alpine:3.21\nsrc=../src',
    ['--build-context=alpine=docker-image://alpine:3.21', '--build-context=src=../src'],
  ],
  builder: ['builder-git-context-2', ['--builder=builder-git-context-2']],
  'cache-from': ['type=local,src=/tmp/cache', ['--cache-from=type=local,src=/tmp/cache']],
  'cache-to': ['type=local,dest=/tmp/cache', ['--cache-to=type=local,dest=/tmp/cache']],
  call: ['build', []],
  'cgroup-parent': ['foo', ['--cgroup-parent=foo']],
  context: [ownAddress, [ownAddress]],
  file: ['./test/Dockerfile', ['--file=./test/Dockerfile']],
  labels: ['team=shop', []],
  load: ['true', [`--output=type=docker,name=${name}:v1`]],
  network: ['host', ['--network=host']],
  'no-cache': ['true', ['--no-cache']],
  'no-cache-filters': ['build,test', ['--no-cache-filter=build', '--no-cache-filter=test']],
  outputs: ['type=local,"dest=./a,b"\n./out', ['--output=type=local,"dest=./a,b"', '--output=type=local,dest=./out']],
  platforms: ['linux/amd64,linux/arm64', ['--platform=linux/amd64,linux/arm64']],
  provenance: ['mode=max', ['--provenance=mode=max']],
  pull: ['true', ['--pull']],
  push: ['true', []],
  sbom: ['true', ['--sbom=true']],
  secrets: ['a=one', ['--secret=id=a,env=SLIPWAY_BUILD_SECRET_0']],
  'secret-envs': ['MY_SECRET=HOME', ['--secret=id=MY_SECRET,env=SLIPWAY_BUILD_SECRET_1']],
  'secret-files': ['a=./one,two.txt', ['--secret=id=a,"src=./one,two.txt"']],
  'shm-size': ['2g', ['--shm-size=2g']],
  ssh: ['default,key=/root/.ssh/id', ['--ssh=default', '--ssh=key=/root/.ssh/id']],
  tags: ['v1', []],
  target: ['release', ['--target=release']],
  ulimit: ['nofile=1024:1024\nnproc=3', ['--ulimit=nofile=1024:1024', '--ulimit=nproc=3']],
  'github-token': ['ghs_token', ['--secret=id=GIT_AUTH_TOKEN.github.com,env=SLIPWAY_BUILD_SECRET_2']],
}

describe('every input of docker/build-push-action', () => {
  const all = Object.fromEntries(Object.entries(peerInputs).map(([input, [given]]) => [input, given]))
  const together = ran({ ...all, revision: sha })

  test.each(Object.entries(peerInputs))('works under its name: %s', async (input, [, becomes]) => {
    expect(Object.keys(buildPushInputs)).toContain(input)
    const { options } = await together
    expect(options).toEqual(expect.arrayContaining([...becomes]))
  })

  test('and nothing else becomes of them', async () => {
    const { options, message } = await together
    expect(message).toBeUndefined()
    expect([...options].sort()).toEqual(
      Object.values(peerInputs)
        .flatMap(([, becomes]) => becomes)
        .sort(),
    )
  })
})

describe('a value that is no value', () => {
  test.each<[string, string, RegExp]>(
    some(
      [
        ['add-hosts', 'docker', /add-hosts must have items like docker:10\.180\.0\.1, not "docker"/],
        [
          'allow',
          'network.all',
          /allow must have items like network\.host, security\.insecure or device, not "network\.all"/,
        ],
        ['annotations', 'a=1\nnothing', /annotations:2:1: has another form; allowed: name=value/],
        ['attests', 'mode=max', /attests:1:1: is "mode=max"; allowed: type=sbom/],
        ['build-args', '"A=1\nB', /build-args:1:1: has a double quote that is not closed/],
        ['build-contexts', 'src', /build-contexts:1:1: has another form; allowed: name=path/],
        ['call', 'outline', /call must be build or check, not "outline"/],
        ['no-cache-filters', 'a b', /no-cache-filters must have items like a stage of the Dockerfile, not "a b"/],
        [
          'outputs',
          'type=zip',
          /outputs:1:6: has type=zip; allowed: local, tar, oci, docker, image, registry, cacheonly/,
        ],
        ['outputs', 'dest=x,y=1', /outputs:1:1: has no type; allowed: type=local/],
        ['outputs', 'type=local', /has type=local without a file or folder; allowed: type=local,dest=<path>/],
        ['outputs', 'type=tar,dest=-', /writes to standard output \(-\)/],
        ['outputs', 'type=cacheonly', /outputs:1:1: has type=cacheonly, which keeps no result; set push: false/],
        ['outputs', 'type=image\ntype=registry', /outputs:2:1: is another image; one image is pushed/],
        [
          'outputs',
          'type=image,name=user/app,push-by-digest=true',
          /outputs:1:12: has name, and the image is pushed .*\n.*outputs:1:26: has push-by-digest/,
        ],
        ['push', 'maybe', /push must be true or false, not "maybe"/],
        ['secret-envs', 'ghp_secret', /secret-envs must have items like id=NAME, not item 1/],
        [
          'secret-envs',
          'A=NOT_THERE',
          /secret-envs: the variable NOT_THERE of the secret A is not set; set it in env of the step/,
        ],
        ['secrets', 'A=1\n"B=', /line 2 has a double quote that is not closed/],
        ['secrets', 'A=1\nB=', /line 2 has no name or no value/],
        ['shm-size', 'big', /shm-size must be a number of bytes with a unit b, k, m or g, such as 64m, not "big"/],
        ['ssh', 'key=/a,/b', /ssh must have items like default or id=path, not "\/b"/],
        ['ulimit', 'nofile', /ulimit:1:1: is "nofile"; allowed: nofile=1024:2048/],
      ],
      4,
    ),
  )('%s: %s', async (input, given, message) => {
    const { message: said } = await ran({ [input]: given })
    expect(said).toMatch(message)
    expect(said).not.toContain('ghp_secret')
  })

  test('of a secret is not longer than a variable can be', async () => {
    const { message } = await ran({ secrets: `A=${'x'.repeat(128 * 1024)}` })
    expect(message).toMatch(
      /secrets: the secret A has 131072 bytes; Linux passes at most 131000 in a variable: use secret-files/,
    )
  })

  test('of a secret is never empty: that of a variable neither', async () => {
    const { message, calls } = await ran({ 'secret-envs': 'A=EMPTY', 'oci-layout': 'x', load: 'true' }, { EMPTY: '' })
    expect(message).toMatch(/the variable EMPTY of the secret A is empty/)
    // All mistakes at once, and before docker or AWS is asked.
    expect(message).toMatch(/oci-layout is set, so nothing is built: remove load, secret-envs, or oci-layout/)
    expect(calls).toEqual([])
  })

  test('is never left out silently because an image of another tool is pushed', async () => {
    const { message } = await ran({ 'oci-layout': 'x', labels: 'a=b', push: 'false', reuse: 'off', sbom: 'true' })
    expect(message).toMatch(/so nothing is built: remove push: false, sbom, labels, reuse, or oci-layout/)
    const passed = await ran({ 'oci-layout': 'x', 'build-args': 'A=1', file: 'y' })
    expect(passed.lines.join('\n')).toMatch(/nothing is built, and these inputs have no effect: file, build-args/)
  })
})

describe('secrets', () => {
  test('may have several lines, commas and quotes, and are masked and on no command line', async () => {
    const { options, masks, environments } = await ran(
      {
        secrets: 'FIRST=abc,def=0\n"MULTI=aaaa""\n\nbb ""quoted"" b"\nJSON={"a":"b","c":1}',
        'secret-envs': 'FROM=OF_STEP',
      },
      { OF_STEP: 'value-of-step', INPUT_SECRETS: 'x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' },
    )
    expect(options.filter((word) => word.startsWith('--secret='))).toEqual(
      ['FIRST', 'MULTI', 'JSON', 'FROM'].map((id, index) => `--secret=id=${id},env=SLIPWAY_BUILD_SECRET_${index}`),
    )
    const values = ['abc,def=0', 'aaaa"\n\nbb "quoted" b', '{"a":"b","c":1}', 'value-of-step']
    expect(masks).toEqual(expect.arrayContaining(values))
    // Neither the inputs nor the right to request OIDC tokens reaches the build.
    expect(environments.filter((variable) => /^(?:INPUT_|ACTIONS_ID_TOKEN_)/.test(variable))).toEqual([])
    for (const [index, value] of values.entries())
      expect(environments).toContain(`SLIPWAY_BUILD_SECRET_${index}=${value}`)
  })

  const other = 'https://github.com/other/code.git#main'
  test.each<[string, Record<string, string>, boolean]>(
    some(
      [
        ['a context of the own repository', { context: '{{defaultContext}}:sub' }, true],
        ['a named context of the own repository', { 'build-contexts': `src=${ownAddress}` }, true],
        ['a folder', {}, false],
        // A build step of another repository could read the token.
        ['a context of another repository', { context: other }, false],
        ['one beside the own', { context: other, 'build-contexts': `src=${ownAddress}` }, false],
        ['the address of ssh', { context: 'git@github.com:acme/shop.git' }, false],
        ['a token of its own', { context: ownAddress, secrets: 'GIT_AUTH_TOKEN=own' }, false],
      ],
      4,
    ),
  )('have the token of the job for %s', async (_, inputs, isPassed) => {
    const { options, masks } = await ran(
      { 'github-token': 'ghs_of_the_job', revision: sha, ...inputs },
      { GITHUB_SHA: sha },
    )
    const tokens = options.filter((word) => word.includes('GIT_AUTH_TOKEN.github.com'))
    expect(tokens).toEqual(isPassed ? ['--secret=id=GIT_AUTH_TOKEN.github.com,env=SLIPWAY_BUILD_SECRET_0'] : [])
    expect(masks).toContain('ghs_of_the_job')
    if (inputs.context?.startsWith('{{')) expect(options.at(-1)).toBe(`${ownAddress}:sub`)
  })
})

describe('push: false', () => {
  test('builds, and calls neither AWS nor the registry', async () => {
    const { options, outputs, operations, lines, calls } = await ran({ push: 'false', tags: 'v1\nlatest' })
    expect(options).toEqual([`--tag=api:v1`, `--tag=api:latest`, '.'])
    expect(operations).toEqual([])
    expect(outputs).toMatchObject({ digest: '', image: '', name: '', reused: 'false', tag: 'v1', tags: 'v1\nlatest' })
    expect(lines.join('\n')).toContain('The image was built, and not pushed (push: false)')
    expect(calls.flat()).not.toContain('push')
  })

  test.each<[string, Record<string, string>, readonly string[]]>(
    some(
      [
        ['load', { load: 'true' }, ['--load']],
        ['a result of Docker', { outputs: 'type=docker' }, ['--load']],
        ['a file', { outputs: 'type=docker,dest=/tmp/myimage.tar' }, ['--output=type=docker,dest=/tmp/myimage.tar']],
        ['nothing', { outputs: 'type=cacheonly' }, ['--output=type=cacheonly']],
      ],
      4,
    ),
  )('with %s', async (_, inputs, becomes) => {
    const { options } = await ran({ push: 'false', ...inputs })
    expect(options).toEqual(['--tag=api:v1', ...becomes, '.'])
  })

  test.each(['type=registry', 'type=image,name=x,push=true'])('refuses %s', async (outputs) => {
    expect((await ran({ push: 'false', outputs })).message).toMatch(
      /outputs:1:\d+: has .*, and push is false; set push: true/,
    )
  })

  test('works without Buildx', async () => {
    const { calls } = await ran({ push: 'false', 'add-hosts': 'db:10.0.0.1' }, {}, { buildx: undefined })
    expect(calls.at(-1)).toEqual(expect.arrayContaining(['build', '--add-host=db:10.0.0.1', '--tag=api:v1']))
    expect(calls.some(([command]) => command === 'push')).toBe(false)
  })
})

describe('the pushed image', () => {
  const attributes = {
    outputs: 'type=image,compression=zstd,rewrite-timestamp=false\ntype=oci,dest=out.tar',
    load: 'true',
  }

  test('has the attributes of type=image, and further results have its names', async () => {
    const { calls } = await ran({ ...attributes, tags: 'v1\nv2' })
    expect(calls.at(-1)?.filter((word) => word.startsWith('--output='))).toEqual([
      `--output=type=oci,dest=out.tar,"name=${name}:v1,${name}:v2"`,
      `--output=type=docker,"name=${name}:v1,${name}:v2"`,
      // BuildKit reports the digest of the last one.
      `--output=type=image,name=${name},push-by-digest=true,name-canonical=true,push=true,compression=zstd`,
    ])
  })

  test.each([
    ['the variable', {}, { SOURCE_DATE_EPOCH: '5' }, undefined],
    ['an argument', { 'build-args': 'SOURCE_DATE_EPOCH=7' }, {}, '7'],
    ['the commit', {}, {}, '1763640000'],
  ])('has the time of %s', async (_, inputs, environment, epoch) => {
    const { calls } = await ran({ 'rewrite-timestamp': 'true', ...inputs }, environment)
    const build = calls.at(-1) ?? []
    expect(build.find((word) => word.startsWith('--output=type=image'))).toMatch(/push=true,rewrite-timestamp=true$/)
    expect(build.filter((word) => word.startsWith('--build-arg=SOURCE_DATE_EPOCH'))).toEqual(
      epoch === undefined ? [] : [`--build-arg=SOURCE_DATE_EPOCH=${epoch}`],
    )
  })

  test('has no time where that of the commit is unknown', async () => {
    const { message } = await ran({ 'rewrite-timestamp': 'true', context: 'https://github.com/acme/shop.git#main' })
    expect(message).toMatch(/rewrite-timestamp is true, and the time of the commit is unknown/)
  })

  test('has the attestation of the input before that of attests', async () => {
    const { options } = await ran({ attests: 'type=provenance,mode=min\ntype=sbom', provenance: 'mode=max' })
    expect(options).toEqual(['--attest=type=sbom', '--provenance=mode=max', '.'])
  })
})

describe('an image that is reused', () => {
  test.each<[Record<string, string>, readonly string[]]>([
    [{}, []],
    [{ outputs: 'type=local,dest=out' }, [`${name}:v1`]],
    [{ load: 'true' }, [`${name}:v1`]],
  ])('is built only for %j', async (inputs, names) => {
    const { run, builder } = buildScene()
    await run({ tag: 'v1', ...inputs })
    const { outputs } = await run({ tag: 'v1', ...inputs })
    expect(outputs.reused).toBe('true')
    expect(builder.builds).toHaveLength(1)
    expect(builder.local.flatMap(({ names }) => names ?? [])).toEqual(names)
  })

  test('is another one where the attributes of the image differ', async () => {
    const { run } = buildScene()
    await run({ tag: 'v1' })
    expect((await run({ tag: 'v1', outputs: 'type=image,compression=zstd' })).failure).toMatch(
      /outputs: none, here: compression=zstd/,
    )
  })
})

/** As docs.docker.com/build/ci/github-actions and the README of docker/build-push-action have them, with repository for tags. */
describe('the documented example', () => {
  const platforms = { platforms: 'linux/amd64,linux/arm64' }
  test.each<[string, Record<string, string>, readonly string[]]>(
    some(
      [
        [
          'git context',
          { context: '{{defaultContext}}:mysubdir' },
          [`https://github.com/acme/shop.git#${sha}:mysubdir`],
        ],
        [
          'another private repository',
          { context: ownAddress, secrets: 'GIT_AUTH_TOKEN=mytoken' },
          ['--secret=id=GIT_AUTH_TOKEN,env=SLIPWAY_BUILD_SECRET_0'],
        ],
        ['multi-platform image', platforms, ['--platform=linux/amd64,linux/arm64']],
        [
          'build secret',
          { secrets: 'github_token=ghs_token\n' },
          ['--secret=id=github_token,env=SLIPWAY_BUILD_SECRET_0'],
        ],
        [
          'secret of several lines',
          {
            secrets:
              '"MYSECRET=aaaaaaaa\nbbbbbbb\nccccccccc"\nFOO=bar\n"EMPTYLINE=aaaa\n\nbbbb\nccc"\n"JSON_SECRET={""key1"":""value1""}"',
          },
          ['--secret=id=JSON_SECRET,env=SLIPWAY_BUILD_SECRET_3'],
        ],
        ['SSH', { ssh: 'default' }, ['--ssh=default']],
        [
          'inline cache',
          { 'cache-from': 'type=registry,ref=user/app:latest', 'cache-to': 'type=inline' },
          ['--cache-to=type=inline'],
        ],
        [
          'registry cache',
          { 'cache-to': 'type=registry,ref=user/app:buildcache,mode=max' },
          ['--cache-to=type=registry,ref=user/app:buildcache,mode=max'],
        ],
        [
          'gha cache',
          { 'cache-from': 'type=gha', 'cache-to': 'type=gha,mode=max' },
          ['--cache-from=type=gha', '--cache-to=type=gha,mode=max'],
        ],
        ['export to Docker', { push: 'false', load: 'true' }, ['--load', '--tag=api:v1']],
        ['test before push', { push: 'false', load: 'true', tags: 'test' }, ['--tag=api:test']],
        [
          'share image between jobs',
          { push: 'false', outputs: 'type=docker,dest=/tmp/myimage.tar' },
          ['--output=type=docker,dest=/tmp/myimage.tar'],
        ],
        [
          'named contexts, pin',
          { 'build-contexts': 'alpine=docker-image://alpine:3.21' },
          ['--build-context=alpine=docker-image://alpine:3.21'],
        ],
        ['SBOM and provenance', { sbom: 'true', provenance: 'mode=max' }, ['--sbom=true', '--provenance=mode=max']],
        [
          'annotations',
          { ...platforms, annotations: 'manifest,index:org.opencontainers.image.authors=me' },
          ['--annotation=manifest,index:org.opencontainers.image.authors=me'],
        ],
        [
          'reproducible builds, of the commit',
          { outputs: 'type=image,rewrite-timestamp=true' },
          ['--build-arg=SOURCE_DATE_EPOCH=1763640000'],
        ],
        ['build checks', { call: 'check' }, ['--call=check,format=json']],
        [
          'local registry, network',
          { network: 'host', allow: 'network.host' },
          ['--network=host', '--allow=network.host'],
        ],
      ],
      6,
    ),
  )('%s', async (_, inputs, words) => {
    const report = { stdout: '{"warnings":[]}', exitCode: 0 }
    const { calls, message } = await ran(
      { ...inputs, ...(inputs.context && { revision: sha }) },
      { GITHUB_SHA: sha },
      inputs.call ? { build: report } : {},
    )
    expect(message).toBeUndefined()
    expect(calls.at(-1)).toEqual(expect.arrayContaining([...words]))
  })

  test('distribute the build over runners: by digest, which is what the action does', async () => {
    const outputs = 'type=image,push-by-digest=true,name-canonical=true,push=true'
    expect((await ran({ outputs })).message).toMatch(
      /outputs:1:12: has push-by-digest, and the image is pushed .* by digest/,
    )
    expect((await ran({ platforms: 'linux/arm64' })).calls.at(-1)?.join(' ')).toContain('push-by-digest=true')
  })
})

describe('an engine that cannot', () => {
  const classic = { buildx: undefined }
  const store = { driver: 'docker' }
  const old = (version: string) => ({ buildx: `github.com/docker/buildx ${version} c0ffee` })
  test.each<[string, object, Record<string, string>, RegExp]>(
    some(
      [
        ['no Buildx', classic, { ssh: 'default' }, /Docker Buildx is not installed, and ssh requires it/],
        [
          'no Buildx',
          classic,
          {
            annotations: 'a=1',
            sbom: 'true',
            outputs: './out',
            'rewrite-timestamp': 'true',
            builder: 'x',
            allow: 'device',
            'build-contexts': 'a=.',
            'no-cache-filters': 'a',
            'secret-files': 'a=Dockerfile',
            'secret-envs': 'b=PATH',
            'cache-from': 'type=gha',
            'cache-to': 'type=gha',
            provenance: 'true',
            attests: 'type=vex',
            platforms: 'linux/amd64,linux/arm64',
          },
          /and platforms, secrets, secret-files, build-contexts, builder, allow, annotations, no-cache-filters, outputs, rewrite-timestamp, cache-to, cache-from, provenance, sbom, attests require it/,
        ],
        ['no Buildx', classic, { call: 'check' }, /and call requires it/],
        [
          'the classic store',
          store,
          { sbom: 'true', annotations: 'a=1' },
          /classic image store .*and sbom, annotations require another/,
        ],
        ['the classic store', store, { outputs: 'type=oci,dest=x' }, /and outputs requires another/],
        ['the classic store', store, { attests: 'type=sbom' }, /and attests requires another/],
        [
          'the classic store',
          store,
          { 'rewrite-timestamp': 'true' },
          /and rewrite-timestamp requires a BuildKit of its own. Run docker\/setup-buildx-action before this step\.$/,
        ],
        [
          'the containerd store',
          { ...store, store: 'containerd', engine: '28.5.1' },
          { 'rewrite-timestamp': 'true' },
          /unpacks every image that it builds, and rewrite-timestamp requires a BuildKit of its own/,
        ],
        [
          'Docker 25',
          { ...store, engine: '25.0.3' },
          { outputs: './out' },
          /Docker 25\.0\.3 has one output for each build.*and outputs requires Docker 26/,
        ],
        [
          'an old Buildx',
          old('v0.11.2'),
          { annotations: 'a=1' },
          /Buildx 0\.11\.2 is installed, and annotations \(0\.12\) requires a later version/,
        ],
        ['an old Buildx', old('v0.12.0'), { load: 'true' }, /outputs \(0\.13\) requires a later version/],
        ['an old Buildx', old('v0.14.0'), { call: 'check' }, /call \(0\.15\) requires a later version/],
      ],
      6,
    ),
  )('with %s is an error before the build', async (_, play, inputs, message) => {
    const result = await ran(inputs, {}, play)
    expect(result.message).toMatch(message)
    expect(result.options).toEqual([])
  })

  test.each<[string, object, Record<string, string>]>(
    some(
      [
        [
          'no Buildx',
          classic,
          { 'add-hosts': 'a:10.0.0.1', ulimit: 'nofile=1', 'shm-size': '1g', 'cgroup-parent': 'x', sbom: 'false' },
        ],
        [
          'the classic store',
          store,
          { 'build-contexts': 'a=.', outputs: './out', attests: 'type=provenance,disabled=true' },
        ],
        ['the classic store', store, { call: 'check', provenance: 'true', annotations: 'a=1' }],
        ['Buildx 0.12', old('v0.12.0'), { annotations: 'a=1' }],
      ],
      4,
    ),
  )('with %s is no error for what it can', async (_, play, inputs) => {
    const { options } = await ran(inputs, {}, play)
    expect(options.length).toBeGreaterThan(1)
  })

  test('says that a builder is not there', async () => {
    const absent = { stderr: 'ERROR: no builder "x" found\n', exitCode: 1 }
    const { message } = await ran({ builder: 'x' }, {}, { inspect: absent })
    expect(message).toMatch(/The builder x is not usable: ERROR: no builder "x" found/)
  })

  test('tags what it loads under every name', async () => {
    const { calls } = await ran(
      { load: 'true', tags: 'v1\nv2' },
      {},
      { ...store, push: { exitCode: 1, stderr: 'denied' } },
    )
    expect(calls).toContainEqual(['tag', '--', `${name}:v1`, `${name}:v2`])
  })
})

describe('call: check', () => {
  const warning = (line: number) => ({
    ruleName: 'JSONArgsRecommended',
    description: 'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
    url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
    detail: 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
    location: { ranges: [{ start: { line }, end: { line } }] },
  })
  const sources = [{ filename: 'Dockerfile', language: 'Dockerfile', definition: {}, data: 'RlJPTSBzY3JhdGNoCg==' }]
  const printed = (report: object, exitCode: number) => ({
    build: { stdout: `${JSON.stringify({ warnings: [], sources, ...report })}\n`, exitCode },
  })

  test('marks each warning, pushes nothing, and fails by the exit code', async () => {
    const report = printed({ warnings: [warning(2), warning(2), warning(1)] }, 1)
    const { message, marks, operations, options } = await ran({ call: 'check', target: 'web' }, {}, report)
    expect(options).toEqual(['--target=web', '--call=check,format=json', '.'])
    expect(marks).toEqual(['warning Dockerfile:2:1', 'warning Dockerfile:1:1'])
    expect(message).toMatch(/^Build checks reported 2 warnings; nothing was built: docker exited with code 1/)
    expect(operations).toEqual([])
  })

  test('says that there is none', async () => {
    const { message, lines, outputs } = await ran({ call: 'check' }, {}, printed({}, 0))
    expect(message).toBeUndefined()
    expect(lines).toContain('info Check complete, no warnings found')
    expect(outputs.digest).toBe('')
  })

  test('explains a Dockerfile that is no Dockerfile', async () => {
    const error = {
      message: 'unknown instruction: FRM',
      location: { ranges: [{ start: { line: 1 }, end: { line: 1 } }] },
    }
    const { message, place } = await ran({ call: 'check' }, {}, printed({ buildError: error }, 1))
    expect(message).toMatch(/^The image build failed at Dockerfile:1: unknown instruction: FRM/)
    expect(place).toMatchObject({ file: 'Dockerfile', line: 1 })
  })

  test('fails where there is no report', async () => {
    const failed = { build: { stderr: 'ERROR: failed to solve: frontend is too old\n', exitCode: 1 } }
    expect((await ran({ call: 'check' }, {}, failed)).message).toMatch(/frontend is too old/)
  })
})
