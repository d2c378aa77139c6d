/** Links between pages: each leads to a file, and to a heading that exists. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { anchorsIn } from '../scripts/anchors.ts'
import { pageFiles } from '../scripts/pages.ts'
import { loadConfig } from '../src/config/load.ts'
import { inFolder, pages, root } from './page-words.ts'

const read = (page: string) => readFileSync(join(root, page), 'utf8')
const withoutCode = (markdown: string) => markdown.replace(/^( *)```[\s\S]*?^\1```$/gm, '')

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...withoutCode(read(page)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(anchorsIn(headings))
}

/** The link as it is written, when its file or its anchor does not exist. */
function broken(page: string, link: string): readonly string[] {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : relative(root, join(root, dirname(page), path))
  const found = existsSync(join(root, target)) && !target.startsWith('..')
  return found && (anchor === undefined || anchorsOf(target).has(anchor)) ? [] : [link]
}

describe('the tables of', () => {
  /** Rows that GitHub shows as text, since no head of a table is above them, and permissions that are there twice. */
  test.each(pages)('%s', (page) => {
    const blocks = withoutCode(read(page)).split(/\n\s*\n/)
    const tables = blocks.map((block) => block.split('\n')).filter((lines) => lines.some((line) => /^\|/.test(line)))
    const headless = tables.filter(
      (lines) => !/^\|[ |:-]+$/.test(lines[lines.findIndex((line) => /^\|/.test(line)) + 1] ?? ''),
    )
    expect(headless.map(([first]) => first)).toEqual([])
    const cells = tables.map((lines) =>
      lines.filter((line) => /^\| `[a-z\d-]+:[A-Z]/.test(line)).map((line) => line.split(' | ')[0]),
    )
    expect(cells.flatMap((first) => first.filter((cell, at) => first.indexOf(cell) !== at))).toEqual([])
  })
})

describe('the length of', () => {
  /** Words that are written by hand: without generated parts, tables included. */
  const wordsOf = (page: string) =>
    read(page)
      .replace(/<!-- ([\w-]+) -->\n[\s\S]*?<!-- \/\1 -->/g, '')
      .split(/\s+/).length

  test('README.md is one screen and links', () => {
    expect(wordsOf('README.md')).toBeLessThanOrEqual(450)
  })

  // The list of pages, a catalogue and tables, which are searched and not read; the decisions about what is hidden; a list of changes.
  const long = ['docs/README.md', 'docs/troubleshooting.md', 'docs/migrate.md', 'SECURITY.md', 'CHANGELOG.md']

  test.each(pages.filter((page) => !long.includes(page)))('%s is at most 1,500 words', (page) => {
    expect(wordsOf(page)).toBeLessThanOrEqual(1500)
  })
})

test('every page has its place in the list of pages, README.md first', () => {
  expect([...pageFiles()].toSorted()).toEqual([...pages].toSorted())
  expect(pageFiles()[0]).toBe('README.md')
})

test('llms.txt names files that exist, each once', () => {
  const files = [...read('llms.txt').matchAll(/\]\(https:\/\/[\w.]+\/your-org\/slipway\/v1\/([^)]+)\)/g)].map(
    ([, file = '']) => file,
  )
  expect(files.length).toBeGreaterThan(60)
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  expect(files).toEqual([...new Set(files)])
})

describe('the links of', () => {
  test.each(pages)('%s', (page) => {
    const links = [...withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link)
    expect(links.flatMap((link) => broken(page, link))).toEqual([])
  })

  test('an invented page are found to be broken', () => {
    const links = ['no-such-page.md', 'workflows.md#no-such-heading', '#no-such-heading', '../../outside.md']
    expect(links.flatMap((link) => broken('docs/rollback.md', link))).toEqual(links)
    expect(broken('docs/rollback.md', 'workflows.md#inputs')).toEqual([])
  })
})

describe('a slipway.yml that is a whole on', () => {
  const whole = pages.flatMap((page) =>
    [...read(page).matchAll(/```yaml\n((?:#.*\n)?version: 1\n[\s\S]*?)```/g)].map(
      ([, yaml = '']) => [page, yaml] as const,
    ),
  )

  test.each(whole)('%s is valid', (page, yaml) => {
    expect(loadConfig(yaml, page).config.services).toHaveProperty('api')
  })

  test('two accounts, services with a site, a Jenkinsfile, and its own page are found', () => {
    expect(whole.map(([page]) => page).toSorted()).toEqual([
      'docs/how-to/from-jenkins.md',
      'docs/how-to/services-and-a-site.md',
      'docs/how-to/two-accounts.md',
      'docs/slipway-yml.md',
    ])
  })
})

describe('a page that is named in', () => {
  const workflows = inFolder('.github/workflows', '.yml')
  const sources = [...inFolder('src', '.ts'), ...inFolder('actions', 'action.yml'), ...workflows, 'action.yml']
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(/\b((?:docs|actions|test|examples)\/[\w/-]+\.md)(#[\w-]+)?/g)].map(
      ([, page = '', anchor = '']) => [file, page, anchor] as const,
    ),
  )

  test.each(named)('%s exists: %s%s', (_, page, anchor) => {
    expect(pages).toContain(page)
    if (anchor !== '') expect([...anchorsOf(page)]).toContain(anchor.slice(1))
  })
})

describe('a file that is named in', () => {
  const files = ['src', 'test', 'scripts', 'site'].flatMap((folder) => inFolder(folder, ''))
  const decisions = inFolder('docs/decisions', '.md')
  const named = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'test/simulator/README.md', ...decisions].flatMap(
    (page) =>
      [...read(page).matchAll(/`((?:[\w-]+\/)*[\w*-]+\.(?:ts|js|cjs|py))`/g)].map(
        ([, file = '']) => [page, file] as const,
      ),
  )

  test.each(named.filter(([, file]) => !file.startsWith('dist/')))('%s exists: %s', (_, file) => {
    const asWritten = new RegExp(`(?:^|/)${file.replaceAll('.', '\\.').replaceAll('*', '[\\w-]*')}$`)
    expect(files.filter((path) => asWritten.test(path))).not.toEqual([])
  })
})
