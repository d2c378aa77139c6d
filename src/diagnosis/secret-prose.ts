import { isSecretPhrase } from './secret-assignments.ts'
import { isSecretName } from './secret-name.ts'
import { valueAt } from './secret-value.ts'
import type { Span } from './span.ts'

/**
 * A name, and what separates it from its value: words (`is`, `for user ann was`, `set to`), an arrow, a tab, a column of a table,
 * or spaces alone. Every word of a text is read once, from its beginning.
 */
const said =
  /(?<=(?<before>[^\s=:]{0,16}[ \t])?)(?<![\w.-])(?<name>[\w.-]+)["'`)\]]?(?:[ \t]{0,3}(?:\t|-{1,2}>|→|\|(?= ))[ \t]{0,3}|(?<whose>[ \t]{1,3}(?:for|of)(?:[ \t](?:the )?user)?[ \t]\S{1,60})?[ \t]{1,40}(?<verb>(?:is|are|was|were|set to|changed to|reset to)(?: now)?:?[ \t]{1,3})?)/g

/** Names behind which a space is enough: `with password x`, `aws_secret_access_key x`. */
const certain = /^(?:pass(?:word|wd|phrase|code)|pwd|psk|\w+_\w+|_auth(?:token)?)$/i

/** Values in a sentence, where they have the form of a secret: `the password is hunter2`. */
export function secretsInProse(text: string): readonly Span[] {
  return [...text.matchAll(said)].flatMap((match): readonly Span[] => {
    const { name = '', before = '', whose, verb } = match.groups ?? {}
    if (!isSecretName(name) && !isSecretPhrase(name, before)) return []
    const isBare = verb === undefined && match[0].endsWith(' ') && !/->|→|\t/.test(match[0])
    return isBare && (whose !== undefined || !certain.test(name))
      ? []
      : valueAt(text, match.index + match[0].length, { mustResembleSecret: true })
  })
}
