import { redactLines } from '../../diagnosis/redact-lines.ts'
import { dockerBuilder } from '../../docker/builder.ts'
import type { Builder, RegistryLogin } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { workspaceOf } from '../world/source-commit.ts'

/** The state under which the post step finds the Docker configuration. */
export const savedConfiguration = 'docker-configuration'

/** RUNNER_TEMP. */
export function temporary({ environment }: Pick<Runner, 'environment'>): string {
  return environment.RUNNER_TEMP ?? '/tmp'
}

/** The docker CLI of the runner. `login`: of the registry that is pushed to; undefined where nothing is. */
export function openBuilder(runner: Runner, login?: () => Promise<RegistryLogin>): Builder {
  const { environment, signal, clock, log } = runner
  return dockerBuilder({
    login,
    environment,
    directory: workspaceOf(runner),
    temporary: temporary(runner),
    signal,
    clock,
    say: log.info,
    warn: (warning) => log.warning(warning.message, 'Build check', warning),
    grouped: log.grouped,
    redact: redactLines,
    onConfiguration: (directory) => runner.saveState(savedConfiguration, directory),
  })
}
