import type { RequestHandler } from '../../aws/client-settings.ts'
import { deadlineIn } from '../../clock.ts'
import { publicNameOf, publicRegion } from '../../image/ecr-host.ts'
import type { ImageRepositories } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { openAws } from '../world/open-aws.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** The registry that `repository` names: that of the account and region, or Amazon ECR Public, whose API is in one region. */
export function openRepositories(
  inputs: BuildPushInputs,
  runner: Runner,
  retryTime: number,
  requestHandler: RequestHandler | undefined,
): ImageRepositories {
  const open = (awsRegion: string | undefined) =>
    openAws({ ...inputs, awsRegion }, runner, deadlineIn(runner.clock, retryTime), requestHandler)
  return publicNameOf(inputs.repository) === undefined ? open(inputs.awsRegion).ecr : open(publicRegion).ecrPublic
}
