const special = /[.+^$()|[\]\\]/

/**
 * A pattern of paths: `*` is any text without a slash, `**` any text, `?` one character, `{a,b}` one of several. One without a slash
 * is of the name of the file, in any folder. Throws an `Error` that says what is wrong.
 */
export function globPattern(glob: string): RegExp {
  let source = ''
  let depth = 0
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] ?? ''
    if (glob.startsWith('**/', at)) {
      source += '(?:.*/)?'
      at += 2
    } else if (glob.startsWith('**', at)) {
      source += '.*'
      at += 1
    } else if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character === '{') {
      source += '(?:'
      depth++
    } else if (character === '}' && depth > 0) {
      source += ')'
      depth--
    } else if (character === ',' && depth > 0) source += '|'
    else source += special.test(character) || character === '}' ? `\\${character}` : character
  }
  if (depth > 0) throw new Error(`has the pattern "${glob}", whose { is not closed`)
  return new RegExp(`^${glob.includes('/') ? '' : '(?:.*/)?'}${source.replace(/^\//, '')}$`, 's')
}
