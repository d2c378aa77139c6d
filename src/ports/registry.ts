import type {
  AttachedSettings,
  CreatedRepository,
  CreationTemplate,
  Repository,
  RepositorySettings,
} from './repository.ts'

/** A login to Amazon ECR (GetAuthorizationToken). */
export interface RegistryLogin {
  /** With scheme: `https://111122223333.dkr.ecr.eu-west-1.amazonaws.com`. */
  readonly endpoint: string
  readonly username: string
  readonly password: string
  readonly expiresAt: Date
  /** How requests carry username and password; Basic when undefined. Amazon ECR Public refuses Basic (kreuzwerker/terraform-provider-docker#666). */
  readonly scheme?: 'Bearer'
}

/** The repositories of one registry of AWS: private (Amazon ECR) or public (Amazon ECR Public). */
export interface ImageRepositories {
  describeRepository(name: string): Promise<Repository | undefined>
  /** One that exists already is returned as it is. */
  createRepository(name: string, settings: RepositorySettings): Promise<CreatedRepository>
  /** Policies and tags of a repository, of those that `like` has. Throws `permission-missing`. */
  attachedSettings(repository: Repository, like: RepositorySettings): Promise<AttachedSettings>
  /** All of the registry. Throws `permission-missing`. */
  creationTemplates(): Promise<readonly CreationTemplate[]>
  /** When the image was pushed; undefined when there is none. Amazon ECR Public is not asked. */
  pushedAt?(repository: string, digest: string): Promise<Date | undefined>
  login(): Promise<RegistryLogin>
}

/** Amazon ECR. */
export interface Ecr extends ImageRepositories {
  /** Digest of an image that can be pulled, or undefined: also for one that is archived. */
  imageDigest(
    repository: string,
    reference: { readonly tag: string } | { readonly digest: string },
  ): Promise<string | undefined>
  /** `ACTIVE`, `ARCHIVED` or `ACTIVATING` (ImageDetail, imageStatus); undefined when there is no such image or repository. */
  imageStatus(
    repository: string,
    reference: { readonly tag: string } | { readonly digest: string },
  ): Promise<string | undefined>
  /** Of the images of one page (at most a thousand), newest first; undefined when there is no such repository. */
  tags(repository: string): Promise<readonly string[] | undefined>
}

/** The content of a blob, which is read while it is uploaded and never held as a whole. */
export interface BlobContent {
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /**
   * The bytes from `from` (inclusive) to `to` (exclusive) in pieces, any part of them again. A piece may be overwritten
   * once two more were taken. Throws `image-layout-invalid` before the last piece of the blob when the bytes do not match the digest.
   */
  read(from: number, to: number): AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** A manifest that names another one as its `subject`, such as a signature (OCI image spec, descriptor.md). */
export interface Referrer {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** An OCI distribution registry, for images that are pushed without Docker. Paths are those of the OCI distribution spec. */
export interface Registry {
  hasBlob(repository: string, digest: string): Promise<boolean>
  /** Undefined when there is none. For configs, not for layers: at most 4 MiB. */
  blob(repository: string, digest: string): Promise<Uint8Array | undefined>
  /** A blob of any size, read from the registry while it is uploaded to another one. Throws `image-not-found` on the way. */
  blobContent(repository: string, blob: { readonly digest: string; readonly size: number }): BlobContent
  /** `from`: a repository of the same registry that probably has the blob, which is mounted then. */
  pushBlob(repository: string, blob: BlobContent, from?: string): Promise<'uploaded' | 'mounted'>
  /** Pushes by digest or tag; returns the digest that the registry reports. */
  pushManifest(repository: string, reference: string, mediaType: string, content: Uint8Array): Promise<string>
  /** Undefined when there is none. */
  manifest(
    repository: string,
    reference: string,
  ): Promise<{ readonly digest: string; readonly mediaType: string; readonly content: Uint8Array } | undefined>
  /** `isNative`: by the registry's referrers API; otherwise by the tag `sha256-<hex>`, which who pushes a referrer keeps up to date. */
  referrers(
    repository: string,
    digest: string,
  ): Promise<{ readonly referrers: readonly Referrer[]; readonly isNative: boolean }>
}
