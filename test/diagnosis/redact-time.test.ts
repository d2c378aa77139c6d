/** No text, however long and hostile, may keep a deployment from being watched. */
import { describe, expect, test } from '@jest/globals'
import { redact } from '../../src/diagnosis/redact.ts'
import { redactAssignments } from '../../src/diagnosis/secret-assignments.ts'
import { type SecretPattern, secretPatterns } from '../../src/diagnosis/secret-patterns.ts'
import { cpuTime } from '../cpu-time.ts'

/** Secrets of every kind, as patterns know them. Of each, every beginning is repeated. */
const known = [
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
const nearly = [
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

const beginningsOf = (samples: readonly string[]) => [
  ...new Set(samples.flatMap((sample) => [...sample].map((_, index) => sample.slice(0, index + 1)))),
]

/** How much longer twice as much text takes: 2 where time is in proportion, 4 where it grows with the square. */
async function growth(parts: readonly string[], search: (text: string) => unknown): Promise<number> {
  const of = (size: number) => parts.map((part) => part.repeat(Math.ceil(size / part.length)))
  const [short, long] = [of(50_000), of(100_000)]
  const time = (texts: readonly string[]) => cpuTime(() => texts.forEach(search))
  let least = Number.POSITIVE_INFINITY
  // What disturbs a measurement makes it longer, never shorter; so the best of some counts.
  for (let turn = 0; turn < 4 && least > 3; turn++) {
    const first = Math.max(await time(short), 1)
    least = Math.min(least, (await time(long)) / first)
  }
  return least
}

describe('Z4, S14: 100 kB of the beginnings of secrets take twice as long as 50 kB', () => {
  const replaced =
    ({ pattern, shown }: SecretPattern) =>
    (text: string) =>
      typeof shown === 'string' ? text.replace(pattern, shown) : text.replace(pattern, shown)

  test.each(secretPatterns.map((each) => [each.pattern.source, each] as const))('%s', async (_, each) => {
    const samples = known.filter((sample) => sample.search(each.pattern) >= 0)
    expect(samples).not.toEqual([])
    expect(await growth([...beginningsOf(samples), ...nearly], replaced(each))).toBeLessThan(3)
  })

  test('names and values', async () => {
    expect(await growth(beginningsOf(nearly), redactAssignments)).toBeLessThan(3)
  })

  test('and one line takes no longer than its first 10,000 characters, however long it is', async () => {
    const lines = beginningsOf(nearly)
    const time = (size: number) =>
      cpuTime(() => {
        for (const part of lines) redact(part.repeat(Math.ceil(size / part.length)))
      })
    await time(20_000)
    expect(await time(400_000)).toBeLessThan(5 * (await time(20_000)))
  })
})

test('a hint is in every text that its pattern finds', () => {
  const rest =
    'ASIAIOSFODNN7EXAMPLE FwoGZXIvYXdzAAAAAAAAAAAAAAAAAAAA SG.0123456789012345678901 &code=a Basic QWxhZGRpbjpv npm_abcdefghiJ'
  const blind = [...known, ...rest.split(' '), 'Basic QWxhZGRpbjpv'].flatMap((text) =>
    secretPatterns.filter(
      ({ hints, pattern }) => text.search(pattern) >= 0 && !hints.some((hint) => text.toLowerCase().includes(hint)),
    ),
  )
  expect(blind.map(({ pattern }) => pattern.source)).toEqual([])
})
