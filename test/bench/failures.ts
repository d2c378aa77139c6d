import { type Played, play } from './failures/play.ts'
import type { FailureScenario } from './failures/scenario.ts'
import { failureScenarios } from './failures/scenarios.ts'
import { quantile, rounded, type Table } from './table.ts'

const median = (values: readonly (number | undefined)[]) =>
  rounded(
    quantile(
      values.filter((value) => value !== undefined),
      0.5,
    ),
  )

function rowOf({ name, engine }: FailureScenario, { wrong, seconds, sinceDecided, sinceDone, early }: Played) {
  return {
    failure: name,
    engine,
    'right cause': wrong.length === 0 ? 'yes' : 'NO',
    's until told': early.seconds === undefined ? '' : rounded(early.seconds),
    'at the end': early.reason === undefined ? 'told' : early.isReplaced ? 'REPLACED' : 'confirmed',
    's from the first fact': rounded(seconds),
    'from what decides': rounded(sinceDecided),
    "from AWS's own end": sinceDone === undefined ? '' : rounded(sinceDone),
    ...(wrong.length > 0 && { wrong: wrong.join('; ') }),
  }
}

/** Whether each failure ends with its right cause, and how long after AWS first showed it. */
export async function playFailures(): Promise<Table> {
  const [first] = failureScenarios
  // Loads what a failure needs, as an idle clock would run on while it loads.
  if (first) await play(first)
  const played: [FailureScenario, Played][] = []
  for (const scenario of failureScenarios) played.push([scenario, await play(scenario)])
  const results = played.map(([, result]) => result)
  const right = results.filter(({ wrong }) => wrong.length === 0).length
  const fromFact = median(results.map(({ seconds }) => seconds))
  const fromDecision = median(results.map(({ sinceDecided }) => sinceDecided))
  const untilTold = results.flatMap(({ early }) => early.seconds ?? [])
  const early = results.filter((result) => result.early.reason !== undefined)
  const replaced = early.filter((result) => result.early.isReplaced)
  const fromEnd = median(results.map(({ sinceDone }) => sinceDone))
  return {
    title: 'Failures: the right cause first, and how soon',
    method:
      "in this process on the simulator's virtual clock, the action deploy with its defaults but preflight: off, its end being when the step ends, " +
      "AWS's roll back included; first fact: the first text that names the cause and that an API of AWS shows; what decides: " +
      'the third task that failed in the same way (fail-fast-after), or the first fact where no tasks fail',
    rows: played.map(([scenario, result]) => rowOf(scenario, result)),
    summary:
      `cause told before the end in ${early.length} of ${results.length}, ` +
      `median ${median(untilTold)} s after the first failure that AWS showed, worst ${rounded(Math.max(...untilTold))} s; ` +
      `${replaced.length} replaced at the end; ` +
      `${right} of ${results.length} right, median ${fromFact} s from the first decisive fact to the exit, ` +
      `${fromDecision} s from what decides, ${fromEnd} s from AWS's own end`,
    requirements: [
      { what: 'failures without the right cause', measured: results.length - right, atMost: 0 },
      {
        what: 'median seconds from the first failure to its cause in log, Slack and GitHub',
        measured: median(untilTold),
        atMost: 15,
      },
      { what: 'the same, worst', measured: Math.max(...untilTold), atMost: 30 },
      { what: 'causes that the end replaced', measured: replaced.length, atMost: 0 },
      { what: 'median seconds from the first decisive fact to the exit', measured: fromFact, atMost: 60 },
      { what: 'median seconds from what decides to the exit', measured: fromDecision, atMost: 30 },
    ],
  }
}
