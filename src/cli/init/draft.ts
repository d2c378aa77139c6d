import type { Service } from '../../ports.ts'
import type { ImageFacts } from './container-facts.ts'

/** slipway.yml as it is to be written. */
export interface Draft {
  readonly images: readonly DraftImage[]
  readonly services: readonly DraftService[]
  readonly environments: readonly DraftEnvironment[]
}

/** One image, with its repository of Amazon ECR. */
export interface DraftImage
  extends Pick<ImageFacts, 'name' | 'context' | 'file' | 'target' | 'buildArgs' | 'platform'> {
  readonly repository: string
}

/** One service, named like its image. */
export interface DraftService {
  readonly name: string
  /** File; undefined: the live revision. */
  readonly taskDefinition: string | undefined
  readonly container: string
}

/** A service in an environment. */
export interface DraftPlacement {
  readonly name: string
  readonly cluster: string
  readonly service: string
  /** File from which the service is created; undefined where it exists, or the account was not read. */
  readonly serviceDefinition?: string | undefined
  /** Of AWS CodeDeploy, where it is not the default name. */
  readonly group?: { readonly application: string; readonly deploymentGroup: string } | undefined
  /** The service in the account. */
  readonly existing?: Service | undefined
}

/** One environment. */
export interface DraftEnvironment {
  readonly name: string
  readonly region: string
  readonly account: string
  readonly role: string
  readonly placements: readonly DraftPlacement[]
}
