import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { matchesPaths, patternProblem } from '../../src/config/path-filter.ts'

/** The rows of GitHub's "Filter pattern cheat sheet" for file paths, and what they do not match. */
describe('a pattern matches what GitHub says that it does', () => {
  test.each<[readonly string[], readonly string[], readonly string[]]>([
    [['*'], ['README.md', 'server.rb'], ['docs/README.md']],
    [['*.jsx?'], ['page.js', 'page.jsx'], ['page.jsxx', 'page.ts', 'a/page.js']],
    [['**'], ['all/the/files.md', 'a'], []],
    [['*.js'], ['app.js', 'index.js', '.js'], ['js/app.js']],
    [['**.js'], ['index.js', 'js/index.js', 'src/js/app.js'], ['index.jsx']],
    [['docs/*'], ['docs/README.md', 'docs/file.txt'], ['docs/a/b.md', 'docs', 'my/docs/a']],
    [['docs/**'], ['docs/README.md', 'docs/mona/octocat.txt'], ['docs', 'docsx/a']],
    [['docs/**/*.md'], ['docs/README.md', 'docs/mona/hello-world.md', 'docs/a/markdown/file.md'], ['docs/a.txt']],
    [['**/docs/**'], ['docs/hello.md', 'dir/docs/my-file.txt', 'space/docs/plan/space.doc'], ['mydocs/a', 'docs']],
    [['**/README.md'], ['README.md', 'js/README.md'], ['xREADME.md', 'js/README.md/x']],
    [['**/*src/**'], ['a/src/app.js', 'my-src/code/js/app.js'], ['src.js']],
    [['**/*-post.md'], ['my-post.md', 'path/their-post.md'], ['post.md']],
    [['**/migrate-*.sql'], ['migrate-10909.sql', 'db/migrate-v1.0.sql', 'db/sept/migrate-v1.sql'], ['migrate.sql']],
    [['*.md', '!README.md'], ['hello.md'], ['README.md', 'docs/hello.md']],
    [['*.md', '!README.md', 'README*'], ['hello.md', 'README.md', 'README.doc'], []],
    [['v[0-9]+/a'], ['v1/a', 'v234/a'], ['v/a', 'vx/a']],
    [
      ['[CB]at', '[1-2]00'],
      ['Cat', 'Bat', '100', '200'],
      ['cat', '300', 'C'],
    ],
    [['colou?r'], ['color', 'colour'], ['colouur']],
    [
      ['a\\*b', 'c\\[d\\]'],
      ['a*b', 'c[d]'],
      ['axb', 'cd'],
    ],
    [
      ['***', '!a/***/b'],
      ['a', 'a/x'],
      ['a/b', 'a/x/y/b'],
    ],
    [['a.b'], ['a.b'], ['axb']],
  ])('%j', (patterns, included, excluded) => {
    expect(included.filter((path) => !matchesPaths(patterns, path))).toEqual([])
    expect(excluded.filter((path) => matchesPaths(patterns, path))).toEqual([])
  })
})

test.each([
  ['', /is empty/],
  ['!', /is empty/],
  ['/src/**', /must start at the root/],
  ['./src', /must start at the root/],
  ['!/src', /must start at the root/],
  ['a[', /has a "\["/],
  ['a[]', /has a "\["/],
  ['a[!x]', /has a "\["/],
  ['+a', /has a "\+" without a character before it/],
  ['a**?', /has a "\?" without a character before it/],
  ['a?+', /has a "\+"/],
  ['a\\', /ends with "\\"/],
])('%j is refused', (pattern, problem) => expect(patternProblem(pattern)).toMatch(problem))

test('a pattern without special characters matches itself alone, and hostile ones take no time', () => {
  const plain = fc.stringMatching(/^[a-z0-9_-][a-z0-9_./-]{0,20}$/)
  fc.assert(fc.property(plain, plain, (one, other) => matchesPaths([one], other) === (one === other)))
  const hostile = `${'**a'.repeat(200)}b`
  expect(matchesPaths([hostile], 'a'.repeat(4000))).toBe(false)
})
