import { isMap } from 'yaml'
import { columnOf, type Edit, lineEnd, lineStart } from './edits.ts'
import type { Step, Value } from './workflow.ts'
import { yamlPair, yamlScalar } from './yaml-text.ts'

/** An input of the step that replaces another: taken over with its bytes, under this name, or with a new value. */
export type NewInput =
  | { readonly name: string; readonly keep: string }
  | { readonly name: string; readonly value: string }

/** A step of Slipway. */
export interface NewStep {
  readonly uses: string
  readonly inputs: readonly NewInput[]
}

/** What replaces a step. */
export interface Rewrite {
  readonly steps: readonly NewStep[]
  /** Variables of `env` that only the old step needed. */
  readonly unusedEnv: readonly string[]
  /** Other keys of the step that have no meaning for the new one. */
  readonly unusedKeys: readonly string[]
  /** Comments of a script, which are kept above the new step's `uses`. */
  readonly comments: readonly string[]
  /** The first commands of a script, which stay; the new steps are behind it. */
  readonly kept?: KeptScript | undefined
}

/** The part of a script that stays. */
export interface KeptScript {
  readonly script: string
  /** Offset in the file, of the first command that is replaced. */
  readonly until: number
}

/** The edits that rewrite a step; everything that is not named stays as it is, byte by byte. */
export function rewriteEdits(source: string, step: Step, rewrite: Rewrite): readonly Edit[] {
  const [first, ...others] = rewrite.steps
  const main = step.keys.get('uses') ?? step.keys.get('run')
  if (first === undefined || main === undefined) return []
  if (rewrite.kept) return behindScript(source, step, main, rewrite, rewrite.kept)
  const indent = columnOf(source, main.start)
  const given = step.keys.get('with')
  const isBlock = given !== undefined && isMap(given.node) && !given.node.flow
  const isInPlace = isBlock && first.inputs.some((input) => 'keep' in input)
  const fresh = isInPlace ? [] : inputLines(first, step, indent)
  const more = others.map((other) => newStepText(source, step, other, indent))
  return [
    newMain(source, step, main, rewrite.comments, first.uses),
    ...(fresh.length > 0 ? [insertLines(source, main.end, fresh)] : []),
    ...(isInPlace ? inPlace(source, step, first, given) : given ? [cutMember(source, step, given)] : []),
    ...removedKeys(source, step, rewrite),
    ...(more.length > 0 ? [insertLines(source, step.end, more)] : []),
  ]
}

/** The script ends earlier, and the new steps follow it. */
function behindScript(
  source: string,
  step: Step,
  main: Value,
  { steps, comments }: Rewrite,
  { until }: KeptScript,
): readonly Edit[] {
  const indent = columnOf(source, main.start)
  const space = ' '.repeat(columnOf(source, step.start) - 2)
  const added = steps.map((made) => newStepText(source, step, made, indent))
  const cut = { start: lineStart(source, until), end: lineEnd(source, main.end), text: '' }
  return [cut, insertLines(source, step.end, [...comments.map((comment) => `${space}${comment}`), ...added])]
}

/** `uses` in the place of the old one or of the script, whose comments are above it. */
function newMain(source: string, step: Step, main: Value, comments: readonly string[], uses: string): Edit {
  const isFirst = [...step.keys.values()][0] === main
  const start = isFirst ? lineStart(source, main.start) : main.start
  const space = ' '.repeat(isFirst ? source.slice(start).search(/\S/) : columnOf(source, main.start))
  const above = comments.map((comment, index) => `${index > 0 || isFirst ? space : ''}${comment}\n`)
  const before = isFirst ? source.slice(start, main.start) : above.length > 0 ? space : ''
  // A comment behind a commit is the name of its version, and is removed with it.
  const comment = /^[ \t]+#[^\r\n]*/.exec(source.slice(main.end))?.[0] ?? ''
  const end = main.end + (/^[0-9a-f]{40}$/.test(step.version ?? '') ? comment.length : 0)
  return { start, end, text: `${above.join('')}${before}uses: ${uses}` }
}

/** Lines behind the one of an offset, so that a comment at its end stays there. */
function insertLines(source: string, offset: number, lines: readonly string[]): Edit {
  const at = lineEnd(source, offset)
  const isEnded = source[at - 1] === '\n'
  return { start: at, end: at, text: isEnded ? `${lines.join('\n')}\n` : `\n${lines.join('\n')}` }
}

function inputLines({ inputs }: NewStep, step: Step, indent: number): readonly string[] {
  if (inputs.length === 0) return []
  const lines = inputs.flatMap((input) =>
    yamlPair(input.name, 'keep' in input ? (step.with.get(input.keep)?.text ?? '') : input.value, indent + 2),
  )
  return [`${' '.repeat(indent)}with:`, ...lines]
}

function inPlace(source: string, step: Step, { inputs }: NewStep, given: Value): readonly Edit[] {
  const kept = new Map(inputs.flatMap((input) => ('keep' in input ? [[input.keep, input.name] as const] : [])))
  const firstInput = [...step.with.values()][0]
  const indent = firstInput ? columnOf(source, firstInput.start) : columnOf(source, given.start) + 2
  const edits = [...step.with].flatMap(([name, value]): readonly Edit[] => {
    const after = kept.get(name)
    if (after === undefined) return [cut(source, step, value)]
    return after === name ? [] : [{ start: value.start, end: value.start + name.length, text: after }]
  })
  const added = inputs.flatMap((input) => ('keep' in input ? [] : yamlPair(input.name, input.value, indent)))
  return added.length > 0 ? [...edits, insertLines(source, given.start, added)] : edits
}

/** The lines of a member, with the comment behind it; comments that have a line of their own stay. */
function cut(source: string, step: Step, value: Value): Edit {
  const [start, end] = [lineStart(source, value.start), lineEnd(source, value.end)]
  return { start, end, text: ownComments(source, step, start, end).join('') }
}

/** Lines that are only a comment; not those of a block scalar. */
function ownComments(source: string, step: Step, start: number, end: number): readonly string[] {
  const scalars = [...step.keys.values(), ...step.with.values(), ...step.env.values()].filter(
    ({ node }) => !isMap(node),
  )
  const isInside = (offset: number) => scalars.some((value) => offset > value.start && offset < value.end)
  const kept: string[] = []
  for (let at = start; at < end; at = lineEnd(source, at)) {
    const line = source.slice(at, lineEnd(source, at))
    if (/^[ \t]*#/.test(line) && !isInside(at + line.indexOf('#'))) kept.push(line)
  }
  return kept
}

function removedKeys(source: string, step: Step, { unusedEnv, unusedKeys }: Rewrite): readonly Edit[] {
  const env = step.keys.get('env')
  const isWhole = env !== undefined && [...step.env.keys()].every((name) => unusedEnv.includes(name))
  const keys = [...unusedKeys.map((name) => step.keys.get(name)), isWhole ? env : undefined]
  const variables = isWhole ? [] : unusedEnv.map((name) => step.env.get(name))
  return [...keys, ...variables].flatMap((value) => (value === undefined ? [] : [cutMember(source, step, value)]))
}

/** The first key of a step is behind its hyphen: the next key takes its place. */
function cutMember(source: string, step: Step, value: Value): Edit {
  const members = [...step.keys.values()]
  const [first, second] = members
  if (first !== value || second === undefined) return cut(source, step, value)
  const start = lineStart(source, value.start)
  const comments = ownComments(source, step, value.start, second.start)
  return { start, end: second.start, text: comments.join('') + source.slice(start, value.start) }
}

function newStepText(source: string, step: Step, added: NewStep, indent: number): string {
  const hyphen = columnOf(source, step.start)
  const dash = source.slice(lineStart(source, step.start), step.start)
  const condition = step.keys.get('if')
  const space = ' '.repeat(hyphen)
  return [
    `${dash}uses: ${added.uses}`,
    ...(condition ? [`${space}if: ${yamlScalar(condition.text)}`] : []),
    ...inputLines(added, step, indent),
  ].join('\n')
}

/** The edits that remove a step; comments that have a line of their own stay. */
export function removalEdits(source: string, step: Step): readonly Edit[] {
  const start = lineStart(source, step.start)
  const end = lineEnd(source, step.end)
  const kept = ownComments(source, step, start, end)
  const isBlank = (line: string) => line !== '' && line.trim() === ''
  const before = source.slice(lineStart(source, start - 1), start)
  const next = source.slice(end, lineEnd(source, end))
  const isDouble = kept.length === 0 && isBlank(next) && (isBlank(before) || /:\s*$/.test(before))
  return [{ start, end: isDouble ? lineEnd(source, end) : end, text: kept.join('') }]
}
