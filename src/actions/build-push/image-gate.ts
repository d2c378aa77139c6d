import type { Aws } from '../../aws/connect.ts'
import type { Deadline } from '../../clock.ts'
import type { Registry } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { judgeImage } from '../shared/judge-image.ts'
import { awaitPushJobs, checkPushJobRules } from '../shared/push-jobs.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** What is checked of a pushed image. */
export interface ImageGate {
  /** Before its tags are put. */
  readonly approve: (digest: string) => Promise<void>
  /** After them. */
  readonly afterwards: (digest: string) => Promise<void>
}

interface GatePorts {
  readonly tags: readonly string[]
  readonly registry: Registry
  readonly runner: Runner
  readonly open: (deadline: Deadline) => Pick<Aws, 'region' | 'ecrScans' | 'ecrPushJobs'>
}

/** Opens the gate before the build: throws where the registry does not do what the inputs wait for. */
export async function openGate(inputs: BuildPushInputs, ports: GatePorts): Promise<ImageGate> {
  const { repository } = inputs
  const place = { inputs, repository, open: ports.open, runner: ports.runner }
  const rules = await checkPushJobRules(place)
  const judged = (digest: string) => judgeImage({ ...place, digest, tags: ports.tags, registry: ports.registry })
  const isRequired = inputs.scan === 'require'
  return {
    approve: async (digest) => {
      if (isRequired) await judged(digest)
    },
    afterwards: async (digest) => {
      if (!isRequired) await judged(digest)
      await awaitPushJobs(place, rules, digest)
    },
  }
}
