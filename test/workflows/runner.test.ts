/** The runner itself, on what the tests of the product lean on: GitHub's rules, by small workflows. */
import { mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createClock } from '../simulator/clock.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { describeJobs, job, logOf } from './runner/record.ts'
import { type RunOptions, runWorkflow, type WorkflowRun } from './runner/run.ts'

const head = 'on: push\npermissions: {}\njobs:\n'

/** Runs `ci.yml` of a repository with these files; `acme/tools` has the files below `tools/`. */
async function run(files: Readonly<Record<string, string>>, options: Partial<RunOptions> = {}): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-rules-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    const caller = { name: 'acme/app', folder }
    const tools = { name: 'acme/tools', folder: join(folder, 'tools') }
    return await runWorkflow({ caller, repositories: [tools], ...options }, 'ci.yml')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const steps = (...lines: readonly string[]) =>
  `${head}  a:\n    runs-on: x\n    steps:\n${lines.map((line) => `      - ${line}\n`).join('')}`

test('a failed step skips what follows, except what asks for it', async () => {
  const ended = await run({
    'ci.yml': steps(
      '{ run: exit 3, continue-on-error: true }',
      '{ run: echo forgiven }',
      '{ run: exit 3 }',
      '{ run: echo never }',
      '{ if: failure(), run: echo when-failed }',
      '{ if: "always() && 1 == 2", run: echo never }',
      '{ if: always(), run: echo in-any-case }',
    ),
  })
  expect(describeJobs(ended)).toEqual(['a: failure'])
  expect(logOf(job(ended, 'a')).trim().split(/\s+/)).toEqual(['forgiven', 'when-failed', 'in-any-case'])
})

test('variables, paths and outputs reach later steps; a masked value is hidden, and no output of the job', async () => {
  const ended = await run({
    'ci.yml': `${head}  a:
    runs-on: x
    outputs: { plain: "\${{ steps.one.outputs.plain }}", secret: "\${{ steps.one.outputs.secret }}" }
    steps:
      - id: one
        run: |
          echo ::add-mask::111122223333
          echo plain=text >> "$GITHUB_OUTPUT"
          printf 'secret<<END\\nin 111122223333\\nEND\\n' >> "$GITHUB_OUTPUT"
          echo NAME=value >> "$GITHUB_ENV"
          mkdir bin && printf '#!/bin/sh\\necho tool' > bin/tool && chmod +x bin/tool && echo "$PWD/bin" >> "$GITHUB_PATH"
      - env: { SECRET: "\${{ steps.one.outputs.secret }}" }
        run: echo "$NAME $(tool) $SECRET"
  b:
    runs-on: x
    needs: a
    steps:
      - env: { SEEN: "\${{ needs.a.outputs.plain }}/\${{ needs.a.outputs.secret }}" }
        run: echo "$SEEN"
`,
  })
  expect(logOf(job(ended, 'a')).trim()).toBe('value tool in ***')
  expect(job(ended, 'a').outputs).toEqual({ plain: 'text' })
  expect(logOf(job(ended, 'b')).trim()).toBe('text/')
})

test('a job that needs a failed or skipped one is skipped, unless its condition says otherwise', async () => {
  const ended = await run({
    'ci.yml': `${head}  a: { runs-on: x, steps: [run: exit 1] }
  b: { runs-on: x, if: false, steps: [run: "true"] }
  c: { runs-on: x, needs: [b], steps: [run: "true"] }
  d: { runs-on: x, needs: [a, b], if: "!cancelled() && needs.b.result == 'skipped'", steps: [run: "true"] }
  e: { runs-on: x, needs: [a], if: failure(), steps: [run: "true"] }
  f: { runs-on: x, needs: [d], steps: [run: "true"] }
`,
  })
  expect([...describeJobs(ended)].toSorted()).toEqual([
    'a: failure',
    'b: skipped',
    'c: skipped',
    'd: success',
    'e: success',
    'f: skipped',
  ])
})

test('legs run one after the other and stop at the first failure; the last output that is set counts', async () => {
  const ended = await run({
    'ci.yml': `${head}  a:
    runs-on: x
    strategy: { max-parallel: 1, matrix: { include: [{ n: 1 }, { n: 2 }, { n: 3 }] } }
    outputs: { last: "\${{ steps.one.outputs.n }}" }
    steps:
      - id: one
        env: { N: "\${{ matrix.n }}" }
        run: echo "n=$N" >> "$GITHUB_OUTPUT"; test "$N" != 2
`,
  })
  expect(describeJobs(ended)).toEqual(['a: success', 'a: failure', 'a: cancelled'])
  expect(ended.outputs.a).toEqual({ last: '2' })
})

const tool = `name: tool
description: Says which it is.
inputs: { word: { description: Word., default: "\${{ github.repository }}" } }
runs: { using: node24, main: main.js, post: post.js }
`
const say = (what: string) => `console.log(${what})\n`

test('an action finds its own repository by $/, and post steps run in reverse', async () => {
  const main = say('process.env.GITHUB_ACTION_REPOSITORY, process.env.INPUT_WORD')
  const post = say('"post", process.env.INPUT_WORD')
  const ended = await run({
    'ci.yml': steps('{ uses: acme/tools/both@v1, with: { unheard-of: 1 } }'),
    'one/action.yml': 'not to be found',
    'tools/both/action.yml': `name: both
description: Both.
runs:
  using: composite
  steps: [{ uses: $/one, with: { word: first } }, { uses: $/one }]
`,
    'tools/one/action.yml': tool,
    'tools/one/main.js': main,
    'tools/one/post.js': post,
  })
  expect(logOf(job(ended, 'a')).trim().split(/\n+/)).toEqual([
    'acme/tools first',
    'acme/tools acme/app',
    'post acme/app',
    'post first',
  ])
})

test('what cannot begin fails the job with the reason in its log', async () => {
  const ended = await run({ 'ci.yml': steps('{ uses: acme/nowhere@v1 }', '{ if: failure(), run: echo after }') })
  expect(describeJobs(ended)).toEqual(['a: failure'])
  expect(logOf(job(ended, 'a'))).toMatch(/acme\/nowhere@v1, repository not found\nafter/)
})

test('a cancelled process gets SIGINT; what asks for it still runs to its end', async () => {
  const cancel = new AbortController()
  const ready = temporaryFolder()
  const watcher = watch(ready, () => cancel.abort())
  const script = `process.on("SIGINT", () => { console.log("interrupted"); process.exit(1) })
setTimeout(() => {}, 9e5)
require("node:fs").writeFileSync(${JSON.stringify(join(ready, 'waiting'))}, "")`
  const ended = await run(
    {
      'ci.yml': steps('{ uses: acme/tools/wait@v1 }', '{ run: echo never }', '{ if: cancelled(), run: echo told }'),
      'tools/wait/action.yml': tool,
      'tools/wait/main.js': script,
      'tools/wait/post.js': say('"settled"'),
    },
    { signal: cancel.signal, time: createClock({ kind: 'idle' }) },
  )
  watcher.close()
  expect(describeJobs(ended)).toEqual(['a: cancelled'])
  expect(logOf(job(ended, 'a')).trim().split(/\s+/)).toEqual(['interrupted', 'told', 'settled'])
})

test('only a job that may gets the variables for OIDC', async () => {
  const environment = async () => ({ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token' })
  const script = 'run: echo "$ACTIONS_ID_TOKEN_REQUEST_URL."'
  const written = `${head}  a: { runs-on: x, permissions: { id-token: write }, steps: [{ ${script.replace(': ', ": '")}' }] }
  b: { runs-on: x, permissions: { contents: read }, steps: [{ ${script.replace(': ', ": '")}' }] }
`
  const ended = await run({ 'ci.yml': written }, { environment })
  expect([logOf(job(ended, 'a')).trim(), logOf(job(ended, 'b')).trim()]).toEqual(['https://token.', '.'])
})

test.each([
  ['with: { nonsense: 1 }', 'Invalid input, nonsense is not defined in the referenced workflow.'],
  ['secrets: { nonsense: x }', 'Invalid secret, nonsense is not defined in the referenced workflow.'],
  ['if: true', 'Input word is required, but not provided while calling.'],
])('a call that says %s does not start', async (line, problem) => {
  const ended = await run({
    'ci.yml': `${head}  a:\n    uses: acme/tools/.github/workflows/w.yml@v1\n    ${line}\n`,
    'tools/.github/workflows/w.yml': `on: { workflow_call: { inputs: { word: { type: string, required: true } } } }
jobs: { b: { runs-on: x, steps: [run: "true"] } }
`,
  })
  expect(ended.problems).toContain(problem)
  expect(ended.jobs).toEqual([])
})

test('a workflow calls another one of its repository by $/; the legs of a matrix from an output merge theirs by name', async () => {
  const ended = await run({
    'ci.yml': `${head}  a: { uses: acme/tools/.github/workflows/outer.yml@v1 }
  b:
    runs-on: x
    needs: a
    steps:
      - env: { SEEN: "\${{ needs.a.outputs.seen }}" }
        run: echo "$SEEN"
`,
    'tools/.github/workflows/outer.yml': `on: { workflow_call: { outputs: { seen: { value: "\${{ jobs.inner.outputs.seen }}" } } } }
jobs:
  plan:
    runs-on: x
    outputs: { rows: "\${{ steps.rows.outputs.rows }}" }
    steps: [{ id: rows, run: "echo 'rows=[{\\"index\\":0},{\\"index\\":1}]' >> $GITHUB_OUTPUT" }]
  inner:
    needs: plan
    uses: $/.github/workflows/inner.yml
    with: { rows: "\${{ needs.plan.outputs.rows }}" }
`,
    'tools/.github/workflows/inner.yml': `on:
  workflow_call:
    inputs: { rows: { type: string } }
    outputs: { seen: { value: "\${{ toJSON(jobs.legs.outputs) }}" } }
jobs:
  never: { if: "inputs.rows == ''", runs-on: x, steps: [run: "true"] }
  legs:
    needs: never
    if: "!cancelled() && fromJSON(inputs.rows)[0] != null"
    strategy: { matrix: { include: "\${{ fromJSON(inputs.rows) }}" } }
    runs-on: x
    outputs:
      of-0: "\${{ case(matrix.index == 0, steps.one.outputs.value, '') }}"
      of-1: "\${{ case(matrix.index == 1, steps.one.outputs.value, '') }}"
    steps: [{ id: one, run: "echo value=leg-\${{ matrix.index }} >> $GITHUB_OUTPUT" }]
  empty: { strategy: { matrix: { include: "\${{ fromJSON('[]') }}" } }, if: "inputs.rows == 'x'", runs-on: x, steps: [run: "true"] }
`,
  })
  expect([...describeJobs(ended)].toSorted()).toEqual([
    'a / inner / empty: skipped',
    'a / inner / legs: success',
    'a / inner / legs: success',
    'a / inner / never: skipped',
    'a / plan: success',
    'b: success',
  ])
  expect(JSON.parse(logOf(job(ended, 'b')))).toEqual({ 'of-0': 'leg-0', 'of-1': 'leg-1' })
})

test('a matrix without a leg fails the job', async () => {
  const matrix = 'strategy: { matrix: { include: "${{ fromJSON(github.token && \'[]\') }}" } }'
  const ended = await run({ 'ci.yml': `${head}  a: { ${matrix}, runs-on: x, steps: [run: "true"] }\n` })
  expect(describeJobs(ended)).toEqual(['a: failure'])
})
