import type { Aws } from '../../aws/connect.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { ImageStore } from '../../ports.ts'
import { type SharedLogin, shareLogin } from '../../registry/login.ts'
import type { Runner } from '../../runner/action.ts'

/** Adapters from which the image store of a place is opened. */
export interface ImageStoreOptions {
  readonly aws: Pick<Aws, 'ecr'>
  readonly runner: Runner
  readonly fetch: Fetch
}

/** Logins by ECR adapter: one token serves each registry, however often it is opened. */
const logins = new WeakMap<ImageStoreOptions['aws']['ecr'], SharedLogin>()

function loginOf({ aws: { ecr }, runner }: ImageStoreOptions): SharedLogin {
  const known = logins.get(ecr)
  if (known) return known
  const login = shareLogin(async () => {
    const answer = await ecr.login()
    runner.mask(answer.password)
    return answer
  })
  logins.set(ecr, login)
  return login
}

/**
 * The Amazon ECR of a place, to read images and their platforms. Loads the registry client and logs in on first use. `retryTime`:
 * how long one request is retried, in milliseconds; an explanation does not wait for long.
 */
export function openImageStore(options: ImageStoreOptions, retryTime = 15_000): ImageStore {
  const { aws, runner, fetch } = options
  const { clock, signal, environment, log } = runner
  const open = async () => {
    const { openRegistry } = await import('../../registry/distribution.ts')
    const login = loginOf(options).forClient()
    return openRegistry({ login, clock, signal, retryTime, fetch, environment, onRetry: log.info })
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
