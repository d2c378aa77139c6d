/** What a build that fails reports: the action, with a `docker` that prints what real ones printed. */
import { describe, expect, test } from '@jest/globals'
import { type Play, recorded } from '../docker/played-docker.ts'
import { some } from '../often.ts'
import { buildx, ran } from './docker-scene.ts'

const registryWords = /refused the credentials|rate limit|KMS|Not authorized|disk of the runner|base image/

describe('a command that fails', () => {
  test('is reported with its step, its line, its exit code and all that it printed, and nothing of the Dockerfile', async () => {
    const { code, message, place } = await ran({ buildx, build: 'nine-lines' })
    expect(code).toBe('build-failed')
    expect(message).toBe(
      [
        'The image build failed at Dockerfile:4, step [build 4/4] RUN set -e; echo one; echo two; echo three; echo four; echo five; echo six >&2; echo "TypeError: seven is no…: the command did not complete successfully: exit code: 3. Last lines of the step:',
        ...'one two three four five six'.split(' ').map((line) => `  ${line}`),
        '  TypeError: seven is not a function',
        'Run "docker build" locally to reproduce it.',
      ].join('\n'),
    )
    expect(place).toMatchObject({ file: 'Dockerfile', line: 4 })
  })

  test.each(
    some(
      [
        ['npm', 1, '  npm error code E401\n  npm error 401 Unauthorized - GET https://registry.npmjs.org/left-pad'],
        ['pip', 1, '  ERROR: 429 Client Error: Too Many Requests'],
        ['kms', 254, '  AccessDeniedException: not authorized to perform: kms:Decrypt'],
        ['ecr', 1, '  not ok 3 - User: x is not authorized to perform: ecr:PutImage on resource'],
        ['disk', 1, '  not ok 4 - reports no space left on device'],
        ['denied', 1, '  pull access denied for foo, repository does not exist'],
        // The command names these, and prints nothing.
        ['quoted', 9, 'exit code: 9. The step printed nothing.'],
      ] as const,
      6,
    ),
  )('is that failure whatever it prints: %s', async (name, exitCode, printed) => {
    const { code, message, place } = await ran({ buildx, build: name })
    expect(code).toBe('build-failed')
    expect(message).toContain(printed)
    expect(message).toMatch(/^The image build failed at Dockerfile:2, step \[2\/2\] RUN /)
    expect(message).toContain(`did not complete successfully: exit code: ${exitCode}`)
    expect(message).not.toMatch(registryWords)
    expect(place).toMatchObject({ file: 'Dockerfile', line: 2 })
  })

  test('without a line end, in a heredoc, with a progress bar', async () => {
    const { message } = await ran({ buildx, build: 'heredoc' })
    expect(message).toContain('\n  first line\n  no newline at the end: ü\n  10%\n  20%\n  30%\n')
  })

  test('that was killed is likely out of memory', async () => {
    const { message } = await ran({ buildx, build: 'killed' })
    expect(message).toContain('exit code: 137 (SIGKILL, possibly because the runner ran out of memory)')
  })

  test('beside another is told from what BuildKit cancelled', async () => {
    const { message, lines, place } = await ran({ buildx, build: 'parallel' })
    expect(message).toContain('step [bad 2/2] RUN sleep 1; echo bad fails; exit 6')
    expect(message).toContain('Last lines of the step:\n  bad fails\n')
    expect(message).not.toContain('slow begins')
    expect(place).toMatchObject({ line: 4 })
    expect(lines.filter((line) => /^info #\d+ CANCELED$/.test(line))).toHaveLength(1)
  })

  test('that prints the words of others stays the failure of that command', async () => {
    const { message, place } = await ran({ buildx, build: 'hostile' })
    expect(message).toContain('exit code: 5')
    expect(place).toMatchObject({ file: 'Dockerfile', line: 2 })
  })

  test('that prints a private key or a token keeps them out of the log and of the message', async () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEowIBAAKCAQEA\n'.repeat(30)}-----END RSA PRIVATE KEY-----\nNPM_TOKEN=npm_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5\nwhy\n`
    const [first = ''] = [...recorded('npm').matchAll(/"data":"([^"]+)"/g)].map(([, data]) => data)
    const stderr = recorded('npm').replace(first, Buffer.from(key).toString('base64'))
    const { message, lines } = await ran({ buildx, build: { stderr, exitCode: 1 } })
    expect(message).toContain('  why\n')
    expect(lines.some((line) => line.includes(' why'))).toBe(true)
    for (const text of [message, ...lines]) expect(text).not.toMatch(/MIIEowIBAAKCAQEA|aB3dE5gH7jK9/)
  })

  test.each([
    ['docker/Dockerfile', 'docker/Dockerfile'],
    ['other.Dockerfile', undefined],
  ])('is marked in the Dockerfile that is built: %s', async (file, marked) => {
    const { place } = await ran({ buildx, build: 'nine-lines' }, { file })
    expect(place?.file).toBe(marked)
  })

  test('of a git context is in no file of the workspace', async () => {
    const context = `https://github.com/acme/shop.git#${'a'.repeat(40)}`
    const { place, message } = await ran({ buildx, build: 'nine-lines' }, { context, revision: 'a'.repeat(40) })
    expect(place).toBeUndefined()
    expect(message).toMatch(/^The image build failed at Dockerfile:4, step/)
  })
})

describe('an engine without structured progress', () => {
  const older = ['github.com/docker/buildx v0.14.1 59582a8', 'github.com/docker/buildx 0.10.4+ds1', 'of my own']
  test.each(some(older, 6))('reports the same from the frame that it prints: %s', async (version) => {
    const { message, place, calls } = await ran({ buildx: version, build: 'nine-lines-plain' })
    expect(calls.at(-1)).toContain('--progress=plain')
    expect(message).toMatch(/^The image build failed at Dockerfile:4, step \[build 4\/4\] RUN set -e;/)
    expect(message).toContain('Last lines of the step:\n  one\n  two\n')
    expect(message).toContain('  TypeError: seven is not a function\nRun ')
    expect(message).not.toContain('>>>')
    expect(place).toMatchObject({ file: 'Dockerfile', line: 4 })
  })

  test('a later Buildx has it', async () => {
    const { calls } = await ran({ buildx: 'github.com/docker/buildx v1.2.0 4c4d2f2', build: 'nine-lines' })
    expect(calls.at(-1)).toContain('--progress=rawjson')
  })

  test.each([
    [buildx, '{"logs":[{"vertex":"sha256:1","data":"denied: no basic auth credentials'],
    [older[0], '#8 0.122 denied: no basic auth credentials'],
  ])('Docker that ends within its progress reports nothing: %s', async (version, cut) => {
    const { code, message } = await ran({ buildx: version, build: { stderr: cut, exitCode: 1 } })
    expect(code).toBe('build-failed')
    expect(message).toBe('The image build failed: docker exited with code 1. Check the failed step in the log above.')
  })

  test('a carriage return in a line of a step begins no line of Buildx', async () => {
    const plain = recorded('nine-lines-plain').replace('#8 0.122 two', '#8 0.122 two\rERROR: failed to solve: denied')
    const { message } = await ran({ buildx: older[0], build: { stderr: plain, exitCode: 1 } })
    expect(message).toContain('did not complete successfully: exit code: 3')
  })

  test('the classic engine: the error is after what the step printed, and the exit code is the one of the command', async () => {
    const build = {
      stdout: `${recorded('nine-lines-classic-stdout')}\u001b[0m\n`,
      stderr: recorded('nine-lines-classic-stderr'),
      exitCode: 3,
    }
    const { message, lines } = await ran({ build })
    expect(message).toMatch(/^The image build failed, step \[4\/6\] RUN set -e;/)
    expect(message).toContain('exit code: 3. Last lines of the step:\n')
    expect(message).not.toContain('--->')
    expect(message).toMatch(/ {2}TypeError: seven is not a function\n[\s\S]*five\nRun "docker build"/)
    const at = (words: string) => lines.findIndex((line) => line.includes(words))
    expect(at('returned a non-zero code: 3')).toBeGreaterThan(at('info five'))
  })
})

describe('an error of Docker, BuildKit or a registry', () => {
  test('a base image that a pull through cache rule may not import is named with the statement that allows it', async () => {
    const base = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/node:22'
    const denied = `denied: User: arn:aws:sts::111122223333:assumed-role/build/x is not authorized to perform: ecr:BatchImportUpstreamImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/docker-hub/library/node because no identity-based policy allows the ecr:BatchImportUpstreamImage action`
    // The recorded pull, with the words of Amazon ECR in the place of those of another registry.
    const stderr = recorded('pull')
      .replaceAll('127.0.0.1:5977/absent:1: not found', `${base}: ${denied}`)
      .replaceAll('127.0.0.1:5977/absent:1', base)
    const { message, place } = await ran({ buildx, build: { stderr, exitCode: 1 } })
    expect(message).toContain('a pull through cache rule imports the image at its first pull')
    expect(message).toContain('"Action":["ecr:BatchImportUpstreamImage","ecr:CreateRepository"]')
    expect(place).toMatchObject({ file: 'Dockerfile', line: 1 })
  })

  test.each(
    some(
      [
        [
          'pull',
          'build-failed',
          'the base image 127.0.0.1:5977/absent:1 could not be pulled (127.0.0.1:5977/absent:1: not found)',
          1,
        ],
        ['copy', 'build-failed', 'the file /nothing.txt is not in the build context', 2],
        ['parse', 'build-failed', 'dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)', 2],
        ['target', 'build-failed', 'the Dockerfile has no stage "nowhere"', undefined],
        [
          'push-denied',
          'permission-missing',
          'Not authorized to perform ecr:InitiateLayerUpload on arn:aws:ecr:',
          undefined,
        ],
        [
          'attestation',
          'build-failed',
          "Attestation is not supported for the docker driver: Docker's classic image store. Run docker/setup-buildx-action",
          undefined,
        ],
        [
          'manifest-lists',
          'build-failed',
          'docker exporter does not currently support exporting manifest lists',
          undefined,
        ],
      ] as const,
      4,
    ),
  )('%s', async (name, code, words, line) => {
    const { code: given, message, place } = await ran({ buildx, build: name })
    expect(given).toBe(code)
    expect(message).toContain(words)
    expect(place?.line).toBe(line)
  })

  test('a push that is cut is a failure of the push, without the state of the registry', async () => {
    const { code, message } = await ran({ buildx, build: 'push-cut' })
    expect(code).toBe('registry-rejected')
    expect(message).toMatch(
      /^The push to the registry failed; the image was built: failed to push 127\.0\.0\.1:5979\/api: /,
    )
    expect(message).toContain('/v2/api/blobs/uploads/5d1c": ')
    expect(message).not.toContain('_state')
  })

  test('docker push after the build is a failure of the push', async () => {
    const push = {
      stdout: 'The push refers to repository [127.0.0.1:1/api]\nd4a8826f02d4: Retrying in 1 second\n',
      stderr: 'write tcp 127.0.0.1:43202->127.0.0.1:5979: write: broken pipe\n',
      exitCode: 1,
    }
    const { code, message, lines } = await ran({ push, build: { stdout: 'Step 1/1 : FROM scratch\n', exitCode: 0 } })
    expect(code).toBe('registry-rejected')
    expect(message).toBe(
      'The push to the registry failed; the image was built: write tcp 127.0.0.1:43202->127.0.0.1:5979: write: broken pipe. Run the job again; layers that were pushed are kept.',
    )
    expect(lines.filter((line) => line.startsWith('group '))).toEqual([
      'group Building with Docker 28.5.2 without Buildx',
      expect.stringMatching(/^group Pushing \S+\/api:v1$/),
    ])
  })

  test.each([
    [{ platforms: 'linux/amd64,linux/arm64' }, 'platforms requires another'],
    [{ provenance: 'mode=max', 'cache-to': 'type=gha' }, 'cache-to, provenance require another'],
  ])("what Docker's classic image store cannot do is an error before the build: %o", async (inputs, words) => {
    const { code, message, calls } = await ran({ buildx, driver: 'docker', build: 'nine-lines' }, inputs)
    expect(code).toBe('docker-unavailable')
    expect(message).toContain(words)
    expect(message).toContain('docker/setup-buildx-action')
    expect(calls.some((call) => call[1] === 'build')).toBe(false)
  })
})

describe('a disk that refuses to be written', () => {
  test('is named where the login of Docker is kept, before Docker is called', async () => {
    const missing = { RUNNER_TEMP: '/nonexistent/temp' }
    const { code, message, calls } = await ran({ buildx, build: 'npm' }, {}, missing)
    expect(code).toBe('file-unwritable')
    expect(message).toMatch(/^The file \/nonexistent\/temp cannot be written: .*ENOENT/)
    expect(calls).toEqual([])
  })

  test.each([{}, 'cut'])('is likely the cause where Docker reports no digest: %j', async (metadata) => {
    const { code, message } = await ran({ buildx, build: { exitCode: 0 }, metadata: metadata as object })
    expect(code).toBe('build-failed')
    expect(message).toMatch(/^Docker did not report the digest that it pushed: .* has free space/)
  })

  test('is named where Docker names it', async () => {
    const stderr = 'ERROR: failed to build: write /tmp/metadata.json: no space left on device\n'
    const { message } = await ran({ buildx, build: { stderr, exitCode: 1 } })
    expect(message).toContain('no space left on device: the disk of the runner is full')
  })
})

describe('a push that fails for the moment', () => {
  const cut = { stderr: recorded('push-cut'), exitCode: 1 }
  const ok = { stderr: recorded('ok'), exitCode: 0 }
  const pushed = (calls: readonly (readonly string[])[]) =>
    calls.filter(([one, other]) => one === 'push' || other === 'build' || one === 'build').map(([one]) => one)

  test('runs the build again, whose steps are cached, and each try is told', async () => {
    const { outputs, digest, lines, calls } = await ran({ buildx, before: [cut, cut], build: ok })
    expect(outputs.digest).toBe(digest)
    expect(pushed(calls)).toEqual(['buildx', 'buildx', 'buildx'])
    expect(
      lines.filter((line) => /The push failed, retrying in \d+ s: failed to push .*: EOF$/.test(line)),
    ).toHaveLength(2)
  })

  test('is given up after the third try', async () => {
    const { code, calls } = await ran({ buildx, before: [cut, cut], build: 'push-cut' })
    expect(code).toBe('registry-rejected')
    expect(pushed(calls)).toHaveLength(3)
  })

  test.each([{ 'no-cache': 'true' }])('is no reason to build again without cache: %j', async (inputs) => {
    const { code, calls } = await ran({ buildx, before: [cut], build: ok }, inputs)
    expect(code).toBe('registry-rejected')
    expect(pushed(calls)).toHaveLength(1)
  })

  test.each(some(['push-denied', 'npm', 'pip', 'pull', 'hostile'], 4))(
    'nor is what no other try changes: %s',
    async (name) => {
      const { calls, code } = await ran({ buildx, before: [{ stderr: recorded(name), exitCode: 1 }], build: ok })
      expect(code).toBeDefined()
      expect(pushed(calls)).toHaveLength(1)
    },
  )

  test('pushes again without a build where the engine pushes separately', async () => {
    const push = { stderr: 'write tcp 127.0.0.1:43202->127.0.0.1:5979: write: broken pipe\n', exitCode: 1 }
    const build = { stdout: 'Step 1/1 : FROM scratch\n', exitCode: 0 }
    const { calls, lines } = await ran({ before: [push, push], push: { exitCode: 0 }, build })
    expect(pushed(calls)).toEqual(['build', 'push', 'push', 'push'])
    expect(lines.filter((line) => /retrying in \d+ s: write tcp .*broken pipe/.test(line))).toHaveLength(2)
  })

  test('ends red where other jobs push another image under the tag, each time', async () => {
    const build = { stdout: 'Step 1/1 : FROM scratch\n', exitCode: 0 }
    const { calls, code, message } = await ran({ push: { exitCode: 0 }, build, metadata: { none: '' } })
    expect(code).toBe('build-failed')
    expect(message).toMatch(
      /^Docker did not push the image sha256:\w+ as .*: another job on the same engine set this tag/,
    )
    expect(pushed(calls)).toEqual(['build', 'push', 'push', 'push'])
  })

  test('and a denied one does not', async () => {
    const push = { stderr: 'denied: User: x is not authorized to perform: ecr:PutImage on resource: y\n', exitCode: 1 }
    const { calls, code } = await ran({ push, before: [], build: { stdout: 'Step 1/1 : FROM scratch\n', exitCode: 0 } })
    expect(code).toBe('permission-missing')
    expect(pushed(calls)).toEqual(['build', 'push'])
  })
})

test.each<[string, Partial<Play>, RegExp]>([
  ['the classic engine', {}, /^Docker without Buildx pushes tags only/],
  [
    'the store of Docker',
    { buildx, driver: 'docker' },
    /^Docker's classic image store \(driver docker\) pushes tags only/,
  ],
])('push-by-digest with %s is refused before the build', async (_, play, words) => {
  const built = { build: { exitCode: 0 }, ...play }
  const { code, message, calls } = await ran(built, { 'push-by-digest': 'true' })
  expect(code).toBe('docker-unavailable')
  expect(message).toMatch(words)
  expect(calls.some((call) => call.includes('--'))).toBe(false)
})

describe('a build that ends well', () => {
  test('is logged in a group as people know it, and its checks are annotations', async () => {
    const ok = recorded('ok')
    // As for two platforms.
    const checks = ok.split(/(?<=\n)/).filter((line) => line.startsWith('{"warnings"'))
    const { lines, marks, masks, outputs, digest } = await ran({
      buildx,
      build: { stderr: `${ok}${checks.join('')}`, exitCode: 0 },
    })
    expect(outputs.digest).toBe(digest)
    // The password, alone and as Docker's files have it.
    expect(masks).toHaveLength(new Set(masks).size)
    const from = lines.indexOf('group Building with Docker 28.5.2 and Buildx 0.29.1')
    const group = lines.slice(from, lines.indexOf('end of group'))
    expect(group).toContain('info #1 [internal] load build definition from Dockerfile')
    expect(group.filter((line) => / (CACHED|DONE \d+\.\ds)$/.test(line)).length).toBeGreaterThan(3)
    expect(group.some((line) => /^info #\d+ pushing layers \d\.\ds done$/.test(line))).toBe(true)
    expect(lines.filter((line) => line.includes('{"vertexes"'))).toEqual([])
    expect(marks).toEqual(['warning Dockerfile:1:1', 'warning Dockerfile:3:1'])
    expect(lines).toContain(
      'warning Build check: JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (https://docs.docker.com/go/dockerfile/rule/json-args-recommended/)',
    )
  })
})

test('what git reports of a context without Buildx is all of its lines', async () => {
  const stderr =
    "unable to prepare context: unable to 'git clone' to temporary context directory: error fetching: fatal: could not read Username\n: exit status 128\n"
  const { message } = await ran({ build: { stderr, exitCode: 1 } })
  expect(message).toMatch(
    /^The image build failed: a git repository could not be fetched: could not read Username\. Check/,
  )
})
