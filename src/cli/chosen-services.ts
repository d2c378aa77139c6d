import { deploymentRows } from '../config/deployment-rows.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { memberNames } from '../config/select-target.ts'
import type { Failure } from '../failure.ts'
import type { CliWorld, Given } from './command.ts'
import { optionValue } from './given.ts'
import type { InputTexts } from './local-runner.ts'
import { configFile, noConfig, readConfig } from './read-config.ts'
import { usageFailure } from './usage-failure.ts'

/** The service that an action is run for: its inputs `environment` and `service`. */
export interface ChosenService {
  readonly environment: string
  /** Empty: all services of the environment, in its waves. */
  readonly service: string
}

/**
 * The service that is named, or those of an environment of slipway.yml: as its workflow deploys them, or one by one. None where
 * no service is meant: neither named, nor by slipway.yml.
 */
export function chosenServices(given: Given, world: CliWorld, as: 'deployed' | 'single'): readonly ChosenService[] {
  const service = namedService(given)
  const environment = optionValue(given, 'environment')
  const file = configFile(given, world)
  const isElsewhere = environment === undefined && (optionValue(given, 'cluster') ?? arnOf(service)) !== undefined
  if (isElsewhere || (service !== undefined && !file.exists))
    return service === undefined ? [] : [{ environment: environment ?? '', service }]
  if (!file.exists && environment === undefined && optionValue(given, 'config') === undefined) return []
  const { config } = loadConfig(readConfig(file), file.file)
  const chosen = environment ?? onlyEnvironment(config)
  if (service !== undefined) return [{ environment: chosen, service }]
  return as === 'deployed'
    ? deploymentRows(config, [chosen]).map((row) => ({ environment: chosen, service: row.service }))
    : memberNames(config, chosen).map((name) => ({ environment: chosen, service: name }))
}

/** The failure of a command that `chosenServices` has no service for. */
export function noService(given: Given, world: CliWorld): Failure {
  const file = configFile(given, world)
  return file.exists
    ? usageFailure(['SERVICE is required: --cluster is the place of one service'])
    : noConfig(file, ', or name SERVICE, --cluster and --region')
}

/** As inputs of an action. */
export function chosenTexts({ environment, service }: ChosenService): InputTexts {
  return { ...(environment !== '' && { environment }), ...(service !== '' && { service }) }
}

function namedService({ operands }: Given): string | undefined {
  if (operands.length > 1) throw usageFailure([`one service can be named, not ${operands.join(' and ')}`])
  return operands[0]
}

function arnOf(service: string | undefined): string | undefined {
  return service?.startsWith('arn:') ? service : undefined
}

function onlyEnvironment({ environments }: Config): string {
  const [only = '', ...others] = Object.keys(environments)
  if (others.length === 0) return only
  throw usageFailure([`--environment must be one of ${Object.keys(environments).join(', ')}`])
}
