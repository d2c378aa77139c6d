/** The frame of the commands: arguments, help, exit codes, `--json`. */
import { PassThrough } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import type { CliWorld, Command } from '../../src/cli/command.ts'
import { commandNames, loadCommand } from '../../src/cli/command-table.ts'
import { runCommand } from '../../src/cli/run-command.ts'
import { askOnTerminal } from '../../src/cli/terminal.ts'
import { systemClock } from '../../src/clock.ts'
import { Failure } from '../../src/failure.ts'
import { setting, text } from '../../src/text.ts'
import { cliScene } from './cli-scene.ts'

const { run } = cliScene()

describe('slipway', () => {
  test('without a command, the help is on stderr and the exit code that of wrong arguments', async () => {
    const { code, out, err } = await run([])
    expect([code, out]).toEqual([2, ''])
    for (const name of commandNames) expect(err).toContain(`\n  ${name} `)
  })

  test('--help and --version are on stdout', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Usage: slipway') })
    expect(await run(['--version'])).toMatchObject({ code: 0, err: '', out: '1.2.3\n' })
  })

  test.each([
    ['slakc', 'unknown command slakc, did you mean slack?'],
    ['--json', 'the first argument must be a command, not --json'],
    ['\u001b[2J', 'unknown command \\u001b[2J'],
  ])('%j is no command', async (word, message) => {
    const { code, err } = await run([word])
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(err).toContain('The commands are')
  })

  test.each(commandNames)(
    '%s is named as it is in the table, and has a help in which every option fits',
    async (name) => {
      expect((await loadCommand(name)).name).toBe(name)
      const { code, out } = await run([name, '--help'])
      expect(code).toBe(0)
      expect(out).toContain(`Usage: slipway ${name}`)
      expect(out.split('\n').filter((line) => line.length > 100)).toEqual([])
    },
  )
})

test.each(['permissions', 'plan', 'doctor', 'simulate', 'plan --json', 'permissions --diff'])(
  'without slipway.yml, %s names the command that writes it',
  async (words) => {
    const loadSimulator = () => Promise.reject(new Error('not needed'))
    const { code, out, err } = await cliScene().run(words.split(' '), { loadSimulator })
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/slipway\.yml does not exist: .*\/slipway\.yml\. Write it with slipway init, or name/),
    ])
    if (words.endsWith('--json')) expect(JSON.parse(out).failure.code).toBe('inputs-invalid')
  },
)

test('a cluster without a service is no place of a deployment, although there is slipway.yml', async () => {
  const { code, err } = await cliScene({ 'slipway.yml': 'version: 1\n' }).run(['plan', '--cluster', 'shop'])
  expect([code, err]).toEqual([2, expect.stringContaining('SERVICE is required')])
})

describe('Ctrl-C', () => {
  const reason = new Failure({ code: 'cancelled', what: text`The run was cancelled` })
  const cancelled = { code: 1, out: '', err: 'slipway toy: The run was cancelled.\n' }

  /** A command during which the person types a key, `\u0003` for Ctrl-C. */
  async function typed(key: string, run: Command['run']) {
    const controller = new AbortController()
    const input = new PassThrough()
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
    output.once('data', () => void input.write(key))
    const interrupt = () => controller.abort(reason)
    const ask = askOnTerminal(controller.signal, { input, output, interrupt })
    const command: Command = { name: 'toy', summary: 'A toy.', options: {}, run }
    return cliScene().runLoaded(command, [], { ask, signal: controller.signal })
  }

  test('in a question ends the command, as anywhere else', async () => {
    expect(await typed('\u0003', async (_, { ask }) => ((await ask?.('Why? ')) ? 0 : 3))).toMatchObject(cancelled)
    const request = async (_: unknown, { ask, signal }: CliWorld) => {
      const aborted = new Promise<number>((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      })
      void ask?.('Why? ').catch(() => undefined)
      return aborted
    }
    expect(await typed('\u0003', request)).toMatchObject(cancelled)
  })

  test('does not hide what is half done', async () => {
    const what = text`The run was cancelled during ecs:UpdateService; whether it was applied is unknown`
    const half = async (_: unknown, { ask }: CliWorld) => {
      await ask?.('Why? ').catch(() => undefined)
      throw new Failure({ code: 'cancelled', what })
    }
    expect((await typed('\u0003', half)).err).toContain('during ecs:UpdateService; whether')
  })

  test('and Ctrl-D is no answer', async () => {
    const { code, err } = await typed('\u0004', async (_, { ask }) => ((await ask?.('Why? ')) ? 0 : 3))
    expect([code, err]).toEqual([1, 'slipway toy: The question was not answered.\n'])
  })

  test('an answer is one', async () => {
    expect((await typed('yes\r', async (_, { ask }) => ((await ask?.('Why? ')) === 'yes' ? 0 : 3))).code).toBe(0)
  })
})

describe('the arguments of a command', () => {
  const received: unknown[] = []
  const command: Command = {
    name: 'toy',
    summary: 'A toy.',
    options: {
      region: { type: 'string', description: 'Region.' },
      format: { type: 'string', choices: ['json', 'terraform'], description: 'Format.' },
      tag: { type: 'string', multiple: true, short: 't', description: 'Tags.' },
      force: { type: 'boolean', description: 'Force.' },
    },
    async run(given, { directory }) {
      received.push(given, directory)
      if (given.values.region === 'fault') throw new Error('broken')
      if (given.values.region === 'away')
        throw new Failure({ code: 'aws-unreachable', what: text`No response: ${setting('region')}` })
      return 0
    },
  }
  const toy = async (...words: readonly string[]) => {
    const [out, err]: string[][] = [[], []]
    const code = await runCommand(command, words, {
      directory: '/work',
      environment: {},
      out: (line) => out?.push(line),
      err: (line) => err?.push(line),
      fetch,
      clock: systemClock,
      signal: new AbortController().signal,
    })
    return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' }
  }

  test('are given with their values, lists and the folder', async () => {
    received.length = 0
    expect(await toy('--region=-x', '-t', 'a', '--tag', 'b', '--force', '-C', 'below')).toMatchObject({ code: 0 })
    expect(received).toEqual([
      { values: { region: '-x', tag: ['a', 'b'], force: true, directory: 'below' }, operands: [] },
      '/work/below',
    ])
  })

  test.each([
    [
      ['--reigon', 'x'],
      ['unknown option --reigon, did you mean --region?', 'x is not an option'],
    ],
    [['--region', '--force'], ['--region needs a value']],
    [['--region'], ['--region needs a value']],
    [['--region='], ['--region has an empty value']],
    [['--force=no'], ['--force takes no value, not no']],
    [['--format', 'terrafrom'], ['--format must be one of json, terraform, not terrafrom, did you mean terraform?']],
    [['--region', 'a', '--region', 'b'], ['--region was given 2 times']],
    [
      ['--constructor', 'file'],
      ['unknown option --constructor', 'file is not an option'],
    ],
    [['-x'], ['unknown option -x']],
  ])('%j: all mistakes at once, and exit code 2', async (words, mistakes) => {
    received.length = 0
    const { code, err, out } = await toy(...words)
    expect([code, out, received]).toEqual([2, '', []])
    expect(err.split('\n').slice(0, -2)).toEqual(mistakes.map((mistake) => `slipway toy: ${mistake}`))
  })

  test('a failure is one message with the name of the option, and with --json a document', async () => {
    expect(await toy('--region', 'away')).toEqual({
      code: 1,
      out: '',
      err: 'slipway toy: No response: the option --region.\n',
    })
    const { code, out } = await toy('--region', 'away', '--json')
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { failure: { code: 'aws-unreachable', message: 'No response: the option --region.' } },
    ])
  })

  test('a bug is named as one', async () => {
    expect(await toy('--region', 'fault')).toMatchObject({ code: 1, err: expect.stringContaining('Internal error') })
  })
})
