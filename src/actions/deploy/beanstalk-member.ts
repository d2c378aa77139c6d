import type { BeanstalkTarget } from '../../config/select-beanstalk.ts'
import type { WaveMember } from '../../deployment/waves/waves-request.ts'
import type { Returning } from '../../deployment/waves/ways-back.ts'
import { beanstalkTarget } from '../../targets/beanstalk/index.ts'
import { wantedVersion } from '../bundle/wanted-version.ts'
import { aroundDeployment, aroundRollback } from '../targets/around-deployment.ts'
import { beanstalkInputsOf, beanstalkRequest } from '../targets/beanstalk-place.ts'
import { preflightPolicy } from '../targets/requested-service.ts'
import type { Opening } from './member-opening.ts'
import type { PlacedService } from './placed-service.ts'

/** An environment of Elastic Beanstalk as a member of a wave. */
export async function beanstalkMember(
  { name, place }: PlacedService,
  beanstalk: BeanstalkTarget,
  { inputs: given, aws, runner, world, order, source }: Opening,
): Promise<WaveMember> {
  const inputs = beanstalkInputsOf(given, beanstalk, place.image)
  let wanted: ReturnType<typeof wantedVersion> | undefined
  const once = () => {
    wanted ??= wantedVersion(inputs, source, runner)
    return wanted
  }
  const { change, terms } = beanstalkRequest(inputs, source, runner, once)
  const around = { place, aws, runner, world, mayRollBack: true }
  const target = await aroundDeployment(beanstalkTarget(change, aws), around)
  return { name, target, terms: { ...terms, order, preflight: preflightPolicy(given) } }
}

/** An environment as the post step takes it back. */
export async function returningBeanstalk(
  { name, place }: PlacedService,
  beanstalk: BeanstalkTarget,
  { inputs, aws, runner }: Omit<Opening, 'order' | 'source'>,
): Promise<Returning> {
  const own = beanstalkInputsOf(inputs, beanstalk, place.image)
  const { change } = beanstalkRequest(own, undefined, runner, async () => undefined)
  const target = await aroundRollback(beanstalkTarget(change, aws), { place, aws, runner })
  return { name, target, terms: { waitMinutes: inputs.waitForMinutes } }
}
