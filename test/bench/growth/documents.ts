import { loadConfig } from '../../../src/config/load.ts'
import { parseDocument } from '../../../src/document/document.ts'
import { kindOf } from '../../../src/document/kinds.ts'
import type { Subject } from './subject.ts'

type Text = (size: number) => string

/** Parts one after the other, until there are `size` characters. */
const times =
  (part: (index: number) => string): Text =>
  (size) => {
    const parts: string[] = []
    for (let length = 0, index = 0; length < size; index++) {
      parts.push(part(index))
      length += part(index).length
    }
    return parts.join('')
  }
const wrapped =
  (open: string, part: (index: number) => string, close: string): Text =>
  (size) =>
    `${open}${times(part)(size)}${close}`

const texts: readonly (readonly [string, Text])[] = [
  ['keys of one mapping', times((index) => `k${index}: 1\n`)],
  ['keys of one object', wrapped('{', (index) => `"k${index}": 1,\n`, '"k": 1}')],
  ['keys of one flow mapping', wrapped('{', (index) => `k${index}: 1, `, '}')],
  ['anchors', times((index) => `k${index}: &a${index} 1\n`)],
  ['anchors with aliases', times((index) => `k${index}: &a${index} 1\nl${index}: *a${index}\n`)],
  ['an alias many times', wrapped('a: &a { b: 1 }\nc: [', () => '*a, ', ']')],
  ['merge keys', wrapped('a: &a { b: 1 }\n', (index) => `c${index}: { <<: *a }\n`, '')],
  ['merge keys in a chain', times((index) => `k${index}: &a${index} { <<: *a${index - 1}, m${index}: 1 }\n`)],
  ['aliases without anchors', times((index) => `k${index}: *none\n`)],
  ['lists in each other', times(() => '- ')],
  ['keys in each other', times(() => '? ')],
  ['open brackets', times(() => '[')],
  ['open braces', times(() => '{"a":')],
  ['brackets that are closed', (size) => `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`],
  ['items of a flow list', wrapped('a: [', () => '1,', ']')],
  ['items of a list', times(() => '- 1\n')],
  ['comments', wrapped('a: 1\n', () => '# c\n', 'b: 1')],
  ['comments of JSON', wrapped('{', () => '// c\n', '"a": 1}')],
  ['block comments of JSON', wrapped('{', () => '/* c */ ', '"a": 1}')],
  ['comments that are not closed', wrapped('{', () => '/*', '')],
  ['quotes', wrapped('{', () => '"', '')],
  ['backslashes', wrapped('{"a": "', () => '\\\\', '')],
  ['a text that is not closed', wrapped('{"a": "', () => 'x', '')],
  ['commas', wrapped('{"a": 1', () => ', ', '}')],
  ['blank lines', wrapped('', () => '\n', 'a: 1')],
  ['spaces', wrapped('{', () => ' ', '"a": 1}')],
  ['keys that are given twice', times(() => 'a: 1\n')],
  ['tags', times((index) => `k${index}: !x 1\n`)],
  ['documents', times(() => '---\n')],
  ['directives', times(() => '%a\n')],
  ['second colons', times(() => 'a: b: c\n')],
  ['quotes that are not closed', times((index) => `a${index}: "x\n`)],
  ['assignments', wrapped('', (index) => `A${index}=1\n`, '?')],
  ['begun templates', wrapped('{', () => '{{ env ', '')],
  ['begun tags of ERB', wrapped('{', () => '<% ', '')],
  ['begun paths', wrapped('', () => 'a/', '?')],
  ['begun resources of Terraform', times(() => 'resource "a"\n')],
]

function readAll(content: string): void {
  for (const file of ['td.json', 'td.yaml']) {
    try {
      const { at } = parseDocument(content, { file })
      for (let index = 0; index < 1000; index++) at([`k${index}`])
    } catch {
      // Refused is fine.
    }
  }
  kindOf(content, undefined)
}

const name = (index: number) => `${index}-${'containerdefinitions'.repeat(4)}`
const service = (index: number) => `"s${index}": {"task-definition": "x", "tsak": 1},`
const configurations: readonly (readonly [string, Text])[] = [
  ['unknown keys', wrapped('{"version": 1,', (index) => `"${name(index)}": 1,`, '"a": 1}')],
  ['unknown environments', wrapped('{"version": 1, "environments": {', (index) => `"${name(index)}": 1,`, '}}')],
  ['misspelt keys of services', wrapped('{"version": 1, "services": {', service, '}}')],
  [
    'services that waves do not know',
    (size) =>
      wrapped(
        `{"version": 1, "environments": {"a": {"waves": [[${times((index) => `"w${index}",`)(size / 2)}"w"]], "services": {`,
        (index) => `"s${index}": {},`,
        '"s": {}}}}}',
      )(size / 2),
  ],
]

function load(content: string): void {
  try {
    loadConfig(content, 'slipway.yml')
  } catch {
    // Refused is right.
  }
}

/** Files in JSON and YAML, as they are read and called what they are. */
export const documents: readonly Subject[] = [
  ...texts.map(([what, text]) => subject(`document with ${what}`, text, readAll)),
  ...configurations.map(([what, text]) => subject(`slipway.yml with ${what}`, text, load)),
]

function subject(name: string, text: Text, search: (content: string) => void): Subject {
  return { name, texts: (size) => [text(size)], search }
}
