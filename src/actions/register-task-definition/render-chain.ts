import type { JsonObject } from '../../ports.ts'
import type { Files } from '../../runner/action.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'

/**
 * Steps that each render one image into the file of the step before, as in workflows that come from
 * `aws-actions/amazon-ecs-render-task-definition`. A second file lists the containers whose image a step has rendered: when it
 * lists all, the definition is complete.
 */
const ours = /(?:^|[/\\])task-definition-[0-9a-f]{16}\.json$/

/** Containers that got their image from the steps that wrote a file; none where it is no file of such a step. */
export async function filledBefore(path: string, files: Files): Promise<readonly string[]> {
  const note = noteOf(path)
  if (!ours.test(path) || !(await files.exists(note))) return []
  const names: unknown = JSON.parse(await files.readText(note, 'task-definition'))
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

/** Writes a definition, and what the next step has to know. `hash`: 16 hexadecimal digits. Returns its path. */
export async function writeLink(
  { content, hash, filled }: { readonly content: string; readonly hash: string; readonly filled: readonly string[] },
  files: Files,
): Promise<string> {
  const name = `task-definition-${hash}.json`
  await files.writeTemporary(noteOf(name), JSON.stringify(filled))
  return await files.writeTemporary(name, content)
}

/** Containers whose image is not that of a step. */
export function openContainers(definition: JsonObject, filled: readonly string[]): readonly string[] {
  return containersOf(definition)
    .map((container) => textIn(container, 'name') ?? '')
    .filter((name) => !filled.includes(name))
}

function noteOf(path: string): string {
  return path.replace(/\.json$/, '.images.json')
}
