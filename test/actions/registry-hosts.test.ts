/** The hosts of one private registry: which one a push uses, and which ones Docker is logged in to. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { writeConfiguration } from '../../src/docker/configuration.ts'
import { Failure } from '../../src/failure.ts'
import { text } from '../../src/text.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildScene } from './build-scene.ts'

const hosts = {
  ipv4: '111122223333.dkr.ecr.eu-west-1.amazonaws.com',
  ipv4Fips: '111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com',
  dualStack: '111122223333.dkr-ecr.eu-west-1.on.aws',
  dualStackFips: '111122223333.dkr-ecr-fips.eu-west-1.on.aws',
}

test.each([
  ['', '', hosts.ipv4],
  ['false', 'false', hosts.ipv4],
  ['true', '', hosts.dualStack],
  ['', 'true', hosts.ipv4Fips],
  ['true', 'True', hosts.dualStackFips],
])('AWS_USE_DUALSTACK_ENDPOINT=%s AWS_USE_FIPS_ENDPOINT=%s: the push goes to %s', async (dualStack, fips, host) => {
  const built = buildScene()
  const destinations: string[] = []
  Object.assign(built.builder, {
    buildAndPush: async (_: unknown, { name }: { name: string }) => {
      destinations.push(name)
      throw new Failure({ code: 'build-failed', what: text`no further` })
    },
  })
  await built.run({}, { environment: { AWS_USE_DUALSTACK_ENDPOINT: dualStack, AWS_USE_FIPS_ENDPOINT: fips } })
  expect(destinations).toEqual([`${host}/api`])
})

test.each([
  [hosts.dualStack, Object.values(hosts)],
  ['public.ecr.aws', ['public.ecr.aws']],
  ['127.0.0.1:5000', ['127.0.0.1:5000']],
])('a login at %s is one at all hosts of that registry, for base images and caches there', async (host, all) => {
  const [home, temporary] = [temporaryFolder(), temporaryFolder()]
  const login = { endpoint: `https://${host}`, username: 'AWS', password: 'secret', expiresAt: new Date(0) }
  const { directory } = await writeConfiguration(login, { HOME: home }, temporary, () => undefined)
  const { auths, credHelpers } = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'))
  expect(Object.keys(auths).toSorted()).toEqual(all.toSorted())
  expect(Object.keys(credHelpers).toSorted()).toEqual(all.toSorted())
  for (const { auth } of Object.values<{ auth: string }>(auths))
    expect(Buffer.from(auth, 'base64').toString()).toBe('AWS:secret')
})
