import { type Document, parseDocument } from '../../document/document.ts'
import { findMisfits } from '../../document/shape.ts'
import { Failure } from '../../failure.ts'
import type { Mistake } from '../../mistake.ts'
import type { Json, JsonObject } from '../../ports.ts'
import type { InputReader } from '../../runner/inputs.ts'
import { shapes } from '../../targets/ecs/request/service-shapes.ts'
import { renderText } from '../../text.ts'

/** What an input in JSON or YAML may hold, as shapes of Amazon ECS: of one object, of each object of a list, or either. */
interface Form {
  readonly object?: string
  readonly list?: string
}

/**
 * Reads JSON or YAML of an input. Reports all errors at once, by line and column in the input's text: syntax, another format,
 * members that Amazon ECS does not know (the SDK would drop them) and wrong types.
 */
export function structured<T>(form: Form): InputReader<T | undefined> {
  return (given) => {
    if (given === '') return undefined
    const document = parsed(given, form)
    const { value } = document
    const items: readonly Json[] = Array.isArray(value) ? value : [value]
    const shape = Array.isArray(value) ? form.list : form.object
    if (shape === undefined || !items.every(isObject)) throw new Error(`must be ${nameOf(form)} in JSON or YAML`)
    const mistakes = items.flatMap((item, index) =>
      mistakesIn(item, shape, document, Array.isArray(value) ? [index] : []),
    )
    if (mistakes.length > 0) throw wrong(form, mistakes)
    // Every member has been held against the shape.
    return value as T
  }
}

/** As `structured`; also `[]` and `{}` are nothing: a workflow passes them where other inputs default to them. */
export function structuredOrNothing<T extends Json>(form: Form): InputReader<T | undefined> {
  const read = structured<T>(form)
  return (given) => {
    const value = read(given)
    return Object.keys(value ?? {}).length === 0 ? undefined : value
  }
}

function nameOf({ object, list }: Form): string {
  if (list === undefined) return 'an object'
  return object === undefined ? 'a list of objects' : 'an object, or a list of objects'
}

function parsed(given: string, form: Form): Document {
  try {
    return parseDocument(given, { input: '' })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw wrong(form, error.parts.mistakes ?? [])
  }
}

/** What is missing is a matter of the rules of each input. */
function mistakesIn(
  item: JsonObject,
  shape: string,
  { at }: Document,
  path: readonly PropertyKey[],
): readonly Mistake[] {
  return findMisfits(item, shapes, shape)
    .filter(({ certain, kind }) => certain && kind !== 'missing')
    .map((misfit) => ({ ...at([...path, ...misfit.path]), message: misfit.message }))
}

function wrong(form: Form, mistakes: readonly Mistake[]): Error {
  const mistakeLines = mistakes.map(({ line, column, message }) => {
    const place = line === undefined ? '' : `line ${line}, column ${column ?? 1}: `
    return `${place}${renderText(message, (theirs) => theirs)}`
  })
  return new Error(`must be ${nameOf(form)} in JSON or YAML; ${mistakeLines.join('; ')}`)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
