/** A value as it may be written, and the variable that it belongs to. */
export interface Form {
  readonly form: string
  readonly name: string
  /** A short word or number, which counts only where no letter or digit is beside it. */
  readonly isWord: boolean
}

interface FoundForm {
  readonly index: number
  readonly form: Form
}

/** Characters of a form by which it is indexed. */
const longestKey = 8

/**
 * Searches for many values at once: of those that begin at one position the longest, then on behind it. Not by one regular
 * expression of all, which the engine refuses above some hundred thousand characters, with all of them in its message. Time is
 * linear in the text. No form is shorter than two characters.
 */
export function formFinder(forms: readonly Form[]): (text: string) => readonly FoundForm[] {
  const beginnings = new Set(forms.map(({ form }) => beginningAt(form, 0)))
  const byKey = Map.groupBy(
    forms.toSorted((one, other) => other.form.length - one.form.length),
    ({ form }) => form.slice(0, longestKey),
  )
  const lengths = [...new Set([...byKey.keys()].map((key) => key.length))].sort((one, other) => other - one)
  const longestAt = (text: string, at: number) => {
    // A longer key belongs to a longer form, and the forms of one key are sorted by length, the longest first.
    for (const length of lengths) {
      const form = byKey.get(text.slice(at, at + length))?.find((each) => stands(each, text, at))
      if (form) return form
    }
    return undefined
  }
  return (text) => {
    const found: FoundForm[] = []
    for (let index = 0; index < text.length; index++) {
      const form = beginnings.has(beginningAt(text, index)) ? longestAt(text, index) : undefined
      if (form === undefined) continue
      found.push({ index, form })
      index += form.form.length - 1
    }
    return found
  }
}

/** The first two characters in one number. */
function beginningAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1)
}

function stands({ form, isWord }: Form, text: string, at: number): boolean {
  if (!text.startsWith(form, at)) return false
  return !isWord || !(isLetterOrDigit(text.charAt(at - 1)) || isLetterOrDigit(text.charAt(at + form.length)))
}

function isLetterOrDigit(character: string): boolean {
  return /^[A-Za-z\d]$/.test(character)
}
