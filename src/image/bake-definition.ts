import { type BakedBuild, readBakeTarget } from './bake-target.ts'
import { BakeMistake, membersOf, textsOf } from './bake-values.ts'
import type { TextMistake } from './tag-fields.ts'

/** One target of a definition. */
export interface BakedTarget {
  readonly name: string
  readonly build: BakedBuild
}

/** A mistake, which has no place: Buildx prints none. */
export type BakeProblem = Pick<TextMistake, 'message'>

/** What was read, and what is wrong; without a target there is a mistake. */
export interface BakeReading {
  readonly target?: BakedTarget
  readonly problems: readonly BakeProblem[]
}

/** Reads what `docker buildx bake --print` prints: the groups and targets that were asked for, with all that they inherit. */
export function readBakeDefinition(json: string): BakeReading {
  const problems: BakeProblem[] = []
  try {
    const definition = membersOf(JSON.parse(json))
    const targets = membersOf(definition.target)
    const groups = membersOf(definition.group ?? {})
    const names = targetsOf('default', groups, targets)
    const [name, ...others] = names
    if (name === undefined) return { problems: [{ message: 'the definition has no target' }] }
    if (others.length > 0) {
      return {
        problems: [{ message: `one image is built, and the definition has ${names.length}: ${names.join(', ')}` }],
      }
    }
    const build = readBakeTarget(membersOf(targets[name]), (member, why) =>
      problems.push({ message: `${member} of the target ${name} ${why}` }),
    )
    return { target: { name, build }, problems }
  } catch (error) {
    const why = error instanceof BakeMistake || error instanceof SyntaxError ? error.message : String(error)
    return { problems: [{ message: `docker buildx bake --print printed no definition: ${why}` }] }
  }
}

/** The targets of a group, and of the groups in it; without groups all targets. */
function targetsOf(
  group: string,
  groups: Readonly<Record<string, unknown>>,
  targets: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (!Object.hasOwn(groups, group)) return Object.keys(targets)
  const seen = new Set<string>()
  const within = (name: string): readonly string[] => {
    if (seen.has(name)) return []
    seen.add(name)
    const members = Object.hasOwn(groups, name) ? textsOf(membersOf(groups[name]).targets ?? []) : []
    return members.flatMap((member) => [...(Object.hasOwn(targets, member) ? [member] : []), ...within(member)])
  }
  return [...new Set(within(group))]
}
