// The tables of all keys of slipway.yml, from its JSON Schema.
import { jsonSchema, type SchemaNode } from '../src/config/schema.ts'

interface Key {
  readonly path: string
  readonly node: SchemaNode
  readonly isRequired: boolean
}

/** Where the keys have a table of their own. */
const settings = 'environments.*.services.*.deployment.'

/** Both tables in Markdown: of the file, and of the deployment settings in it. Throws for a key without a description. */
export function keyTables(): { file: string; deployment: string } {
  // A key that several forms of a value have is one row.
  const keys = [...new Map(keysOf(jsonSchema(), '').map((key) => [key.path, key])).values()]
  return {
    file: table(keys.filter(({ path }) => !path.startsWith(settings))),
    deployment: table(
      keys
        .filter(({ path }) => path.startsWith(settings))
        .map((key) => ({ ...key, path: key.path.slice(settings.length) })),
    ),
  }
}

function table(keys: readonly Key[]): string {
  const rows = keys.map(({ path, node, isRequired }) => {
    if (node.description === undefined) throw new Error(`slipway.yml: the key ${path} has no description in its schema`)
    return `| \`${path}\` | ${cell(node.description)} | ${isRequired ? '**required**' : ''} |`
  })
  return ['| Key | Meaning | |', '| --- | --- | --- |', ...rows].join('\n')
}

function cell(description: string): string {
  return description.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

/** Every key at any depth. `*` is a name of your own, `[]` an item of a list. */
function keysOf(node: SchemaNode, path: string): readonly Key[] {
  const { properties = {}, additionalProperties, items, anyOf = [], required = [] } = node
  const below = path === '' ? '' : `${path}.`
  const named = Object.entries(properties).flatMap(([name, child]) => {
    const key = { path: `${below}${name}`, node: child, isRequired: required.includes(name) }
    return [key, ...keysOf(child, key.path)]
  })
  return [
    ...named,
    ...(additionalProperties ? keysOf(additionalProperties, `${below}*`) : []),
    ...(items ? keysOf(items, `${path}[]`) : []),
    ...anyOf.flatMap((form) => keysOf(form, path)),
  ]
}
