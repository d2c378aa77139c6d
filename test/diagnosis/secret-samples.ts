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
  'SK0123456789abcdef0123456789abcdef',
  'machine a login b password c',
  'a.io:1234:b:c:d',
  "password 'a'",
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
  'curl -sSu "a:b" --user=a:b ',
  'docker login -p a | mysql -pa ',
  '["redis-cli", "-a", "b"]',
  'DB_PASSWORD for user a is now: b1 ',
  'password -> b1\t',
  'password: |\n  a\n',
  '"password":\n  "a"\n',
  ' a: >\n\n\n',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY AKIAIOSFODNN7EXAMPLE',
  'AC0123456789abcdef0123456789abcdef:0123456789abcdef0123456789abcdef',
  '%22password%22%3D',
  '\\u0070\\x41\\303\\251\\\\"',
  '&quot;password&#61;',
  '\u001b[31mpassword\u001b[0m=',
  '"auth":"YTpi"cGFzc3dvcmQ9aHVudGVy ',
]

/** Every beginning of the samples, each once. */
export const beginningsOf = (samples: readonly string[]) => [
  ...new Set(samples.flatMap((sample) => [...sample].map((_, index) => sample.slice(0, index + 1)))),
]
