/** Texts that patterns of secrets find, or nearly. */

/** Secrets of every kind, as patterns know them. Of each, every beginning is repeated. */
export const known = [
  '-----BEGIN RSA PRIVATE KEY-----\nab',
  `${'Ab1+'.repeat(16)}\n`,
  'Proxy-Authorization: Bearer abc',
  'Authorization Splunk a',
  'Set-Cookie: a=b',
  'Bearer abc.def1',
  'AKIAIOSFODNN7EXAMPLE',
  'IQoJb3JpZ2luAAAAAAAAAAAAAAAAAAAA',
  'eyJhbGciOiJI.eyJzdWIiOiIx.c2ln',
  'eyJ-abcdefgh.abcdefgh',
  'xoxe.xoxb-1-23456789',
  'github_pat_0123456789',
  'hf_abcdefghiJ',
  'sk-proj-abcdefghijklmnoP',
  'AIzaSyA0123456789012345678',
  'discord.com/api/v10/webhooks/1/a',
  'https://hooks.slack.com/services/a',
  '://user:pass@h',
  '://user.with.a.long.name@',
  'app:pw@tcp(',
  '?X-Amz-Signature=a&',
  '<a.password>b',
  '<name>password</name><value>b',
  "identified by 'a'",
  'requirepass  a',
]

/** Texts that nearly are names with values. */
export const nearly = [
  'a:',
  '"password" := "a\\"',
  "'db_pass' => 'a",
  String.raw`\"secret\":\"a\\\\`,
  'token=[`a',
  'password=;a=,,',
  '{"name":"DB_PASSWORD","value":{',
  '--db-password", "-',
  'arn:aws:a:secret:b::',
  'Invalid API key   :  ',
  '____key',
]

/** Every beginning of the samples, each once. */
export const beginningsOf = (samples: readonly string[]) => [
  ...new Set(samples.flatMap((sample) => [...sample].map((_, index) => sample.slice(0, index + 1)))),
]
