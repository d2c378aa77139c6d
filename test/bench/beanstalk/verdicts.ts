import { type End, isGreen } from '../../actions/beanstalk-ends/end.ts'
import { ends } from '../../actions/beanstalk-ends/ends.ts'
import { play, shownAt } from '../../actions/beanstalk-ends/play.ts'
import { quantile, rounded, type Table } from '../table.ts'
import { type Peer, type PeerEnd, peerAt, playPeer } from './peer.ts'

/** How one action reports one end. */
interface Judged {
  readonly isVerdictRight: boolean
  /** Undefined where there is none to name. */
  readonly isCauseRight: boolean | undefined
  readonly reported: string
}

interface Ours extends Judged {
  /** Versions and instances that a bad end does not name, where not all have the new version. */
  readonly unsaid: readonly string[]
  /** Virtual seconds from the first event that names the cause to the end of the step. */
  readonly seconds: number | undefined
}

async function judgeOurs(end: End): Promise<Ours> {
  const { sim, outputs, isRed, unsaid, log } = await play(end)
  const { verdict = '', 'cause-code': code = '', cause = '' } = outputs
  const over = sim.clock.now()
  const last = log.slice(log.lastIndexOf('\nerror '))
  const shown = isRed ? shownAt(sim, end) : undefined
  return {
    isVerdictRight: verdict === end.verdict && isRed !== isGreen(end),
    isCauseRight: end.cause && code === end.code && end.cause.test(`${cause}\n${last}`),
    reported: verdict,
    unsaid,
    seconds: shown === undefined ? undefined : (over - shown) / 1000,
  }
}

/** Generous: any line that it printed may name the cause. */
function judgePeer(end: End, peerEnd: PeerEnd | undefined): Judged | undefined {
  if (peerEnd === undefined) return undefined
  const { code, printed } = peerEnd
  const reported = code === undefined ? 'never ends' : code === 0 ? 'green' : 'red'
  const isVerdictRight = reported === (isGreen(end) ? 'green' : 'red')
  return { isVerdictRight, isCauseRight: end.cause && isVerdictRight && end.cause.test(printed), reported }
}

const mark = ({ isVerdictRight, isCauseRight, reported }: Judged) =>
  `${reported}${isVerdictRight ? '' : ' WRONG'}${isCauseRight === false ? ', no cause' : ''}`

function countsOf(name: string, judged: readonly Judged[]): string {
  const causes = judged.filter(({ isCauseRight }) => isCauseRight !== undefined)
  const right = judged.filter(({ isVerdictRight }) => isVerdictRight).length
  const named = causes.filter(({ isCauseRight }) => isCauseRight).length
  return `${name}: ${right} of ${judged.length} verdicts, ${named} of ${causes.length} causes`
}

/** Whether each end of a deployment to Elastic Beanstalk is reported as it is: by us, and by the actions in these folders. */
export async function judgeVerdicts(folders: readonly string[]): Promise<Table> {
  const peers = folders.map(peerAt)
  const shared = ends.filter(({ isOwn }) => !isOwn)
  const rows: {
    readonly end: End
    readonly ours: Ours
    readonly theirs: readonly (readonly [Peer, Judged | undefined])[]
  }[] = []
  for (const end of shared) {
    const theirs: (readonly [Peer, Judged | undefined])[] = []
    for (const peer of peers) theirs.push([peer, judgePeer(end, await playPeer(peer, end))])
    rows.push({ end, ours: await judgeOurs(end), theirs })
  }
  const ours = rows.map((row) => row.ours)
  const seconds = ours.flatMap(({ seconds: each }) => each ?? [])
  const counts = [
    countsOf('ours', ours),
    ...peers.map((peer, at) =>
      countsOf(
        peer.name,
        rows.flatMap(({ theirs }) => theirs[at]?.[1] ?? []),
      ),
    ),
  ]
  return {
    title: 'Elastic Beanstalk: verdicts and causes',
    method:
      "the same ends on the simulator's virtual clock: ours in this process with its defaults; other actions as their committed " +
      'programs, of which any line counts as the cause (–: it has no input for that end). A cause counts only with the right verdict',
    rows: rows.map(({ end, ours: own, theirs }) => ({
      end: end.name,
      expected: end.verdict,
      ours: mark(own),
      ...Object.fromEntries(theirs.map(([{ name }, judged]) => [name, judged ? mark(judged) : '–'])),
    })),
    summary: `${counts.join('; ')}; median ${rounded(quantile(seconds, 0.5))} s from the event that names the cause to our exit`,
    requirements: [
      { what: 'our verdicts that are wrong', measured: ours.filter((each) => !each.isVerdictRight).length, atMost: 0 },
      {
        what: 'our causes that are wrong',
        measured: ours.filter((each) => each.isCauseRight === false).length,
        atMost: 0,
      },
      {
        what: 'bad ends that do not say what runs where',
        measured: ours.filter((each) => each.unsaid.length > 0).length,
        atMost: 0,
      },
      {
        what: 'median seconds from the event that names the cause to the exit',
        measured: quantile(seconds, 0.5),
        atMost: 15,
      },
    ],
  }
}
