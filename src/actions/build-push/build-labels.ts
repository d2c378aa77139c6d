import { readRepositoryFacts } from '../../github/repository-facts.ts'
import { fillTags, type TagSource } from '../../image/tag-values.ts'
import type { Runner } from '../../runner/action.ts'
import { repositoryUrl } from '../../source.ts'
import type { BuildOrigin } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

const prefix = 'org.opencontainers.image.'

/** The input `labels`, with the values of its expressions. */
export function givenLabels({ labels }: BuildPushInputs, source: TagSource): Readonly<Record<string, string>> {
  return Object.fromEntries(labels.map(([name, value]) => [name, fillTags(value, source)]))
}

/**
 * The labels that describe an image and do not identify its build: an image is reused although the description of its repository
 * was changed. What is not known has no label.
 */
export function describingLabels(
  repository: string,
  version: string | undefined,
  { event }: BuildOrigin,
  { environment }: Pick<Runner, 'environment'>,
): Readonly<Record<string, string>> {
  // The payload describes the repository of the run only.
  const facts = repository === event.repository ? readRepositoryFacts(environment) : undefined
  const labels = {
    title: repository.split('/').at(-1) || undefined,
    description: facts?.description,
    url: repositoryUrl(repository, event),
    licenses: facts?.license,
    version,
  }
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[`${prefix}${name}`, value]])),
  )
}
