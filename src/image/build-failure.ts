import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'
import { explainRegistryText } from './registry-refusal.ts'

interface Rule {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray) => { readonly why: Text; readonly fix: Text }
}

// Texts of BuildKit and of the classic builder, as of Docker 20.10 to 29.
const rules: readonly Rule[] = [
  {
    pattern: /no space left on device/i,
    explain: () => ({
      why: text`no space left on device: the disk of the runner is full`,
      fix: text`Use a smaller context (.dockerignore), fewer layers, or a larger runner.`,
    }),
  },
  {
    pattern: /exec format error/i,
    explain: () => ({
      why: text`exec format error: a binary in the build has the wrong CPU architecture for this runner`,
      fix: text`Run docker/setup-qemu-action before this step, or build each platform on a runner with that architecture.`,
    }),
  },
  {
    pattern:
      /failed to (?:read|open) dockerfile|Cannot locate specified Dockerfile|unable to evaluate symlinks in Dockerfile path/i,
    explain: () => ({
      why: text`the Dockerfile was not found`,
      fix: text`Check the inputs context and file, and that the repository is checked out before this step.`,
    }),
  },
  {
    pattern:
      /target stage ["']?([\w.-]+)["']? (?:could not be found|not found)|failed to reach build target ([\w.-]+)/i,
    explain: ([, stage, other]) => ({
      why: text`the Dockerfile has no stage "${untrusted(stage ?? other ?? '')}"`,
      fix: text`Correct the input target or the Dockerfile.`,
    }),
  },
  {
    pattern:
      /(?:pull access denied for|failed to resolve source metadata for|manifest for) (\S+?)(?:,|:? (?:not found|failed)|$)/im,
    explain: ([, base = '']) => ({
      why: text`the base image ${untrusted(base)} could not be pulled`,
      fix: text`Check its name and tag. For a private image, log in to its registry in an earlier step (docker/login-action).`,
    }),
  },
  {
    // BuildKit, BuildKit before 0.9 (Docker 20.10), and the classic builder.
    pattern:
      /process "(.*)" did not complete successfully: exit code: (\d+)|executor failed running \[(.*)\]: exit code: (\d+)|The command '(.*)' returned a non-zero code: (\d+)/,
    explain: (match) => {
      const [command = '', exitCode = ''] = match.slice(1).filter((group) => group !== undefined)
      return {
        why: text`the command ${untrusted(command)} exited with code ${untrusted(exitCode)}`,
        fix: text`Run "docker build" locally to reproduce it.`,
      }
    },
  },
  {
    pattern: /(?:COPY|ADD) failed: .*?(\S+): no such file|failed to calculate checksum of ref .*"([^"]+)": not found/i,
    explain: ([, path, other]) => ({
      why: text`the file ${untrusted(path ?? other ?? '')} is not in the build context`,
      fix: text`Check the path, the input context and .dockerignore.`,
    }),
  },
]

/** Lines of the log that go into the message; the rest is in the log above it. */
const shownLines = 12

/**
 * The failure for a build or push that Docker ended with an exit code. `tail` are its last lines, oldest first; the exit
 * code alone decides that it failed, an empty log included.
 */
export function buildFailure(exitCode: number | undefined, tail: readonly string[]): Failure {
  const said = tail.join('\n')
  const refused = explainRegistryText(said)
  if (refused !== undefined) return new Failure({ ...refused, why: refused.why ?? text`${untrusted(lastError(tail))}` })
  const known = explain(said)
  const ended = exitCode === undefined ? text`docker was killed by a signal` : text`docker exited with code ${exitCode}`
  const lines = tail.slice(-shownLines).flatMap((line) => text`\n  ${untrusted(line)}`)
  const why = known?.why ?? (lastError(tail) === '' ? ended : text`${untrusted(lastError(tail))}`)
  return new Failure({
    code: 'build-failed',
    what: text`The image build failed`,
    why: text`${why}. ${known?.fix ?? text`Check the failed step in the log above.`}${lines.length === 0 ? '' : ' Last lines:'}${lines}`,
  })
}

function explain(said: string): ReturnType<Rule['explain']> | undefined {
  for (const rule of rules) {
    const match = rule.pattern.exec(said)
    if (match !== null) return rule.explain(match)
  }
  return undefined
}

/** BuildKit and the daemon mark the relevant line. */
function lastError(tail: readonly string[]): string {
  const marked = tail.findLast((line) => /^(ERROR|error|Error response from daemon|denied|unauthorized)\b/.test(line))
  return (marked ?? tail.at(-1) ?? '').replace(/^(ERROR|error): /, '').trim()
}
