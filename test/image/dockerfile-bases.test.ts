import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dockerfileBases } from '../../src/image/dockerfile-bases.ts'

interface Around {
  readonly buildArgs?: Record<string, string>
  readonly platforms?: readonly string[]
  readonly contexts?: Record<string, string>
}

const basesOf = (content: string, { buildArgs = {}, platforms = [], contexts = {} }: Around = {}) => {
  const around = {
    buildArgs: new Map(Object.entries(buildArgs)),
    platforms,
    contexts: new Map(Object.entries(contexts)),
  }
  return dockerfileBases(content, around)
}

interface Case extends Around {
  readonly name: string
  readonly lines: readonly string[]
}

const cases: {
  readonly known: readonly (Case & {
    readonly images: readonly string[]
    readonly frontend?: string
    readonly changeable?: string
  })[]
  readonly unknown: readonly (Case & { readonly why: string })[]
} = JSON.parse(readFileSync(join(import.meta.dirname, 'dockerfile-bases.json'), 'utf8'))

describe('the base images of a Dockerfile', () => {
  test.each(cases.known)('$name', ({ lines, images, frontend, changeable, ...around }) => {
    expect(basesOf(lines.join('\n'), around)).toEqual({ kind: 'known', images, frontend, changeable })
  })

  test.each(cases.unknown)('are unknown: $name', ({ lines, why, ...around }) => {
    expect(basesOf(lines.join('\n'), around)).toEqual({ kind: 'unknown', why: expect.stringMatching(why) })
  })

  test.each([
    ['a large file', `FROM a\n${'#'.repeat(1024 * 1024)}`, /larger than/],
    ['deep nesting', `FROM x:${'${A:-'.repeat(1000)}1${'}'.repeat(1000)}`, /nested too deeply/],
  ])('are unknown: %s', (_, content, why) => {
    expect(basesOf(content)).toEqual({ kind: 'unknown', why: expect.stringMatching(why) })
  })
})

describe('any Dockerfile', () => {
  const image = fc.stringMatching(/^[a-z]{3,6}:[0-9]{1,3}$/)
  /** Lines that name an image, and how they name it. */
  const base = fc.oneof(
    image.map((name) => ({ name, lines: [`FROM ${name}`] })),
    image.map((name) => ({ name, lines: [`from --platform=$BUILDPLATFORM \\`, '# FROM other', `  ${name} as s`] })),
    image.map((name) => ({ name, lines: ['FROM scratch', `COPY --chown=1:1 --from=${name} /a /b`] })),
    image.map((name) => ({
      name,
      lines: ['FROM scratch', `RUN --mount=type=bind,from=${name},target=/x \\`, '  make'],
    })),
    image.map((name) => ({ name, lines: ['FROM scratch', `ONBUILD COPY --from=${name} /a /b`] })),
  )
  const noise = fc.constantFrom(
    ['# COPY --from=no:1 / /'],
    [''],
    ['RUN echo \\', '  # FROM no:1', '', '  "FROM no:1"'],
    ['RUN <<EOF', 'FROM no:1', 'EOF'],
    ["COPY <<-'a b' <<c /x/", 'FROM no:1', '\ta b', 'COPY --from=no:1 / /', 'c'],
    ['ENV X="FROM no:1"'],
    ['RUN ["sh", "-c", "cat <<EOF"]'],
  )

  test('has the images that its lines name, whatever is between them', () => {
    const parts = fc.array(fc.record({ base, between: fc.array(noise, { maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 6,
    })
    const property = fc.property(parts, fc.constantFrom('\n', '\r\n'), (all, end) => {
      const content = all.flatMap(({ base: { lines: named }, between }) => [...named, ...between.flat()]).join(end)
      const images = [...new Set(all.map(({ base: { name } }) => name))].sort()
      expect(basesOf(content)).toEqual({ kind: 'known', images })
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('of hostile text is answered at once', () => {
    const piece = fc.constantFrom(
      ...[
        'FROM ',
        'ARG A=',
        'RUN --mount=',
        'COPY --from=',
        '${',
        '}',
        '$',
        ':-',
        '"',
        "'",
        '\\',
        '`',
        '\n',
        '<<',
        'EOF',
        '--',
        '=',
        ',',
      ],
      ...[' ', '# syntax=', '# escape=`\n', '\t', '\u0000', 'é', '@', '[', 'ADD '],
    )
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 60 }).map((all) => all.join(''))
    const property = fc.property(text, (content) => {
      expect(['known', 'unknown']).toContain(basesOf(content).kind)
    })
    fc.assert(property, { numRuns: 500 })
  })

  test.each(['${A:-', '$A', '--x=', '<<a ', '"', "'", '\\\n', '# x\n', 'FROM a\n', 'ARG A\n', ' ', '\t'])(
    'of a piece that is repeated is answered before the time-out of a test: %j',
    (piece) => {
      const repeated = piece.repeat(Math.floor(200_000 / piece.length))
      for (const start of ['FROM x', 'RUN ', 'ARG A=', 'COPY '])
        expect(['known', 'unknown']).toContain(basesOf(`${start}${repeated}`).kind)
    },
  )
})
