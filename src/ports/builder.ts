/** What is built, in the words of `docker build`. */
export interface BuildRequest {
  /** Directory, tar or git address. */
  readonly context: string
  readonly file?: string | undefined
  readonly target?: string | undefined
  /** Such as `linux/amd64`; empty for the engine's own. */
  readonly platforms: readonly string[]
  /** `NAME=value`. */
  readonly buildArgs: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly secrets: readonly { readonly id: string; readonly value: string }[]
  readonly secretFiles: readonly { readonly id: string; readonly path: string }[]
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  /** Value of `--provenance`; undefined leaves it to Buildx. */
  readonly provenance?: string | undefined
  /** Network of RUN instructions: default, host or none. */
  readonly network?: string | undefined
  readonly noCache: boolean
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
}

/** Builds images and pushes them. */
export interface Builder {
  /** Digest of the manifest or index that is in the registry afterwards. Throws `docker-unavailable`, `build-failed` or what the registry refused. */
  buildAndPush(request: BuildRequest, destination: BuildDestination): Promise<string>
}
