import type { Finding } from '../../../diagnosis/finding.ts'
import type { JsonObject } from '../../../ports.ts'
import { containersOf, objectsIn, textIn } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'

/** Findings about names that must be unique, and names that must exist. */
export function judgeNames({ definition }: PreflightFacts): readonly Finding[] {
  const containers = containersOf(definition)
  const names = containers.map((container) => textIn(container, 'name') ?? '')
  return [
    ...duplicates(names).map((name) =>
      finding('container-duplicate', {
        what: text`Several containers are named ${untrusted(name)}`,
        why: text`the containers of a task definition must have unique names`,
        fix: text`Give each container its own name.`,
      }),
    ),
    ...containers.flatMap((container) => [...judgeVariables(container), ...judgeDependencies(container, names)]),
  ]
}

function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))]
}

/** A sentence of ECS: "The secret name must be unique and not shared with any new or existing environment variables set on the container, …". */
function judgeVariables(container: JsonObject): readonly Finding[] {
  const namesIn = (member: string) => objectsIn(container, member).map((entry) => textIn(entry, 'name') ?? '')
  const [variables, secrets] = [namesIn('environment'), namesIn('secrets')]
  const owner = untrusted(textIn(container, 'name') ?? 'without a name')
  const shared = secrets.filter((name) => variables.includes(name))
  return [
    ...duplicates(variables).map((name) =>
      finding('variable-duplicate', {
        what: text`Duplicate environment variable ${untrusted(name)} in container ${owner}`,
        why: text`which of its values the container gets is undefined`,
        fix: text`Keep one of them.`,
      }),
    ),
    ...[...new Set([...duplicates(secrets), ...shared])].map((name) =>
      finding('secret-duplicate', {
        what: text`The secret name ${untrusted(name)} must be unique in container ${owner}`,
        why: text`${shared.includes(name) ? 'an environment variable' : 'another secret'} has the same name`,
        fix: text`Keep one of them.`,
      }),
    ),
  ]
}

function judgeDependencies(container: JsonObject, names: readonly string[]): readonly Finding[] {
  return objectsIn(container, 'dependsOn').flatMap((dependency): readonly Finding[] => {
    const wanted = textIn(dependency, 'containerName') ?? ''
    if (names.includes(wanted)) return []
    return [
      finding('dependency-unknown', {
        what: text`Container ${untrusted(textIn(container, 'name') ?? 'without a name')} depends on ${untrusted(wanted)}, which does not exist`,
        why: text`the task definition has ${untrusted(names.join(', '))}`,
        fix: text`Correct dependsOn, or add the container.`,
      }),
    ]
  })
}
