import type { Descriptor } from './manifest.ts'
import { parseReference } from './reference.ts'

/** Annotation of containerd with the repositories of a host that a blob was pulled from or pushed to, separated by commas. */
const distributionSource = 'containerd.io/distribution.source.'

/**
 * The repository of the same registry that probably has a blob already: by the blob's own annotation, or that of the base
 * image (`base`, a reference). Undefined where nothing names one.
 */
export function mountSource(
  { annotations }: Pick<Descriptor, 'annotations'>,
  base: string | undefined,
  { repository, host }: { readonly repository: string; readonly host?: string | undefined },
): string | undefined {
  if (host === undefined) return undefined
  const named = (annotations[`${distributionSource}${host}`] ?? '').split(',').map((name) => `${host}/${name}`)
  return [...named, base ?? '']
    .map(parseReference)
    .find((found) => found?.registry === host && found.repository !== repository)?.repository
}
