import type { Check } from '../../targets/steps/request/release-steps.ts'

/** `[]`: no checks, also where slipway.yml has some. */
export function isNone(verify: string): boolean {
  return /^\[\s*\]$/.test(verify)
}

/**
 * The checks of the input `verify` take the place of those of slipway.yml; an empty list is none. `kinds`: `http` for what is no
 * service of Amazon ECS. Throws `inputs-invalid`.
 */
export async function checksOf(
  verify: string | undefined,
  configured?: readonly Check[],
  kinds?: 'http',
): Promise<readonly Check[] | undefined> {
  if (verify === undefined) return configured
  if (isNone(verify)) return []
  const { readChecks } = await import('../../config/read-checks.ts')
  return readChecks(verify, { input: 'verify' }, kinds)
}
