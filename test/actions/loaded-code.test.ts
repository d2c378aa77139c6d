/** What is loaded at the start of an action: reading code costs start-up time that most runs have no use for. */
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '../..')

/** The files that a file loads at once, and those that they load. */
function loadedWith(file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known
  known.add(file)
  const source = readFileSync(file, 'utf8')
  for (const [, path = ''] of source.matchAll(/^(?:import|export) (?!type )[^'"]*? ?from '(\.[^']+)'/gm))
    loadedWith(join(dirname(file), path), known)
  return known
}

test.each(['deploy', 'rollback', 'continue', 'register-task-definition'])(
  'the action %s loads no code of sites and of Elastic Beanstalk before there is one',
  (action) => {
    const files = [...loadedWith(join(root, 'src/actions', action, 'index.ts'))]
    const several = action === 'deploy' ? [...loadedWith(join(root, 'src/actions/deploy/several-services.ts'))] : []
    const loaded = [...new Set([...files, ...several])].map((file) => relative(root, file))
    expect(loaded.length).toBeGreaterThan(50)
    expect(
      loaded.filter((file) => /^src\/(?:targets\/(?:site|beanstalk)\/(?!request\/)|actions\/bundle\/)/.test(file)),
    ).toEqual([])
  },
)
