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

function rowOf({ name, engine }: FailureScenario, { wrong, seconds, sinceDecided, sinceDone }: Played) {
  return {
    failure: name,
    engine,
    'right cause': wrong.length === 0 ? 'yes' : 'NO',
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
  const fromEnd = median(results.map(({ sinceDone }) => sinceDone))
  return {
    title: 'Failures: the right cause first, and how soon',
    method:
      "in this process on the simulator's virtual clock, the action deploy with its defaults but preflight: off, its end being when the step ends, " +
      "AWS's roll back included; first fact: the first text that names the cause and that an API of AWS shows; what decides: " +
      'the third task that failed in the same way (fail-fast-after), or the first fact where no tasks fail',
    rows: played.map(([scenario, result]) => rowOf(scenario, result)),
    summary:
      `${right} of ${results.length} right, median ${fromFact} s from the first decisive fact to the exit, ` +
      `${fromDecision} s from what decides, ${fromEnd} s from AWS's own end`,
    requirements: [
      { what: 'failures without the right cause', measured: results.length - right, atMost: 0 },
      { what: 'median seconds from the first decisive fact to the exit', measured: fromFact, atMost: 60 },
      { what: 'median seconds from what decides to the exit', measured: fromDecision, atMost: 30 },
    ],
  }
}
