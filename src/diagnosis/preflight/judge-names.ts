import type { JsonObject } from '../../ports.ts'
import { containersOf, objectsIn, textIn } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** Names that must be told apart, and names that must be there. */
export function judgeNames({ definition }: PreflightFacts): readonly Finding[] {
  const containers = containersOf(definition)
  const names = containers.map((container) => textIn(container, 'name') ?? '')
  return [
    ...duplicates(names).map(
      (name): Finding => ({
        code: 'container-duplicate',
        severity: 'blocks',
        what: text`Several containers are named ${untrusted(name)}`,
        why: text`Amazon ECS tells the containers of a task apart by their names`,
        fix: text`Give each container a name of its own.`,
      }),
    ),
    ...containers.flatMap((container) => [...judgeVariables(container), ...judgeDependencies(container, names)]),
  ]
}

function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))]
}

function judgeVariables(container: JsonObject): readonly Finding[] {
  const namesIn = (member: string) => objectsIn(container, member).map((entry) => textIn(entry, 'name') ?? '')
  const [variables, secrets] = [namesIn('environment'), namesIn('secrets')]
  const owner = untrusted(textIn(container, 'name') ?? 'without a name')
  const shared = secrets.filter((name) => variables.includes(name))
  return [
    ...duplicates(variables).map(
      (name): Finding => ({
        code: 'variable-duplicate',
        severity: 'warns',
        what: text`Container ${owner} gets the environment variable ${untrusted(name)} more than once`,
        why: text`which of its values counts is not defined`,
        fix: text`Keep one of them.`,
      }),
    ),
    ...[...new Set([...duplicates(secrets), ...shared])].map(
      (name): Finding => ({
        code: 'secret-duplicate',
        severity: 'blocks',
        what: text`Container ${owner} gets ${untrusted(name)} ${shared.includes(name) ? 'as environment variable and as secret' : 'from more than one secret'}`,
        why: text`Amazon ECS refuses a secret whose name is taken`,
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
      {
        code: 'dependency-unknown',
        severity: 'blocks',
        what: text`Container ${untrusted(textIn(container, 'name') ?? 'without a name')} depends on a container that is not there`,
        why: text`dependsOn names ${untrusted(wanted)}, and the task definition has ${untrusted(names.join(', '))}`,
        fix: text`Correct dependsOn, or add the container.`,
      },
    ]
  })
}
