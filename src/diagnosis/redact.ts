/** Names of what is secret, as part of a longer name, too: `DB_PASSWORD`, `clientSecret`, `aws_secret_access_key`. */
const secretName =
  '(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|account[_-]?key|access[_-]?key|signing[_-]?key|private[_-]?key|encryption[_-]?key|credential|connection[_-]?string)'

/**
 * Patterns of what must not be shown again, wherever it was found: in log lines, service events and error messages.
 * Each takes time in proportion to the text, also for a text that was made to be slow.
 */
const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // A key may go over several lines, with line ends of its own or written as \n; without its end, all that follows goes.
  [/-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g, '***'],
  // The rest of one whose beginning is not there.
  [
    /(?:^[ \t]*[A-Za-z0-9+/]{60,80}={0,2}[ \t]*\r?\n)+(?:^[ \t]*[A-Za-z0-9+/]{1,80}={0,2}[ \t]*\r?\n)?(?:-----END [A-Z0-9 ]{0,40}-----)?/gm,
    '***\n',
  ],
  // Header lines, whatever scheme they name; what follows on the line belongs to them.
  [
    /\b((?:proxy-)?authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?(?:(?:Bearer|Basic|Digest|Token|AWS4-HMAC-SHA256)\s)?)[^\r\n"']+/gi,
    '$1***',
  ],
  [/\b((?:set-)?cookie\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?)[^\r\n"']+/gi, '$1***'],
  // Access key ids (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Unique identifiers")
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, '$1***'],
  // Session tokens of AWS, whose beginning is always one of these.
  [/\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=_-]{20,}/g, '***'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*/g, '***'],
  // GitHub, GitLab, Slack, Docker, npm, PyPI, Vault, Stripe, OpenAI, Google, SendGrid: tokens with a beginning of their own.
  [
    /\b(gh[pousr]|github_pat|glpat|xox[a-z](?:\.xox[a-z])?|xapp|dckr_pat|npm|pypi|hvs|[sr]k_(?:live|test)|sk)([._-])[\w.-]{10,}/g,
    '$1$2***',
  ],
  [/\b(AIza|SG\.)[\w.-]{20,}/g, '$1***'],
  [/(hooks\.slack(?:-gov)?\.com\/)[\w/-]+/g, '$1***'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  // The last @ ends a password, which may hold others; :8080/ begins a path.
  [/(:\/\/[^\s:/@"'<>]{0,200}:)(?!\d{1,5}(?:[/?#\s]|$))(?:(?!:\/\/)[^\s"'<>]){1,300}@/g, '$1***@'],
  [/(:\/\/)[^\s:/@"'<>]{20,200}@/g, '$1***@'],
  [/([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|signature|token|key|code)=)[^&\s"']+/gi, '$1***'],
  [new RegExp(`(<(?:[\\w:-]{0,40}${secretName}[\\w-]{0,20})>)[^<]{1,2000}`, 'gi'), '$1***'],
  [new RegExp(`(--?[\\w-]{0,40}${secretName}\\s{1,3})(?!-)[^\\s"']+`, 'gi'), '$1***'],
  // Not the name of a secret in its ARN (…:111122223333:secret:name), which says what to correct.
  [
    new RegExp(
      `((?<!:\\d{12}:)${secretName}s?\\\\?["'\\]]{0,2}\\s{0,3}(?:=>|[=:])\\s{0,3}(?!unexpected status|\\d{3} ))(\\\\"(?:[^"\\\\\\n]|\\\\(?!"))*\\\\"|"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'|(?:(?![;&,]\\s{0,3}[\\w.-]{1,60}=)[^\\s"'\\\\])*[^\\s"',;&.:\\])}\\\\]|[^\\s"']+)`,
      'gi',
    ),
    '$1***',
  ],
]

/** The text with `***` in place of what looks like a credential: keys, tokens, passwords in addresses and assignments. */
export function redact(value: string): string {
  return secrets.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), value)
}
