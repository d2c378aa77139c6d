/** The services of each seed, as its infrastructure code would have made them, and the addresses that lead to them. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeDeployOf } from '../../simulator/codedeploy/codedeploy.ts'
import { seedBlueGreen } from '../../simulator/codedeploy/fixtures.ts'
import { seedNativeService, seedRollingService } from '../../simulator/fixtures.ts'
import { region, type SeedAccount } from './account.ts'
import { type Door, type DoorResponse, openDoor } from './door.ts'

export type SeedName = 'seed-000' | 'seed-001' | 'seed-002' | 'seed-004'

/** Of the deployment group of seed-001. */
export const alarm = 'books-5xx'

/** What users and checks get from the new revision. */
export type Answer = (at: { readonly path: string; readonly isTest: boolean }) => DoorResponse

const healthy: DoorResponse = { status: 200, body: '{"status":"ok"}' }

export interface Built {
  /** What listens on this machine until it is closed. */
  readonly doors: readonly Door[]
  /** Whose traffic CodeDeploy shifts. */
  readonly productionListener?: string
}

/** Makes the services. */
export type Infrastructure = (account: SeedAccount, answer: Answer) => Promise<Built>

export const infrastructure: Readonly<Record<SeedName, Infrastructure>> = {
  /** A canary of Amazon ECS with a test listener. */
  async 'seed-000'(account, answer) {
    const { simulator, file } = account
    const hooks = file.environments.production.services.api?.deployment?.['lifecycle-hooks']
    const seeded = seedNativeService(simulator, {
      ...(await account.first('api')),
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
      bakeTimeInMinutes: 5,
      lifecycleHooks: [...(hooks ?? [])],
    })
    const [test, production] = await Promise.all([
      openListener(account, seeded.testRuleArn, (path) => answer({ path, isTest: true })),
      openListener(account, seeded.productionRuleArn, (path) => answer({ path, isTest: false })),
    ])
    await lead(account, 'https://api.example.com:8443', `http://127.0.0.1:${test.port}`)
    await lead(account, 'https://api.example.com/', `http://127.0.0.1:${production.port}/`)
    return { doors: [test, production] }
  },
  /** AWS CodeDeploy in subnets without a route to the internet: nothing of it is reachable from here. */
  async 'seed-001'(account) {
    const { simulator } = account
    Object.assign(codeDeployOf(simulator.world, region).quirks, { installSeconds: 45, steadySeconds: 15 })
    const { productionListenerArn: productionListener } = seedBlueGreen(simulator, {
      ...(await account.first('api')),
      deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
      terminationWaitMinutes: 5,
      readyWait: 30,
      alarms: [alarm],
    })
    return { doors: [], productionListener }
  },
  /** A rolling service; the load balancer answers by the host name of the users only. */
  async 'seed-002'(account, answer) {
    const { simulator } = account
    const { targetGroupArn = '' } = seedRollingService(simulator, await account.first('api'))
    const { elbv2 } = simulator.world.region(region)
    const { listenerArn } = elbv2.createListener(443, { [targetGroupArn]: 1 })
    const door = await openListener(account, listenerArn, (path) => answer({ path, isTest: false }), 'api.example.com')
    await lead(account, 'https://api.example.com/health', `http://api.example.com:${door.port}/health`)
    await lead(account, 'api-1234567890.eu-west-1.elb.amazonaws.com', '127.0.0.1')
    return { doors: [door] }
  },
  /** Three services in an order, and the distribution in front of the edge. */
  async 'seed-004'(account) {
    const { simulator } = account
    for (const service of ['api', 'edge', 'log-worker']) {
      const options = await account.first(service)
      seedRollingService(simulator, { ...options, loadBalanced: service === 'edge', waitUntilSteady: false })
    }
    simulator.clock.advance(180_000)
    const { cloudfront } = simulator.world.region('us-east-1')
    await lead(account, 'E1A2B3C4D5E6F7', cloudfront.createDistribution({ bucket: 'shop-pages' }).id)
    return { doors: [] }
  },
}

/** A listener whose old revision is healthy. With a host name, it has a rule for that one alone. */
function openListener(
  { simulator, images }: SeedAccount,
  arn: string,
  answer: (path: string) => DoorResponse,
  hostName?: string,
) {
  const fresh = new Set([...images.values()].map((image) => image.new))
  return openDoor(simulator, arn, (request) => {
    if (hostName !== undefined && request.host.split(':')[0] !== hostName) return { status: 404, body: '' }
    return [...request.images].some((digest) => fresh.has(digest)) ? answer(request.path) : healthy
  })
}

/** Replaces an address of slipway.yml by one of this machine. */
async function lead({ workspace }: SeedAccount, from: string, to: string): Promise<void> {
  const path = join(workspace, 'slipway.yml')
  const content = await readFile(path, 'utf8')
  if (!content.includes(from)) throw new Error(`slipway.yml has no ${from}`)
  await writeFile(path, content.replaceAll(from, to))
}

export { healthy }
