import type { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

interface Rule {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray) => Failure['parts']
}

const layersKept = 'Run the job again; layers that were pushed are kept.'

/**
 * Texts of Amazon ECR, which its registry and its API have in common: Amazon ECR user guide, "Troubleshooting errors with Docker
 * commands when using Amazon ECR", and the API reference, "PutImage" and "UploadLayerPart".
 */
const ofEcr: readonly Rule[] = [
  {
    pattern: /not authorized to perform:? ((?:ecr|ecr-public|kms|sts):\w+)(?: on resource:? (\S+))?(.*)/i,
    explain: ([, action = '', resource, reason = '']) => ({
      code: 'permission-missing',
      what: text`Not authorized to perform ${untrusted(action)}${resource === undefined ? '' : text` on ${untrusted(resource)}`}`,
      fix: /explicit deny/i.test(reason)
        ? text`A policy has an explicit deny, which overrides every Allow. Ask its owner to exempt this role.`
        : text`Add this statement to the policy of the role: ${untrusted(JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource ?? '*' }))}`,
    }),
  },
  {
    pattern: /tag '?([\w.-]+)'? already exists in the '?([\w./-]+)'? repository and cannot be overwritten/i,
    explain: ([, tag = '', repository = '']) => ({
      code: 'image-tag-taken',
      what: text`ImageTagAlreadyExistsException: the tag "${untrusted(tag)}" already exists in the immutable repository "${untrusted(repository)}"`,
      fix: text`Use another tag for every commit. A registry cache requires a repository with mutable tags.`,
    }),
  },
  {
    pattern: /repository with name '?([\w./-]+)'? does not exist/i,
    explain: ([, repository = '']) => ({
      code: 'repository-not-found',
      what: text`RepositoryNotFoundException: the ECR repository "${untrusted(repository)}" does not exist`,
      fix: text`Create it, or set create-repository: true. If it existed when the job began, it was deleted since.`,
    }),
  },
  {
    pattern:
      /(?:already has|exceed\w*) the maximum (?:allowed )?number of images|reached the limit of images|LimitExceededException|exceeded? a service limit|service quotas?\b/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`LimitExceededException: the repository has the maximum number of images`,
      fix: text`Delete images with a lifecycle policy, or request a higher quota "Images per repository" (default: 100,000; manifests, attestations and signatures count, too) in Service Quotas.`,
    }),
  },
  {
    pattern: /layers with digests? .* do(?:es)? not exist|LayersNotFoundException/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`LayersNotFoundException: layers of the image are not in the repository`,
      fix: text`${layersKept} If it happens again, a proxy or another client removed layers during the push.`,
    }),
  },
  {
    pattern: /images with digests? .* do(?:es)? not exist|ReferencedImagesNotFoundException/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`ReferencedImagesNotFoundException: images of the index are not in the repository`,
      fix: text`Push all platforms to this repository before the index. A lifecycle policy that expires untagged images can remove them between the two.`,
    }),
  },
  {
    pattern: /layer parts? must be at least|LayerPartTooSmallException/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`LayerPartTooSmallException: a part of a layer has less than 5 MiB`,
      fix: text`Check the proxies between this runner and the registry: one of them splits requests.`,
    }),
  },
  {
    pattern: /first byte of the layer part|not consecutive to byte range|InvalidLayerPartException/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`InvalidLayerPartException: a part of a layer did not follow the one before it`,
      fix: text`${layersKept}`,
    }),
  },
  {
    pattern: /upload with upload id .* does not exist|blob upload unknown|UploadNotFoundException/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`UploadNotFoundException: the registry no longer has the upload that was begun`,
      fix: text`${layersKept}`,
    }),
  },
  {
    pattern: /ImageArchivedException|image \S+ is archived|(?:is|are) archived and cannot be/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`ImageArchivedException: the image is archived and cannot be pulled`,
      fix: text`Restore it (aws ecr update-image-storage-class --target-storage-class STANDARD), or push it again.`,
    }),
  },
  {
    pattern: /BlockedByOrganizationPolicyException|managed by an? organization policy/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`BlockedByOrganizationPolicyException: a policy of AWS Organizations manages this setting of the registry`,
      fix: text`Ask the administrators of the organization; the account cannot change it.`,
    }),
  },
  {
    pattern: /KmsException|KMS key/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`KmsException: the registry could not use the KMS key of the repository`,
      fix: text`Check that the key is enabled and not scheduled for deletion, and that its key policy and the grant of Amazon ECR allow it to be used.`,
    }),
  },
  {
    pattern: /authorization token (?:has expired|is invalid)/i,
    explain: () => ({
      code: 'credentials-expired',
      what: text`The authorization token of the registry has expired during the push`,
      why: text`an ECR token is valid for 12 hours, or as long as the session of the role if that is shorter`,
      fix: text`Run the job again. For a build this long, raise role-duration-seconds.`,
    }),
  },
]

/** Texts of any registry, Docker Hub first. */
const ofAny: readonly Rule[] = [
  {
    pattern: /reached your (?:un)?(?:authenticated )?pull rate limit|docker\.com\/increase-rate-limits?/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`Pull rate limit of Docker Hub reached (toomanyrequests)`,
      fix: text`Run the job again later. Use base images from ECR Public or an ECR pull-through cache, or log in to Docker Hub.`,
    }),
  },
  {
    pattern: /toomanyrequests|too many requests|rate exceeded|data limit exceeded/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`The registry throttled the requests (toomanyrequests)`,
      fix: text`Run the job again later. For Amazon ECR, run fewer builds at the same time, or request a higher rate of the API in Service Quotas. Unauthenticated pulls from ECR Public and Docker Hub are limited: use an ECR pull-through cache, or log in.`,
    }),
  },
  {
    pattern:
      /no basic auth credentials|\bunauthorized\b|not authorized$|authentication required|incorrect username or password/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`The registry refused the credentials`,
      fix: text`Check aws-region and the account of the role. A base image from a private registry requires its own login step before this one (docker/login-action).`,
    }),
  },
  {
    pattern: /requested access to the resource is denied/i,
    explain: () => ({
      code: 'registry-rejected',
      what: text`denied: requested access to the resource is denied`,
      why: text`the registry has no such repository, or these credentials have no access to it`,
      fix: text`Check the name of the image with its registry: without one it is that of Docker Hub.`,
    }),
  },
]

/** Finds the cause of a registry's refusal, wherever its words appear. Undefined when they are not known. */
export function explainRegistryText(message: string): Failure['parts'] | undefined {
  for (const { pattern, explain } of [...ofEcr, ...ofAny]) {
    const match = pattern.exec(message)
    if (match !== null) return explain(match)
  }
  return undefined
}
