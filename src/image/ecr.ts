/** Where a registry of Amazon ECR is, by its host name; undefined for any other registry. FIPS hosts included. */
export function ecrPlaceOf(
  registry: string | undefined,
): { readonly accountId: string; readonly region: string } | undefined {
  const [, accountId, region] =
    /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2,5}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|amazonaws\.eu)$/.exec(
      registry ?? '',
    ) ?? []
  return accountId && region ? { accountId, region } : undefined
}
