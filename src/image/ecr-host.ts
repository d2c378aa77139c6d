import { partitionOf, regionPattern } from '../partitions.ts'

/** Host of Amazon ECR Public. */
export const publicHost = 'public.ecr.aws'
/** Where Amazon ECR Public creates repositories and issues tokens (AWS General Reference, "Amazon ECR Public endpoints"). */
export const publicRegion = 'us-east-1'

/** `a1b2c3d4/api` of `public.ecr.aws/a1b2c3d4/api`; undefined for a repository of any other registry. */
export function publicNameOf(repository: string): string | undefined {
  return repository.startsWith(`${publicHost}/`) ? repository.slice(publicHost.length + 1) : undefined
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
  const { dnsSuffix, dualStackSuffix } = partitionOf(region)
  const expected = separator === '.' ? dnsSuffix : dualStackSuffix.replace(/^api\./, 'on.')
  return suffix === expected ? { accountId, region } : undefined
}
