import type { RequestHandler } from '../../aws/client-settings.ts'
import { deadlineIn } from '../../clock.ts'
import { ecrHostFor, publicNameOf, publicRegion } from '../../image/ecr-host.ts'
import type { ImageRepositories, RegistryLogin } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { openAws } from '../world/open-aws.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** The registry that `repository` names: that of the account and region, or Amazon ECR Public, whose API is in one region. */
export function openRepositories(
  inputs: BuildPushInputs,
  runner: Runner,
  retryTime: number,
  requestHandler: RequestHandler | undefined,
  observed: Parameters<typeof openAws>[4],
): ImageRepositories {
  const open = (awsRegion: string | undefined) =>
    openAws({ ...inputs, awsRegion }, runner, deadlineIn(runner.clock, retryTime), requestHandler, observed)
  return publicNameOf(inputs.repository) === undefined ? open(inputs.awsRegion).ecr : open(publicRegion).ecrPublic
}

/**
 * The login at the host that the variables of the AWS SDKs choose: GetAuthorizationToken returns the IPv4 host without FIPS
 * (Amazon ECR user guide, "Making requests to Amazon ECR registries").
 */
export function throughEndpoint(login: RegistryLogin, environment: Runner['environment']): RegistryLogin {
  const { AWS_USE_DUALSTACK_ENDPOINT: dualStack = '', AWS_USE_FIPS_ENDPOINT: fips = '' } = environment
  const isOn = (value: string) => value.toLowerCase() === 'true'
  if (!isOn(dualStack) && !isOn(fips)) return login
  const host = ecrHostFor(new URL(login.endpoint).host, { dualStack: isOn(dualStack), fips: isOn(fips) })
  return host === undefined ? login : { ...login, endpoint: `https://${host}` }
}
