/** The services of each seed, as its infrastructure code would have made them, and the addresses that lead to them. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seedNativeService } from '../../simulator/fixtures.ts'
import type { SeedAccount } from './account.ts'
import { type Door, type DoorResponse, openDoor } from './door.ts'

export type SeedName = 'seed-000'

/** What users and checks get from the new revision. */
export type Answer = (at: { readonly path: string; readonly isTest: boolean }) => DoorResponse

const healthy: DoorResponse = { status: 200, body: '{"status":"ok"}' }

/** Makes the services; returns what listens on this machine until it is closed. */
export type Infrastructure = (account: SeedAccount, answer: Answer) => Promise<readonly Door[]>

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
    return [test, production]
  },
}

/** A listener whose old revision is healthy. */
function openListener({ simulator, images }: SeedAccount, arn: string, answer: (path: string) => DoorResponse) {
  const fresh = new Set([...images.values()].map((image) => image.new))
  return openDoor(simulator, arn, (request) =>
    [...request.images].some((digest) => fresh.has(digest)) ? answer(request.path) : healthy,
  )
}

/** Replaces an address of slipway.yml by one of this machine. */
async function lead({ workspace }: SeedAccount, from: string, to: string): Promise<void> {
  const path = join(workspace, 'slipway.yml')
  const content = await readFile(path, 'utf8')
  if (!content.includes(from)) throw new Error(`slipway.yml has no ${from}`)
  await writeFile(path, content.replaceAll(from, to))
}

export { healthy }
