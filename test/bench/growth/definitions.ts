import type { JsonObject } from '../../../src/ports.ts'
import { checkDefinition } from '../../../src/task-definition/check.ts'
import { definitionIn } from '../../../src/task-definition/definition-source.ts'
import { diff } from '../../../src/task-definition/diff.ts'
import { isEqual } from '../../../src/task-definition/equal.ts'
import { noChanges, render } from '../../../src/task-definition/render.ts'
import type { Subject } from './subject.ts'

/** Items of one list of a container, until there are about `size` characters. */
type Items = (index: number) => JsonObject

const lists: readonly (readonly [what: string, member: string, item: Items])[] = [
  ['variables', 'environment', (index) => ({ name: `N${index}`, value: `${index}` })],
  ['variables of one name', 'environment', (index) => ({ name: 'N', value: `${index}` })],
  ['placeholders', 'environment', (index) => ({ name: `N${index}`, value: `\${X${index}}` })],
  ['members that are not known', 'secrets', (index) => ({ name: `N${index}`, valueFrom: '/x', bogus: 1 })],
  [
    'long names of members',
    'secrets',
    (index) => ({ name: `N${index}`, valueFrom: '/x', ['valuefromssm'.repeat(8)]: 1 }),
  ],
  ['mount points at one path', 'mountPoints', (index) => ({ sourceVolume: `v${index}`, containerPath: '/x' })],
  ['items that are no objects', 'environment', () => ({})],
]

function definitionWith(member: string, item: Items): (size: number) => readonly string[] {
  return (size) => {
    const items = Array.from({ length: Math.ceil(size / 40) }, (_, index) => item(index))
    const container = { name: 'api', image: 'registry.example.com/api:v1', [member]: items }
    return [JSON.stringify({ family: 'api', containerDefinitions: [container] }, null, 1)]
  }
}

/** All that happens to a definition between its file and its registration. */
function workOn(content: string): void {
  const written = definitionIn(content, 'td.json')
  const environment = new Map(Array.from({ length: content.length / 40 }, (_, index) => [`N${index + 1}`, 'x']))
  const changes = { ...noChanges, environment, removeEnvironment: ['N0', ...environment.keys()] }
  const rendered = render(written.definition, changes)
  for (const definition of [written.definition, rendered]) checkDefinition(definition, written)
  diff(written.definition, rendered)
  isEqual(written.definition, rendered)
}

/** Task definitions with long lists. */
export const definitions: readonly Subject[] = lists.map(([what, member, item]) => ({
  name: `task definition with ${what}`,
  texts: definitionWith(member, item),
  search: workOn,
}))
