import type { Members } from './workflow.ts'

/** An expression of GitHub Actions with its marks. */
const expression = /\$\{\{[\s\S]*?\}\}/g

/** One use of an output of a step, by offsets into the text. */
export interface OutputUse {
  readonly id: string
  readonly output: string
  readonly start: number
  readonly end: number
}

/** Where a text uses outputs of steps: `steps.build.outputs.image`. */
export function outputUses(source: string): readonly OutputUse[] {
  return [...source.matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)].map((match) => ({
    id: match[1] ?? '',
    output: match[2] ?? '',
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** Whether a text uses anything of a step in an expression, in any notation. */
export function mentionsStep(source: string, id: string): boolean {
  return new RegExp(`\\bsteps\\.${id}\\b(?!-)|\\bsteps\\[\\s*['"]${id}['"]`).test(source)
}

/** The output that a whole value is: `${{ steps.meta.outputs.tags }}`. */
export function wholeOutput(value: string): { readonly id: string; readonly output: string } | undefined {
  const [, id, output] = /^\$\{\{\s*steps\.([\w-]+)\.outputs\.([\w-]+)\s*\}\}$/.exec(value.trim()) ?? []
  return id === undefined || output === undefined ? undefined : { id, output }
}

/** The value with `${{ env.NAME }}` replaced by what `env` sets, where a value is only that. */
export function throughEnv(value: string, env: Members): string {
  return value.replaceAll(expression, (whole) => {
    const [, name] = /^\$\{\{\s*env\.(\w+)\s*\}\}$/.exec(whole) ?? []
    return (name === undefined ? undefined : env.get(name)?.text) ?? whole
  })
}

/** A text whose expressions are single characters, so that it can be cut at `/` and `:`, and the way to undo that. */
export function foldExpressions(value: string): {
  readonly folded: string
  readonly unfold: (part: string) => string
} {
  const found: string[] = []
  const folded = value.replaceAll(expression, (whole) => {
    found.push(whole)
    return String.fromCharCode(0xe000 + found.length - 1)
  })
  const unfold = (part: string) =>
    part.replaceAll(/[\ue000-\uf8ff]/g, (mark) => found[mark.charCodeAt(0) - 0xe000] ?? '')
  return { folded, unfold }
}
