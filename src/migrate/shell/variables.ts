import type { Job, Members, Step } from '../workflow.ts'
import type { Word } from './read-script.ts'

/** Variables that a script can use, as values of GitHub Actions. */
export interface Variables {
  /** Set by the script, or by `env` of the step. */
  readonly own: Map<string, string>
  /** Names of `env` of the step that the script has used. */
  readonly used: Set<string>
  readonly step: Members
  readonly shared: Members
}

/** Variables of the runner that an expression has, too. */
const ofRunner: Readonly<Record<string, string>> = {
  GITHUB_SHA: 'github.sha',
  GITHUB_REF_NAME: 'github.ref_name',
  GITHUB_HEAD_REF: 'github.head_ref',
  GITHUB_RUN_NUMBER: 'github.run_number',
  GITHUB_RUN_ID: 'github.run_id',
  GITHUB_RUN_ATTEMPT: 'github.run_attempt',
  GITHUB_REPOSITORY: 'github.repository',
  GITHUB_ACTOR: 'github.actor',
}

/** The variables at the begin of the script of a step. */
export function variablesOf(step: Step, job: Job): Variables {
  return { own: new Map(), used: new Set(), step: step.env, shared: job.env }
}

/** The value of a word as GitHub Actions has it, with expressions for variables; undefined: it is known only at run time. */
export function wordValue(word: Word, variables: Variables): string | undefined {
  const parts = word.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'substitution') return undefined
    if (piece.length === undefined) return variableValue(piece.name, variables)
    return piece.name === 'GITHUB_SHA' && piece.length === 7 ? shortSha : undefined
  })
  return parts.includes(undefined) ? undefined : parts.join('')
}

/** In the place of the first seven characters of the commit: no expression cuts a text. */
export const shortSha = '\ufdd0'

function variableValue(name: string, { own, used, step, shared }: Variables): string | undefined {
  const value = own.get(name)
  if (value !== undefined) return value
  const given = step.get(name)
  if (given !== undefined) {
    used.add(name)
    return given.text
  }
  if (shared.has(name)) return `\${{ env.${name} }}`
  return ofRunner[name] === undefined ? undefined : `\${{ ${ofRunner[name]} }}`
}

/** Whether a value has no mark of what is known only at run time. */
export function isKnown(value: string): boolean {
  return !value.includes(shortSha) && !value.includes(token)
}

/** Marks a value that stands for a task definition of the script. */
export const token = '\ufdd1'
