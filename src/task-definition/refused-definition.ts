import { pathText } from '../document/shape.ts'
import type { Mistake } from '../mistake.ts'
import type { Json, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { isList, isObject, objectsIn, textIn } from './members.ts'
import { cpuUnits, fargateSizes, mebibytes, rangeOf } from './sizes.ts'

type Path = readonly (string | number)[]

/**
 * The members that an error of RegisterTaskDefinition is about, with their values, as far as it names them: AWS names few. Values
 * of variables and secrets are left out.
 */
export function refusedMembers(sentence: string, definition: JsonObject): readonly Mistake[] {
  for (const [pattern, find] of known) if (pattern.test(sentence)) return find(definition)
  return quotedIn(sentence, definition)
}

const known: readonly (readonly [RegExp, (definition: JsonObject) => readonly Mistake[]])[] = [
  [/no fargate configuration exists/i, fargateSize],
  [/role is not valid/i, roles],
  [/fargate only supports network mode/i, (definition) => valueAt(['networkMode'], definition)],
  [/fargate requires that 'cpu'|invalid 'cpu' setting for task/i, (definition) => valueAt(['cpu'], definition)],
  [
    /fargate requires that 'memory'|invalid 'memory' setting for task/i,
    (definition) => valueAt(['memory'], definition),
  ],
  [/execution role arn to support/i, (definition) => valueAt(['executionRoleArn'], definition)],
  [/family (?:should not be|contains)/i, (definition) => valueAt(['family'], definition)],
  [/container\.image (?:should not be null|contains)/i, (definition) => ofContainers(definition, 'image', isUnfit)],
  [/container\.name (?:should not be null|contains)/i, (definition) => ofContainers(definition, 'name', isUnfit)],
  [/host ports? and container ports?/i, ports],
]

function fargateSize(definition: JsonObject): readonly Mistake[] {
  const [cpu, memory] = [cpuUnits(definition.cpu), mebibytes(definition.memory)]
  const offered = cpu === undefined ? undefined : fargateSizes.get(cpu)
  if (offered === undefined)
    return [
      {
        path: ['cpu'],
        message: text`cpu is ${said(definition.cpu)}; it may be ${[...fargateSizes.keys()].join(', ')}`,
      },
    ]
  if (memory !== undefined && offered.includes(memory))
    return [...valueAt(['cpu'], definition), ...valueAt(['memory'], definition)]
  const message = text`memory is ${said(definition.memory)}; with cpu ${said(definition.cpu)} it may be ${rangeOf(offered)} MiB`
  return [{ path: ['memory'], message }]
}

const roleShape = /^(?:arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+|[\w+=,.@-]{1,64})$/

/** Those that are written as no role is; both where both could be right. */
function roles(definition: JsonObject): readonly Mistake[] {
  const given = ['taskRoleArn', 'executionRoleArn'].filter((name) => definition[name] !== undefined)
  const wrong = given.filter((name) => !roleShape.test(String(definition[name])))
  return (wrong.length > 0 ? wrong : given).flatMap((name) => valueAt([name], definition))
}

function ports(definition: JsonObject): readonly Mistake[] {
  return objectsIn(definition, 'containerDefinitions').flatMap((container, index) =>
    objectsIn(container, 'portMappings').flatMap(({ hostPort, containerPort }, position) =>
      hostPort === undefined || hostPort === containerPort
        ? []
        : valueAt(['containerDefinitions', index, 'portMappings', position, 'hostPort'], definition),
    ),
  )
}

const isUnfit = (value: Json | undefined) => typeof value !== 'string' || value === '' || /\s/.test(value)

function ofContainers(
  definition: JsonObject,
  member: string,
  isWrong: (value: Json | undefined) => boolean,
): readonly Mistake[] {
  return objectsIn(definition, 'containerDefinitions').flatMap((container, index) => {
    if (!isWrong(container[member])) return []
    const owner = textIn(container, 'name') || pathText(['containerDefinitions', index])
    const message = text`${member} of container "${untrusted(owner)}" is ${said(container[member])}`
    return [{ path: ['containerDefinitions', index, member], message }]
  })
}

function valueAt(path: Path, definition: JsonObject): readonly Mistake[] {
  const value = path.reduce<Json | undefined>((part, step) => Object(part)[step], definition)
  return [{ path, message: text`${untrusted(pathText(path))} is ${said(value)}` }]
}

/** What AWS puts in quotes may be the name of a member, or a value: of a container, a volume, a variable. */
function quotedIn(sentence: string, definition: JsonObject): readonly Mistake[] {
  const quoted = [...sentence.matchAll(/['"‘“]([^'"’”]{1,256})['"’”]/g)].map(([, word = '']) => word)
  const paths = quoted.flatMap((word) => pathsOf(definition, word))
  return paths.slice(0, 3).flatMap((path) => valueAt(path, definition))
}

/** Where a text is the name of a thing: values of variables, labels and commands are not searched. */
function pathsOf(definition: JsonObject, word: string): readonly Path[] {
  const found: Path[] = []
  const search = (value: Json, path: Path): void => {
    const member = path.findLast((step) => typeof step === 'string') ?? ''
    if (typeof value === 'string' && value === word && named.has(String(member))) found.push(path)
    if (isList(value)) for (const [index, item] of value.entries()) search(item, [...path, index])
    else if (isObject(value)) for (const [name, content] of Object.entries(value)) search(content, [...path, name])
  }
  search(definition, [])
  // The use of a name is more specific than its definition.
  return found.toSorted((one, other) => Number(one.at(-1) === 'name') - Number(other.at(-1) === 'name'))
}

/** Members that name something. */
const named = new Set([
  'name',
  'sourceVolume',
  'containerName',
  'sourceContainer',
  'links',
  'image',
  'family',
  'namespace',
])

function said(value: Json | undefined) {
  return value === undefined || value === null ? text`not given` : text`${untrusted(JSON.stringify(value))}`
}
