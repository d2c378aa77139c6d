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
  /** No tag at all. An engine that cannot do that throws `docker-unavailable`. */
  readonly digestOnly?: boolean | undefined
}

/** Builds images and pushes them. */
export interface Builder {
  /** Digest of the manifest or index that is in the registry afterwards. Throws `docker-unavailable`, `build-failed` or what the registry refused. */
  buildAndPush(request: BuildRequest, destination: BuildDestination): Promise<string>
}
