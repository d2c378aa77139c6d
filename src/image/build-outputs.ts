import { csvRow } from './csv-field.ts'
import { type Parsed, splitFields, type TagField, TagMistake, type TextMistake } from './tag-fields.ts'

/** One line of the input `outputs`, in the notation of `--output` (https://docs.docker.com/build/exporters/). */
export interface OutputLine {
  readonly type: OutputType
  readonly fields: readonly { readonly name: string; readonly value: string; readonly column: number }[]
  /** Counted from 1. */
  readonly line: number
}

const types = ['local', 'tar', 'oci', 'docker', 'image', 'registry', 'cacheonly'] as const
type OutputType = (typeof types)[number]

/** What the outputs mean for a build. */
export interface Outputs {
  /** Values of `--output` beside the pushed image. */
  readonly further: readonly string[]
  /** Attributes of the pushed image, such as `compression=zstd`. */
  readonly attributes: readonly string[]
  /** The image goes into the store of the engine (`type=docker` without a file). */
  readonly load: boolean
}

/** Reads the input `outputs`. Finds all mistakes that are mistakes with and without a push. */
export function parseOutputs(text: string): Parsed<readonly OutputLine[]> {
  const mistakes: TextMistake[] = []
  const value = text.split(/\r?\n/).flatMap((row, index) => {
    if (row.trim() === '') return []
    try {
      return [parseLine(row, index + 1)]
    } catch (error) {
      if (!(error instanceof TagMistake)) throw error
      mistakes.push({ message: error.message, line: index + 1, column: error.column })
      return []
    }
  })
  return { value, mistakes }
}

function parseLine(row: string, line: number): OutputLine {
  const fields = splitFields(row)
  const [first] = fields
  // A folder alone is one of type=local (docker/buildx, util/buildflags/export.go).
  if (fields.length === 1 && first !== undefined && first.name === undefined)
    return checked({ type: 'local', fields: [{ name: 'dest', value: first.value, column: first.column }], line })
  const typed = fields.find(({ name }) => name === 'type')
  if (typed === undefined) throw new TagMistake(`has no type; allowed: type=${types.join(', ')}`, 1)
  const type = types.find((candidate) => candidate === typed.value)
  if (type === undefined)
    throw new TagMistake(`has type=${typed.value}; allowed: ${types.join(', ')}`, typed.valueColumn)
  return checked({ type, fields: fields.filter((field) => field !== typed).map(named), line })
}

function named({ name, value, column }: TagField): OutputLine['fields'][number] {
  if (name === undefined) throw new TagMistake(`has "${value}" without a value; allowed: name=value`, column)
  return { name, value, column }
}

function checked(output: OutputLine): OutputLine {
  const { type, fields } = output
  const destination = fields.find(({ name }) => name === 'dest')
  const isFile = ['local', 'tar', 'oci'].includes(type)
  if (isFile && !destination?.value)
    throw new TagMistake(`has type=${type} without a file or folder; allowed: type=${type},dest=<path>`, 1)
  if (destination?.value === '-')
    throw new TagMistake('writes to standard output (-), which the log uses; allowed: a path', destination.column)
  return output
}

/** Of the pushed image, these are Slipway's own: it is pushed by digest where the builder can do that, and tagged last. */
const ownAttributes = ['name', 'push', 'push-by-digest', 'name-canonical', 'unpack', 'store']

/** What the lines mean for a build that pushes its image. */
export function outputsBesidePush(lines: readonly OutputLine[]): Parsed<Outputs> {
  const images = lines.filter(({ type }) => type === 'image' || type === 'registry')
  const mistakes = [
    ...images.flatMap(({ line, fields }) =>
      fields
        .filter(({ name }) => ownAttributes.includes(name))
        .map(({ name, column }) => ({
          message: `has ${name}, and the image is pushed to repository by digest where the builder can do that, its tags last; remove ${ownAttributes.join(', ')}`,
          line,
          column,
        })),
    ),
    ...images.slice(1).map(({ line }) => ({
      message: 'is another image; one image is pushed, so its attributes belong in one line',
      line,
      column: 1,
    })),
    ...lines
      .filter(({ type }) => type === 'cacheonly')
      .map(({ line }) => ({ message: 'has type=cacheonly, which keeps no result; set push: false', line, column: 1 })),
  ]
  const others = lines.filter((line) => !images.includes(line))
  const attributes = images.flatMap(({ fields }) => fields.map(({ name, value }) => `${name}=${value}`))
  return { value: { ...furtherOf(others), attributes }, mistakes }
}

/** What the lines mean for a build that pushes nothing. */
export function outputsWithoutPush(lines: readonly OutputLine[]): Parsed<Outputs> {
  const mistakes = lines.flatMap(({ type, fields, line }) => {
    const push = fields.find(({ name, value }) => name === 'push' && value !== 'false')
    if (type !== 'registry' && push === undefined) return []
    const given = type === 'registry' ? 'type=registry' : 'push'
    return [{ message: `has ${given}, and push is false; set push: true`, line, column: push?.column ?? 1 }]
  })
  return { value: { ...furtherOf(lines), attributes: [] }, mistakes }
}

function furtherOf(lines: readonly OutputLine[]): Pick<Outputs, 'further' | 'load'> {
  const isLoad = ({ type, fields }: OutputLine) => type === 'docker' && fields.length === 0
  return {
    further: lines.filter((line) => !isLoad(line)).map(rowOf),
    load: lines.some(isLoad),
  }
}

function rowOf({ type, fields }: OutputLine): string {
  return csvRow([`type=${type}`, ...fields.map(({ name, value }) => `${name}=${value}`)])
}
