/** What is built, in the words of `docker buildx build`, whose options have the same values. */
export interface BuildRequest {
  /** Directory, tar or git address. */
  readonly context: string
  /** Named contexts: `name=path`, `name=docker-image://…`, `name=https://….git`. */
  readonly buildContexts: readonly string[]
  readonly file?: string | undefined
  readonly target?: string | undefined
  /** Such as `linux/amd64`; empty for the engine's own. */
  readonly platforms: readonly string[]
  /** `NAME=value`. */
  readonly buildArgs: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** `name=value`, or with the object that gets it: `index:name=value`. */
  readonly annotations: readonly string[]
  readonly secrets: readonly { readonly id: string; readonly value: string }[]
  readonly secretFiles: readonly { readonly id: string; readonly path: string }[]
  /** Authenticates the fetch of git contexts: a secret of the build by its id, and nothing that makes the image. */
  readonly gitToken?: { readonly id: string; readonly value: string } | undefined
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  /** Value of `--provenance`; undefined leaves it to Buildx. */
  readonly provenance?: string | undefined
  /** Value of `--sbom`; undefined leaves it to Buildx. */
  readonly sbom?: string | undefined
  /** Further attestations: `type=sbom,generator=…`. */
  readonly attests: readonly string[]
  /** Agent sockets or keys: `default`, `name=path`. */
  readonly ssh: readonly string[]
  /** Network of RUN instructions: default, host or none. */
  readonly network?: string | undefined
  /** `host:address`. */
  readonly addHosts: readonly string[]
  /** Entitlements: `network.host`, `security.insecure`. */
  readonly allow: readonly string[]
  readonly cgroupParent?: string | undefined
  /** Such as `64m`. */
  readonly shmSize?: string | undefined
  /** `nofile=1024:2048`. */
  readonly ulimits: readonly string[]
  /** Name of a Buildx builder; the selected one when undefined. */
  readonly builder?: string | undefined
  /** Attributes of the pushed image: `compression=zstd`, `oci-mediatypes=true`. */
  readonly imageAttributes: readonly string[]
  /** Values of `--output` beside the pushed image: `type=local,dest=out`. */
  readonly outputs: readonly string[]
  /** The image goes into the store of the engine, too. */
  readonly load: boolean
  /** Sets the times of all files to SOURCE_DATE_EPOCH, so that equal builds have equal layers. */
  readonly rewriteTimestamp: boolean
  readonly noCache: boolean
  /** Stages that are built without cache. */
  readonly noCacheFilters: readonly string[]
  /** Pull newer base images. */
  readonly pull: boolean
  /** `<Dockerfile>.dockerignore` exists: without Buildx, the files that it excludes would be sent all the same. */
  readonly ownIgnoreFile: boolean
}

/** The destination of an image. */
export interface BuildDestination {
  /** Repository with its registry: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/api`. */
  readonly name: string
  /** For engines that cannot push by digest alone; they put this tag with the push. */
  readonly tag: string
  /** All tags, for a request with `load`. */
  readonly tags?: readonly string[] | undefined
  /** No tag at all. An engine that cannot do that throws `docker-unavailable`. */
  readonly digestOnly?: boolean | undefined
}

/** An image in its registry, or why its digest is unknown. */
export type ResolvedImage =
  | { readonly reference: string; readonly digest: string }
  | { readonly reference: string; readonly error: string }

/** Builds images and pushes them. */
export interface Builder {
  /** Digest of the manifest or index that is in the registry afterwards. Throws `docker-unavailable`, `build-failed` or what the registry refused. */
  buildAndPush(request: BuildRequest, destination: BuildDestination): Promise<string>
  /** The digests that images have in their registries now, in the same order. */
  resolveImages(references: readonly string[]): Promise<readonly ResolvedImage[]>
  /**
   * Builds and pushes nothing: the image goes where `outputs` and `load` of the request say, named `repository:tag`. Asks for no
   * login. Throws `docker-unavailable` or `build-failed`.
   */
  buildOnly(request: BuildRequest, names: readonly string[]): Promise<void>
  /** Runs the checks of the Dockerfile and builds nothing. Throws `docker-unavailable`, or `build-failed` for each warning. */
  check(request: BuildRequest): Promise<void>
}
