/**
 * Patterns of what must not be shown again, wherever it was found: in log lines, service events and error messages.
 * Each takes time in proportion to the text, also for a text that was made to be slow.
 */
const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Access key ids (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Unique identifiers")
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, '$1***'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  [/\b(gh[pousr]|github_pat|xox[a-z]|xapp)([_-])[\w-]{10,}/g, '$1$2***'],
  [/(hooks\.slack(?:-gov)?\.com\/)[\w/-]+/g, '$1***'],
  [/-----BEGIN ([A-Z ]{0,30})PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}-----|$)/g, '***'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/(:\/\/[^\s:/@]{1,200}:)[^\s/@]{1,500}@/g, '$1***@'],
  [/([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|token|key)=)[^&\s"']+/gi, '$1***'],
  // Not the name of a secret in its ARN (…:111122223333:secret:name), which says what to correct.
  [
    /((?<!:\d{12}:)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?["']?\s{0,3}[=:]\s{0,3})("[^"\n]*"|'[^'\n]*'|[^\s,;&"']+)/gi,
    '$1***',
  ],
]

/** The text with `***` in place of what looks like a credential: keys, tokens, passwords in addresses and assignments. */
export function redact(value: string): string {
  return secrets.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), value)
}
