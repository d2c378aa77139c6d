import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { lostPart, misnaming } from '../../src/image/lost-part.ts'
import { formatReference } from '../../src/image/reference.ts'

const digest = `sha256:${'0a'.repeat(32)}`
const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'

describe('an image that was put together from an empty part', () => {
  test.each([
    [`@${digest}`, 'has no repository before its tag or digest'],
    [':v2', 'has no repository before its tag or digest'],
    ['/api:v2', 'has no registry before its first /'],
    [`/api@${digest}`, 'has no registry before its first /'],
    ['.dkr.ecr.eu-west-1.amazonaws.com/api:v2', 'has no account in its registry'],
    ['111122223333.dkr.ecr..amazonaws.com/api:v2', 'has no region in its registry'],
    ['api@', 'has no digest behind its @'],
    [`${registry}/api@`, 'has no digest behind its @'],
    [`${registry}/api@sha256:`, 'has no digest behind its @'],
    ['api:', 'has no tag behind its :'],
    [`${registry}/api:`, 'has no tag behind its :'],
    [`${registry}/api:@${digest}`, 'has no tag behind its :'],
    [`${registry}/`, 'has no repository behind its last /'],
    [`${registry}/:v2`, 'has no repository behind its last /'],
    [`${registry}//api:v2`, 'has an empty part between two /'],
    ['localhost:/api:v2', 'has no port behind its :'],
    ['***.dkr.ecr.eu-west-1.amazonaws.com/api:v2', 'has *** in the place of a value that GitHub masks'],
    ['null', 'has null or undefined in the place of a value'],
    [`${registry}/api:undefined`, 'has null or undefined in the place of a value'],
    [`undefined@${digest}`, 'has null or undefined in the place of a value'],
    ['api:v1-', 'has nothing behind its last character, which ends no name'],
  ])('%s %s', (image, lost) => {
    expect(misnaming(image)).toBeUndefined()
    expect(lostPart(image)).toBe(lost)
  })

  test('no whole reference is taken for one', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,10}(\/[a-z0-9]{1,10}){0,2}$/)
    const reference = fc.record({
      registry: fc.constantFrom(undefined, registry, 'localhost:5000', 'public.ecr.aws'),
      repository: name,
      tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,20}\w$/), { nil: undefined }),
      digest: fc.constantFrom(undefined, digest),
    })
    fc.assert(
      fc.property(reference, (whole) => {
        const image = formatReference(whole)
        expect([lostPart(image), misnaming(image)]).toEqual([undefined, undefined])
      }),
    )
  })
})

test.each([
  ['api v2', 'is not the name of an image'],
  ['$IMAGE', 'has a shell variable, which GitHub does not expand in an input; use an expression'],
  ['x/%IMAGE%:v1', 'has a shell variable, which GitHub does not expand in an input; use an expression'],
  ['${{ env.IMAGE }', 'has an expression that GitHub did not evaluate'],
  ['"api:v2"', 'has quotation marks around it, which are part of the value'],
  ['api:v2\napi:v3', 'has several lines, and the name of an image has one'],
  [`https://${registry}/api:v1`, 'begins with https://, which names of images do not have'],
  [`docker://${registry}/api:v1`, 'begins with docker://, which names of images do not have'],
])('%s %s, and nothing was lost', (image, wrong) => {
  expect(misnaming(image)).toBe(wrong)
})
