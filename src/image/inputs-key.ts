import { createHash, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { Builder } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { Bases } from './dockerfile-bases.ts'
import { isGitSecret } from './key-values.ts'

/** The label with the key of the inputs without the commit: `1:` and a SHA-256. */
export const inputsKeyLabel = 'slipway.inputs-key'

/** What an image is made of, whatever its commit is. */
export interface CommitlessInputs {
  /** Over all inputs but the commit, the base images and the values of secrets. */
  readonly hash: string
  readonly bases: Bases
  readonly secrets: readonly { readonly id: string; readonly value: string | Uint8Array }[]
  /** Salt of the secrets: equal values in two repositories have two hashes. */
  readonly salt: string
}

/** The key, or why there is none. */
export type InputsKey = { readonly key: string } | { readonly unknown: Text }

/** Of the key; another version means that other things are compared. */
const version = '1'
const keyBytes = 32
const derive = promisify<string | Uint8Array, string, number, Buffer>(scrypt)

/**
 * The key of an image without its commit: with the digests of all base images and of the frontend, and with the values of secrets,
 * derived with scrypt against brute force. Only the hash over everything leaves this function.
 */
export async function inputsKey(inputs: CommitlessInputs, resolve: Builder['resolveImages']): Promise<InputsKey> {
  const { hash, bases, salt } = inputs
  if (bases.kind === 'unknown') return { unknown: text`the base images are unknown: ${untrusted(bases.why)}` }
  const resolved = await resolve(bases.images.filter((image) => !image.includes('@sha256:')))
  const failed = resolved.find((image) => 'error' in image)
  if (failed !== undefined && 'error' in failed)
    return { unknown: text`the digest of ${untrusted(failed.reference)} is unknown: ${untrusted(failed.error)}` }
  const secrets = inputs.secrets.filter(({ id }) => !isGitSecret(id))
  const values = await Promise.all(
    secrets.map(
      async ({ id, value }) => [id, (await derive(value, `${salt}:${id}`, keyBytes)).toString('hex')] as const,
    ),
  )
  const digests = resolved.map((image) => [image.reference, 'digest' in image ? image.digest : ''] as const)
  const all = { hash, images: bases.images, digests: sorted(digests), secrets: sorted(values) }
  return { key: `${version}:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}` }
}

function sorted(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : 1))
}

/** The tag by which an image of this key is found. */
export function inputsTag(key: string): string {
  return `slipway-${key.slice(key.indexOf(':') + 1).slice(0, 32)}`
}
