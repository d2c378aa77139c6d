/**
 * Text that people read, and the door that keeps other people's text harmless.
 *
 * Whatever comes from AWS, git, containers, registries, Slack or a file is `Untrusted`: an object, not a string, so it
 * cannot slip into a message by interpolation. Only a view (`src/report/*`) takes it out, with the escape of its channel.
 */
export interface Untrusted {
  readonly untrusted: string
  /** Shown as code, such as a line of a log: a view sets it apart in the way of its channel. */
  readonly isCode?: true
}

/** A message of trusted words (ours) and untrusted parts (theirs). Built with the `text` tag, rendered by a view. */
export type Text = readonly (string | Untrusted)[]

/** Marks text that somebody else wrote. */
export function untrusted(value: string): Untrusted {
  return { untrusted: value }
}

/** The same, shown as code. */
export function quoted(value: string): Untrusted {
  return { untrusted: value, isCode: true }
}

type Part = string | number | Untrusted | Text

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
  return isUntrusted(part) ? [part] : part
}

export function isUntrusted(part: string | Untrusted | Text): part is Untrusted {
  return typeof part === 'object' && 'untrusted' in part
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
      return part.isCode ? escapeCode(part.untrusted) : escapeTheirs(part.untrusted)
    })
    .join('')
}
