import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { migrateWorkflow } from '../../src/migrate/index.ts'
import { golden, migrated, notes, slipway, workflow, workflows } from './golden.ts'

const root = join(import.meta.dirname, '../..')

test('there are at least 25 workflows', () => {
  expect(workflows.length).toBeGreaterThanOrEqual(25)
})

describe.each(workflows)('%s', (name) => {
  const source = workflow(name)
  const migration = migrated(source)

  test('becomes the file that a person has read, with what changed, what stays, and why', () => {
    expect(migration.text).toBe(golden(name, migration.text))
    expect(notes(migration)).toBe(golden(name.replace(/\.yml$/, '.txt'), notes(migration)))
  })

  test('does not change the second time', () => {
    const again = migrated(migration.text)
    expect(again.text).toBe(migration.text)
    expect(again.changes).toEqual([])
    expect(again.left.map(({ what }) => what)).toEqual(migration.left.map(({ what }) => what))
  })

  test('gives the actions only inputs that they have, and all that they require', () => {
    const steps = stepsIn(parse(migration.text)).filter(({ uses }) => uses?.startsWith('your-org/slipway/'))
    const made = migration.changes.filter(({ after }) => after !== undefined)
    expect(steps.length).toBeGreaterThanOrEqual(made.length)
    for (const { uses = '', with: inputs = {} } of steps) {
      const file = join(root, 'actions', /actions\/([\w-]+)@/.exec(uses)?.[1] ?? '', 'action.yml')
      expect({ uses, exists: existsSync(file) }).toEqual({ uses, exists: true })
      const declared: Record<string, { required?: boolean }> = parse(readFileSync(file, 'utf8')).inputs
      expect({ uses, unknown: Object.keys(inputs).filter((input) => !(input in declared)) }).toEqual({
        uses,
        unknown: [],
      })
      const required = Object.keys(declared).filter((input) => declared[input]?.required === true)
      expect({ uses, missing: required.filter((input) => !(input in inputs)) }).toEqual({ uses, missing: [] })
    }
  })

  test('refers to no step that was removed', () => {
    const ids = new Set([...migration.text.matchAll(/\bid: ([\w-]+)/g)].map(([, id]) => id))
    const used = [...migration.text.matchAll(/\bsteps\.([\w-]+)\./g)].map(([, id]) => id)
    expect(used.filter((id) => !ids.has(id))).toEqual([])
  })
})

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

function stepsIn(file: { jobs?: Record<string, { steps?: Step[] }>; runs?: { steps?: Step[] } }): readonly Step[] {
  return [...Object.values(file.jobs ?? {}), file.runs].flatMap((job) => job?.steps ?? [])
}

describe('what is not changed', () => {
  const comment = fc.stringMatching(/^[a-z :'"{}[\]&*!|>%@`$-]{0,20}$/).map((words) => `# ${words}`)
  const added = fc.array(fc.tuple(fc.nat(), fc.oneof(comment, fc.constant(''))), { minLength: 1, maxLength: 8 })

  test('stays byte by byte: comments and blank lines between the lines of a workflow change nothing else', () => {
    const names = workflows.filter((name) => !['crlf.yml', 'tabs.yml', 'not-translatable.yml'].includes(name))
    fc.assert(
      fc.property(fc.constantFrom(...names), added, (name, lines) => {
        const before = workflow(name).split('\n')
        const places = placesIn(before)
        const insertions = new Map(lines.map(([at, line]) => [places[at % places.length] ?? 0, line] as const))
        const source = before.flatMap((line, index) => {
          const extra = insertions.get(index)
          return extra === undefined ? [line] : [extra, line]
        })
        const result = migrated(source.join('\n')).text
        const plain = (text: string) => text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
        expect(plain(result)).toEqual(plain(migrated(workflow(name)).text))
        const comments = (text: string) => text.split('\n').filter((line) => /^# /.test(line))
        expect(comments(result)).toEqual(comments(source.join('\n')))
      }),
      { numRuns: 150 },
    )
  })

  test.each(workflows)('is the whole file, where nothing is translated: %s without its steps of others', (name) => {
    const source = workflow(name)
    const { text, changes } = migrated(source)
    if (changes.length === 0) expect(text).toBe(source)
    const kept = new Set(source.split('\n'))
    // Every line of the result is a line of the file, or one of a step that was translated.
    const own =
      /^\s*(?:- )?(?:uses: your-org|with:$|run-|[\w-]+: |type=|#|main$|latest$|\$\{\{|permissions:$|id-token|[/*]\S*: )/
    expect(text.split('\n').filter((line) => !kept.has(line) && !own.test(line))).toEqual([])
  })
})

/** Lines before which a comment is a comment: not inside a block scalar. */
function placesIn(lines: readonly string[]): readonly number[] {
  let block = -1
  return lines.flatMap((line, index) => {
    const indent = line.search(/\S/)
    if (block >= 0 && (indent < 0 || indent > block)) return []
    block = /[|>][+-]?$/.test(line) ? indent : -1
    // A block scalar goes on behind a comment only if that is inside.
    const before = lines[index - 1] ?? ''
    return /[|>][+-]?$/.test(before) ? [] : [index]
  })
}

test.each([
  ['no YAML', 'jobs: [\n'],
  ['no map', '- a\n'],
  ['another file', 'name: x\non: push\n'],
])('%s is no workflow', (_, source) => {
  expect(migrateWorkflow(source, { slipway })).toBeUndefined()
})

test('static keys are replaced by a role that is given, and the job gets its permission', () => {
  const role = 'arn:aws:iam::111122223333:role/slipway-deploy'
  const { text = '', left } = migrateWorkflow(workflow('starter-static-keys.yml'), { slipway, role }) ?? {}
  expect(left).toEqual([])
  expect(text).not.toMatch(/aws-access-key-id|secrets\.|configure-aws-credentials/)
  expect(text.match(/role-to-assume: arn:aws:iam::111122223333:role\/slipway-deploy/g)).toHaveLength(2)
  expect(text.match(/aws-region: \$\{\{ env\.AWS_REGION \}\}/g)).toHaveLength(2)
  expect(text).toContain('permissions:\n  contents: read\n  id-token: write\n')
})

test('a role that the workflow assumes already stays, and so do keys that assume one', () => {
  const role = 'arn:aws:iam::111122223333:role/other'
  const source = workflow('starter-oidc.yml')
  expect(migrateWorkflow(source, { slipway, role })?.text).toBe(migrated(source).text)
  const chained = source.replace('role-session-name: shop', 'aws-access-key-id: ${{ secrets.KEY }}')
  expect(migrateWorkflow(chained, { slipway, role })?.left).toMatchObject([
    { what: expect.stringContaining('configure-aws') },
  ])
})
