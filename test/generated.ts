import fc, { type StringConstraints } from 'fast-check'
import { times } from './often.ts'

const character = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code))

/** Any text, also with half a surrogate pair. fast-check's own `binary` lists all of Unicode first, which takes half a second. */
export function anyText(constraints: Omit<StringConstraints, 'unit'> = {}) {
  return fc.string({ ...constraints, unit: character })
}

/** How often a property is tried; `RUNS=100` tries each a hundred times as often. */
export const runs = (count: number) => ({ numRuns: count * times('RUNS', 1, 10) })

/** Text that may be JSON, YAML or nearly so: their marks in any order. */
export const nearlyADocument = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...'{}[]:,"\'\n#\t|>?%@`\\\0\uFEFF\u2028\ud800~a1'),
        fc.constantFrom(
          '  ',
          '- ',
          '//',
          '/*',
          '*/',
          '&a',
          '*a',
          '!!',
          '!!x',
          '<<',
          '---',
          'family',
          '1e9',
          '.inf',
          '🚀',
        ),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
  anyText(),
  fc.json(),
)
