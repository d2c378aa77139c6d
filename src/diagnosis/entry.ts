import { quoted, type Text, untrusted } from '../text.ts'
import type { Cause } from './cause.ts'
import { redact } from './redact.ts'

/**
 * One known failure. `pattern` is an anchored part of AWS's own text, never a whole line: AWS adds words around it. `{name}` in
 * `error`, `why` and `fix` is replaced by a named group of the pattern, or by a fact of the task (see `Facts`); `{name|words}`
 * falls back to these words, as AWS truncates long texts; an unknown `{name}` is left out, with the space before it.
 */
export interface Entry {
  readonly code: string
  readonly pattern: RegExp
  /** What the text has to be about, where words of the pattern mean other things elsewhere. */
  readonly within?: RegExp
  /** As in `Cause`; absent where `why` is AWS's own words, or the words are those of a program. */
  readonly error?: string
  readonly why: string
  readonly fix: string
  readonly docs?: string
  readonly confidence?: 'certain' | 'likely' | 'possible'
  readonly weight?: Weight
}

/**
 * Why an entry ranks below others. `general`: it names the kind of failure, not its reason. `passing`: it may affect one task and
 * not the next, as timeouts and throttling do. `noise`: that, and neither image nor definition can be the reason.
 */
export type Weight = 'general' | 'passing' | 'noise'

/** Facts by name, for the places in an entry's sentences. */
export type Facts = Readonly<Record<string, string | undefined>>

/** An entry of the catalogue whose pattern matched, with the facts for its sentences. */
export interface Match {
  readonly entry: Entry
  readonly facts: Facts
}

/**
 * AWS's names of what stops a task (ECS developer guide, "Stopped task error codes"): `{errorName}` in the sentences. Some
 * have variants, such as `CannotPullECRContainerError`.
 */
const errorName =
  /\b(?:Cannot(?:Pull|Start|Create|Inspect)\w{1,40}|Container(?:Runtime|Networking)\w{0,20}|DockerTimeout|ResourceInitialization|TaskDependency)Error\b/

/** Texts are cut before they are matched: no cause needs more, and no pattern may be slow. */
const longestText = 4000

/** The first entry whose pattern is in the text. */
export function findEntry(entries: readonly Entry[], text: string, facts: Facts = {}): Match | undefined {
  // A credential is recognised by its context: extracted by a pattern, it would no longer be recognised.
  const cut = redact(text.slice(0, longestText))
  for (const entry of entries) {
    const match = entry.within && !entry.within.test(cut) ? null : entry.pattern.exec(cut)
    if (match) return { entry, facts: { errorName: errorName.exec(cut)?.[0], ...facts, ...knownOf(match.groups) } }
  }
  return undefined
}

/** A group that did not take part must not hide a fact that is known otherwise. */
function knownOf(groups: Readonly<Record<string, string | undefined>> = {}): Facts {
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined))
}

/**
 * A sentence of an entry with its placeholders replaced, by untrusted text without credentials. A placeholder between backticks
 * is shown as code.
 */
function fillSentence(sentence: string, facts: Facts): Text {
  return sentence.split(/( ?`?\{\w+(?:\|[^}]*)?\}`?)/).flatMap((part) => {
    const [, space = '', mark, name, otherwise] = /^( ?)(`?)\{(\w+)(?:\|([^}]*))?\}`?$/.exec(part) ?? []
    if (name === undefined) return part
    const value = facts[name]
    if (value === undefined) return otherwise === undefined ? '' : `${space}${otherwise}`
    return [space, mark ? quoted(redact(value)) : untrusted(redact(value))]
  })
}

/** The cause of a match, with what failed in front. */
export function causeOf({ entry, facts }: Match, what: Text): Cause {
  return {
    code: entry.code,
    what,
    ...(entry.error && { error: fillSentence(entry.error, facts) }),
    why: fillSentence(entry.why, facts),
    fix: fillSentence(entry.fix, facts),
    docs: entry.docs,
    confidence: entry.confidence ?? 'certain',
    ...(entry.weight === 'general' && { isGeneral: true }),
  }
}
