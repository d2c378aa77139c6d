import { relative, resolve } from 'node:path'
import { findCheckout } from '../../git/checkout.ts'
import { readStatus, readUntracked } from '../../git/status.ts'
import type { CliWorld } from '../command.ts'

/** Those of the files that git has no committed copy of; all of them outside of a repository. */
export async function uncommittedOf(paths: readonly string[], world: CliWorld): Promise<readonly string[]> {
  const { directory, environment, signal } = world
  const checkout = findCheckout(directory, '/')
  if (checkout === undefined || paths.length === 0) return paths
  const { root } = checkout
  const options = { root, environment, signal }
  const inRoot = (path: string) => relative(root, resolve(directory, path)).replaceAll('\\', '/')
  const status = await readStatus(options)
  if (status.kind === 'unknown') return paths
  const open = new Set([...status.changed, ...(await readUntracked(options, paths.map(inRoot)))])
  return paths.filter((path) => open.has(inRoot(path)))
}
