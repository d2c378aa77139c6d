import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import type { Runner } from '../../src/runner/action.ts'
import { flag, type InputSpec, integerUpTo, requiredText } from '../../src/runner/inputs.ts'
import { log } from '../../src/runner/log.ts'
import { run, type Step } from '../../src/runner/run.ts'
import { text, untrusted } from '../../src/text.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const { write } = process.stdout
const { GITHUB_STEP_SUMMARY: summaryBefore } = process.env
let printed = ''
let summaryFile = ''
const summary = () => readFileSync(summaryFile, 'utf8')

beforeEach(() => {
  printed = ''
  summaryFile = join(temporaryFolder(), 'summary.md')
  writeFileSync(summaryFile, '')
  process.env.GITHUB_STEP_SUMMARY = summaryFile
  process.stdout.write = (chunk: string | Uint8Array) => {
    printed += chunk
    return true
  }
})

afterEach(() => {
  process.stdout.write = write
  process.exitCode = 0
  if (summaryBefore === undefined) delete process.env.GITHUB_STEP_SUMMARY
  else process.env.GITHUB_STEP_SUMMARY = summaryBefore
})

describe('mistakes of a file', () => {
  const mistakes = (count: number, file: string) =>
    Array.from({ length: count }, (_, index) => ({ file, line: index + 1, column: 3, message: text`wrong ${index}` }))
  const fails = async (count: number, file: string) => {
    const error = new Failure({ code: 'file-invalid', what: text`It is invalid`, mistakes: mistakes(count, file) })
    await run({ inputs: {}, main: () => Promise.reject(error) }, 'main')
    return printed.split('\n').filter((line) => line !== '')
  }
  const { GITHUB_WORKSPACE } = process.env
  afterEach(() => {
    process.env.GITHUB_WORKSPACE = GITHUB_WORKSPACE ?? process.cwd()
  })

  test('one is one annotation, on its line', async () => {
    process.env.GITHUB_WORKSPACE = '/home/runner/work/shop/shop'
    expect(await fails(1, './deploy/../deploy/td.json')).toEqual([
      '::error file=deploy/td.json,line=1,col=3::It is invalid: ./deploy/../deploy/td.json:1:3: wrong 0.',
    ])
  })

  test('an absolute path is told from the workspace, and a file beside it marks nothing', async () => {
    process.env.GITHUB_WORKSPACE = '/home/runner/work/shop/shop'
    expect((await fails(1, '/home/runner/work/shop/shop/app/td.json'))[0]).toMatch(
      /^::error file=app\/td\.json,line=1,col=3::/,
    )
    printed = ''
    expect((await fails(1, '/home/runner/work/_temp/td.json'))[0]).toMatch(/^::error::It is invalid: \/home/)
  })

  test('all of them are in the job summary, below what is wrong', async () => {
    await fails(2, 'td.json')
    expect(readFileSync(summaryFile, 'utf8')).toBe(
      '### ❌ It is invalid\n\n> [!CAUTION]\n> - td.json:1:3: wrong 0\n> - td.json:2:3: wrong 1\n\n',
    )
  })

  test('the first of several tells all, ten are marked, and the log has the others', async () => {
    const lines = await fails(13, 'td.json')
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(10)
    expect(lines[0]).toMatch(
      /line=1,col=3::It is invalid:%0A- td\.json:1:3: wrong 0%0A.*wrong 9%0A- and 3 more, which the log lists%0A/,
    )
    expect(lines[1]).toBe('::error file=td.json,line=2,col=3::td.json:2:3: wrong 1.')
    expect(lines.slice(10)).toEqual(['td.json:11:3: wrong 10', 'td.json:12:3: wrong 11', 'td.json:13:3: wrong 12'])
  })
})

const database = 'postgres://app:c4nary-in-an-address@db/shop'

test.each([
  [
    'a failure',
    () =>
      new Failure({
        code: 'file-invalid',
        what: text`td.json cannot be read at ${untrusted(`DATABASE_PASS=c4nary-in-a-line`)}`,
        why: text`it holds ${untrusted(database)}`,
        fix: text`Look at ${untrusted('{"name":"API_KEY","value":"c4nary-in-a-pair"}')}.`,
      }),
    /::error::td\.json cannot be read at DATABASE_PASS=\*\*\*: it holds postgres:\/\/app:\*\*\*@db\/shop\. Look at/,
  ],
  [
    'a fault',
    () => new Error(`connect ${database}`),
    /Internal error \(a bug in Slipway\): connect postgres:\/\/app:\*\*\*@db\/shop/,
  ],
  [
    'a full disk, wherever it was met,',
    () => Object.assign(new Error(`ENOSPC: no space left on device, write ${database}`), { code: 'ENOSPC' }),
    /::error::The file of the runner cannot be written: ENOSPC: no space left on device.*Free disk space/,
  ],
  ['what is no error', () => `connect ${database}`, /connect postgres:\/\/app:\*\*\*@db\/shop/],
])('%s that ends a step is told without the credentials that it quotes', async (_, thrown, says) => {
  const main = () => Promise.reject(thrown())
  await run({ inputs: {}, main }, 'main')
  const [code, seen] = [process.exitCode, printed]
  expect(seen).not.toContain('c4nary')
  expect(seen).toMatch(says)
  expect(code).toBe(1)
  expect(summary()).not.toContain('c4nary')
  expect(summary()).toMatch(/^### ❌ .+\n\n> \[!CAUTION\]\n> .+/)
})

test('a step that fails before it has a report shows the failure in the job summary', async () => {
  const failure = new Failure({
    code: 'config-invalid',
    what: text`${untrusted('slipway.yml')} is not right`,
    why: text`\n- ${untrusted('slipway.yml:3:5')} is missing\n- ${untrusted('<b>')} is wrong\n`,
    fix: text`Correct the file.`,
    docs: 'https://example.com/docs',
  })
  await run({ inputs: {}, main: () => Promise.reject(failure) }, 'main')
  expect(summary()).toBe(
    [
      '### ❌ slipway.yml is not right',
      '> [!CAUTION]\n> - slipway.yml:3:5 is missing\n> - &#60;b&#62; is wrong',
      '**What to do:** Correct the file.',
      '<a href="https://example.com/docs">Documentation</a>\n\n',
    ].join('\n\n'),
  )
})

test('so does one whose inputs are wrong', async () => {
  await run({ inputs: { environments: requiredText }, main: () => Promise.resolve() }, 'main')
  expect(summary()).toMatch(
    /^### ❌ An input is invalid\n\n> \[!CAUTION\]\n> - environments is required\n\n\*\*What to do:\*\* Correct it/,
  )
})

test('what has a report of its own gets no second one', async () => {
  const main = async (_: object, runner: Runner) => {
    await runner.writeSummary('### the report')
    throw new Error('afterwards')
  }
  await run({ inputs: {}, main }, 'main')
  expect(summary()).toBe('### the report\n')
})

/** Runs one step with the variables that the runner sets, and gives what it printed. */
async function stepped(
  action: Omit<Parameters<typeof run>[0], 'inputs'> & { readonly inputs?: InputSpec },
  { step = 'main', ...variables }: Readonly<Record<string, string>> & { readonly step?: Step } = {},
) {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  try {
    await run({ inputs: {}, ...action } as Parameters<typeof run>[0], step)
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
  return printed
}

const greets = async (_: unknown, { log }: Runner) => log.info(text`hello`)

test('a step that goes well prints what its action says, and ends green', async () => {
  expect(await stepped({ main: greets })).toBe('hello\n')
  expect(process.exitCode).toBe(0)
})

test('the post step is that of the action; without one nothing happens', async () => {
  const post = async (_: unknown, { log }: Runner) => log.info(text`goodbye`)
  expect(await stepped({ main: greets, post }, { step: 'post' })).toBe('goodbye\n')
  printed = ''
  expect(await stepped({ main: greets }, { step: 'post' })).toBe('')
  expect(process.exitCode).toBe(0)
})

test('inputs come from the variables of the runner; a name that the action does not know ends it red', async () => {
  const inputs = { 'dry-run': flag(false), cluster: requiredText }
  let seen: unknown
  const main = async (given: unknown) => {
    seen = given
  }
  await stepped({ inputs, main }, { 'INPUT_DRY-RUN': 'true', INPUT_CLUSTER: 'shop', GITHUB_SHA: 'x' })
  expect(seen).toEqual({ dryRun: true, cluster: 'shop' })
  await stepped({ inputs, main }, { INPUT_CLUSTER: 'shop', INPUT_CLUSTR: 'x' })
  expect(printed).toMatch(/::error::.*clustr is not an input of this action; did you mean cluster\?/)
  expect(process.exitCode).toBe(1)
})

test('what was taken otherwise than given is warned of once, by the main step', async () => {
  const inputs = { minutes: integerUpTo(0, 360, 30, 'a job ends after six hours') }
  const given = { INPUT_MINUTES: '400' }
  expect(await stepped({ inputs, main: greets }, given)).toBe(
    '::warning::minutes is 400, and 360 is used: a job ends after six hours\nhello\n',
  )
  printed = ''
  expect(await stepped({ inputs, main: greets, post: greets }, { ...given, step: 'post' })).toBe('hello\n')
})

test('an action ends its step red without another word', async () => {
  expect(await stepped({ main: async (_, runner) => runner.fail() })).toBe('')
  expect(process.exitCode).toBe(1)
})

test('an action writes to the files of the runner, and reads what its main step has saved', async () => {
  const folder = temporaryFolder()
  const files = ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(folder, name)] as const)
  for (const [, path] of files) writeFileSync(path, '')
  writeFileSync(join(folder, 'td.json'), '{}')
  const seen: unknown[] = []
  const main = async (_: unknown, runner: Runner) => {
    runner.setOutput('digest', 'sha256:1')
    runner.saveState('record', 'kept')
    await runner.writeSummary('# deployed')
    await runner.writeSummary('well')
    runner.mask('hunter2')
    seen.push(runner.state('record'), runner.state('other'), await runner.files.readText('td.json', 'file'))
    seen.push(await runner.files.writeTemporary('x', 'y'), runner.environment.GITHUB_ACTOR, runner.signal.aborted)
  }
  const variables = { GITHUB_WORKSPACE: folder, RUNNER_TEMP: join(folder, 'temporary'), GITHUB_ACTOR: 'ann' }
  await stepped({ main }, { ...Object.fromEntries(files), ...variables, STATE_record: 'before' })
  const [output, state, summary] = files.map(([, path]) => readFileSync(path, 'utf8'))
  expect(output).toMatch(/^digest<<(\S+)\nsha256:1\n\1\n$/)
  expect(state).toMatch(/^record<<(\S+)\nkept\n\1\n$/)
  expect(summary).toBe('# deployed\nwell\n')
  expect(printed).toBe('::add-mask::hunter2\n')
  expect(seen).toEqual(['before', undefined, '{}', join(folder, 'temporary/x'), 'ann', false])
})

test('without a file for it there is no summary; outputs that are lost end the step red', async () => {
  const main = async (_: unknown, runner: Runner) => {
    await runner.writeSummary('# deployed')
    runner.setOutput('digest', 'sha256:1')
  }
  await stepped({ main }, { GITHUB_STEP_SUMMARY: '', GITHUB_OUTPUT: '/nowhere/output' })
  expect(printed).toMatch(/^::error::The outputs could not be written to GITHUB_OUTPUT/)
  expect(process.exitCode).toBe(1)
})

test('a fault is printed with its stack, folded and without credentials', async () => {
  const fault = Object.assign(new Error('x'), { stack: `Error: x\n    at connect (${database})\n    at run` })
  await stepped({ main: () => Promise.reject(fault) })
  expect(printed).toBe(
    '::error::Internal error (a bug in Slipway): x. Report it, with the log of this step.\n::group::Stack trace\nError: x\n    at connect (postgres://app:***@db/shop)\n    at run\n::endgroup::\n',
  )
  printed = ''
  await stepped({ main: () => Promise.reject(Object.assign(new Error('y'), { stack: '' })) })
  expect(printed).toBe('::error::Internal error (a bug in Slipway): y. Report it, with the log of this step.\n')
})

test('signals are left to the process once a step has ended', async () => {
  const count = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
  const before = count()
  let during = 0
  await stepped({
    main: async () => {
      during = count()
    },
  })
  expect([during - before, count()]).toEqual([2, before])
})

test('a block of the log ends before what its work throws is shown', async () => {
  const work = async () => {
    log.info(text`inside`)
    throw new Error('no')
  }
  await expect(log.grouped(text`Building ${untrusted('##[x')}`, work)).rejects.toThrow('no')
  log.info(text`after`)
  expect(printed).toBe('::group::Building ## [x\ninside\n::endgroup::\nafter\n')
})

test('each kind of line of the log, with and without a title', () => {
  const line = text`50% ${untrusted('::error::x')}`
  log.info(line)
  log.debug(line)
  log.group(text`more`, [line, text`two`])
  for (const say of [log.notice, log.warning, log.error]) {
    say(text`what`)
    say(text`what`, 'a title')
  }
  expect(printed).toBe(
    [
      '50% │ ::error::x',
      '::debug::50%25 │ ::error::x',
      '::group::more',
      '50% │ ::error::x',
      'two',
      '::endgroup::',
      ...['notice', 'warning', 'error'].flatMap((level) => [`::${level}::what`, `::${level} title=a title::what`]),
      '',
    ].join('\n'),
  )
})
