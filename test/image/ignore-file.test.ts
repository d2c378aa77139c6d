import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isIgnored, mayReturn, parseIgnoreFile } from '../../src/image/ignore-file.ts'

/** Paths that stay in the context. */
const kept = (ignoreFile: string, paths: readonly string[]) => {
  const rules = parseIgnoreFile(ignoreFile)
  return paths.filter((path) => !isIgnored(rules, path))
}

describe('what .dockerignore keeps out', () => {
  // Rows as in moby/patternmatcher's tests and in Docker's documentation ("Dockerignore files").
  test.each([
    ['', ['a', 'a/b'], ['a', 'a/b']],
    ['node_modules', ['node_modules/x/y.js', 'src/node_modules/x', 'a'], ['src/node_modules/x', 'a']],
    ['/node_modules/', ['node_modules/x', 'a'], ['a']],
    ['*.md', ['README.md', 'docs/README.md'], ['docs/README.md']],
    ['**/*.md', ['README.md', 'docs/deep/README.md', 'a.txt'], ['a.txt']],
    ['*\n!src\n!package.json', ['src/a.js', 'package.json', 'dist/a.js'], ['src/a.js', 'package.json']],
    ['*.md\n!README.md', ['README.md', 'OTHER.md'], ['README.md']],
    ['!README.md\n*.md', ['README.md'], []],
    ['docs/**', ['docs/a', 'docs/b/c', 'docs2/a'], ['docs2/a']],
    ['**', ['a', 'b/c'], []],
    ['**/foo', ['foo', 'a/foo', 'a/foo/b', 'foobar'], ['foobar']],
    ['**foo', ['barfoo', 'a/foo', 'foo1'], ['barfoo', 'foo1']],
    ['*\n!**foo', ['barfoo', 'a/barfoo', 'foo1'], ['barfoo', 'a/barfoo']],
    [`${'**/'.repeat(40)}x`, [`${'a/'.repeat(500)}b`], [`${'a/'.repeat(500)}b`]],
    [`${'*a'.repeat(40)}b`, ['a'.repeat(3000)], ['a'.repeat(3000)]],
    ['a/**/b', ['a/b', 'a/x/y/b', 'a/xb'], ['a/xb']],
    ['temp?', ['tempa', 'tempab', 'temp'], ['tempab', 'temp']],
    ['[a-c].txt', ['a.txt', 'd.txt'], ['d.txt']],
    ['[^a].txt', ['a.txt', 'b.txt'], ['a.txt']],
    ['a.b', ['a.b', 'axb'], ['axb']],
    ['c++(1)|{x}$', ['c++(1)|{x}$', 'c'], ['c']],
    ['\\*.txt', ['*.txt', 'a.txt'], ['a.txt']],
    ['  padded  \r\n# comment\n#x', ['padded', '# comment', '#x'], ['# comment', '#x']],
    ['\ufeffa', ['a'], []],
    ['./a/../b', ['a', 'b'], ['a']],
    ['../outside', ['outside'], ['outside']],
    ['!', ['a'], ['a']],
    ['[', ['a', '['], ['a']],
    ['Ä*', ['Äpfel', 'Apfel'], ['Apfel']],
  ])('%j', (ignoreFile, paths, expected) => {
    expect(kept(ignoreFile, paths)).toEqual(expected)
  })

  test.each([
    ['node_modules', 'node_modules', false],
    ['*\n!src', 'node_modules', false],
    ['*\n!src/keep', 'src', true],
    ['*\n!**/*.md', 'node_modules', true],
    ['*\n!docs/*.md', 'docs', true],
    ['*\n!docs/*.md', 'node_modules', false],
  ])('%j: whether %s has to be looked into all the same is %s', (ignoreFile, folder, expected) => {
    expect(mayReturn(parseIgnoreFile(ignoreFile), folder)).toBe(expected)
  })

  test('a folder is passed over only where nothing below it is in the context', () => {
    const name = fc.constantFrom('a', 'b', 'ab')
    const pattern = fc.array(fc.oneof(name, fc.constantFrom('*', '**', 'a*', '?', '[ab]')), {
      minLength: 1,
      maxLength: 4,
    })
    const line = fc
      .tuple(fc.boolean(), pattern)
      .map(([isException, parts]) => `${isException ? '!' : ''}${parts.join('/')}`)
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.array(name, { minLength: 1, maxLength: 4 }), (lines, names) => {
        const rules = parseIgnoreFile(lines.join('\n'))
        if (isIgnored(rules, names.join('/'))) return
        const folders = names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'))
        for (const folder of folders) expect(!isIgnored(rules, folder) || mayReturn(rules, folder)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
