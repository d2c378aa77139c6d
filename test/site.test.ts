/** Where the pages are on the site (site/addresses.js); npm run site -- --check follows every link in a browser. */
import { describe, expect, test } from '@jest/globals'
import { pageFiles } from '../scripts/pages.ts'
import { addressOf, linkOnSite, relativeAddress } from '../site/addresses.js'

test('every page has an address of its own, README.md the first', () => {
  const addresses = pageFiles().map((file) => addressOf(file))
  expect(addresses[0]).toBe('')
  expect(new Set(addresses).size).toBe(addresses.length)
  expect(addresses.filter((address) => address !== '' && !/^(?:[\w-]+\/)+$/.test(address))).toEqual([])
})

test.each([
  ['docs/README.md', 'pages/'],
  ['docs/how-to/proxies.md', 'how-to/proxies/'],
  ['actions/deploy/README.md', 'actions/deploy/'],
  ['SECURITY.md', 'security/'],
])('%s is at %s', (file, address) => {
  expect(addressOf(file)).toBe(address)
})

test.each([
  ['', '', './'],
  ['tags/', '', '../'],
  ['', 'style.css', 'style.css'],
  ['how-to/proxies/', 'actions/deploy/', '../../actions/deploy/'],
  ['tags/', 'style.css', '../style.css'],
])('from %j to %j is %j', (from, to, path) => {
  expect(relativeAddress(from, to)).toBe(path)
})

describe('a link on docs/how-to/proxies.md to', () => {
  const files = new Set(['README.md', 'docs/tags.md', 'examples/api/README.md'])
  const at = (link: string) => linkOnSite(link, 'docs/how-to/proxies.md', files, 'https://github.com/o/r/blob/v1')

  test.each([
    ['../tags.md#rules', '../../tags/#rules'],
    ['../../README.md', '../../'],
    ['../../examples/api', '../../examples/api/'],
    ['#proxies', '#proxies'],
    ['https://example.com/x', 'https://example.com/x'],
    ['../../schema/slipway.schema.json', 'https://github.com/o/r/blob/v1/schema/slipway.schema.json'],
  ])('%s is %s', (link, target) => {
    expect(at(link)).toBe(target)
  })
})
