import type { Document } from '../../../document/document.ts'
import type { Mistake } from '../../../mistake.ts'
import { nearest } from '../../../nearest.ts'
import type { Json, JsonObject } from '../../../ports.ts'
import { entry, isList, isObject } from '../../../task-definition/members.ts'
import { findCertain } from '../../../task-definition/placeholder-marks.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { isEcsService, nameOf, serviceType } from './appspec-source.ts'

/** The lifecycle events of Amazon ECS that take a Lambda function (CodeDeploy user guide, "AppSpec 'hooks' section"). */
const hookNames = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic']

/** Properties of a service (CodeDeploy user guide, "AppSpec 'resources' section"), and what is in them. */
const members: Readonly<Record<string, readonly string[]>> = {
  properties: [
    'TaskDefinition',
    'LoadBalancerInfo',
    'PlatformVersion',
    'NetworkConfiguration',
    'CapacityProviderStrategy',
  ],
  loadbalancerinfo: ['ContainerName', 'ContainerPort'],
  networkconfiguration: ['AwsvpcConfiguration'],
  awsvpcconfiguration: ['Subnets', 'SecurityGroups', 'AssignPublicIp'],
}

type Path = readonly (string | number)[]

interface Found {
  readonly path: Path
  readonly message: Text
}

/** Errors in the format of an AppSpec; CodeDeploy reports some of them only after the deployment has started. */
export function formMistakes({ value, at }: Document<JsonObject>): readonly Mistake[] {
  const name = nameOf(value, 'Resources') ?? 'Resources'
  const resources = value[name]
  const found = isList(resources)
    ? [...resources.flatMap((resource, index) => inResource(resource, [name, index])), ...inHooks(value)]
    : [{ path: [name], message: text`Resources is missing or not a list` }]
  const hasService =
    isList(resources) && resources.some((one) => isObject(one) && Object.values(one).some(isEcsService))
  const none =
    hasService || found.length > 0
      ? []
      : [{ path: [name], message: text`Resources has no resource of Type ${serviceType}` }]
  return [...found, ...none].map(({ path, message }) => ({ ...at(path), message }))
}

/** What CodeDeploy would not do as written: names that resemble known ones, and placeholders. */
export function contentMistakes({ value, at }: Document<JsonObject>): readonly Mistake[] {
  return [...misspelt(value, []), ...placeholders(value, [])].map(({ path, message }) => ({ ...at(path), message }))
}

function inResource(resource: Json, path: Path): readonly Found[] {
  if (!isObject(resource))
    return [{ path, message: text`each item of Resources must be a mapping from a name to a resource` }]
  return Object.entries(resource).flatMap(([name, content]) => {
    if (!isEcsService(content)) return []
    const properties = content[nameOf(content, 'Properties') ?? 'Properties']
    return isObject(properties) ? [] : [{ path: [...path, name], message: text`${untrusted(name)} has no Properties` }]
  })
}

function inHooks(appSpec: JsonObject): readonly Found[] {
  const name = nameOf(appSpec, 'Hooks') ?? 'Hooks'
  const hooks = appSpec[name] ?? []
  if (!isList(hooks) || !hooks.every(isObject))
    return [
      { path: [name], message: text`Hooks must be a list of mappings from a lifecycle event to a Lambda function` },
    ]
  return hooks.flatMap((hook, index) =>
    Object.entries(hook).flatMap(([event, lambda]) =>
      hookProblem(event, lambda).map((message) => ({ path: [name, index, event], message })),
    ),
  )
}

function hookProblem(name: string, lambda: Json): readonly Text[] {
  if (!hookNames.some((known) => known.toLowerCase() === name.toLowerCase())) {
    const similar = nearest(name, hookNames)
    const hint = similar === undefined ? `valid: ${hookNames.join(', ')}` : `did you mean ${similar}?`
    return [text`unknown lifecycle event hook "${untrusted(name)}" (${hint})`]
  }
  return typeof lambda === 'string' && lambda.trim() !== ''
    ? []
    : [text`the hook ${untrusted(name)} must name one Lambda function`]
}

function misspelt(value: Json, path: Path): readonly Found[] {
  if (isList(value)) return value.flatMap((item, index) => misspelt(item, [...path, index]))
  if (!isObject(value)) return []
  const known = entry(members, String(path.at(-1) ?? '').toLowerCase())
  return Object.entries(value).flatMap(([name, content]) => {
    const similar = known?.some((one) => one.toLowerCase() === name.toLowerCase())
      ? undefined
      : nearest(name, known ?? [])
    const own = {
      path: [...path, name],
      message: text`unknown property "${untrusted(name)}" (did you mean ${similar ?? ''}?)`,
    }
    return [...(similar === undefined ? [] : [own]), ...misspelt(content, [...path, name])]
  })
}

/** The task definition is filled in here; any value is allowed. */
function placeholders(value: Json, path: Path): readonly Found[] {
  const name = String(path.findLast((step) => typeof step === 'string') ?? '')
  if (typeof value === 'string') {
    const mark = /^taskdefinition$/i.test(name) ? undefined : findCertain(value)
    // The version of a function is no placeholder.
    return mark === undefined || mark === '$LATEST'
      ? []
      : [{ path, message: text`${untrusted(name)} still has the placeholder ${untrusted(mark)}` }]
  }
  if (isList(value)) return value.flatMap((item, index) => placeholders(item, [...path, index]))
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => placeholders(item, [...path, key])) : []
}
