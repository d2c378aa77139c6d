import type { Config } from '../../config/schema.ts'
import { type BeanstalkTarget, selectBeanstalk } from '../../config/select-beanstalk.ts'
import { selectImages } from '../../config/select-images.ts'
import { selectSite } from '../../config/select-site.ts'
import { memberNames, selectWaves } from '../../config/select-target.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { beanstalkInputsOf, reportPlace } from '../targets/beanstalk-place.ts'
import { fullImage } from '../targets/place.ts'
import { siteInputsOf, sitePlace } from '../targets/site-place.ts'
import type { PlacedService } from './placed-service.ts'

/** The site, or the service of Elastic Beanstalk, of that name; undefined: it is a service of Amazon ECS, or unknown. */
export function placeMember(config: Config, inputs: DeployInputs, name: string): PlacedService | undefined {
  const { environment = '' } = inputs
  const site = selectSite(config, environment, name)
  if (site) return { name, place: sitePlace(siteInputsOf(inputs, site), site), site }
  const beanstalk = selectBeanstalk(config, environment, name)
  return beanstalk && placedBeanstalk(beanstalk, config, inputs)
}

function placedBeanstalk(beanstalk: BeanstalkTarget, config: Config, inputs: DeployInputs): PlacedService {
  const { name, imageInput } = beanstalk
  const image = imageInput && fullImage(inputs.image, selectImages(config))
  if (imageInput && image === undefined)
    throw invalidInputs([
      text`image is empty, but services.${untrusted(name)}.beanstalk.image of slipway.yml deploys it`,
    ])
  const own = beanstalkInputsOf(inputs, beanstalk, image)
  return { name, place: { ...reportPlace(own, own.awsRegion, beanstalk), image }, beanstalk }
}

/** The waves of the environment; what is no service of Amazon ECS is a wave of its own where it is deployed alone. */
export function declaredWaves(
  config: Config,
  { environment = '', service }: DeployInputs,
): readonly (readonly string[])[] | undefined {
  const waves = service === undefined ? selectWaves(config, environment) : undefined
  const [only, ...others] = service === undefined ? memberNames(config, environment) : [service]
  if (waves || only === undefined || others.length > 0) return waves
  const isOther = selectSite(config, environment, only) ?? selectBeanstalk(config, environment, only)
  return isOther && [[only]]
}

/** Names that the environment does not have, and those that it has. */
export function strangersAmong(
  names: readonly string[],
  config: Config,
  environment: string,
): { readonly unknown: readonly string[]; readonly known: readonly string[] } {
  const known = memberNames(config, environment)
  const isKnown = (name: string) => known.includes(name) || selectSite(config, environment, name) !== undefined
  return { known, unknown: [...new Set(names)].filter((name) => !isKnown(name)) }
}
