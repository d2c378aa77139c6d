import type { Mistake } from '../mistake.ts'
import { text, untrusted } from '../text.ts'
import type { VertexWarning } from './build-status.ts'
import type { SourceLine } from './closing-words.ts'

/** Warnings of build checks with their place in the workspace, each once: a build for two platforms reports all twice. */
export function checkedMistakes(
  warnings: readonly VertexWarning[],
  placeOf: (source: SourceLine) => string | undefined,
): readonly Mistake[] {
  const each = new Map(warnings.map((warning) => [`${warning.file}:${warning.line}:${warning.short}`, warning]))
  return [...each.values()].map(({ short, url, file, line }) => {
    const place = file === undefined || line === undefined ? undefined : placeOf({ file, line })
    // The place says it better.
    const words = place === undefined ? short : short.replace(/ \(line \d+\)$/, '')
    const message = text`${untrusted(words)}${url === '' ? '' : text` (${untrusted(url)})`}`
    return { message, ...(place !== undefined && { file: place, line }) }
  })
}
