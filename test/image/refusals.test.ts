import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Failure } from '../../src/failure.ts'
import { buildFailure } from '../../src/image/build-failure.ts'
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
      { code: 'registry-rejected', what: expect.stringContaining('Pull rate limit reached (toomanyrequests)') },
    ],
    ['something new', { code: 'registry-rejected', what: 'The registry refused the blob', why: 'NEW: something new' }],
    ['', { code: 'registry-rejected', why: 'HTTP 418' }],
  ])('%s', (message, expected) => {
    expect(spoken(registryFailure({ code: message && 'NEW', message, status: 418 }, text`the blob`))).toMatchObject(
      expected,
    )
  })
})

describe('what Docker says', () => {
  test.each<[string, string[], object]>([
    [
      'BuildKit, a command',
      ['ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'],
      { why: expect.stringMatching(/^the command \/bin\/sh -c npm ci exited with code 1\./) },
    ],
    [
      'old BuildKit, a command',
      ['executor failed running [/bin/sh -c npm ci]: exit code: 1'],
      { why: expect.stringMatching(/^the command \/bin\/sh -c npm ci exited with code 1\./) },
    ],
    [
      'classic, a command',
      ["The command '/bin/sh -c npm ci' returned a non-zero code: 1"],
      { why: expect.stringMatching(/^the command \/bin\/sh -c npm ci exited with code 1\./) },
    ],
    [
      'no Dockerfile',
      ['ERROR: failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory'],
      { why: expect.stringContaining('the Dockerfile was not found') },
    ],
    [
      'another processor',
      ['exec /bin/sh: exec format error'],
      { why: expect.stringContaining('docker/setup-qemu-action') },
    ],
    [
      'a full disk',
      ['write /var/lib/docker/tmp/x: no space left on device'],
      { why: expect.stringContaining('the disk of the runner is full') },
    ],
    [
      'a private base',
      ['ERROR: pull access denied for acme/base, repository does not exist or may require authorization'],
      { why: expect.stringContaining('the base image acme/base could not be pulled') },
    ],
    [
      'a file',
      ['ERROR: failed to calculate checksum of ref abc::def: "/nothing.txt": not found'],
      { why: expect.stringContaining('/nothing.txt') },
    ],
    [
      'an immutable tag',
      [
        "tag invalid: The image tag 'v1' already exists in the 'api' repository and cannot be overwritten because the tag is immutable.",
      ],
      { code: 'image-tag-taken' },
    ],
    [
      'a login',
      ['denied: Your authorization token has expired. Reauthenticate and try again.'],
      { code: 'credentials-expired' },
    ],
    ['nothing at all', [], { code: 'build-failed', why: expect.stringContaining('docker exited with code 1') }],
  ])('%s', (_, tail, expected) => {
    expect(spoken(buildFailure(1, tail))).toMatchObject(expected)
  })

  test('whatever it is, it ends in one failure that keeps their words apart from ours', () => {
    fc.assert(
      fc.property(fc.array(anyText()), (tail) => {
        const { parts } = buildFailure(1, tail)
        for (const part of parts.why ?? []) if (typeof part === 'string') expect(part).not.toMatch(/##|::/)
      }),
    )
  })
})
