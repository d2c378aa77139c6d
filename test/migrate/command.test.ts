/** `slipway migrate` in this process, in a repository of its own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { CliWorld, Given } from '../../src/cli/command.ts'
import { command } from '../../src/cli/commands/migrate.ts'
import { systemClock } from '../../src/clock.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { gitRepository } from '../git/repository.ts'
import { migrated, workflow } from './golden.ts'

const path = '.github/workflows/restart.yml'
const source = workflow('restart.yml')
const result = migrated(source).text

function repository(files: Readonly<Record<string, string>> = { [path]: source }) {
  const { folder } = gitRepository(files)
  const read = (file = path) => readFileSync(join(folder, file), 'utf8')
  const run = async (values: Given['values'] = {}, operands: readonly string[] = []) => {
    const [out, err]: string[][] = [[], []]
    const world: CliWorld = {
      directory: folder,
      environment: { PATH: process.env.PATH },
      out: (text) => out?.push(text),
      err: (text) => err?.push(text),
      fetch: async (url) => Promise.reject(new Error(`no request expected: ${url}`)),
      clock: systemClock,
      signal: new AbortController().signal,
    }
    const end = await command.run({ values, operands }, world).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error
      return renderText(failureText(error), (theirs) => theirs)
    })
    return { end, out: out?.join('') ?? '', err: err?.join('') ?? '' }
  }
  return { folder, read, run }
}

describe('migrate', () => {
  test('shows the difference and the reasons, and writes nothing', async () => {
    const { run, read } = repository()
    const { end, out, err } = await run()
    expect(end).toBe(0)
    expect(out).toMatch(/^--- a\/\.github\/workflows\/restart\.yml\n\+\+\+ b\/\.github\/workflows\/restart\.yml\n@@ /)
    expect(out).toContain('+        uses: your-org/slipway/actions/deploy@v1\n')
    expect(err).toContain(`${path}:12:9: aws-actions/configure-aws-credentials@v4 -> removed: `)
    expect(err).toMatch(/Nothing was written: --write writes the files\.\n$/)
    expect(read()).toBe(source)
  })

  test('writes with --write, once', async () => {
    const { run, read } = repository()
    expect(await run({ write: true })).toMatchObject({ end: 0, err: expect.stringMatching(/Written\. .*\n$/) })
    expect(read()).toBe(result)
    expect(await run({ write: true, force: true })).toMatchObject({ end: 0, out: '', err: 'Nothing to migrate.\n' })
  })

  test('writes no file with changes that are not committed', async () => {
    const { run, read, folder } = repository({ [path]: source, '.github/workflows/scale.yaml': workflow('scale.yml') })
    writeFileSync(join(folder, path), `${source}# not committed\n`)
    const { end } = await run({ write: true })
    expect(end).toContain('git has no committed copy of .github/workflows/restart.yml')
    expect(read('.github/workflows/scale.yaml')).toBe(workflow('scale.yml'))
    expect(await run({ write: true, force: true })).toMatchObject({ end: 0 })
    expect(read()).toBe(`${result}# not committed\n`)
    expect(read('.github/workflows/scale.yaml')).toBe(migrated(workflow('scale.yml')).text)
  })

  test('ends with 3 with --check where a file would change, and with 0 where none would', async () => {
    const { run, read } = repository()
    expect(await run({ check: true })).toMatchObject({ end: 3 })
    expect(read()).toBe(source)
    await run({ write: true })
    expect(await run({ check: true })).toMatchObject({ end: 0 })
  })

  test('prints one JSON document with --json', async () => {
    const { out, err } = await repository({ [path]: workflow('between.yml') }).run({ json: true })
    expect(err).toBe('')
    const { written, files } = JSON.parse(out)
    expect(written).toBe(false)
    expect(files).toEqual([
      {
        path,
        diff: expect.stringContaining('+      - uses: your-org/slipway/actions/build-push@v1\n'),
        changes: expect.arrayContaining([expect.objectContaining({ line: 17, before: 'docker/build-push-action@v6' })]),
        left: expect.arrayContaining([expect.objectContaining({ line: 24, what: 'aws s3 sync dist s3://site' })]),
        advice: expect.any(Array),
      },
    ])
  })

  test('uses the repository and the version of --slipway, in the files that are named', async () => {
    const { run } = repository({ 'deploy/action.yml': workflow('composite.yml'), [path]: source })
    const { out } = await run({ slipway: 'acme/slipway-fork@v1.2.3' }, ['deploy/action.yml'])
    expect(out).toContain('uses: acme/slipway-fork/actions/deploy@v1.2.3')
    expect(out).not.toContain(path)
  })

  test.each<[string, Given['values'], readonly string[], string]>([
    ['no version', { slipway: 'acme/slipway' }, [], '--slipway must be owner/repository@ref'],
    ['two purposes', { write: true, check: true }, [], '--write and --check exclude each other'],
    ['another file', {}, ['README.md', 'none.yml', 'bad.yml'], '- README.md: it is neither a workflow (jobs)'],
    ['no file', {}, ['README.md', 'none.yml', 'bad.yml'], '- none.yml: no such file'],
    ['no YAML', {}, ['README.md', 'none.yml', 'bad.yml'], '- bad.yml:2:1: '],
  ])('refuses %s', async (_, values, operands, words) => {
    const { run } = repository({ 'README.md': 'page: one\n', 'bad.yml': 'jobs: [\n', [path]: source })
    expect((await run(values, operands)).end).toContain(words)
  })

  test('refuses a repository without workflows', async () => {
    expect((await repository({ 'README.md': '# A page\n' }).run()).end).toContain('No workflow was found')
  })
})
