/** What SECURITY.md says is hidden is hidden, and what it says is shown is shown. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { redact } from '../../src/diagnosis/redact.ts'
import { redactLines } from '../../src/diagnosis/redact-lines.ts'
import { knownPrograms } from '../../src/diagnosis/secret-commands.ts'
import { secretPatterns } from '../../src/diagnosis/secret-patterns.ts'
import { variablesOf } from '../../src/targets/ecs/facts/definition-variables.ts'

const page = readFileSync(join(import.meta.dirname, '../../SECURITY.md'), 'utf8')

/** The cells below a heading of a table, without the first column, which is for people. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, rows = ''] = page.split(`| ${heading} |`)
  const [table = ''] = rows.split('\n\n')
  return table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(2, -1)
        .map((cell) => cell.trim().replace(/^`+ ?| ?`+$/g, '')),
    )
    .map((cells) => cells.map(asWritten))
}

function asWritten(cell: string): string {
  return cell.replaceAll('\\|', '|').replaceAll('⏎', '\n').replaceAll('⇥', '\t').replaceAll('␛', '\u001b')
}

/** `NAME=value` as a definition has it, beside an image that says `checkout` in the open. */
function variables(assigned: string) {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(assigned) ?? []
  const image = 'registry.example.com/checkout:v2'
  return variablesOf({ containerDefinitions: [{ name: 'api', image, environment: [{ name, value }] }] })
}

describe('by its look, or by what stands around it', () => {
  const rows = rowsBelow('Kind | Written | Shown')

  test.each(rows)('%j', (written, shown) => {
    expect(redact(written)).toBe(shown)
  })

  test('every pattern has its line', () => {
    const unused = secretPatterns.filter(({ pattern }) => rows.every(([written = '']) => written.search(pattern) < 0))
    expect(unused.map(({ pattern }) => pattern.source)).toEqual([])
  })

  test('every program has its name on the page, and no other', () => {
    const [, programs = ''] = /^Programs whose flags are known: ([^.]*)\.$/m.exec(page) ?? []
    expect(programs.split(', ').map((name) => name.replaceAll('`', ''))).toEqual([...knownPrograms])
  })
})

test.each(rowsBelow('Hidden | Variable | Written | Shown'))('the value of %j in %j', (variable, written, shown) => {
  expect(redactLines([written], variables(variable)).join('\n')).toBe(shown)
})

describe('what is shown', () => {
  test.each(rowsBelow('Variables that are shown | Variable | Shown'))('with %j: %j', (variable, written) => {
    expect(redactLines([written], variables(variable)).join('\n')).toBe(written)
  })

  test.each(rowsBelow('What stays | Shown'))('%j', (written) => {
    expect(redact(written)).toBe(written)
  })
})
