import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import type { Target } from '../../config/select-target.ts'
import { parseObject } from '../../document/document.ts'
import { Failure } from '../../failure.ts'
import { namedSource } from '../../task-definition/definition-source.ts'
import { text, untrusted } from '../../text.ts'
import type { CliWorld, Given } from '../command.ts'
import { hint } from '../command-line.ts'
import { isGiven, optionValue, optionValues } from '../given.ts'
import { configFile, readConfig } from '../read-config.ts'
import { readText } from '../read-text.ts'
import { usageFailure } from '../usage-failure.ts'
import { type DefinitionFacts, definitionFacts } from './definition-facts.ts'
import { issuerOf } from './issuer.ts'
import type { Feature } from './permission.ts'
import type { ActionName } from './permission-tables.ts'
import type { PermissionsRequest } from './plan-permissions.ts'
import type { PolicyChoices } from './policy-choices.ts'
import { readRepository } from './read-repository.ts'
import type { DefinitionOf } from './setup.ts'

/** Reads slipway.yml, the task definition files and the options; asks GitHub for the ids of the repository, with a token. */
export async function readRequest(given: Given, world: CliWorld): Promise<PermissionsRequest> {
  const file = configFile(given, world)
  const { config } = loadConfig(readConfig(file), file.file)
  const choices = choicesIn(given)
  const serverUrl = optionValue(given, 'server-url') ?? (world.environment.GITHUB_SERVER_URL || 'https://github.com')
  const mistakes = [...choiceMistakes(given, choices, config), ...serverMistakes(serverUrl), ...idMistakes(given)]
  if (mistakes.length > 0) throw usageFailure(mistakes)
  const issuer = issuerOf(serverUrl, optionValue(given, 'enterprise'))
  const workflows = optionValues(given, 'workflow')
  if (workflows.length > 0 && !issuer.hasClaims)
    throw usageFailure([
      `--workflow needs the issuer of github.com: AWS STS has no condition key job_workflow_ref for ${issuer.name}`,
    ])
  return {
    config,
    choices,
    definitionOf: definitionReader(world),
    repository: await readRepository(given, issuer, world),
    issuer,
    audience: optionValue(given, 'audience') ?? 'sts.amazonaws.com',
    workflows,
    boundary: isGiven(given, 'boundary'),
  }
}

function choicesIn(given: Given): PolicyChoices {
  const actions = optionValues(given, 'action') as readonly ActionName[]
  return {
    actions: actions.length > 0 ? actions : ['build-push', 'deploy', 'rollback'],
    with: optionValues(given, 'with') as readonly Feature[],
    without: optionValues(given, 'without') as readonly Feature[],
    codeDeployServices: optionValues(given, 'codedeploy'),
    scope: optionValue(given, 'scope') === 'cluster' ? 'cluster' : 'service',
    passedRoles: optionValues(given, 'pass-role'),
    infrastructureRoles: optionValues(given, 'infrastructure-role'),
    kmsKeys: optionValues(given, 'kms-key'),
    signingProfiles: optionValues(given, 'signing-profile'),
  }
}

function choiceMistakes(given: Given, choices: PolicyChoices, config: Config): readonly string[] {
  const services = Object.keys(config.services)
  const strangers = choices.codeDeployServices.filter((name) => !services.includes(name))
  return [
    ...strangers.map(
      (name) =>
        `--codedeploy must be a service of slipway.yml, ${services.join(', ')}, not ${JSON.stringify(name)}${hint(name, services)}`,
    ),
    ...needs(choices, 'kms-key', choices.kmsKeys, '--kms-key, the ARN of the key'),
    ...needs(choices, 'signing', choices.signingProfiles, '--signing-profile, the ARN of the profile'),
    ...[...choices.kmsKeys, ...choices.signingProfiles]
      .filter((arn) => !/^arn:[^:]+:(kms|signer):[^:]+:\d{12}:.+$/.test(arn))
      .map((arn) => `${JSON.stringify(arn)} is not the ARN of a KMS key or signing profile`),
    ...(isGiven(given, 'check') && optionValue(given, 'output') === undefined ? ['--check needs --output'] : []),
  ]
}

function needs({ with: asked }: PolicyChoices, feature: Feature, values: readonly string[], what: string) {
  return asked.includes(feature) && values.length === 0 ? [`--with ${feature} needs ${what}`] : []
}

function serverMistakes(url: string): readonly string[] {
  if (/^https:\/\/[a-z0-9.-]+(:\d+)?\/?$/i.test(url)) return []
  return [`--server-url must be an https URL such as https://github.example.com, not ${JSON.stringify(url)}`]
}

function idMistakes(given: Given): readonly string[] {
  const ids = ['owner-id', 'repository-id'].map((name) => ({ name, value: optionValue(given, name) }))
  const wrong = ids.flatMap(({ name, value }) =>
    value === undefined || /^\d+$/.test(value) ? [] : [`--${name} must be a number, not ${JSON.stringify(value)}`],
  )
  const known = ids.filter(({ value }) => value !== undefined)
  return known.length === 1 ? [...wrong, '--owner-id and --repository-id belong together'] : wrong
}

/** Each file is read once for every place that it is used in. */
function definitionReader(world: CliWorld): DefinitionOf {
  const read = new Map<string, DefinitionFacts>()
  return (target: Target) => {
    const { taskDefinition: file, region, accountId } = target
    if (file === undefined || !isFile(file, world)) return undefined
    const key = `${file} ${region} ${accountId}`
    const facts = read.get(key) ?? definitionFacts(parseObject(readNamed(world, file), { file }).value, target)
    read.set(key, facts)
    return facts
  }
}

/** A family and a revision are no files: what they name is in the account. */
function isFile(given: string, { directory }: CliWorld): boolean {
  const found = statSync(resolve(directory, given), { throwIfNoEntry: false })
  return namedSource(given, found?.isFile() ?? false).kind === 'file'
}

function readNamed({ directory }: CliWorld, file: string): string {
  try {
    return readText(resolve(directory, file), file)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure({
      code: 'file-unreadable',
      what: text`The file "${untrusted(file)}" of task-definition cannot be read`,
      why: text`${untrusted(error instanceof Error ? error.message : String(error))}`,
      fix: text`Correct task-definition in slipway.yml, or run the command in the folder of slipway.yml (--directory).`,
      cause: error,
    })
  }
}
