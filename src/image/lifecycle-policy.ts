import type { Document } from '../document/document.ts'
import { findMisfits, shapesIn } from '../document/shape.ts'
import type { Mistake } from '../mistake.ts'
import type { Json, JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'

// Amazon ECR user guide, "Lifecycle policy properties", and the template in "Examples of lifecycle policies".
const shapes = shapesIn(`
Policy rules!:Rule[]
Rule rulePriority!:whole description:text selection!:Selection action!:Action
Selection tagStatus!:(tagged|untagged|any) tagPatternList:text[] tagPrefixList:text[] storageClass:(standard|archive) countType!:(imageCountMoreThan|sinceImagePushed|sinceImagePulled|sinceImageTransitioned) countUnit:(days) countNumber!:whole
Action type!:(expire|transition) targetStorageClass:(archive)
`)

/** Characters of the policy (API reference, PutLifecyclePolicy), rules, and wildcards of one tag pattern. */
const limits = { characters: 30_720, rules: 50, wildcards: 4 }

interface Rule {
  readonly rulePriority: number
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged' | 'any'
    readonly tagPatternList?: readonly string[] | null
    readonly tagPrefixList?: readonly string[] | null
    readonly storageClass?: string | null
    readonly countType: string
    readonly countUnit?: string | null
    readonly countNumber: number
  }
  readonly action: { readonly type: 'expire' | 'transition'; readonly targetStorageClass?: string | null }
}

type Found = { readonly path: readonly PropertyKey[]; readonly message: Text }

/** All that Amazon ECR would refuse in a lifecycle policy, with its places; the rules are those of the user guide. */
export function lifecycleMistakes({ value, at }: Document<JsonObject>): readonly Mistake[] {
  const misfits: readonly Found[] = findMisfits(value, shapes, 'Policy')
  const found = misfits.length > 0 ? misfits : [...sizeProblems(value), ...ruleProblems(value)]
  return found.map(({ path, message }) => ({ ...at(path), message }))
}

function sizeProblems(value: Json): readonly Found[] {
  const { length } = JSON.stringify(value)
  return length <= limits.characters
    ? []
    : [{ path: [], message: text`it has ${length} characters; at most ${limits.characters} are allowed` }]
}

function ruleProblems(value: JsonObject): readonly Found[] {
  // Every member has been held against the shape.
  const rules = value.rules as unknown as readonly Rule[]
  const count = rules.length
  const wrongCount = text`rules must have 1 to ${limits.rules} rules, not ${count}`
  if (count === 0 || count > limits.rules) return [{ path: ['rules'], message: wrongCount }]
  return rules.flatMap((rule, index) =>
    [...selectionProblems(rule), ...actionProblems(rule), ...orderProblems(rule, index, rules)].map(
      ({ path, message }) => ({ path: ['rules', index, ...path], message }),
    ),
  )
}

function selectionProblems({ selection }: Rule): readonly Found[] {
  const { tagStatus, tagPatternList, tagPrefixList, countType, countUnit, countNumber, storageClass } = selection
  const found: Found[] = []
  const add = (member: string, message: Text) => found.push({ path: ['selection', member], message })
  const lists = [tagPatternList ?? [], tagPrefixList ?? []].flat()
  if (tagStatus === 'tagged' && lists.length === 0)
    add('tagStatus', text`tagStatus tagged requires tagPatternList or tagPrefixList`)
  if (tagStatus !== 'tagged' && lists.length > 0)
    add('tagStatus', text`tagPatternList and tagPrefixList require tagStatus tagged, not ${tagStatus}`)
  for (const pattern of tagPatternList ?? [])
    if (pattern.split('*').length - 1 > limits.wildcards)
      add('tagPatternList', text`"${untrusted(pattern)}" has more than ${limits.wildcards} wildcards (*)`)
  if (countType === 'imageCountMoreThan' && countUnit)
    add('countUnit', text`countUnit is not allowed with countType imageCountMoreThan`)
  if (countType !== 'imageCountMoreThan' && !countUnit)
    add('countType', text`countType ${untrusted(countType)} requires countUnit: days`)
  if (countNumber < 1) add('countNumber', text`countNumber must be at least 1, not ${countNumber}`)
  if (countType === 'sinceImageTransitioned' && storageClass !== 'archive')
    add('countType', text`countType sinceImageTransitioned requires storageClass: archive`)
  return found
}

function actionProblems({ action: { type, targetStorageClass } }: Rule): readonly Found[] {
  if ((type === 'transition') === Boolean(targetStorageClass)) return []
  const message =
    type === 'transition'
      ? text`action transition requires targetStorageClass: archive`
      : text`targetStorageClass is not allowed with action expire`
  return [{ path: ['action', 'type'], message }]
}

/** Priorities are unique, and a rule for all images is the last one of its storage class. */
function orderProblems({ rulePriority, selection }: Rule, index: number, rules: readonly Rule[]): readonly Found[] {
  const path = ['rulePriority']
  if (rulePriority < 1) return [{ path, message: text`rulePriority must be at least 1, not ${rulePriority}` }]
  if (rules.findIndex((other) => other.rulePriority === rulePriority) < index)
    return [{ path, message: text`another rule has the rulePriority ${rulePriority}, too` }]
  const isBefore = (other: Rule) => classOf(other.selection) === classOf(selection) && other.rulePriority > rulePriority
  return selection.tagStatus === 'any' && rules.some(isBefore)
    ? [{ path, message: text`a rule with tagStatus any must have the highest rulePriority` }]
    : []
}

function classOf({ storageClass }: Rule['selection']): string {
  return storageClass ?? 'standard'
}
