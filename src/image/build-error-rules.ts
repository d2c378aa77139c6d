import { type Text, text, untrusted } from '../text.ts'

/** Why a build failed and what to do about it. */
export interface BuildCause {
  readonly why: Text
  readonly fix: Text
}

interface Rule {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray) => BuildCause
}

/** What to do where the classic image store of Docker lacks something. */
export const ownBuilder = text`Run docker/setup-buildx-action before this step, or use Docker's containerd image store ("features": {"containerd-snapshotter": true} in daemon.json).`

// Errors of Buildx, BuildKit, the classic builder and the daemon, as of Docker 20.10 to 29.
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
      /(?:docker exporter does not currently support exporting manifest lists|(?:Attestations?|Multi-platform build|Cache export) (?:is|are) not supported for the docker driver)/i,
    explain: ([words]) => ({ why: text`${untrusted(words)}: Docker's classic image store`, fix: ownBuilder }),
  },
  {
    pattern: /multiple outputs currently unsupported/i,
    explain: ([words]) => ({
      why: text`${untrusted(words)}: the builder has a BuildKit before 0.13`,
      fix: text`Run docker/setup-buildx-action with a later BuildKit, or use one output: outputs and load are further ones beside the push.`,
    }),
  },
  {
    // Before the Dockerfile, which is read from there.
    pattern: /failed to fetch remote |unable to 'git clone'|repository does not contain ref/i,
    explain: ({ input }) => {
      const [, words] = /(?:fatal|remote): (.+)/.exec(input) ?? []
      const [missing] = /repository does not contain ref [^\s,]+/.exec(input) ?? []
      const said = missing ?? words
      return {
        why: text`a git repository could not be fetched${said === undefined ? '' : text`: ${untrusted(said)}`}`,
        fix: text`Check its address and ref in context or build-contexts. A private repository other than that of the run requires the build secret GIT_AUTH_TOKEN.`,
      }
    },
  },
  {
    pattern:
      /failed to (?:read|open) dockerfile|Cannot locate specified Dockerfile|unable to evaluate symlinks in Dockerfile path|unable to prepare context/i,
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
      /(?:pull access denied for|failed to resolve source metadata for|manifest for) (\S+?)(?:,|:? (?:not found|failed)|: |$)/im,
    explain: ({ input, 1: base = '' }) => ({
      why: text`the base image ${untrusted(base)} could not be pulled (${untrusted(input.split(/failed to resolve source metadata for \S+: /).at(-1) ?? '')})`,
      fix: text`Check its name and tag. For a private image, log in to its registry in an earlier step (docker/login-action).`,
    }),
  },
  {
    pattern: /(?:COPY|ADD) failed: .*?(\S+): no such file|failed to calculate checksum of ref .*"([^"]+)": not found/i,
    explain: ([, path, other]) => ({
      why: text`the file ${untrusted(path ?? other ?? '')} is not in the build context`,
      fix: text`Check the path, the input context and .dockerignore.`,
    }),
  },
  {
    pattern: /failed to receive status|error reading from server: EOF|transport is closing/i,
    explain: ([words]) => ({
      why: text`${untrusted(words)}: the connection to BuildKit was lost, most often because it ran out of memory or was stopped`,
      fix: text`Run the job again; use a larger runner if it happens again.`,
    }),
  },
]

/** The cause of an error of Docker, by its words. Undefined when they are not known. Never for what a step printed. */
export function explainBuildError(error: string): BuildCause | undefined {
  for (const { pattern, explain } of rules) {
    const match = pattern.exec(error)
    if (match !== null) return explain(match)
  }
  return undefined
}

/** What became of the command of a step. */
export interface CommandEnd {
  readonly exitCode: number
}

// BuildKit, BuildKit before 0.9 (Docker 20.10), and the classic builder. The command has quotes and line ends of its own.
const commandEnds = [
  /process "[\s\S]*" did not complete successfully: exit code: (\d+)/,
  /executor failed running \[[\s\S]*\]: exit code: (\d+)/,
  /^The command '[\s\S]*' returned a non-zero code: (\d+)/,
]

/** Reads how the command of a RUN ended; undefined where the error is another one. */
export function commandEnd(error: string): CommandEnd | undefined {
  const exitCode = commandEnds.map((pattern) => pattern.exec(error)?.[1]).find((code) => code !== undefined)
  return exitCode === undefined ? undefined : { exitCode: Number(exitCode) }
}
