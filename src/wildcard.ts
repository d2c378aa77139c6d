/**
 * Whether a text fits a pattern, in which `*` is any text. `one`: whether the character of the text fits that of the pattern; the same
 * when undefined. The time is at most the length of the pattern times that of the text, whatever they are.
 */
export function fitsWildcard(
  pattern: string,
  text: string,
  one: (wanted: string, found: string) => boolean = (wanted, found) => wanted === found,
): boolean {
  let [at, star, resume] = [0, -1, 0]
  for (let index = 0; index < text.length; ) {
    const wanted = pattern[at]
    if (wanted === '*') [star, resume] = [at++, index]
    else if (wanted !== undefined && one(wanted, text[index] ?? '')) {
      at++
      index++
    } else if (star < 0) return false
    // The last `*` takes one character more; an earlier one would find nothing else.
    else [at, index] = [star + 1, ++resume]
  }
  return /^\**$/.test(pattern.slice(at))
}
