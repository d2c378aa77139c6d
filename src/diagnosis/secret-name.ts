/** Words that make a name secret at any position in it: `DB_PASSWORD`, `clientSecret`, `dbpasswd`. */
const anywhere =
  /passw(?:or)?d|passphrase|passcode|(?<![a-z])pwd|pwd(?![a-z])|secret(?!ary|ion|smanager)|token(?!i[sz])|credential|(?:api|access|account|auth|master|private|signing|encryption|licen[cs]e|shared)[_.-]?key|connection[_.-]?string|basic_?auth/

/** Short words, which count only as a word of their own: `DB_PASS`, `x.pass`, `DB_PW`; and at the end: `requirepass`, `WIFI_PSK`. */
const words =
  /(?:^|[_.-])(?:pass|pw)(?:[_.-]|$)|(?<!by|com|sur|tres)pass$|[_.-](?:auth|pat)$|masterauth$|(?:bind|root)pw$|(?:^|[_.-])(?:pin|t?otp|psk|cv[cv]|creds?)$/

/** The key of something is a secret, … */
const key = /(?:^|[_.-])([a-z0-9]+)[_.-]key$/

/** … but for those that only say where something is found, or that are made to be shown. */
const openKeys =
  /^(?:public|primary|foreign|partition|sort|cache|object|s3|bucket|routing|shard|unique|index|idempotency|row|group|hash|range|natural|composite|storage|config|map|message|event|tag|label|lookup|json|context|condition|duplicate|parameter|option|unknown|invalid|missing|host|translation)$/

/** Attributes of a secret that are none: its location, its lifetime, whether it is required. */
const about =
  /[_.-](?:names?|arns?|file|path|types?|length|count|ttl|policy|limit|expir(?:y|es|ation)(?:_(?:in|at))?|enabled|required|(?:in)?valid)$/

/** Nearly every name contains none of these, and needs no further test. */
const hint = /pass|pwd?|secret|token|cred|key|string|auth|pin$|otp$|psk$|pat$|cv[cv]$/i

/** Names are short; what is longer is cut at its beginning, as its last words say what it is. */
const longest = 200

/** Whether a value of this name is to be kept to oneself: a variable, a member, an option, a header, a flag. */
export function isSecretName(name: string): boolean {
  if (!hint.test(name)) return false
  const short = name.slice(-longest)
  const plain = short
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
  if (about.test(plain)) return false
  if (anywhere.test(plain) || anywhere.test(short.toLowerCase()) || words.test(plain)) return true
  const [, owner] = key.exec(plain) ?? []
  return owner !== undefined && !openKeys.test(owner)
}
