import { pathText } from '../document/shape.ts'
import { parseReference } from '../image/reference.ts'
import type { Json, JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { isList, isObject, textIn } from './members.ts'
import { findCertain, findIn, findInOptions, findInShell, mayBePlaceholder } from './placeholder-marks.ts'

/** A place in a definition that a template or a person should have filled in. */
export interface Placeholder {
  /** Where it is: `['containerDefinitions', 0, 'environment', 2, 'value']`. */
  readonly path: readonly (string | number)[]
  /** Its location, for messages: `executionRoleArn`, `environment variable DB_HOST of container "api"`. */
  readonly member: string
  /** The placeholder alone, such as `<DB_HOST>`. */
  readonly mark: string
  /** The value around it, where that is no secret: of a role, a size or a family. */
  readonly value?: string | undefined
  /** True where no working value has this form. Otherwise it may be intended, as an application may expand it itself. */
  readonly certain: boolean
}

/** Members whose values are names, ARNs or numbers: the signs of a placeholder are never part of one. */
const strict =
  /^(?:family|cpu|memory|(?:task|execution)RoleArn|tags\.\d+\.(?:key|value)|volumes\.\d+\.(?:name|(?:efs|s3files|fsx\w+)VolumeConfiguration\.(?:fileSystem(?:Id|Arn)|accessPointArn|authorizationConfig\.\w+))|containerDefinitions\.\d+\.(?:name|image|(?:environment|secrets)\.\d+\.name|secrets\.\d+\.valueFrom|environmentFiles\.\d+\.value|repositoryCredentials\.credentialsParameter|dependsOn\.\d+\.containerName|mountPoints\.\d+\.sourceVolume|logConfiguration\.(?:secretOptions\.\d+\.(?:name|valueFrom)|options\.awslogs-(?:group|region))))$/
/** Members that a shell reads before the program does: `${NAME}` is its own there. */
const shell = /^containerDefinitions\.\d+\.(?:command|entryPoint|healthCheck\.command)\.\d+$/
/** Members in which Docker, log drivers and proxies have templates of their own, such as `{{.ID}}`. */
const templated =
  /^containerDefinitions\.\d+\.(?:dockerLabels|logConfiguration\.options|firelensConfiguration\.options)\./

/** Every placeholder left in a task definition. Reads nothing else; works on any JSON object. */
export function findPlaceholders(definition: JsonObject): readonly Placeholder[] {
  return collect(definition, [], definition, [])
}

/** The sentence about one of them, without a full stop. */
export function placeholderText({ member, mark, value, certain }: Placeholder): Text {
  const whole = value === undefined || value === mark ? [] : text`: ${untrusted(value)}`
  return certain
    ? text`${untrusted(member)} still has the placeholder ${untrusted(mark)}${whole}`
    : text`${untrusted(member)} looks like the placeholder ${untrusted(mark)}`
}

function collect(
  value: Json,
  path: (string | number)[],
  definition: JsonObject,
  found: Placeholder[],
): readonly Placeholder[] {
  if (typeof value === 'string') {
    const mark = mayBePlaceholder(value) || path.at(-1) === 'image' ? marksIn(value, path.join('.')) : undefined
    const known = path.length === 1 && mark ? { value } : {}
    if (mark) found.push({ path: [...path], member: memberAt(path, definition), ...known, ...mark })
  } else if (typeof value === 'object' && value !== null) {
    const isItem = isList(value)
    for (const [name, content] of Object.entries(value)) {
      path.push(isItem ? Number(name) : name)
      collect(content, path, definition, found)
      path.pop()
    }
  }
  return found
}

function marksIn(value: string, at: string): Pick<Placeholder, 'mark' | 'certain'> | undefined {
  if (strict.test(at)) return strictMark(value, at)
  if (shell.test(at)) return findInShell(value)
  return templated.test(at) ? findInOptions(value) : findIn(value)
}

function strictMark(value: string, at: string): Pick<Placeholder, 'mark' | 'certain'> | undefined {
  const mark = findCertain(value) ?? accountIn(value) ?? (at.endsWith('.image') ? imageMark(value) : undefined)
  if (mark !== undefined) return { mark, certain: true }
  // A parameter of the Parameter Store, a variable or a role may be called so.
  return findIn(value)
}

/** `ACCOUNT_ID` where an ARN or the address of a registry has twelve digits. */
function accountIn(value: string): string | undefined {
  const [, arn] = /^arn:[^:]*:(?:iam|secretsmanager|ssm|elasticfilesystem):[^:]*:([^:]*):/.exec(value) ?? []
  const [, registry] = /^([^./]+)\.dkr\.ecr\./.exec(value) ?? []
  const account = arn ?? registry
  return account === undefined || account === '' || /^\d{12}$/.test(account) ? undefined : account
}

/** A name of Docker Hub's own images that marks it as a placeholder, and texts that cannot be an image. */
function imageMark(value: string): string | undefined {
  const isWord =
    /^(?:set-by-[\w-]+|(?:image-?)?placeholder(?:-?image)?|replace-?(?:d|me|this)?|change-?me|to-?do|tbd)(?::\w+)?$/
  if (isWord.test(value)) return value
  const [word] = /__[A-Z][A-Z0-9_]{1,80}__/.exec(value) ?? []
  if (word !== undefined) return word
  const isUpper = /^[A-Z][A-Z0-9_-]*(?::[\w.-]+)?$/.test(value)
  return isUpper && parseReference(value) === undefined ? value : undefined
}

function memberAt(path: readonly (string | number)[], definition: JsonObject): string {
  const [list, index, ...inside] = path
  if (list !== 'containerDefinitions' || typeof index !== 'number') return pathText(path)
  const container = itemOf(definition, list, index)
  const name = textIn(container, 'name')
  const owner = name === undefined ? pathText([list, index]) : `container "${name}"`
  const [member = '', position] = inside
  const named = typeof position === 'number' ? itemOf(container, String(member), position) : undefined
  const kind = new Map([
    ['environment', 'environment variable'],
    ['secrets', 'secret'],
  ]).get(String(member))
  const own = textIn(named, 'name')
  if (kind !== undefined && own !== undefined) return `${kind} ${own} of ${owner}`
  return `${pathText(inside)} of ${owner}`
}

function itemOf(object: JsonObject | undefined, member: string, index: number): JsonObject | undefined {
  const list = object?.[member]
  const item = isList(list) ? list[index] : undefined
  return isObject(item) ? item : undefined
}
