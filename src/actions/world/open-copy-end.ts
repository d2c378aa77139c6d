import { deadlineIn } from '../../clock.ts'
import { ecrPlaceOf } from '../../image/ecr-host.ts'
import { type NamedEnd, namedFailure, withNamedFailures } from '../../image/named-end.ts'
import type { Ecr, RegistryLogin } from '../../ports.ts'
import { openRegistry } from '../../registry/distribution.ts'
import { type SharedLogin, shareLogin } from '../../registry/login.ts'
import type { Runner } from '../../runner/action.ts'
import type { AwsInputs } from '../inputs/aws-inputs.ts'
import { openAws, regionOf } from './open-aws.ts'
import type { World } from './world.ts'

/** How long one request to AWS or to a registry is tried again. Milliseconds. */
const retryTime = 10 * 60_000

/** A repository, and the credentials for it. */
export interface CopyPlace {
  readonly side: NamedEnd['side']
  /** Undefined for the registry of the credentials. */
  readonly registry: string | undefined
  readonly repository: string
  /** Used where the name of the registry has none. */
  readonly region: string | undefined
  /** The ambient credentials where it is undefined. */
  readonly role: string | undefined
}

/** An end with Amazon ECR's own API, of the account of the credentials. */
export interface OpenEnd extends NamedEnd {
  readonly ecr: Ecr
}

interface OpenEcr {
  readonly ecr: Ecr
  readonly login: SharedLogin
}

/** Opens the ends of copies; those of one region and role share a token. Its failures say which end they are of. */
export function openCopyEnds(inputs: AwsInputs, runner: Runner, world: World): (place: CopyPlace) => Promise<OpenEnd> {
  const opened = new Map<string, OpenEcr>()
  return async (place) => {
    const region = ecrPlaceOf(place.registry)?.region ?? place.region ?? regionOf(inputs, runner.environment)
    const key = `${region} ${place.role}`
    const { side, repository } = place
    try {
      const used = opened.get(key) ?? openEcr({ ...inputs, awsRegion: region, roleToAssume: place.role }, runner, world)
      opened.set(key, used)
      return await endOf(place, used, runner, world)
    } catch (error) {
      throw namedFailure({ side, repository, host: place.registry ?? region ?? '', isForeign: false }, error)
    }
  }
}

function openEcr(inputs: AwsInputs, runner: Runner, world: World): OpenEcr {
  const connect = () => openAws(inputs, runner, deadlineIn(runner.clock, retryTime), world.requestHandler).ecr
  const ecr = connect()
  let unused: Ecr | undefined = ecr
  const login = shareLogin(async () => {
    // A copy may take hours: a later token is requested with a timeout of its own and with fresh credentials.
    const asked = unused ?? connect()
    unused = undefined
    const given = await asked.login()
    runner.mask(given.password)
    return given
  })
  return { ecr, login }
}

async function endOf(
  { side, registry: host, repository }: CopyPlace,
  { ecr, login }: OpenEcr,
  { clock, signal, environment, log }: Runner,
  { fetch }: World,
): Promise<OpenEnd> {
  const own = new URL((await login.current()).endpoint).host
  const renewed = login.forClient()
  const registry = openRegistry({
    login: async () => at(await renewed(), host),
    ...{ clock, signal, retryTime, fetch, environment, onRetry: log.info },
  })
  const [account, wanted] = [ecrPlaceOf(own)?.accountId, ecrPlaceOf(host)?.accountId]
  const isForeign = account !== undefined && wanted !== undefined && account !== wanted
  return withNamedFailures({ side, registry, repository, host: host ?? own, isForeign, ecr })
}

/**
 * The login for a registry that was named. A token is for any registry that its principal may use (API reference,
 * GetAuthorizationToken), of other accounts and under other names, too; an endpoint that is not Amazon ECR's is an emulator.
 */
function at(login: RegistryLogin, host: string | undefined): RegistryLogin {
  const isAws = ecrPlaceOf(new URL(login.endpoint).host) !== undefined
  return host === undefined || !isAws ? login : { ...login, endpoint: `https://${host}` }
}
