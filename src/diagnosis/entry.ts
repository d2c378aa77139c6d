import { type Text, untrusted } from '../text.ts'
import type { Cause } from './cause.ts'
import { redact } from './redact.ts'

/**
 * One known failure. `pattern` is an anchored piece of AWS's own text, never a whole line: AWS adds words around it.
 * `{name}` in `why` and `fix` stands for a named group of the pattern, or for a fact of the task (see `Facts`);
 * `{name|words}` is these words where it is not known, as AWS cuts long texts; `{name}` that is not known is left out,
 * with the space before it.
 */
export interface Entry {
  readonly code: string
  readonly pattern: RegExp
  /** What the text has to be about, where words of the pattern mean other things elsewhere. */
  readonly within?: RegExp
  readonly why: string
  readonly fix: string
  readonly docs?: string
  readonly confidence?: 'certain' | 'likely' | 'possible'
  readonly weight?: Weight
}

/**
 * Why an entry counts for less than others. `general`: it names the kind of failure, not its reason. `passing`: it may befall
 * one task and be over for the next, as time-outs and limits do. `noise`: that, and neither image nor definition can be meant.
 */
export type Weight = 'general' | 'passing' | 'noise'

/** Facts by name, for the places in an entry's sentences. */
export type Facts = Readonly<Record<string, string | undefined>>

export interface Match {
  readonly entry: Entry
  readonly facts: Facts
}

/** Texts are cut before they are matched: no cause needs more, and no pattern may be slow. */
const longestText = 4000

/** The first entry whose pattern is in the text. */
export function findEntry(entries: readonly Entry[], text: string, facts: Facts = {}): Match | undefined {
  // A credential is known by what stands around it: taken out by a pattern, it would be none any more.
  const cut = redact(text.slice(0, longestText))
  for (const entry of entries) {
    const match = entry.within && !entry.within.test(cut) ? null : entry.pattern.exec(cut)
    if (match) return { entry, facts: { ...facts, ...knownOf(match.groups) } }
  }
  return undefined
}

/** A group that did not take part must not hide a fact that is known otherwise. */
function knownOf(groups: Readonly<Record<string, string | undefined>> = {}): Facts {
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined))
}

/** A sentence of an entry with its places filled; what fills them is somebody else's text, without credentials. */
function fillSentence(sentence: string, facts: Facts): Text {
  return sentence.split(/( ?\{\w+(?:\|[^}]*)?\})/).flatMap((part) => {
    const [, space = '', name, otherwise] = /^( ?)\{(\w+)(?:\|([^}]*))?\}$/.exec(part) ?? []
    if (name === undefined) return part
    const value = facts[name]
    if (value === undefined) return otherwise === undefined ? '' : `${space}${otherwise}`
    return [space, untrusted(redact(value))]
  })
}

/** The cause of a match, with what failed in front. */
export function causeOf({ entry, facts }: Match, what: Text): Cause {
  return {
    code: entry.code,
    what,
    why: fillSentence(entry.why, facts),
    fix: fillSentence(entry.fix, facts),
    docs: entry.docs,
    confidence: entry.confidence ?? 'certain',
    ...(entry.weight === 'general' && { isGeneral: true }),
  }
}
