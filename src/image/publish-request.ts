import type { Builder, BuildRequest, ImageRepositories, Registry, Repository } from '../ports.ts'
import type { Text } from '../text.ts'
import type { BuildInputs } from './build-inputs.ts'
import type { LayoutSource } from './layout-source.ts'
import type { OutsideInputs } from './outside-inputs.ts'
import type { RepositoryRequest } from './require-repository.ts'
import type { InputsReuse } from './reuse-by-inputs.ts'

/** The source of the image: a build that has not run yet, or a layout that another tool built. */
export type ImageSource =
  | {
      readonly kind: 'build'
      readonly request: BuildRequest
      /** What the image is going to be made of; undefined where that is not known. */
      readonly inputs: BuildInputs | undefined
      /** What else it is going to be made of; read when it is needed. */
      readonly outside: OutsideInputs
      /** Why it is never the image of an earlier build. */
      readonly unlike: Text | undefined
      /** How an image of another commit is found; undefined: none is. */
      readonly byInputs?: InputsReuse | undefined
    }
  | { readonly kind: 'layout'; readonly layout: LayoutSource }

/** One image to publish: repository, tags and source. */
export interface PublishRequest {
  readonly repository: RepositoryRequest
  /** At least one; the first is the image's own. */
  readonly tags: readonly [string, ...string[]]
  readonly source: ImageSource
  /** Push without any tag: the tags are only compared, and put when this image is joined with others. */
  readonly digestOnly?: boolean | undefined
}

/** Adapters that publishing needs. */
export interface PublishPorts {
  readonly ecr: ImageRepositories
  readonly registry: Registry
  /** Host of the registry as image references name it. */
  readonly registryHost: () => Promise<string>
  readonly builder: Builder
  /** Throws where the image, which is in the registry, is to get no tag. */
  readonly approve?: ((digest: string) => Promise<void>) | undefined
  readonly say: (line: Text) => void
  readonly warn: (line: Text) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The image in the registry, and what was uploaded for it. */
export interface Published {
  readonly repository: Repository
  readonly digest: string
  readonly tag: string
  readonly tags: readonly string[]
  /** True when nothing was built or pushed because the image was there already. */
  readonly reused: boolean
  /** The commit that a reused image names as its own; undefined where it names none, or is new. */
  readonly builtFrom?: string | undefined
}
