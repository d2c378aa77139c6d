import { join } from 'node:path'
import type { Clock } from '../../src/clock.ts'
import { redactText } from '../../src/diagnosis/redact-text.ts'
import { type Place, placeName } from '../../src/mistake.ts'
import type { Runner } from '../../src/runner/action.ts'
import { openFiles } from '../../src/runner/files.ts'
import { type InputSpec, type Inputs, readInputs } from '../../src/runner/inputs.ts'
import { renderText, type Text } from '../../src/text.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export interface FakeRunner extends Runner {
  /** What people would read, oldest first: `info …`, `error …`, with untrusted text as it is, but for credentials. */
  readonly lines: string[]
  /** Lines of files that annotations mark: `error deploy/api.json:5:7`. */
  readonly marks: string[]
  readonly outputs: Record<string, string>
  readonly savedState: Record<string, string>
  readonly masks: string[]
  summary: string
  /** True once the action has ended the step red by itself. */
  failed: boolean
  /** Cancels the run, as the runner does with SIGINT. */
  cancel(): void
  /** Folder that stands for the workspace. */
  readonly workspace: string
}

/** The runner's side of an action, in memory, for in-process tests of actions on a virtual clock. */
export async function fakeRunner(options: {
  readonly clock: Clock
  readonly environment?: Record<string, string>
  readonly workspace?: string
  /** What an earlier step saved, for tests of `post`. */
  readonly state?: Record<string, string>
}): Promise<FakeRunner> {
  const workspace = options.workspace ?? temporaryFolder()
  const controller = new AbortController()
  const plain = (value: Text) => renderText(redactText(value), (theirs) => theirs)
  const lines: string[] = []
  const marks: string[] = []
  const level = (name: string) => (value: Text, title?: string, place?: Place) => {
    lines.push(`${name} ${title ? `${title}: ` : ''}${plain(value)}`)
    if (place?.file !== undefined) marks.push(`${name} ${placeName(place)}`)
  }
  const runner: FakeRunner = {
    clock: options.clock,
    signal: controller.signal,
    environment: { RUNNER_TEMP: join(workspace, '.temporary'), GITHUB_WORKSPACE: workspace, ...options.environment },
    lines,
    marks,
    outputs: {},
    savedState: {},
    masks: [],
    summary: '',
    failed: false,
    workspace,
    cancel: () => controller.abort(),
    log: {
      info: level('info'),
      debug: level('debug'),
      group(title, block) {
        lines.push(`group ${plain(title)}`, ...block.map((line) => `  ${plain(line)}`))
      },
      async grouped(title, work) {
        lines.push(`group ${plain(title)}`)
        try {
          return await work()
        } finally {
          lines.push('end of group')
        }
      },
      notice: level('notice'),
      warning: level('warning'),
      error: level('error'),
    },
    setOutput(name, value) {
      runner.outputs[name] = value
    },
    async writeSummary(markdown) {
      runner.summary += markdown
    },
    fail() {
      runner.failed = true
    },
    mask: (secret) => void runner.masks.push(secret),
    saveState(name, value) {
      runner.savedState[name] = value
    },
    state: (name) => options.state?.[name],
    idToken: () => Promise.reject(new Error('this test grants no id-token')),
    files: openFiles(workspace, join(workspace, '.temporary')),
  }
  return runner
}

/** Typed inputs of a spec from the strings that a workflow would pass. */
export function givenInputs<Spec extends InputSpec>(spec: Spec, given: Record<string, string>): Inputs<Spec> {
  return readInputs(spec, (name) => given[name] ?? '', Object.keys(given))
}
