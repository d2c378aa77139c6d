import type { Aws } from '../aws/connect.ts'
import type { ImageStore } from '../diagnosis/gather-platforms.ts'
import type { Fetch } from '../http/fetch.ts'
import type { Runner } from '../runner/action.ts'

export interface ImageStoreWorld {
  readonly aws: Pick<Aws, 'ecr'>
  readonly runner: Runner
  readonly fetch: Fetch
}

/**
 * The Amazon ECR of a place, to look up images and what they are made for. Loads the client of the registry and logs in when
 * it is first asked. `patience`: how long one request is tried again, in milliseconds; an explanation does not wait for long.
 */
export function openImageStore({ aws, runner, fetch }: ImageStoreWorld, patience = 15_000): ImageStore {
  const { clock, signal, environment } = runner
  const login = async () => {
    const answer = await aws.ecr.login()
    runner.mask(answer.password)
    return answer
  }
  const open = async () => {
    const { openRegistry } = await import('../registry/distribution.ts')
    return openRegistry({ login, clock, signal, patience, fetch, environment, onRetry: runner.log.info })
  }
  let opened: ReturnType<typeof open> | undefined
  const registry = () => {
    opened ??= open()
    return opened
  }
  return {
    ecr: aws.ecr,
    registry: {
      manifest: async (...asked) => (await registry()).manifest(...asked),
      blob: async (...asked) => (await registry()).blob(...asked),
    },
  }
}
