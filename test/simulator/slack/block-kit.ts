/**
 * Slack's rules for the blocks of a message, as strict as Slack's own: what it refuses with `invalid_blocks`.
 * https://docs.slack.dev/reference/block-kit/blocks
 */

export interface BlockRules {
  /** Whether the workspace knows `plan` and `task_card`. */
  readonly planBlocks: boolean
}

type Node = Readonly<Record<string, unknown>>
type Check = (block: Node, pointer: string, rules: BlockRules) => string[]

export const maximumBlocks = 50
/** Undocumented: observed as `msg_blocks_too_long`, https://github.com/slackapi/bolt-js/issues/2509 */
export const maximumBlocksLength = 13_200

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Slack's sentence for one violation. */
const refuse = (message: string, pointer: string) => [`${message} [json-pointer:${pointer}]`]

function checkLength(value: unknown, pointer: string, maximum: number, minimum = 1): string[] {
  if (typeof value !== 'string') return refuse('must be a string', pointer)
  if (value.length < minimum) return refuse(`must be more than ${minimum - 1} characters`, pointer)
  return value.length > maximum ? refuse(`must be less than ${maximum + 1} characters`, pointer) : []
}

function checkCount(value: unknown, pointer: string, maximum: number, minimum = 1): string[] {
  if (!Array.isArray(value)) return refuse('must be an array', pointer)
  if (value.length < minimum) return refuse(`no fewer than ${minimum} items allowed`, pointer)
  return value.length > maximum ? refuse(`no more than ${maximum} items allowed`, pointer) : []
}

const textTypes = ['plain_text', 'mrkdwn']

function checkText(value: unknown, pointer: string, maximum: number, types: readonly string[] = textTypes): string[] {
  if (!isNode(value)) return refuse('must be a text object', pointer)
  if (!types.includes(String(value.type))) return refuse(`unsupported type: ${String(value.type)}`, `${pointer}/type`)
  return checkLength(value.text, `${pointer}/text`, maximum)
}

const optional = (value: unknown, check: () => string[]) => (value === undefined ? [] : check())

const each = (value: unknown, pointer: string, check: (item: unknown, pointer: string) => string[]) =>
  Array.isArray(value) ? value.flatMap((item, index) => check(item, `${pointer}/${index}`)) : []

function checkElement(value: unknown, pointer: string): string[] {
  if (!isNode(value)) return refuse('must be an object', pointer)
  if (value.type === 'image') return checkImage(value, pointer)
  if (value.type !== 'button')
    return isElementType(value.type) ? [] : refuse(`unsupported type: ${String(value.type)}`, `${pointer}/type`)
  return [
    ...checkText(value.text, `${pointer}/text`, 75, ['plain_text']),
    ...optional(value.url, () => checkUrl(value.url, `${pointer}/url`)),
    ...optional(value.value, () => checkLength(value.value, `${pointer}/value`, 2000)),
    ...optional(value.action_id, () => checkLength(value.action_id, `${pointer}/action_id`, 255)),
    ...optional(value.accessibility_label, () =>
      checkLength(value.accessibility_label, `${pointer}/accessibility_label`, 75),
    ),
    ...optional(value.style, () =>
      value.style === 'primary' || value.style === 'danger'
        ? []
        : refuse('must be a valid enum value', `${pointer}/style`),
    ),
  ]
}

const isElementType = (type: unknown) =>
  /_select$|^overflow$|^datepicker$|^checkboxes$|^radio_buttons$/.test(String(type))

function checkUrl(value: unknown, pointer: string): string[] {
  const long = checkLength(value, pointer, 3000)
  return long.length > 0 || URL.canParse(String(value)) ? long : refuse('must be a valid URL', pointer)
}

const checkImage = (block: Node, pointer: string): string[] => [
  ...optional(block.image_url, () => checkUrl(block.image_url, `${pointer}/image_url`)),
  ...checkLength(block.alt_text, `${pointer}/alt_text`, 2000),
]

const checkSection: Check = (block, pointer) => {
  const { text, fields, accessory } = block
  if (text === undefined && fields === undefined)
    return refuse('must define either `text` or `fields`', `${pointer}/type`)
  return [
    ...optional(text, () => checkText(text, `${pointer}/text`, 3000)),
    ...optional(fields, () => checkCount(fields, `${pointer}/fields`, 10)),
    ...each(fields, `${pointer}/fields`, (field, at) => checkText(field, at, 2000)),
    ...optional(accessory, () => checkElement(accessory, `${pointer}/accessory`)),
  ]
}

const checkContext: Check = ({ elements }, pointer) => [
  ...checkCount(elements, `${pointer}/elements`, 10),
  ...each(elements, `${pointer}/elements`, (element, at) =>
    isNode(element) && element.type === 'image' ? checkImage(element, at) : checkText(element, at, 3000),
  ),
]

const checkTable: Check = ({ rows }, pointer) => [
  ...checkCount(rows, `${pointer}/rows`, 100),
  ...each(rows, `${pointer}/rows`, (row, at) => checkCount(row, at, 20)),
]

const unchecked: Check = () => []

const checks: Readonly<Record<string, Check>> = {
  section: checkSection,
  header: ({ text }, pointer) => checkText(text, `${pointer}/text`, 150, ['plain_text']),
  divider: unchecked,
  context: checkContext,
  actions: ({ elements }, pointer) => [
    ...checkCount(elements, `${pointer}/elements`, 25),
    ...each(elements, `${pointer}/elements`, checkElement),
  ],
  image: checkImage,
  markdown: ({ text }, pointer) => checkLength(text, `${pointer}/text`, 12_000),
  table: checkTable,
  rich_text: ({ elements }, pointer) => checkCount(elements, `${pointer}/elements`, Infinity, 0),
  video: unchecked,
  file: unchecked,
  input: unchecked,
  context_actions: unchecked,
}

/** What is wrong with a list of blocks, each with a JSON pointer below `pointer`. */
export function checkBlocks(blocks: unknown, pointer: string, rules: BlockRules): string[] {
  if (!Array.isArray(blocks)) return refuse('must be an array', pointer)
  if (blocks.length > maximumBlocks) return refuse(`no more than ${maximumBlocks} items allowed`, pointer)
  const ids = blocks.flatMap((block) => (isNode(block) && block.block_id !== undefined ? [block.block_id] : []))
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  return [
    ...(twice === undefined ? [] : refuse(`\`block_id\` \`${String(twice)}\` is not unique`, pointer)),
    ...each(blocks, pointer, (block, at) => checkBlock(block, at, rules)),
  ]
}

function checkBlock(block: unknown, pointer: string, rules: BlockRules): string[] {
  if (!isNode(block)) return refuse('must be an object', pointer)
  const type = String(block.type)
  const isPlan = type === 'plan' || type === 'task_card'
  const check = isPlan && rules.planBlocks ? checkPlan : checks[type]
  if (!check) return refuse(`unsupported type: ${type}`, `${pointer}/type`)
  return [
    ...check(block, pointer, rules),
    ...optional(block.block_id, () => checkLength(block.block_id, `${pointer}/block_id`, 255)),
  ]
}

const statuses = ['pending', 'in_progress', 'complete', 'error']

const checkPlan: Check = (block, pointer, rules) => [
  ...checkLength(block.title, `${pointer}/title`, 150),
  ...optional(block.status, () =>
    statuses.includes(String(block.status)) ? [] : refuse('must be a valid enum value', `${pointer}/status`),
  ),
  ...each(block.tasks, `${pointer}/tasks`, (task, at) =>
    checkBlock({ type: 'task_card', ...(task as Node) }, at, rules),
  ),
]
