import type { DefinitionSource } from './source.ts'

/**
 * What a value such as that of the input `task-definition` means: an ARN or `family:7` is a revision; a path with a
 * folder or an ending is a file; a bare word is a file where there is one, else a family.
 */
export async function sourceOf(
  given: string,
  input: string,
  exists: (path: string) => Promise<boolean>,
): Promise<DefinitionSource> {
  const isRevision = given.startsWith('arn:') || /^[\w-]+:\d+$/.test(given)
  const isPath = /[./\\]/.test(given)
  if (isRevision || (!isPath && !(await exists(given)))) return { kind: 'revision', reference: given }
  return { kind: 'file', path: given, input }
}
