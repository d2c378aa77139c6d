/** Profiles in the AWS config and credentials files, as the AWS CLI user guide describes these. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { profileRegion, requireProfile } from '../../src/aws/profile.ts'
import { plain } from '../refusal.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const home = temporaryFolder()
mkdirSync(join(home, '.aws'))
writeFileSync(
  join(home, '.aws/config'),
  `# [profile none]
[sso-session corp]
sso_region = us-east-1
region = us-east-1
[ default ]
 region = eu-west-1\t
[profile work]
region=eu-west-2
[profile "two"]\r
region = eu-west-3\r
[profile empty]
`,
)
writeFileSync(
  join(home, '.aws/credentials'),
  '[old]\nregion = sa-east-1\n[work]\naws_access_key_id = AKIA\nregion = us-west-2\n',
)
const elsewhere = join(home, 'other')
writeFileSync(elsewhere, '[default]\nregion = ap-south-1\n')

test.each([
  [undefined, {}, 'eu-west-1'],
  ['work', {}, 'eu-west-2'],
  ['two', {}, 'eu-west-3'],
  ['old', {}, 'sa-east-1'],
  ['empty', {}, undefined],
  ['corp', {}, undefined],
  ['none', {}, undefined],
  [undefined, { AWS_PROFILE: 'work' }, 'eu-west-2'],
  [undefined, { AWS_PROFILE: '' }, 'eu-west-1'],
  ['two', { AWS_PROFILE: 'work' }, 'eu-west-3'],
  [undefined, { AWS_CONFIG_FILE: elsewhere }, 'ap-south-1'],
  [undefined, { HOME: elsewhere }, undefined],
])('the region of the profile %j with %j is %s', (profile, environment, region) => {
  expect(profileRegion(profile, { HOME: home, ...environment })).toBe(region)
})

test.each([
  ['wrok', {}, 'have old, work, default, two, empty; did you mean work?'],
  [undefined, { AWS_PROFILE: 'corp' }, 'have old, work'],
  ['work', { HOME: elsewhere }, 'have no profile'],
])('the profile %j with %j does not exist', (profile, environment, why) => {
  let message = ''
  try {
    requireProfile(profile, { HOME: home, ...environment })
  } catch (error) {
    message = plain((error as { parts: { why: Parameters<typeof plain>[0] } }).parts.why)
  }
  expect(message).toContain(why)
})

test('no profile has to exist where none is named, and where keys of the environment precede it', () => {
  for (const environment of [{}, { AWS_PROFILE: 'work' }, { AWS_PROFILE: 'gone', AWS_ACCESS_KEY_ID: 'AKIA' }])
    expect(() => requireProfile(undefined, { HOME: home, ...environment })).not.toThrow()
})
