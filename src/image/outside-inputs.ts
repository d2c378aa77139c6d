import { createHash, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { Builder } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { Bases } from './dockerfile-bases.ts'
import { isGitSecret } from './key-values.ts'

/** What an image is made of that neither the commit nor the inputs of the step fix. */
export interface OutsideInputs {
  readonly bases: Bases
  /** Values of build secrets; why one is unknown. */
  readonly secrets: BuildSecrets
  /** Salt of the secrets: equal values in two repositories have two hashes. */
  readonly salt: string
}

/** Build secrets with their values, or why a value is unknown. */
export type BuildSecrets =
  | { readonly kind: 'known'; readonly all: readonly { readonly id: string; readonly value: string | Uint8Array }[] }
  | { readonly kind: 'unknown'; readonly why: Text }

/** These inputs as they are now, by name: digests of images, and hashes of secrets; or why they are unknown. */
export type Outside =
  | { readonly kind: 'known'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'unknown'; readonly why: Text }

const keyBytes = 32
/** OWASP Password Storage Cheat Sheet, "scrypt", the setting with 16 MiB: the hashes are labels of the image, for everyone who may read it. */
const cost = { N: 2 ** 14, r: 8, p: 5 }
const derive = promisify<string | Uint8Array, string, number, typeof cost, Buffer>(scrypt)

/** Names of outside inputs, as `readOutside` returns them. */
const names = { base: 'base image ', frontend: 'frontend ', secret: 'secret ' }

/** Whether the value of a name is one that `readOutside` returned. */
export function isOutside(name: string): boolean {
  return Object.values(names).some((prefix) => name.startsWith(prefix))
}

/** Whether the value of this outside input is a hash, which is not to be printed. */
export function isSecretName(name: string): boolean {
  return name.startsWith(names.secret)
}

/**
 * Asks the registries for the digests of base images and of the frontend, each once and all at once, and derives hashes of secrets.
 * A digest in the Dockerfile takes no request.
 */
export async function readOutside(
  { bases, secrets, salt }: OutsideInputs,
  resolve: Builder['resolveImages'],
): Promise<Outside> {
  if (bases.kind === 'unknown')
    return { kind: 'unknown', why: text`the base images are unknown: ${untrusted(bases.why)}` }
  if (secrets.kind === 'unknown') return secrets
  const wanted = bases.images.filter((image) => !image.includes('@sha256:'))
  const [resolved, hashes] = await Promise.all([
    resolve(wanted),
    Promise.all(
      secrets.all
        .filter(({ id }) => !isGitSecret(id))
        .map(async ({ id, value }): Promise<readonly [string, string]> => {
          const hash = await derive(value, `${salt}:${id}`, keyBytes, cost)
          return [`${names.secret}${id}`, hash.toString('hex')]
        }),
    ),
  ])
  const failed = resolved.flatMap((image) => ('error' in image ? [image] : []))
  if (failed.length > 0) return { kind: 'unknown', why: unresolved(failed) }
  const digests = resolved.flatMap((image) =>
    'digest' in image ? [[nameOf(image.reference, bases), image.digest]] : [],
  )
  return { kind: 'known', values: Object.fromEntries([...digests, ...hashes]) }
}

function nameOf(reference: string, bases: Extract<Bases, { kind: 'known' }>): string {
  return `${reference === bases.frontend ? names.frontend : names.base}${reference}`
}

function unresolved(failed: readonly { readonly reference: string; readonly error: string }[]): Text {
  return failed.flatMap(
    ({ reference, error }, index) =>
      text`${index === 0 ? '' : '; '}the digest of ${untrusted(reference)} is unknown: ${untrusted(error)}`,
  )
}

/** A hash over all values; undefined where they are unknown, which is like nothing else. */
export function outsideHash(outside: Outside): string | undefined {
  if (outside.kind === 'unknown') return undefined
  const sorted = Object.entries(outside.values).sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}
