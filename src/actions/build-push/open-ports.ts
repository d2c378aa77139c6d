import type { PublishPorts } from '../../image/publish-request.ts'
import { rememberDigests } from '../../image/remember-digests.ts'
import type { Builder, RegistryLogin } from '../../ports.ts'
import { openRegistry } from '../../registry/distribution.ts'
import { shareLogin } from '../../registry/login.ts'
import type { Runner } from '../../runner/action.ts'
import type { World } from '../world/world.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'
import type { CallCounts } from './count-calls.ts'
import { openBuilder } from './open-builder.ts'
import { openRepositories, throughEndpoint } from './open-repositories.ts'

/** How long one request to AWS or to the registry is tried again. Milliseconds. */
const retryTime = 10 * 60_000
/** What never responds is given up this soon, as long as nothing was built. Milliseconds. */
const silentTime = 60_000

/** The network of the runner, and what builds. */
export interface BuildWorld extends World {
  /** Builds in the place of Docker. */
  readonly builder?: Builder | undefined
}

/** The registry of the inputs, and what builds. Every call is counted. */
export function openPorts(
  inputs: BuildPushInputs,
  runner: Runner,
  world: BuildWorld,
  { onCall, fetch }: CallCounts,
): PublishPorts {
  const { clock, signal, environment, log } = runner
  const connect = (silent?: { readonly silentTime: number }) =>
    openRepositories(inputs, runner, retryTime, world.requestHandler, { onCall, ...silent })
  const ecr = connect({ silentTime })
  let unused: typeof ecr | undefined = ecr
  const login = shareLogin(async () => {
    // A build may take hours: a later token is requested with a timeout of its own and with fresh credentials.
    const asked = unused ?? connect()
    unused = undefined
    return masked(throughEndpoint(await asked.login(), environment), runner)
  })
  const registry = openRegistry({
    login: login.forClient(),
    clock,
    signal,
    retryTime,
    fetch,
    environment,
    onRetry: log.info,
  })
  return {
    ecr,
    registry: rememberDigests(registry),
    registryHost: async () => new URL((await login.current()).endpoint).host,
    builder: world.builder ?? openBuilder(runner, login.current),
    say: log.info,
    warn: log.warning,
    now: clock.now,
  }
}

/** The password is masked in the form that Docker's files have, too. */
function masked(login: RegistryLogin, runner: Runner): RegistryLogin {
  runner.mask(login.password)
  runner.mask(Buffer.from(`${login.username}:${login.password}`).toString('base64'))
  return login
}
