/** Policies for an image in Amazon ECR Public, taken literally by the simulated IAM, against what build-push calls. */
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { buildScene } from '../actions/build-scene.ts'
import { writeLayout } from '../oci-layout.ts'
import { cliScene } from './cli-scene.ts'
import { accountsOf, actionsIn } from './permissions-scene.ts'

const config = `version: 1
image: { repository: public.ecr.aws/a1b2c3d4/team/api }
services: { api: {} }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    role: deploy
    services: { api: { cluster: shop, service: api } }
  other:
    region: eu-west-1
    account: "444455556666"
    role: deploy
    services: { api: { cluster: shop, service: api } }
`

test('a push is refused nothing, and nothing names a private repository', async () => {
  const { accounts } = await accountsOf(cliScene({ 'slipway.yml': config }), '--boundary')
  const [account] = accounts
  const policy = account?.roles[0]?.policy
  if (!policy || !account?.boundary) throw new Error('a policy and a boundary are expected')
  const written = JSON.stringify(policy)
  expect(written).toContain('arn:aws:ecr-public::111122223333:repository/team/api')
  expect(written).not.toMatch(/arn:aws:ecr:|repository\/public/)
  expect(accounts.flatMap((one) => one['repository-policies'])).toEqual([])
  expect(JSON.stringify(account.boundary.policy)).toContain('us-east-1')
  expect(actionsIn(account.boundary.policy)).toContain('ecr-public:PutImage')

  const built = buildScene()
  await writeLayout(join(built.source.folder, 'image'), { files: { '/a': 'b' }, entrypoint: ['node'], labels: {} })
  built.simulator.world.region('us-east-1')['ecr-public'].createRepository('a1b2c3d4/team/api')
  built.simulator.iam.enforce(policy)
  const inputs = { repository: 'public.ecr.aws/a1b2c3d4/team/api', 'oci-layout': 'image', tag: 'v1' }
  const { failure, outputs } = await built.run(inputs)
  expect([failure, outputs.digest]).toEqual([undefined, expect.stringMatching(/^sha256:/)])
})
