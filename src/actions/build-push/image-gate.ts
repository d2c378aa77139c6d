import type { Aws } from '../../aws/connect.ts'
import type { Deadline } from '../../clock.ts'
import type { Registry } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text } from '../../text.ts'
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
  /** Name of the repository in its registry. */
  readonly repository: string
  readonly tags: readonly string[]
  readonly registry: Registry
  readonly runner: Runner
  readonly open: (deadline: Deadline) => Pick<Aws, 'region' | 'ecrScans' | 'ecrPushJobs'>
}

/** Opens the gate before the build: throws where the registry does not do what the inputs wait for. */
export async function openGate(inputs: BuildPushInputs, ports: GatePorts): Promise<ImageGate> {
  requirePrivate(inputs)
  const { repository, open, runner, tags, registry } = ports
  const place = { inputs, repository, open, runner }
  const rules = await checkPushJobRules(place)
  const judged = (digest: string) => judgeImage({ ...place, digest, tags, registry })
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

/** Amazon ECR Public has no operation for any of these (API reference of Amazon ECR Public, "Actions"). */
function requirePrivate({ repository, scan = 'off', waitForSigning, waitForReplication }: BuildPushInputs): void {
  if (!repository.startsWith('public.ecr.aws/')) return
  const given = [
    ...(scan === 'off' ? [] : ['scan']),
    ...(waitForSigning ? ['wait-for-signing'] : []),
    ...(waitForReplication ? ['wait-for-replication'] : []),
  ]
  if (given.length > 0)
    throw invalidInputs(given.map((name) => text`${name} needs a private repository; Amazon ECR Public has none of it`))
}
