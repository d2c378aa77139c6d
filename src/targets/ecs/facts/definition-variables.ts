import { hiddenCredentials, hiddenOption, hiddenValues, type Variable } from '../../../diagnosis/hidden-values.ts'
import type { JsonObject } from '../../../ports.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../../../task-definition/members.ts'

/**
 * The variables of all containers whose values must not be shown, the longest value first. What the definition says in the open
 * (its family, names, images and log groups) is shown, and so is `known`. Labels, log options and commands count like variables as
 * far as they are secret.
 */
export function variablesOf(definition: JsonObject | undefined, known: readonly string[] = []): readonly Variable[] {
  const open = [openTexts(definition), ...known].join('\n')
  return containersOf(definition)
    .flatMap((container) => [
      ...environmentOf(container).flatMap(({ name, value }) => hiddenValues(name, value, open)),
      ...secretOptions(container),
      ...['entryPoint', 'command'].flatMap((name) => hiddenCredentials(name, JSON.stringify(container[name] ?? []))),
    ])
    .sort((one, other) => other.value.length - one.value.length)
}

function environmentOf(container: JsonObject): readonly Variable[] {
  return objectsIn(container, 'environment').map((variable) => ({
    name: textIn(variable, 'name') ?? '?',
    value: textIn(variable, 'value') ?? '',
  }))
}

/** Labels and log driver options with a secret name. */
function secretOptions(container: JsonObject): readonly Variable[] {
  return [objectIn(container, 'dockerLabels'), objectIn(objectIn(container, 'logConfiguration'), 'options')]
    .flatMap((options = {}) => Object.entries(options))
    .flatMap(([name, value]) => hiddenOption(name, value))
}

/** Texts that are shown in any case. */
function openTexts(definition: JsonObject | undefined): string {
  const said = containersOf(definition).flatMap((container) => {
    const options = objectIn(objectIn(container, 'logConfiguration'), 'options')
    const logs = ['awslogs-group', 'awslogs-stream-prefix', 'awslogs-region'].map((option) => textIn(options, option))
    return [textIn(container, 'name'), textIn(container, 'image'), ...logs]
  })
  return [textIn(definition, 'family'), ...said].filter((text) => text !== undefined).join('\n')
}
