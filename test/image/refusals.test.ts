import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Failure } from '../../src/failure.ts'
import { type BuildEnd, buildFailure } from '../../src/image/build-failure.ts'
import { registryFailure } from '../../src/image/registry-refusal.ts'
import { renderText, type Text, text } from '../../src/text.ts'
import { anyText } from '../generated.ts'

const plain = (value: Text | undefined) => value && renderText(value, (theirs) => theirs)

const spoken = ({ parts }: Failure) => ({
  code: parts.code,
  what: plain(parts.what),
  why: plain(parts.why),
  fix: plain(parts.fix),
})

describe('what a registry says', () => {
  test.each([
    [
      'User: arn:aws:sts::111122223333:assumed-role/ci/x is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-west-1:111122223333:repository/api because no identity-based policy allows the ecr:InitiateLayerUpload action',
      {
        code: 'permission-missing',
        what: 'Not authorized to perform ecr:InitiateLayerUpload on arn:aws:ecr:eu-west-1:111122223333:repository/api',
        fix: expect.stringContaining('"Resource":"arn:aws:ecr:eu-west-1:111122223333:repository/api"'),
      },
    ],
    [
      "The image tag 'v1' already exists in the 'team/api' repository and cannot be overwritten because the tag is immutable.",
      { code: 'image-tag-taken', what: expect.stringContaining('"v1"') },
    ],
    [
      "The image tag 'v1' already exists in the 'api' repository and cannot be overwritten because the repository is immutable.",
      { code: 'image-tag-taken' },
    ],
    [
      "The repository with name 'api' does not exist in the registry with id '111122223333'",
      { code: 'repository-not-found', what: expect.stringContaining('"api"') },
    ],
    ['Your authorization token has expired. Reauthenticate and try again.', { code: 'credentials-expired' }],
    ['no basic auth credentials', { code: 'registry-rejected', what: 'The registry refused the credentials' }],
    [
      'toomanyrequests: Rate exceeded',
      { what: 'The registry throttled the requests (toomanyrequests)', fix: expect.stringContaining('Service Quotas') },
    ],
    [
      'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
      { what: 'Pull rate limit of Docker Hub reached (toomanyrequests)' },
    ],
    [
      'User: arn:aws:iam::111122223333:user/x is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/api with an explicit deny in a service control policy',
      { code: 'permission-missing', fix: expect.stringMatching(/explicit deny, which overrides every Allow/) },
    ],
    [
      'User: arn:aws:iam::111122223333:user/x is not authorized to perform: ecr-public:InitiateLayerUpload on resource: arn:aws:ecr-public::111122223333:repository/api',
      {
        what: expect.stringMatching(/^Not authorized to perform ecr-public:InitiateLayerUpload on arn:aws:ecr-public/),
      },
    ],
    [
      'User: arn:aws:iam::111122223333:user/x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:111122223333:key/1',
      { code: 'permission-missing', what: expect.stringContaining('kms:GenerateDataKey on arn:aws:kms') },
    ],
    [
      "The repository with name 'api' in registry with id '111122223333' already has the maximum allowed number of images which is '100000'",
      {
        what: expect.stringMatching(/^LimitExceededException/),
        fix: expect.stringContaining('"Images per repository"'),
      },
    ],
    [
      "Layers with digests '[sha256:aa]' required for pushing image into repository with name 'api' in the registry with id '111122223333' do not exist",
      { what: expect.stringMatching(/^LayersNotFoundException/) },
    ],
    [
      "Images with digests '[sha256:aa]' required for pushing image into repository with name 'api' in the registry with id '111122223333' do not exist",
      { what: expect.stringMatching(/^ReferencedImagesNotFoundException/) },
    ],
    ['Layer parts must be at least 5 MiB in size', { what: expect.stringMatching(/^LayerPartTooSmallException/) }],
    ['First byte of the layer part is 20 instead of 10', { what: expect.stringMatching(/^InvalidLayerPartException/) }],
    [
      "The upload with upload id 'x' does not exist within the repository with name 'api' in the registry with id '1'",
      { what: expect.stringMatching(/^UploadNotFoundException/) },
    ],
    ['blob upload unknown to registry', { what: expect.stringMatching(/^UploadNotFoundException/) }],
    [
      'The image sha256:aa is archived and cannot be pulled',
      { what: expect.stringMatching(/^ImageArchivedException/), fix: expect.stringContaining('STANDARD') },
    ],
    [
      'BlockedByOrganizationPolicyException: not here',
      { what: expect.stringMatching(/^BlockedByOrganizationPolicyException/) },
    ],
    [
      'The ciphertext refers to a KMS key that is disabled',
      { what: expect.stringMatching(/^KmsException/), fix: expect.stringContaining('enabled') },
    ],
    ['Your Authorization Token is invalid.', { code: 'credentials-expired' }],
    [
      'requested access to the resource is denied',
      { what: 'denied: requested access to the resource is denied', fix: expect.stringContaining('Docker Hub') },
    ],
    ['something new', { code: 'registry-rejected', what: 'The registry refused the blob', why: 'NEW: something new' }],
    ['', { code: 'registry-rejected', why: 'HTTP 418' }],
  ])('%s', (message, expected) => {
    expect(spoken(registryFailure({ code: message && 'NEW', message, status: 418 }, text`the blob`))).toMatchObject(
      expected,
    )
  })
})

test('a denial without a text, as HEAD has it, names what is most often missing', () => {
  const found = spoken(registryFailure({ message: '', status: 403 }, text`to tell whether it has sha256:aa`))
  expect(found).toMatchObject({ why: 'HTTP 403', fix: expect.stringContaining('ecr:BatchCheckLayerAvailability') })
})

describe('a base image in Amazon ECR that cannot be pulled', () => {
  const host = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
  const base = `${host}/docker-hub/library/node`
  const resource = 'arn:aws:ecr:eu-west-1:111122223333:repository/docker-hub/library/node'
  const metadata = (reference: string, words: string): Partial<BuildEnd> & { readonly error: string } => ({
    error: `failed to solve: ${reference}: failed to resolve source metadata for ${reference}: ${words}`,
  })
  test.each<[string, Partial<BuildEnd> & { readonly error: string }, RegExp, RegExp]>([
    [
      'the import is not allowed',
      metadata(
        `${base}:22`,
        `denied: User: arn:aws:sts::1:x is not authorized to perform: ecr:BatchImportUpstreamImage on resource: ${resource} because`,
      ),
      /^not authorized to perform ecr:BatchImportUpstreamImage on .*: a pull through cache rule imports/,
      /"Action":\["ecr:BatchImportUpstreamImage","ecr:CreateRepository"\],"Resource":".*library\/node"/,
    ],
    [
      'the pull is not allowed',
      metadata(
        `${base}:22`,
        `denied: User: arn:aws:sts::1:x is not authorized to perform: ecr:BatchGetImage on resource: ${resource} because`,
      ),
      /^not authorized to perform ecr:BatchGetImage on .*, which the pull of the base image requires$/,
      /"Action":"ecr:BatchGetImage"/,
    ],
    [
      'the upstream registry refuses the rule',
      metadata(
        `${base}:22`,
        'denied: The authentication to the upstream registry failed. Verify that the credentials provided in the pull through cache rule are correct, and try again.',
      ),
      /UnableToGetUpstreamImageException/,
      /validate-pull-through-cache-rule/,
    ],
    [
      'the classic builder with the same',
      {
        error: `pull access denied for ${base}, repository does not exist or may require 'docker login': denied: The authentication to the upstream registry failed.`,
      },
      /UnableToGetUpstreamImageException/,
      /validate-pull-through-cache-rule/,
    ],
    [
      'the repository is not there',
      metadata(
        `${base}:22`,
        "name unknown: The repository with name 'docker-hub/library/node' does not exist in the registry with id '111122223333'",
      ),
      /^RepositoryNotFoundException: the base image is in the ECR repository docker-hub\/library\/node/,
      /ecr:CreateRepository and ecr:BatchImportUpstreamImage/,
    ],
    [
      'the tag is not there',
      { error: `manifest for ${base}:22 not found: manifest unknown: Requested image not found` },
      /^ImageNotFoundException: the base image .*library\/node:22 was not found$/,
      /lacks ecr:BatchImportUpstreamImage/,
    ],
    [
      'the digest was never pulled by its tag',
      metadata(`${base}:22@sha256:${'a'.repeat(64)}`, 'not found'),
      /^ImageNotFoundException: .*:22@sha256:a+ was not found$/,
      /pull the tag once before the digest/,
    ],
    [
      'a step of BuildKit',
      {
        error: '',
        step: { name: `[internal] load metadata for ${base}:22`, error: `${base}:22: not found`, lines: [] },
      },
      /^ImageNotFoundException/,
      /upstream registry has no such image/,
    ],
  ])('%s', (_, end, why, fix) => {
    const found = spoken(buildFailure({ exitCode: 1, ...end }))
    expect(found).toMatchObject({
      code: 'build-failed',
      why: expect.stringMatching(why),
      fix: expect.stringMatching(fix),
    })
  })

  test('is not what a push to a repository that was deleted is', () => {
    const error = `failed to push ${host}/api:v1: name unknown: The repository with name 'api' does not exist in the registry with id '1'`
    const step = { name: 'exporting to image', error, lines: [] }
    expect(spoken(buildFailure({ exitCode: 1, error, step }))).toMatchObject({ code: 'repository-not-found' })
  })
})

describe('what Docker reports', () => {
  const exit = (error: string) => ({ error, step: { name: '[2/2] RUN npm ci', error, lines: ['added 3 packages'] } })
  test.each<[string, Partial<BuildEnd> & { readonly error: string }, object]>([
    [
      'BuildKit, a command',
      exit('process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'),
      {
        what: 'The image build failed, step [2/2] RUN npm ci',
        why: 'the command did not complete successfully: exit code: 1. Last lines of the step:\n  added 3 packages\n',
      },
    ],
    [
      'old BuildKit',
      exit('executor failed running [/bin/sh -c npm ci]: exit code: 2'),
      { why: expect.stringMatching(/exit code: 2\./) },
    ],
    [
      'classic',
      exit("The command '/bin/sh -c npm ci' returned a non-zero code: 3"),
      { why: expect.stringMatching(/exit code: 3\./) },
    ],
    [
      'a command of an unknown step that names the words of a registry',
      { error: 'failed to solve: process "/bin/sh -c echo unauthorized" did not complete successfully: exit code: 1' },
      {
        code: 'build-failed',
        why: expect.stringMatching(/^process "\/bin\/sh -c echo unauthorized" did not complete/),
      },
    ],
    [
      'a git repository that cannot be fetched',
      {
        error:
          "failed to solve: failed to read dockerfile: failed to load cache key: failed to fetch remote https://git.example/x.git: git stderr:\nfatal: unable to access 'https://git.example/x.git/': Could not resolve host: git.example\n: exit status 128",
      },
      {
        why: "a git repository could not be fetched: unable to access 'https://git.example/x.git/': Could not resolve host: git.example",
        fix: expect.stringMatching(/^Check its address and ref in context or build-contexts/),
      },
    ],
    [
      'a git repository without the ref',
      {
        error:
          'failed to solve: failed to read dockerfile: failed to load cache key: repository does not contain ref v9, output: ""',
      },
      { why: 'a git repository could not be fetched: repository does not contain ref v9' },
    ],
    [
      'no Dockerfile',
      { error: 'failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory' },
      { why: 'the Dockerfile was not found' },
    ],
    [
      'another processor',
      {
        error: '',
        step: {
          ...exit('process "/bin/sh -c x" did not complete successfully: exit code: 255').step,
          lines: ['exec /bin/sh: exec format error'],
        },
      },
      {
        why: expect.stringContaining('wrong CPU architecture'),
        fix: expect.stringContaining('docker/setup-qemu-action'),
      },
    ],
    [
      'another processor, printed by a test',
      {
        error: '',
        step: {
          ...exit('process "x" did not complete successfully: exit code: 1').step,
          lines: ['exec /bin/x: exec format error', 'ok 1'],
        },
      },
      { why: expect.not.stringContaining('CPU architecture') },
    ],
    [
      'a full disk',
      { error: 'write /var/lib/docker/tmp/x: no space left on device' },
      { why: expect.stringContaining('the disk of the runner is full') },
    ],
    [
      'a full disk in a step, not printed by it',
      { error: '', step: { name: '[2/2] COPY . .', error: 'write /x: no space left on device', lines: [] } },
      { why: expect.stringContaining('the disk of the runner is full') },
    ],
    [
      'a full disk in the exporter',
      {
        error: '',
        step: { name: 'exporting to image', error: 'failed to push x: no space left on device', lines: [] },
      },
      { code: 'build-failed', why: expect.stringContaining('the disk of the runner is full') },
    ],
    [
      'the exporter, before the push',
      { error: '', step: { name: 'exporting to image', error: 'mount callback failed on /tmp/x', lines: [] } },
      { code: 'build-failed', why: 'mount callback failed on /tmp/x' },
    ],
    [
      'the export of the cache',
      {
        error: '',
        step: {
          name: 'exporting cache to registry',
          error: 'error writing manifest blob: failed to do request: Put "https://x/v2/c?_state=abc": EOF',
          lines: [],
        },
      },
      {
        code: 'registry-rejected',
        what: expect.stringContaining('push of the build cache'),
        why: expect.not.stringContaining('_state'),
      },
    ],
    [
      'a private base',
      {
        error:
          'failed to solve: acme/base: failed to resolve source metadata for docker.io/acme/base:1: pull access denied, repository does not exist or may require authorization',
      },
      {
        why: 'the base image docker.io/acme/base:1 could not be pulled (pull access denied, repository does not exist or may require authorization)',
      },
    ],
    [
      'the rate limit of a base',
      {
        error: '',
        step: {
          name: '[internal] load metadata for docker.io/library/node:22',
          error:
            '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit',
          lines: [],
        },
      },
      { code: 'registry-rejected', what: expect.stringContaining('toomanyrequests') },
    ],
    [
      'words of a registry in a Dockerfile',
      { error: 'failed to solve: dockerfile parse error on line 2: unknown instruction: unauthorized' },
      { code: 'build-failed', why: 'dockerfile parse error on line 2: unknown instruction: unauthorized' },
    ],
    ...['[2/3] ADD https://example.com/x /', 'https://example.com/x'].map((name): [string, BuildEnd, object] => [
      `an address that asks for a login: ${name}`,
      { exitCode: 1, error: '', step: { name, error: 'invalid response status 401 Unauthorized', lines: [] } },
      { code: 'build-failed', why: 'invalid response status 401 Unauthorized' },
    ]),
    [
      'more lines than a message has room for',
      {
        error: '',
        step: {
          ...exit('process "x" did not complete successfully: exit code: 1').step,
          lines: Array.from({ length: 30 }, (_, index) => `line ${index}.`),
        },
      },
      { why: expect.stringMatching(/step:\n {2}line 10\.\n[\s\S]* {2}line 29\.\n$/) },
    ],
    [
      'a lost BuildKit',
      { error: 'failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF' },
      { why: expect.stringContaining('the connection to BuildKit was lost') },
    ],
    [
      'an immutable tag',
      {
        error:
          "failed to push x: tag invalid: The image tag 'v1' already exists in the 'api' repository and cannot be overwritten because the tag is immutable.",
      },
      { code: 'image-tag-taken' },
    ],
    [
      'a login',
      { error: 'denied: Your authorization token has expired. Reauthenticate and try again.' },
      { code: 'credentials-expired' },
    ],
    ['nothing at all', { error: '' }, { code: 'build-failed', why: 'docker exited with code 1' }],
    ['a signal', { error: '', exitCode: undefined }, { why: 'docker was killed by a signal' }],
  ])('%s', (_, end, expected) => {
    expect(spoken(buildFailure({ exitCode: 1, ...end }))).toMatchObject(expected)
  })

  test('whatever it is, it ends in one failure that keeps their words apart from ours', () => {
    fc.assert(
      fc.property(anyText(), anyText(), fc.array(anyText()), anyText(), (name, error, lines, file) => {
        const step = { name, error, lines }
        const { parts } = buildFailure({ exitCode: 1, error, step, source: { file, line: 1 }, file })
        for (const part of [...parts.what, ...(parts.why ?? [])])
          if (typeof part === 'string') expect(part).not.toMatch(/##|::/)
      }),
    )
  })
})
