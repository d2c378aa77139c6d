import type { BeanstalkTarget } from '../../config/select-beanstalk.ts'
import type { SiteTarget } from '../../config/select-site.ts'
import type { Place } from '../targets/place.ts'

/** One of several services and sites that are deployed together. */
export interface PlacedService {
  /** As the inputs or slipway.yml name it. */
  readonly name: string
  readonly place: Place & { readonly service: string }
  /** One of these, or none: a service of Amazon ECS. */
  readonly site?: SiteTarget | undefined
  readonly beanstalk?: BeanstalkTarget | undefined
}

/** Services by wave; those of one wave are deployed side by side. */
export type Waves = readonly (readonly PlacedService[])[]
