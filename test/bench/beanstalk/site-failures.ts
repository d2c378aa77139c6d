import { playSite, type SiteEnd, siteEnds } from '../../actions/site-ends.ts'
import { quantile, rounded, type Table } from '../table.ts'

async function judge(end: SiteEnd) {
  const { outputs, log, seconds } = await playSite(end)
  const { verdict, cause = '', 'cause-code': code } = outputs
  const isRight =
    verdict === end.verdict &&
    code === end.code &&
    end.cause.every((said) => said.test(cause)) &&
    (end.fix?.test(log) ?? true)
  return { name: end.name, verdict: verdict ?? '', isRight, seconds }
}

/** Whether each failure of a site ends with its right cause, and how long after S3, CloudFront or an edge first showed it. */
export async function judgeSiteFailures(): Promise<Table> {
  const judged: Awaited<ReturnType<typeof judge>>[] = []
  for (const end of siteEnds) judged.push(await judge(end))
  const seconds = quantile(
    judged.flatMap((each) => each.seconds ?? []),
    0.5,
  )
  const wrong = judged.filter(({ isRight }) => !isRight)
  return {
    title: 'Sites: causes of failures',
    method:
      "the action deploy-site on the simulator's virtual clock; the decisive fact is the first request that was refused, or the last " +
      'write where visitors alone show it',
    rows: judged.map(({ name, verdict, isRight, seconds: each }) => ({
      failure: name,
      verdict,
      'right cause': isRight ? 'yes' : 'NO',
      's from the decisive fact': each === undefined ? '' : rounded(each),
    })),
    summary: `${judged.length - wrong.length} of ${judged.length} right, median ${rounded(seconds)} s from the decisive fact to the exit`,
    requirements: [
      { what: 'failures of sites without the right cause', measured: wrong.length, atMost: 0 },
      { what: 'median seconds from the decisive fact to the exit', measured: seconds, atMost: 30 },
    ],
  }
}
