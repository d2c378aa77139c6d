import { type Effects, hasOnlyParts } from './effects.ts'
import { type Command, readScript } from './read-script.ts'

/** Programs after which the next commands mean something else, or that a step of Slipway replaces. */
const binding =
  /^(?:cd|pushd|popd|source|\.|eval|exec|exit|export|set|unset|alias|trap|aws|eb|docker|ecs-deploy|ecspresso)$/

/** Whether commands can stay in a script of their own: nothing before them is replaced, and the next one begins a line. */
export function mayStay(commands: readonly Command[], effects: Effects, script: string, next: number): boolean {
  const isUntouched = hasOnlyParts(effects) && effects.parts.length === 0 && effects.eb.application === undefined
  const programs = commands.map(({ words }) => words[0]?.map((piece) => ('text' in piece ? piece.text : '')).join(''))
  const before = script.slice(script.lastIndexOf('\n', next - 1) + 1, next)
  return (
    isUntouched &&
    before.trim() === '' &&
    programs.every((name) => name !== undefined && /^[\w./-]+$/.test(name) && !binding.test(name))
  )
}

/** The begin of the comments that are directly above a command. */
export function withComments(script: string, offset: number): number {
  const lines = script.slice(0, offset).split('\n').slice(0, -1)
  const last = lines.findLastIndex((line) => !/^\s*(?:#.*)?$/.test(line))
  return lines.slice(0, last + 1).join('\n').length + (last < 0 ? 0 : 1)
}

/** The comments of a script, in their order. */
export function commentsIn(script: string): readonly string[] {
  const read = readScript(script)
  return 'comments' in read ? read.comments : []
}
