/**
 * How Slipway writes to people: AWS's own names first, then plain technical English. The areas that are held to it are listed
 * below; a sentence is a literal of a source file, a line of a golden file, or a line of a generated page.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { capacity } from '../src/diagnosis/catalogue/capacity.ts'
import { health } from '../src/diagnosis/catalogue/health.ts'
import { imagePull } from '../src/diagnosis/catalogue/image-pull.ts'
import { initialization } from '../src/diagnosis/catalogue/initialization.ts'
import { launch } from '../src/diagnosis/catalogue/launch.ts'
import { traffic } from '../src/diagnosis/catalogue/load-balancing.ts'
import { verdicts } from '../src/diagnosis/catalogue/verdicts.ts'
import { insteadOnPages, pageAreas, sentencesOfPage } from './page-words.ts'
import { sentencesIn } from './sentences-in.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Files of a folder, at any depth, whose path ends in one of these. */
function filesIn(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((path) => ending.test(path) && statSync(join(root, path)).isFile())
}

const literals = (paths: readonly string[]) => paths.flatMap((path) => sentencesIn(read(path)))
const lines = (paths: readonly string[]) => paths.flatMap((path) => read(path).split('\n'))

/** Every file of the program, by its room; those beside the rooms are one area. */
const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).map((entry) =>
  entry.isDirectory() ? `src/${entry.name}` : 'src',
)
const sourcesIn = (room: string) =>
  filesIn(room, /\.ts$/).filter((path) => room !== 'src' || path.split('/').length === 2)

/** Everywhere that is written by these rules. */
const areas: Readonly<Record<string, () => readonly string[]>> = {
  ...Object.fromEntries([...new Set(rooms)].map((room) => [room, () => literals(sourcesIn(room))])),
  'what every story looks like': () => lines(filesIn('test/report/golden', /\.(?:txt|md|json)$/)),
  'the list of causes': () => (read('docs/troubleshooting.md').split('## Causes')[1] ?? '').split('\n'),
  'the failure in the README': () =>
    (read('README.md').split('## When a deploy fails')[1] ?? '').split('## ')[0]?.split('\n') ?? [],
  'the demo and the simulator by hand': () =>
    literals([...filesIn('test/demo', /\.ts$/), 'test/demo.ts', 'test/simulator/cli.ts']),
}

/** What is not written, and what is. */
const instead: readonly (readonly [not: RegExp, but: string])[] = [
  [/used? up (?:its|the) memory/i, 'ran out of memory (OutOfMemoryError, exit code 137; limit 512 MiB)'],
  [/gets no answer|answers the health check|refuses the health check/i, 'failed ELB health checks: … (Target.Timeout)'],
  [/does not let .* in\b|lets? the (?:job|tasks?) (?:in|out)/i, 'Not authorized to perform …; allows inbound TCP 443'],
  [/took .*Spot|Spot .*(?:taken|took) /i, 'Spot interruption'],
  [/tries on\b/i, 'ECS keeps retrying'],
  [/\bmay not\b|\bmay (?:\{|…|use|read|pass|assume|invoke)/i, 'is not authorized to perform … on …'],
  [/\bsomebody\b|\bsomeone\b|\banybody\b|\bnobody\b/i, 'a user other than this run'],
  [/with another program|outside of this run/i, 'stopped manually (console, CLI or API)'],
  [/is busy with/i, 'already has an active deployment'],
  [/\bis not right\b/i, 'is invalid'],
  [/did not take the message/i, 'Slack API error'],
  [/\b(?:goes|going|go|went) back\b|\bway back\b|\bput back\b|\btaken? back\b/i, 'rolls back, the rollback'],
  [/serves? now|now serves/i, 'live revision'],
  [/\bsaying “|“…”/, ': `Error: …` (last log line)'],
  [/\ba fault in Slipway\b/i, 'internal error (a bug in Slipway)'],
  [/\b(?:AWS|ECS|CodeDeploy|Amazon ECS) (?:says|tells|shows|names)\b|what .* says/i, 'reports, returns'],
  [
    /\btells\b|\bstands? in\b|\bstands in the way\b|\brings\b|\blook at\b|\blooks? closer\b|\blooked (?:at|into)\b/i,
    'check, read',
  ],
  [/\bfired\b|\bwent off\b|\bgoes off\b|stays? quiet|is silent/i, 'is in ALARM'],
  [/ended by itself|should go on\b|\bgoes on\b/i, 'continues; exited'],
  [/nobody may know|does not exist, or/i, 'not found, or access denied'],
  [/processor architecture/i, 'CPU architecture'],
  [/\bprobably\b/i, 'likely'],
  [
    /is being (?:prepared|deployed|rolled back)|is taking over|is about to be|would be deployed/i,
    'deploying; shifting traffic, 10%',
  ],
  [/runs this version already|is deployed\b|failed to deploy|was overtaken/i, 'already up to date; deployed; failed'],
  [/waits for an answer|has been answered|May answer/i, 'paused; to continue'],
  [/what to type|read more/i, 'Next steps; Documentation'],
  [/do without Spot/i, 'use on-demand Fargate'],
  [/\d %/, '10%'],
  [/\b(?:credentials do|role does|token does) not allow\b/i, 'not authorized to perform …'],
  [/\bon (?:its|their|the) way\b|\bin flight\b|\bin motion\b/i, 'in progress'],
  [
    /\bwhat (?:it |the service |they )?(?:runs|ran|serves)\b|\bserved\b|new version serves/i,
    'the live revision; was live',
  ],
  [/\bnot (?:proven|known)\b/i, 'could not verify …; … is unknown'],
  [/\bend(?:s|ed)? well\b|\bended badly\b/i, 'succeeded; failed'],
  [/\bis (?:gone|taken)\b|\bany more\b|\bthere already\b/i, 'no longer exists; already exists'],
  [/\bby (?:now|hand)\b|\bat this moment\b/i, 'now; manually'],
  [/\blook (?:what|for)\b|\blooked (?:for|through)\b|\bcould not be asked\b/i, 'check, search, request'],
  [/\b(?:gave|give) no\b|\btold to\b|\bsaid which\b|\bsays? (?:that|so)\b/i, 'returned no; requested'],
  [/\bdid not answer\b|\banswered (?:HTTP|\d)/i, 'did not respond; returned HTTP 502'],
  [/\blost on the way\b|\bwould lose\b|\bdoes not know\b/i, 'unknown parameter, which ECS would ignore'],
]

describe('the words of', () => {
  test.each(Object.entries(areas))('%s', (_, sentences) => {
    const all = sentences()
    const wrong = instead.flatMap(([not, but]) =>
      all.filter((sentence) => not.test(sentence)).map((sentence) => ({ sentence, not: String(not), but })),
    )
    expect(wrong).toEqual([])
  })

  test('a source file are found in its literals, and neither in comments nor in names, codes and patterns', () => {
    const source = [
      "// it's a comment `with marks`",
      '/* another comment */',
      "const pattern = /it's \\/ `not a sentence`[/']/g",
      "const code = 'single-word'",
      "const half = total / 2 + 'a string of words'.length / 2",
      `const whole = text\`a template with ${'$'}{place(\`an inner one\`, { a: 1 })} inside\``,
    ].join('\n')
    expect(sentencesIn(source)).toEqual(['a string of words', 'an inner one', 'a template with … inside'])
  })
})

test('the sentences of a page are found across lines and in tables, without names, values and what is printed', () => {
  const page = [
    '# A page',
    '',
    'It rolls',
    'back. `goes back` is a name.',
    '',
    '| A | `b` |',
    '',
    '```',
    'printed',
    '```',
  ]
  expect(sentencesOfPage([...page, '* one', '  item'].join('\n'))).toEqual([
    '# A page',
    'It rolls back.',
    '… is a name.',
    '| A | … |',
    '* one item',
  ])
})

describe('the words of what is read and not printed:', () => {
  // That something is deployed is a verdict in a message, and plain English in a page.
  const onPages = [...instead.filter(([not]) => !not.test('is deployed')), ...insteadOnPages]

  test.each(Object.entries(pageAreas))('%s', (page, sentences) => {
    const all = sentences()
    // A decision may be two sentences; what is empty was not read.
    expect(all.length).toBeGreaterThan(page.startsWith('docs/decisions/') ? 1 : 5)
    const wrong = onPages.flatMap(([not, but]) =>
      all.filter((sentence) => not.test(sentence)).map((sentence) => ({ sentence, not: String(not), but })),
    )
    expect(wrong).toEqual([])
  })
})

describe('names that people search for', () => {
  const entries = [...imagePull, ...initialization, ...launch, ...capacity, ...health, ...traffic, ...verdicts]
  const name =
    /\w(?:Error|Exception)\b|\b[A-Z]{3,}(?:_[A-Z]+)+\b|\bTIMEOUT\b|\bRESOURCE:[A-Z]+|\(AGENT\)|Target\.\w+|SpotInterruption|TerminationNotice|InsufficientFreeAddressesInSubnet/
  const words = (text: string) => text.match(/[A-Za-z]+/g) ?? []
  const withDefaults = (sentence: string) => sentence.replace(/\{\w+\|([^}]*)\}/g, '$1').replace(/\{\w+\}/g, ' ')

  test.each(entries.map((entry) => [entry.code, String(entry.pattern), entry] as const))(
    'are in the sentence about %s: %s',
    (_, __, { error = '', why, pattern }) => {
      const said = withDefaults(`${error}: ${why}`)
      const theirs = words(pattern.source.replace(/\(\?<\w+>|\(\?[:=!]/g, ' ').replace(/\\[a-zA-Z]/g, ' ')).join(' ')
      const own = words(said)
      // Three words in a row of AWS's own lead a search engine to its page, too.
      const isQuoted = own.some((_, at) => at + 3 <= own.length && theirs.includes(own.slice(at, at + 3).join(' ')))
      const isWhole = theirs !== '' && own.join(' ').includes(theirs)
      expect({ said, isFound: name.test(said) || isQuoted || isWhole }).toEqual({ said, isFound: true })
    },
  )

  test.each([
    'OutOfMemoryError',
    'CannotPullContainerError',
    'ResourceInitializationError',
    'CannotStartContainerError',
    'TaskDependencyError',
    'failed ELB health checks',
    'failed container health checks',
    'Essential container in task exited',
    'tasks failed to start',
    'RESOURCE:MEMORY',
    'Target.Timeout',
    'Target.ResponseCodeMismatch',
    'Target.FailedHealthChecks',
    'Target.NotInUse',
    'exec format error',
    'toomanyrequests',
    'SpotInterruption',
    'MANUAL_STOP',
    'ALARM_ACTIVE',
    'ECS_UPDATE_ERROR',
  ])('are on the page of causes: %s', (known) => {
    expect(read('docs/troubleshooting.md')).toContain(known)
  })
})
