import { isSecretName } from './secret-name.ts'
import type { Span } from './span.ts'

/** Credentials that are recognised by their own form or by fixed words around them. */
export interface SecretPattern {
  /** One of these is in every text with such a secret, in small letters. Without any, the pattern is not even compiled. */
  readonly hints: readonly string[]
  /** What its group `kept` holds is shown; where it has a group `name`, only a secret name makes it one. */
  readonly pattern: RegExp
}

/**
 * Tokens with a beginning of their own: GitHub, GitLab, Slack, Docker, Vault, Stripe, Twilio, Shopify, DigitalOcean, and more.
 * Several words in small letters are a name (`gldt-token-api`, `hvs.internal.example.com`), as is one in the ARN of a secret, to
 * which Secrets Manager adds six characters.
 */
const ownBeginning =
  /(?<![A-Za-z0-9])(?<kept>gh[pousr]_|github_pat_|gl(?:pat|oas|dt|rt|cbt|ptt|ft|soat)-|xox[a-z](?:\.xox[a-z])?-|xapp-|dckr_(?:pat|oat)_|hv[sbr]\.|[sr]k_(?:live|test)_|whsec_|shp(?:at|ca|pa|ss)_|do[opr]_v1_|sbp_|lin_api_|pscale_(?:tkn|pw|oauth)_|sntry[su]_|dp\.(?:pt|st|ct|sa)\.|figd_|gsk_|nvapi-|ATATT3|ATCTT3|HRKU-|PMAK-|NRAK-|AGE-SECRET-KEY-1)(?!(?:[a-z]{1,19}(?:[._-]{1,2}[a-z]{1,19}){1,12}[._-]?|[a-z]{1,19}(?:[._-]{1,2}[a-z]{1,19}){0,12}(?<=:secret:[\w/+=.@-]{1,512})-[A-Za-z0-9]{6})(?![\w.-]))[\w.-]{10,}/g

/**
 * Credentials that are recognised by a name are found in `secret-assignments.ts`. Each pattern is linear in the text, also for a
 * text crafted to be slow: repetitions are bounded, or begin where no like character precedes.
 */
export const secretPatterns: readonly SecretPattern[] = [
  // A key may span several lines, with line ends of its own or written as \n; without its end marker, the rest of the text is
  // redacted.
  {
    hints: ['-----begin'],
    pattern: /-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g,
  },
  // The rest of one whose beginning is not there. A line of 64 hexadecimal digits is a digest.
  {
    hints: ['\n'],
    pattern:
      /(?:^[ \t]{0,20}(?![0-9a-f]{64}[ \t\r]*$)[A-Za-z0-9+/]{60,80}={0,2}[ \t]{0,20}\r?\n)+(?:^[ \t]{0,20}[A-Za-z0-9+/]{1,80}={0,2}[ \t]{0,20}\r?\n)?(?:-----END [A-Z0-9 ]{0,40}-----)?/gm,
  },
  // Header lines, whatever scheme they name; what follows on the line belongs to them.
  {
    hints: ['authorization'],
    pattern:
      /\b(?<kept>(?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:Bearer|Basic|Digest|Token|AWS4-HMAC-SHA256)\s)?)[^\r\n"']+/gi,
  },
  {
    hints: ['authorization'],
    pattern: /\b(?<kept>authorization\s{1,3}(?:Bearer|Basic|Digest|Token|Splunk|ApiKey|Negotiate)\s{1,3})[^\s"']+/gi,
  },
  { hints: ['cookie'], pattern: /\b(?<kept>(?:set-)?cookie["']?\s{0,3}[:=]\s{0,3}["']?)[^\r\n"']+/gi },
  // A header as two items of a list, as Node.js has them (rawHeaders); a login of Python's requests.
  {
    hints: ['x-'],
    pattern:
      /(?<kept>["']x-(?:\w{1,30}-){0,4}(?:key|token|secret|auth|password|signature)["'],\s{0,3}["'])[^"'\n]{1,2000}/gi,
  },
  { hints: ['auth'], pattern: /\b(?<kept>auth\s?=\s?\(\s?["'][^"'\n]{0,100}["'],\s{0,3}["'])[^"'\n]{1,500}/gi },
  // A scheme, and something that is no word of prose.
  {
    hints: ['bearer', 'basic', 'splunk'],
    pattern:
      /\b(?<kept>(?:[Bb]earer|BEARER|[Bb]asic|BASIC|Splunk)\s{1,3})(?![A-Za-z]?[a-z]{0,40}(?![\w~+/=-]|\.\w))[\w.~+/=-]{8,}/g,
  },
  // Access key ids (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Unique identifiers")
  { hints: ['akia', 'asia'], pattern: /(?<![A-Z0-9])(?<kept>AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g },
  // Session tokens of AWS, whose beginning is always one of these.
  {
    hints: ['iqojb3jpz2lu', 'qogzxivyxdz', 'wogzxivyxdz'],
    pattern: /(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=_-]{20,}/g,
  },
  // JSON Web Tokens.
  { hints: ['eyj'], pattern: /(?<![\w-])(?<kept>[\w-]{0,40}?)eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*/g },
  { hints: ['_', '-', '.', 'atatt3', 'atctt3'], pattern: ownBeginning },
  { hints: ['sk', 'dapi', 'key-'], pattern: /(?<![A-Za-z0-9])(?<kept>SK|dapi|key-)[0-9a-f]{32}(?![A-Za-z0-9])/g },
  // These begin like names of packages, so what follows must be no word: long, or not in small letters alone.
  {
    hints: ['npm_', 'hf_', 'r8_'],
    pattern: /(?<![\w-])(?<kept>(?:npm|hf|r8)_)(?:(?=[a-z]{0,60}[A-Z0-9])[A-Za-z0-9]{10,}|[a-z]{20,})(?![\w-])/g,
  },
  {
    hints: ['pypi-', 'sk-'],
    pattern: /(?<![\w-])(?<kept>(?:pypi|sk)-)(?=[\w-]{0,24}?(?=[a-z]{0,15}[A-Z0-9])[A-Za-z0-9]{16})[\w-]{16,}/g,
  },
  { hints: ['aiza', 'sg.', 'ya29.'], pattern: /(?<![A-Za-z0-9])(?<kept>AIza|SG\.|ya29\.)[\w.-]{20,}/g },
  // Addresses that are secrets themselves.
  {
    hints: ['hooks.slack', 'webhooks/', 'webhookb2/', 'telegram.org/bot'],
    pattern:
      /(?<kept>hooks\.slack(?:-gov)?\.com\/|discord(?:app)?\.com\/api\/(?:v\d{1,3}\/)?webhooks\/|webhook\.office\.com\/webhookb2\/|api\.telegram\.org\/bot)[\w/:@-]+/gi,
  },
  // The last @ ends a password, which may hold others; :8080/ begins a path.
  {
    hints: ['@'],
    pattern: /(?<kept>:\/\/[^\s:/@"'<>]{0,200}:)(?!\d{1,5}(?:[/?#\s]|$))(?:(?!:\/\/)[^\s"'<>]){1,300}(?=@)/g,
  },
  { hints: ['@'], pattern: /(?<kept>:\/\/)[^\s:/@"'<>]{20,200}(?=@)/g },
  // The same without a scheme, as Go's driver for MySQL has it: user:password@tcp(host).
  {
    hints: ['@tcp', '@udp', '@unix', '@cloudsql'],
    pattern: /(?<![\w.-])(?<kept>[\w.-]{1,64}:)[^\s"']{1,200}(?=@(?:tcp|udp|unix|cloudsql)\w{0,10}\()/g,
  },
  {
    hints: ['sig', 'key=', 'code=', 'x-amz-'],
    pattern: /(?<kept>[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|signature|key|code)=)[^&\s"']+/gi,
  },
  // <password>x</password>, and <name>password</name><value>x</value>.
  { hints: ['<'], pattern: /(?<kept><(?<name>[\w:.-]{1,100})>)(?![<\s])[^<]{1,2000}/g },
  {
    hints: ['<'],
    pattern: /(?<kept><(?:name|key)>(?<name>[\w.-]{1,100})<\/(?:name|key)>\s{0,20}<(?:value|string)>)[^<]{1,2000}/gi,
  },
  // SQL, and files of Redis, of LDAP, of curl (.netrc) and of PostgreSQL (.pgpass).
  {
    hints: ['password', 'identified'],
    pattern:
      /\b(?<kept>(?:password(?:\s{1,3}for\s{1,3}\S{1,100})?(?:\s{0,3}=)?|identified(?:\s{1,3}with\s{1,3}\S{1,60})?\s{1,3}(?:by|as))\s{1,3})(?:'[^'\n]{1,500}'|(?<=identified\s{1,3}by\s{1,3})"[^"\n]{1,500}")/gi,
  },
  // Oracle: user/password@database.
  {
    hints: ['jdbc:oracle:', 'sqlplus '],
    pattern:
      /\b(?<kept>(?:jdbc:oracle:\w{1,10}:|sqlplus\s{1,3}(?:-\w{1,10}\s{1,3}){0,5})[\w$#.-]{1,64}\/)[^\s"'@]{1,200}(?=@)/gi,
  },
  {
    hints: ['requirepass', 'masterauth', 'bindpw', 'rootpw'],
    pattern: /\b(?<kept>(?:requirepass|masterauth|bindpw|rootpw)\s{1,3})[^\s"']+/gi,
  },
  {
    hints: ['login'],
    pattern:
      /\b(?<kept>(?:machine\s{1,20}\S{1,200}|default)\s{1,20}login\s{1,20}\S{1,200}\s{1,20}password\s{1,20})\S{1,200}/g,
  },
  {
    hints: [':'],
    pattern:
      /(?<![^\s"'])(?<kept>(?=[\w.-]{0,100}[g-z.*]|\*)[\w.*-]{1,100}:(?:\d{4,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:)[^\s"']{1,200}/gi,
  },
]

/** The pieces of the text that fit one of the patterns. */
export function secretsByPattern(text: string): readonly Span[] {
  const small = text.toLowerCase()
  return secretPatterns
    .filter(({ hints }) => hints.some((hint) => small.includes(hint)))
    .flatMap((pattern) => secretsLike(pattern, text))
}

/** The pieces that fit this one. */
export function secretsLike({ pattern }: SecretPattern, text: string): readonly Span[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: all, index, groups: { kept = '', name } = {} }): Span[] =>
    name !== undefined && !isSecretName(name) ? [] : [[index + kept.length, index + all.trimEnd().length]],
  )
}
