/**
 * Text of messages, and the type that keeps untrusted text harmless.
 *
 * Whatever comes from AWS, git, containers, registries, Slack or a file is `Untrusted`: an object, not a string, so it cannot be
 * interpolated into a message unmarked. Only a view (`src/report/*`) extracts it, with the escape of its channel.
 */
export interface Untrusted {
  readonly untrusted: string
  /** Shown as code, such as a line of a log: each view formats it for its channel. */
  readonly isCode?: true
  /** The name of a resource: whatever the name is, the text behind it is not the value of a variable. */
  readonly isName?: true
}

/**
 * A setting that a message is about, by the name of its input. Code that knows how it was set replaces it (`src/origins.ts`); the
 * views render it as the input.
 */
export interface Setting {
  readonly setting: string
}

/** A message of trusted words (ours), untrusted parts (theirs) and settings. Built with the `text` tag, rendered by a view. */
export type Text = readonly (string | Untrusted | Setting)[]

/** Marks text that others wrote. */
export function untrusted(value: string): Untrusted {
  return { untrusted: value }
}

/** The same, shown as code. */
export function quoted(value: string): Untrusted {
  return { untrusted: value, isCode: true }
}

/** Marks the name of a service, container, revision, image, file or the like, which others gave: `auth-token:7`. */
export function asName(value: string): Untrusted {
  return { untrusted: value, isName: true }
}

/** Names a setting: `` text`Correct ${setting('cluster')}.` `` says “the input cluster”, or the key of slipway.yml. */
export function setting(input: string): Setting {
  return { setting: input }
}

/** A setting whose origin is unknown. */
export function settingWords({ setting }: Setting): string {
  return `the input ${setting}`
}

/** The same without a full stop at its end, so that a sentence can continue after it: AWS ends some messages with one. */
export function withoutStop(value: Text): Text {
  // The `text` tag ends every text that ends with a part of others with an empty word.
  const end = value.findLastIndex((part) => part !== '')
  const last = value[end]
  if (last === undefined || isSetting(last)) return value
  const cut = (words: string) => words.replace(/\.$/, '')
  return [...value.slice(0, end), typeof last === 'string' ? cut(last) : { ...last, untrusted: cut(last.untrusted) }]
}

type Part = string | number | Untrusted | Setting | Text

/** Template tag: ``text`${tasks} of 3 stopped: ${reason}` `` keeps untrusted parts apart from our own words. */
export function text(words: TemplateStringsArray, ...parts: readonly Part[]): Text {
  return words.flatMap((word, index) => {
    const part = parts[index]
    return part === undefined ? [word] : [word, ...flatten(part)]
  })
}

function flatten(part: Part): Text {
  if (typeof part === 'number') return [String(part)]
  if (typeof part === 'string') return [part]
  return isUntrusted(part) || isSetting(part) ? [part] : part
}

/** True for a part that others wrote. */
export function isUntrusted(part: string | Untrusted | Setting | Text): part is Untrusted {
  return typeof part === 'object' && 'untrusted' in part
}

/** True for the name of a setting. */
export function isSetting(part: string | Untrusted | Setting | Text): part is Setting {
  return typeof part === 'object' && 'setting' in part
}

/**
 * Renders a text for one channel: our words as they are, theirs through the channel's escape. `escapeCode`: the same for
 * what is shown as code; between backticks where the channel has nothing better.
 */
export function renderText(
  value: Text,
  escapeTheirs: (theirs: string) => string,
  escapeCode = (theirs: string) => `\`${escapeTheirs(theirs)}\``,
): string {
  return value
    .map((part) => {
      if (typeof part === 'string') return part
      if (isSetting(part)) return settingWords(part)
      return part.isCode ? escapeCode(part.untrusted) : escapeTheirs(part.untrusted)
    })
    .join('')
}

/** `a, b`: parts of a line with the same words between each two. */
export function joined(parts: readonly Text[], between = ', '): Text {
  return parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]))
}
