import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { BuildRows } from './build-rows.ts'

/** A cache with the values of `{image}` and `{platform}`, as in `ref=…:cache-{image}-{platform}`. */
export function namedCache(
  cache: string,
  { image, platform }: { readonly image: string; readonly platform: string },
): string {
  return cache.replaceAll('{image}', image).replaceAll('{platform}', platform.replace(/[^A-Za-z0-9]+/g, '-'))
}

/** Throws `inputs-invalid` for a cache that two jobs write: the last one leaves nothing of the others. */
export function requireOwnCaches(cacheTo: readonly string[], { build }: BuildRows): void {
  const perImage = Map.groupBy(build, ({ image }) => image)
  const needs: readonly (readonly [string, boolean])[] = [
    ['{image}', perImage.size > 1],
    ['{platform}', [...perImage.values()].some((rows) => rows.length > 1)],
  ]
  const problems = cacheTo.flatMap((cache): readonly Text[] =>
    /\btype=(inline|local)\b/.test(cache)
      ? []
      : needs
          .filter(([name, isNeeded]) => isNeeded && !cache.includes(name))
          .map(
            ([name]) =>
              text`cache-to "${untrusted(cache)}" is written by several jobs: add ${name} to its ref, scope or name`,
          ),
  )
  if (problems.length > 0) throw invalidInputs(problems)
}
