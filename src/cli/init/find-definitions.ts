import type { JsonObject } from '../../ports.ts'
import { containerNames, containersOf, isEssential, objectIn, textIn } from '../../task-definition/members.ts'
import { objectIn as objectInText } from './find-images.ts'
import type { RepositoryFiles } from './repository-files.ts'

/** A file of the repository with a task definition. */
export interface DefinitionFile {
  readonly path: string
  readonly family: string
  readonly definition: JsonObject
}

/** Task definitions in the repository, in any form that the actions accept. */
export function findDefinitions(files: RepositoryFiles): readonly DefinitionFile[] {
  const candidates = files.paths.filter(
    (path) => /\.(?:json|ya?ml)$/.test(path) && !/package(?:-lock)?\.json$/.test(path),
  )
  return candidates.flatMap((path) => {
    const content = files.read(path)
    if (!content.includes('containerDefinitions')) return []
    const value = objectInText(content)
    const inner = objectIn(value, 'taskDefinition')
    const definition = value?.containerDefinitions === undefined ? inner : value
    const family = textIn(definition, 'family')
    return family === undefined || containersOf(definition).length === 0 ? [] : [{ path, family, definition }]
  })
}

/** That of a service: of its family or file name, or the only one where there is one image only. */
export function definitionFor(
  name: string,
  definitions: readonly DefinitionFile[],
  isOnlyImage: boolean,
): DefinitionFile | undefined {
  const named = definitions.find(
    ({ path, family }) =>
      family === name || path.split('/').some((part) => part.replace(/\.(?:json|ya?ml)$/, '') === name),
  )
  return named ?? (isOnlyImage && definitions.length === 1 ? definitions[0] : undefined)
}

/** The container that gets the image: of that name, the only one, or the first essential one. */
export function imageContainer(definition: JsonObject, name: string): string {
  const names = containerNames(definition)
  const essential = containersOf(definition).filter(isEssential)
  return names.find((one) => one === name) ?? textIn(essential[0], 'name') ?? names[0] ?? name
}
