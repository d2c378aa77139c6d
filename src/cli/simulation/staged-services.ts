import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { resourceName } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { selectTargets, type Target } from '../../config/select-target.ts'
import type { JsonObject } from '../../ports.ts'
import { definitionIn } from '../../task-definition/definition-source.ts'
import { containersOf, isEssential, objectsIn, textIn } from '../../task-definition/members.ts'
import type { CliWorld, Given } from '../command.ts'
import { hint } from '../command-line.ts'
import { optionValues } from '../given.ts'
import { readText } from '../read-text.ts'
import { usageFailure } from '../usage-failure.ts'
import type { SimulatorModule, StagedService } from './stage.ts'

/** The services of an environment with the behaviours of `--image-behaviour`. Throws all that is wrong with the options. */
export function stagedServices(
  config: Config,
  environment: string,
  given: Given,
  world: CliWorld,
  simulator: SimulatorModule,
): readonly StagedService[] {
  const targets = selectTargets(config, [environment])
  const names = targets.map(({ name }) => name)
  const behaviours = optionValues(given, 'image-behaviour').map(behaviourIn)
  const mistakes = [
    ...behaviours.flatMap(({ word, written }) => {
      if (word === undefined) return [`--image-behaviour must be SERVICE=BEHAVIOUR, not ${JSON.stringify(written)}`]
      const why = simulator.behaviourMistake(word)
      return why === undefined ? [] : [`--image-behaviour ${why}`]
    }),
    ...strangers(
      'image-behaviour',
      behaviours.map(({ service }) => service),
      names,
    ),
    ...strangers('codedeploy', optionValues(given, 'codedeploy'), names),
    ...targets.flatMap(unknownRevision),
  ]
  if (mistakes.length > 0) throw usageFailure(mistakes)
  return targets.map((target) => {
    const behaviour = behaviours.findLast(({ service }) => service === target.name)?.word ?? 'healthy'
    return staged(target, behaviour, optionValues(given, 'codedeploy').includes(target.name), world)
  })
}

function behaviourIn(written: string) {
  const [service = '', word] = written.split(/=(.*)/)
  return { written, service, word }
}

function strangers(option: string, services: readonly string[], known: readonly string[]): readonly string[] {
  return services
    .filter((name) => !known.includes(name))
    .map(
      (name) => `--${option} must name a service, ${known.join(', ')}, not ${JSON.stringify(name)}${hint(name, known)}`,
    )
}

function unknownRevision({ name, taskDefinition = '' }: Target): readonly string[] {
  return /^[\w-]+:\d+$|:task-definition\/[^:]+:\d+$/.test(taskDefinition)
    ? [
        `services.${name} has the revision ${taskDefinition}, which only the account has: simulate needs a file or a family`,
      ]
    : []
}

function staged(target: Target, behaviour: string, isByCodeDeploy: boolean, world: CliWorld): StagedService {
  const { cluster, service, region, taskDefinition, settings, codeDeployApplication, codeDeployDeploymentGroup } =
    target
  const file = taskDefinition === undefined ? undefined : fileOf(taskDefinition, world)
  const definition =
    file === undefined ? undefined : definitionIn(readText(file, taskDefinition ?? ''), taskDefinition ?? '').definition
  const container = target.container ?? mainContainer(definition) ?? 'app'
  const isNamed = target.codeDeployAppSpec ?? codeDeployApplication ?? codeDeployDeploymentGroup
  return {
    name: target.name,
    cluster: resourceName(cluster),
    service: resourceName(service),
    region,
    family: textIn(definition, 'family') ?? resourceName(taskDefinition ?? service),
    definition,
    container,
    port: definition === undefined ? 8080 : portOf(definition, container),
    strategy: isByCodeDeploy || isNamed !== undefined ? 'CODE_DEPLOY' : (settings?.strategy ?? 'ROLLING'),
    codeDeploy: { application: codeDeployApplication, group: codeDeployDeploymentGroup },
    alarms: settings?.alarms ?? [],
    behaviour,
  }
}

/** A bare word is a file only if there is one. */
function fileOf(taskDefinition: string, { directory }: CliWorld): string | undefined {
  const path = resolve(directory, taskDefinition)
  if (existsSync(path)) return path
  if (!/[./\\]/.test(taskDefinition) || taskDefinition.startsWith('arn:')) return undefined
  throw usageFailure([`the file ${taskDefinition} of task-definition in slipway.yml does not exist (${path})`])
}

function mainContainer(definition: JsonObject | undefined): string | undefined {
  const containers = containersOf(definition)
  return textIn(containers.find(isEssential) ?? containers[0], 'name')
}

function portOf(definition: JsonObject, container: string): number | undefined {
  const found = containersOf(definition).find((one) => textIn(one, 'name') === container)
  const [first] = objectsIn(found, 'portMappings')
  const port = first?.containerPort
  return typeof port === 'number' ? port : undefined
}
