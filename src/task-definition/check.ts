import { findMisfits, type Misfit } from '../document/shape.ts'
import { Failure } from '../failure.ts'
import { hasCredentials } from '../image/reference.ts'
import { inOrder, type Mistake } from '../mistake.ts'
import type { Json, JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { WrittenDefinition } from './definition-source.ts'
import { containersOf, isList, isObject, objectsIn, textIn } from './members.ts'
import { findPlaceholders, type Placeholder, placeholderText } from './placeholders.ts'
import { shapes } from './shapes.ts'

/** Errors of a definition, and what may be intended. */
export interface Checked {
  /** `task-definition-lossy` or `task-definition-invalid`, with every mistake; undefined where there is none. */
  readonly failure: Failure | undefined
  /** Values that an application may expand itself, and words that a newer Amazon ECS may know. */
  readonly placeholders: readonly Mistake[]
  readonly words: readonly Mistake[]
}

/** What is expected of a definition. */
export interface Expected {
  /** Containers that get their image later. */
  readonly withoutImages?: readonly string[] | undefined
  /** False: placeholders are searched elsewhere. */
  readonly areReplaced?: boolean
}

/** `certain`: no working value has this form. */
type Found = Pick<Misfit, 'path' | 'message' | 'certain'>

/**
 * Checks a definition as it will be registered, all of it at once: members that Amazon ECS does not know (the SDK would drop
 * them), wrong types and words, missing and empty members, placeholders left in, images with credentials. `original`: what it was
 * rendered from, for the positions.
 */
export function checkDefinition(
  definition: JsonObject,
  original: WrittenDefinition,
  { withoutImages = [], areReplaced = true }: Expected = {},
): Checked {
  // Where it is registered, a definition without a family is refused in words of its own.
  const misfits = findMisfits(definition, shapes, 'RegisterTaskDefinitionRequest').filter(
    ({ kind, path }) => kind !== 'missing' || path.join('.') !== 'family',
  )
  const isLater = imagesLater(definition, withoutImages)
  const placeholders = (areReplaced ? findPlaceholders(definition) : [])
    .filter(({ path }) => !isLater(path))
    .map((found) => ({ ...found, message: placeholderText(found) }))
  const bare = findBare(definition).filter(({ path }) => !isLater(path))
  const all = [...misfits, ...placeholders, ...bare, ...findEmpty(definition), ...findCredentials(definition)]
  const mistakes = (found: readonly Found[], certain: boolean) =>
    inOrder(
      found
        .filter((one) => one.certain === certain)
        .map(({ path, message }) => placed(message, path, definition, original)),
    )
  const wrong = mistakes(all, true)
  return {
    failure: wrong.length === 0 ? undefined : refused(wrong, definition, { misfits, placeholders, bare }),
    placeholders: mistakes(placeholders, false),
    words: mistakes(misfits, false),
  }
}

/** Empty texts that no template intends: an unset variable leaves them. */
function findEmpty(definition: JsonObject): readonly Found[] {
  const own = ['family', 'taskRoleArn', 'executionRoleArn', 'cpu', 'memory'].filter((name) => definition[name] === '')
  const names = objectsIn(definition, 'containerDefinitions').flatMap((container, index) =>
    (textIn(container, 'name') ?? '') === '' ? [['containerDefinitions', index, 'name'] as const] : [],
  )
  return [
    ...own.map((name) => certainMistake([name], text`${name} is empty; is a variable unset that it comes from?`)),
    ...names.map((path) => certainMistake(path, text`containerDefinitions[${path[1]}] has no name`)),
  ]
}

function certainMistake(path: Found['path'], message: Text): Found {
  return { path, message, certain: true }
}

/** Where the images are that a later step puts in. */
function imagesLater(definition: JsonObject, names: readonly string[]): (path: Found['path']) => boolean {
  const later = containersOf(definition).flatMap((container, index) =>
    names.includes(textIn(container, 'name') ?? '') ? [`containerDefinitions.${index}.image`] : [],
  )
  return (path) => later.includes(path.join('.'))
}

/** Containers without an image: "Container.image should not be null or empty" (RegisterTaskDefinition). */
function findBare(definition: JsonObject): readonly Found[] {
  return objectsIn(definition, 'containerDefinitions').flatMap((container, index) => {
    if ((container.image ?? '') !== '') return []
    const owner = untrusted(textIn(container, 'name') ?? String(index))
    return [certainMistake(['containerDefinitions', index, 'image'], text`container "${owner}" has no image`)]
  })
}

/** Readable for everyone who can read the definition, and refused by Amazon ECS. They are not shown. */
function findCredentials(definition: JsonObject): readonly Found[] {
  return objectsIn(definition, 'containerDefinitions').flatMap((container, index) => {
    if (!hasCredentials(textIn(container, 'image') ?? '')) return []
    const owner = untrusted(textIn(container, 'name') ?? String(index))
    const message = text`the image of container "${owner}" has a user name or a password in it; use repositoryCredentials instead`
    return [certainMistake(['containerDefinitions', index, 'image'], message)]
  })
}

/** A mistake in a definition, at its place in what that was rendered from. */
export function placed(
  message: Text,
  path: readonly PropertyKey[],
  definition: JsonObject,
  original: WrittenDefinition,
): Mistake {
  const place = original.at?.(pathBefore(path, original.definition, definition)) ?? {}
  return { ...place, message }
}

/** An error of a registration, with the places of the members that it names. */
export function located(error: unknown, definition: JsonObject, original: WrittenDefinition | undefined): unknown {
  if (!(error instanceof Failure) || original?.at === undefined || error.parts.mistakes === undefined) return error
  const mistakes = error.parts.mistakes.map((mistake) =>
    mistake.path ? placed(mistake.message, mistake.path, definition, original) : mistake,
  )
  return new Failure({ ...error.parts, mistakes })
}

/** The path of a part of a definition in the one that it was rendered from: lists may have got or lost items. */
export function pathBefore(path: readonly PropertyKey[], before: Json, now: Json): readonly PropertyKey[] {
  const [step, ...rest] = path
  if (step === undefined) return []
  if (isList(now) && isList(before)) {
    const name = nameOf(now[Number(step)])
    const isSame = name === undefined || nameOf(before[Number(step)]) === name
    const index = isSame ? Number(step) : (placesByName(before).get(name) ?? Number(step))
    return [index, ...pathBefore(rest, before[index] ?? null, now[Number(step)] ?? null)]
  }
  const [old, own] = [isObject(before) ? before : {}, isObject(now) ? now : {}]
  return [step, ...pathBefore(rest, old[String(step)] ?? null, own[String(step)] ?? null)]
}

const known = new WeakMap<readonly Json[], ReadonlyMap<Json, number>>()

/** Where the items of a list are: of two with the same name, the first. Searched once, however many mistakes there are. */
function placesByName(list: readonly Json[]): ReadonlyMap<Json, number> {
  const places =
    known.get(list) ?? new Map(list.map((item, index) => [nameOf(item) ?? null, index] as const).toReversed())
  known.set(list, places)
  return places
}

function nameOf(item: Json | undefined): Json | undefined {
  return isObject(item) ? (item.name ?? item.key) : undefined
}

/** Findings, by their remedy. */
interface Kinds {
  readonly misfits: readonly Misfit[]
  readonly placeholders: readonly Placeholder[]
  readonly bare: readonly Found[]
}

function refused(
  mistakes: readonly Mistake[],
  definition: JsonObject,
  { misfits, placeholders, bare }: Kinds,
): Failure {
  const family = textIn(definition, 'family')
  const loses = misfits.some(({ kind }) => kind === 'unknown')
  return new Failure({
    code: loses ? 'task-definition-lossy' : 'task-definition-invalid',
    what: text`The task definition${family ? text` ${untrusted(family)}` : ''} is invalid`,
    mistakes,
    fix: advice(
      loses,
      placeholders.some(({ certain }) => certain),
      bare.length > 0,
    ),
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html',
  })
}

function advice(loses: boolean, hasPlaceholders: boolean, lacksImages: boolean): Text {
  return [
    'Correct it; nothing was registered.',
    ...(hasPlaceholders ? [' Placeholders are filled in by a step before this one, or by an input of it.'] : []),
    ...(lacksImages
      ? [
          ' An image comes from the inputs image and images, or from a step of register-task-definition before this one.',
        ]
      : []),
    ...(loses ? [' A parameter that Amazon ECS has learnt recently needs a newer version of Slipway.'] : []),
  ]
}
