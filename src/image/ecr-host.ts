import { partitionOf, regionPattern } from '../partitions.ts'

/** Host of Amazon ECR Public. */
export const publicHost = 'public.ecr.aws'
/** Where Amazon ECR Public creates repositories and issues tokens (AWS General Reference, "Amazon ECR Public endpoints"). */
export const publicRegion = 'us-east-1'

/** `a1b2c3d4/api` of `public.ecr.aws/a1b2c3d4/api`; undefined for a repository of any other registry. */
export function publicNameOf(repository: string): string | undefined {
  return repository.startsWith(`${publicHost}/`) ? repository.slice(publicHost.length + 1) : undefined
}

/** Patterns of RegistryAliasName and RepositoryName, and their longest (API reference of Amazon ECR Public). */
const publicPattern = /^[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)+$/
export const longestPublic = { alias: 50, name: 205 } as const

/** True for `a1b2c3d4/api`, the alias of a public registry and a name in it. */
export function isPublicName(name: string): boolean {
  const slash = name.indexOf('/')
  const isFitting = slash <= longestPublic.alias && name.length - slash - 1 <= longestPublic.name
  return isFitting && publicPattern.test(name)
}

/** A repository with its registry: that of the account, or Amazon ECR Public where the name begins with it. */
export function ecrRepository(repository: string, accountId: string, region: string): string {
  return publicNameOf(repository) === undefined ? `${ecrHost(accountId, region)}/${repository}` : repository
}

/** Host of a private registry of Amazon ECR: `111122223333.dkr.ecr.eu-west-1.amazonaws.com`. */
export function ecrHost(accountId: string, region: string): string {
  return `${accountId}.dkr.ecr.${region}.${partitionOf(region).dnsSuffix}`
}

/**
 * Where a registry of Amazon ECR is, by its host name; undefined for any other registry. FIPS hosts and dual-stack ones
 * (`111122223333.dkr-ecr.eu-west-1.on.aws`) included.
 */
export function ecrPlaceOf(
  registry: string | undefined,
): { readonly accountId: string; readonly region: string } | undefined {
  const [, accountId, separator, region, suffix] =
    /^(\d{12})\.dkr([.-])ecr(?:-fips)?\.([a-z0-9-]+)\.(.+)$/.exec(registry ?? '') ?? []
  if (!accountId || !region || !regionPattern.test(region)) return undefined
  const expected = separator === '.' ? partitionOf(region).dnsSuffix : dualStackSuffix(region)
  return suffix === expected ? { accountId, region } : undefined
}

/** `on.aws` in the public partition. */
function dualStackSuffix(region: string): string {
  return partitionOf(region).dualStackSuffix.replace(/^api\./, 'on.')
}

/** Which of its hosts a private registry is reached by. */
export interface EcrAccess {
  /** IPv6 as well as IPv4. */
  readonly dualStack: boolean
  readonly fips: boolean
}

/**
 * A host of a private registry with the access that is wanted; undefined for any other registry. AWS General Reference, "Amazon ECR
 * endpoints"; FIPS is in the regions of the United States only.
 */
export function ecrHostFor(registry: string, { dualStack, fips }: EcrAccess): string | undefined {
  const { accountId, region } = ecrPlaceOf(registry) ?? {}
  if (accountId === undefined || region === undefined) return undefined
  const service = fips ? 'ecr-fips' : 'ecr'
  return dualStack
    ? `${accountId}.dkr-${service}.${region}.${dualStackSuffix(region)}`
    : `${accountId}.dkr.${service}.${region}.${partitionOf(region).dnsSuffix}`
}

/** All hosts of the same private registry, which have their tokens in common; none for any other registry. */
export function ecrHostsOf(registry: string): readonly string[] {
  const both = [false, true]
  return both
    .flatMap((dualStack) => both.map((fips) => ecrHostFor(registry, { dualStack, fips })))
    .filter((host) => host !== undefined)
}
