import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ownCauses } from '../../src/diagnosis/cause-codes.ts'
import { failureCodes } from '../../src/failure.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')

/** Codes that a file writes down, be it in one of several cases: `code: a ? 'x' : 'y'`. */
function codesIn(file: string): readonly string[] {
  const lines = readFileSync(join(root, file), 'utf8').match(/\bcode: [^,]*/g) ?? []
  return lines.flatMap((line) => [...line.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, code = '']) => code))
}

const explained = readdirSync(join(root, 'src/diagnosis'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(explain.*|catalogue.*|network.explain-network)\.ts$/.test(file),
)

describe('docs/troubleshooting.md', () => {
  test.each(explained)('lists every code of a cause in src/diagnosis/%s', (file) => {
    const missing = codesIn(`src/diagnosis/${file}`).filter((code) => !page.includes(`\n| \`${code}\` | `))
    expect(missing).toEqual([])
  })

  // What the program itself sees end has one of these two by its type (`certain`).
  test.each([...Object.keys(ownCauses), ...Object.keys(failureCodes)])('lists %s', (code) => {
    expect(page).toContain(`\n| \`${code}\` | `)
  })

  test('says of every cause what it means and what to do, without places that nothing fills', () => {
    const [, causes = ''] = page.split('## Causes')
    const rows = causes.split('\n').filter((line) => line.startsWith('| `'))
    expect(rows.length).toBeGreaterThan(100)
    for (const row of rows)
      expect(row).toMatch(/^\| `[a-z-]+` \| [^|{}]+\. \| [^|]+\. \| (\[AWS\]\(https:[^)]+\))? ?\|$/)
  })
})
