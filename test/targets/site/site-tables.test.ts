import { describe, expect, test } from '@jest/globals'
import { openBudget } from '../../../src/targets/site/change/send-files.ts'
import { contentTypeOf } from '../../../src/targets/site/files/content-type.ts'
import { isDocument, isImmutable, rankOf } from '../../../src/targets/site/files/file-roles.ts'
import { globPattern } from '../../../src/targets/site/files/glob.ts'
import type { FileChange } from '../../../src/targets/site/plan/compare-files.ts'
import { invalidationPaths, viewerPath } from '../../../src/targets/site/plan/invalidation-paths.ts'
import { sendOrder } from '../../../src/targets/site/plan/send-order.ts'
import type { Entry } from '../../../src/targets/site/release/release.ts'
import { releaseIn, releaseText } from '../../../src/targets/site/release/release-json.ts'
import { isExpired, splitHistory } from '../../../src/targets/site/release/retention.ts'
import { isEarlierAttempt } from '../../../src/targets/site/release/site-state.ts'

test.each([
  ['*.js', 'a/b/c.js', true],
  ['*.js', 'a/b/c.json', false],
  ['assets/*.js', 'assets/a.js', true],
  ['assets/*.js', 'assets/x/a.js', false],
  ['assets/**', 'assets/x/a.js', true],
  ['**/a.js', 'a.js', true],
  ['/index.html', 'index.html', true],
  ['/index.html', 'docs/index.html', false],
  ['*.{png,jp?g}', 'x/a.jpeg', true],
  ['*.{png,jp?g}', 'x/a.jpg', false],
  ['a+b(1).js', 'a+b(1).js', true],
])('the pattern %s is of %s: %s', (glob, path, fits) => {
  expect(globPattern(glob).test(path)).toBe(fits)
})

test.each([
  ['a/index.html', 'text/html; charset=utf-8'],
  ['a.JS', 'text/javascript; charset=utf-8'],
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['a.css', 'text/css; charset=utf-8'],
  ['a.svg', 'image/svg+xml; charset=utf-8'],
  ['a.json', 'application/json; charset=utf-8'],
  ['a.js.map', 'application/json; charset=utf-8'],
  ['site.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['a.wasm', 'application/wasm'],
  ['a.woff2', 'font/woff2'],
  ['a.avif', 'image/avif'],
  ['a.png', 'image/png'],
  ['feed.xml', 'text/xml; charset=utf-8'],
  ['LICENSE', undefined],
  ['a.unknownending', undefined],
])('%s has the type %s', (path, type) => {
  expect(contentTypeOf(path)).toBe(type)
})

/** Names as bundlers write them, and names that only look like them. */
test.each([
  ['assets/index-DiwrgTda.js', true],
  ['assets/index-B_x7-9Kz.css', true],
  ['static/js/main.4f2a9c31.js', true],
  ['static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg', true],
  ['_next/static/chunks/webpack.js', true],
  ['_app/immutable/entry/start.js', true],
  ['app.a1b2c3d4.js', true],
  ['release-20261130.js', false],
  ['get-started-tutorial.js', false],
  ['assets/my-document.js', false],
  ['facade.js', false],
  ['deadbeef.js', false],
  ['docs/app.a1b2c3d4.html', false],
  ['index.html', false],
])('%s changes its name with its content: %s', (path, immutable) => {
  expect(isImmutable(path)).toBe(immutable)
})

test.each([
  ['assets/a.js', 0],
  ['logo.png', 0],
  ['docs/page.html', 1],
  ['_next/data/build/a.json', 1],
  ['docs/index.html', 2],
  ['index.html', 2],
  ['sw.js', 3],
  ['workbox-4f2a9c31.js', 3],
  ['manifest.json', 3],
  ['sitemap-0.xml', 3],
])('%s is written in group %s', (path, rank) => {
  expect([rankOf(path), isDocument(path)]).toEqual([rank, rank > 0])
})

test('what others name is written before what names it', () => {
  const change = (kind: FileChange['kind'], path: string) =>
    ({ kind, file: { path, size: 1, sha256: '', headers: {} }, etag: '', known: undefined }) as FileChange
  const { ahead, visible } = sendOrder([
    change('replaced', 'sw.js'),
    change('replaced', 'index.html'),
    change('new', 'new.html'),
    change('replaced', 'logo.svg'),
    change('new', 'assets/a.js'),
    change('headers', 'assets/b-a1b2c3d4.js'),
  ])
  const paths = (changes: readonly FileChange[]) => changes.map(({ file }) => file.path)
  expect(paths(ahead)).toEqual(['assets/a.js', 'assets/b-a1b2c3d4.js'])
  expect(visible.map(paths)).toEqual([['logo.svg'], ['new.html'], ['index.html'], ['sw.js']])
})

describe('invalidation paths', () => {
  const plain = { prefix: '', originPath: '', defaultRootObject: 'index.html', rewrites: false, queryStrings: false }
  const many = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => name(index))

  test.each([
    [['index.html'], plain, ['/', '/index.html']],
    [['docs/index.html'], plain, ['/docs/index.html']],
    [['docs/index.html'], { ...plain, rewrites: true }, ['/docs', '/docs/', '/docs/index.html']],
    [['index.html'], { ...plain, rewrites: true, defaultRootObject: undefined }, ['/', '/index.html']],
    [['about.html'], { ...plain, rewrites: true }, ['/about', '/about.html']],
    [['@a/b,c=d+e.html'], plain, ['/@a/b,c=d%2Be.html']],
    [['a b/ü*.html', 'x#?.html'], plain, ['/a%20b/%C3%BC%2A.html', '/x%23%3F.html']],
    [['index.html'], { ...plain, prefix: 'app/', originPath: '/app' }, ['/', '/index.html']],
    [['index.html'], { ...plain, prefix: 'app/' }, ['/app/index.html']],
    [['index.html'], { ...plain, prefix: 'app/', originPath: '/other' }, []],
    [['a/b~1.html', 'a/b~2.html'], plain, ['/a/b*']],
    [['~x/y.html'], plain, ['/*']],
    [['docs/a.html', 'b.html'], { ...plain, queryStrings: true }, ['/b.html*', '/docs/a.html*']],
    [['index.html'], { ...plain, queryStrings: true }, ['/*']],
    [many(11, (index) => `docs/p${index}.html`), { ...plain, queryStrings: true }, ['/docs/*']],
    [many(100, (index) => `p${index}`), plain, many(100, (index) => `/p${index}`).sort()],
    [many(101, (index) => `p${index}`), plain, ['/*']],
    [many(101, (index) => `docs/p${index}.html`), plain, ['/docs/*']],
    [['index.html', ...many(101, (index) => `docs/v1/p${index}.html`)], plain, ['/', '/index.html', '/docs/v1/*']],
    [many(220, (index) => `d${index}/a/p.html`), plain, ['/*']],
  ])('of %j', (files, viewing, paths) => {
    expect(invalidationPaths(files, [viewing])).toEqual(paths)
  })

  test('are those of every origin that has the bucket', () => {
    const viewings = ['/other', '/app', ''].map((originPath) => ({ ...plain, prefix: 'app/', originPath }))
    expect(invalidationPaths(['a.html'], viewings)).toEqual(['/a.html', '/app/a.html'])
  })

  test('are below the origin path', () => {
    expect(viewerPath('a', { prefix: 'app/', originPath: '/ap' })).toBeUndefined()
  })
})

describe('retention', () => {
  const day = 86_400_000
  test.each([
    [0, 0, 5, 5, 0, true],
    [5, 14, 10, 5, 13, false],
    [5, 14, 9, 5, 15, false],
    [5, 14, 10, 5, 14, true],
  ])(
    'of %s releases and %s days: release %s, gone in %s, %s days ago: %s',
    (keepReleases, keepDays, number, gone, days, over) => {
      expect(isExpired({ keepReleases, keepDays }, number, 100 * day, { in: gone, at: (100 - days) * day })).toBe(over)
    },
  )

  test('of the history counts from the release after it', () => {
    const past = (number: number) => ({ id: `r${number}`, number, at: number * day, digest: '' })
    const { kept, expired } = splitHistory(
      { keepReleases: 2, keepDays: 0 },
      5,
      5 * day,
      [past(3), past(2), past(1)],
      past(4),
    )
    expect([kept.map(({ id }) => id), expired.map(({ id }) => id)]).toEqual([
      ['r4', 'r3'],
      ['r2', 'r1'],
    ])
  })
})

test('a release is read as it was written, and anything else is refused', () => {
  const entry: Entry = {
    size: 1,
    sha256: 'a',
    headers: { ContentType: 'text/html', Metadata: { a: 'b' } },
    etag: '"x"',
  }
  const release = {
    ...{ id: 'r', number: 3, at: 5, digest: 'd', origin: undefined },
    files: new Map([
      ['a', entry],
      ['b', { ...entry, headers: {} }],
    ]),
    kept: new Map([['c', { ...entry, gone: { in: 2, at: 4 } }]]),
    replaced: new Map([['s', { in: 1, at: 1 }]]),
  }
  expect(releaseIn(releaseText(release), 'key')).toEqual(release)
  for (const text of ['', '{}', '{"slipway":2}', 'null'])
    expect(() => releaseIn(text, 'key')).toThrow('site-state-invalid')
})

test.each([
  ['acme/api 7/1', 'acme/api 7/2', true],
  ['acme/api 7/2', 'acme/api 7/2', false],
  ['acme/api 7/1', 'acme/api 8/2', false],
  ['acme/api 7/1', 'acme/web 7/2', false],
  ['', '', false],
])('a claim of %s is of an earlier attempt of %s: %s', (theirs, ours, earlier) => {
  expect(isEarlierAttempt({ id: '', run: theirs, at: 0, release: '' }, ours)).toBe(earlier)
})

test('bytes are granted in order, and a large one alone', async () => {
  const budget = openBudget(10)
  const granted: number[] = []
  const take = async (size: number) => {
    const free = await budget.take(size)
    granted.push(size)
    return free
  }
  const [first, second, third] = [take(6), take(20), take(1)]
  const free = await first
  expect(granted).toEqual([6])
  free()
  ;(await second)()
  await third
  expect(granted).toEqual([6, 20, 1])
})
