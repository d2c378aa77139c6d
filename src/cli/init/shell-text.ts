import { shellWord } from '../../shell-word.ts'
import { renderText } from '../../text.ts'

/** Words of a shell command that is printed for a person to paste, each quoted where a shell needs it. */
export function shellText(...words: readonly string[]): string {
  return words.map((word) => renderText(shellWord(word), (theirs) => theirs)).join(' ')
}
