/** Verdicts of Express Mode: ours, and those of another action as it is committed. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { createDeployExpress } from '../../../src/actions/deploy-express/index.ts'
import { deployExpressInputs } from '../../../src/actions/inputs/deploy-express-inputs.ts'
import { type ExpressEnd, expressEnds, playedScene } from '../../actions/express-ends.ts'
import { runnerFor, worldOf } from '../../actions/express-scene.ts'
import { region } from '../../deployment/scene.ts'
import { givenInputs } from '../../runner/fake-runner.ts'
import { shareTime } from '../../simulator/time-server.ts'
import type { Table } from '../table.ts'

interface Judged {
  readonly isVerdictRight: boolean
  /** Undefined where there is none to name. */
  readonly isCauseRight: boolean | undefined
  readonly reported: string
  /** Virtual seconds. */
  readonly seconds: number
}

/** Green, red, or a run that does not end. */
const isGreen = ({ cause }: ExpressEnd) => cause === undefined

async function judgeOurs(end: ExpressEnd): Promise<Judged> {
  const { sim, inputs } = playedScene(end)
  const runner = await runnerFor(sim)
  const began = sim.clock.now()
  await createDeployExpress(worldOf(sim)).main(givenInputs(deployExpressInputs, inputs), runner)
  const { verdict = '', cause = '' } = runner.outputs
  return {
    isVerdictRight: verdict === end.verdict && runner.failed !== isGreen(end),
    isCauseRight: end.cause?.test(`${cause}\n${runner.lines.join('\n')}`),
    reported: verdict,
    seconds: (sim.clock.now() - began) / 1000,
  }
}

/** No deployment of these takes longer. Milliseconds of the simulator. */
const forEver = 3 * 3_600_000

/** The checkout of another action with the same inputs, in a process that lives by the simulator's clock. */
async function judgePeer(folder: string, end: ExpressEnd): Promise<Judged> {
  const { inputs, runs } = parse(readFileSync(join(folder, 'action.yml'), 'utf8'))
  const defaults = Object.entries<{ default?: unknown }>(inputs).map(([name, one]) => [name, String(one.default ?? '')])
  const { sim, inputs: given } = playedScene(end)
  const { environment, close } = await sim.listen(0, { time: 'shared' })
  const time = await shareTime(sim.clock)
  const home = mkdtempSync(join(tmpdir(), 'slipway-peer-'))
  writeFileSync(join(home, 'output'), '')
  const values = Object.entries({ ...Object.fromEntries(defaults), ...given })
  const began = sim.clock.now()
  const child = spawn(process.execPath, [resolve(folder, runs.main)], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH, HOME: home, ...environment, ...time.environment },
      ...{ AWS_REGION: region, GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: join(home, 'output') },
      ...Object.fromEntries(values.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk))
  const timer = sim.clock.after(forEver, () => child.kill('SIGKILL'))
  try {
    const code = await new Promise<number | undefined>((done, fail) => {
      child.on('error', fail)
      child.on('close', (exit, signal) => done(signal === null ? (exit ?? 1) : undefined))
    })
    const reported = code === undefined ? 'never ends' : code === 0 ? 'green' : 'red'
    const isVerdictRight = reported === (isGreen(end) ? 'green' : 'red')
    // Generous: any line that it printed may name the cause.
    const isCauseRight = end.cause && isVerdictRight && end.cause.test(Buffer.concat(printed).toString())
    return { isVerdictRight, isCauseRight, reported, seconds: (sim.clock.now() - began) / 1000 }
  } finally {
    timer.cancel()
    time.close()
    await close()
    rmSync(home, { recursive: true, force: true })
  }
}

const mark = ({ isVerdictRight, isCauseRight, reported, seconds }: Judged) =>
  `${reported}${isVerdictRight ? '' : ' WRONG'}${isCauseRight === false ? ', no cause' : ''} (${Math.round(seconds)} s)`

function countsOf(name: string, judged: readonly Judged[]): string {
  const causes = judged.filter(({ isCauseRight }) => isCauseRight !== undefined)
  const right = judged.filter(({ isVerdictRight }) => isVerdictRight).length
  const named = causes.filter(({ isCauseRight }) => isCauseRight).length
  return `${name}: ${right} of ${judged.length} verdicts, ${named} of ${causes.length} causes`
}

/** Whether each end of a deployment to Express Mode is reported as it is: by us, and by the action in this folder. */
export async function judgeExpress(folder: string | undefined): Promise<Table> {
  const rows: { readonly end: ExpressEnd; readonly ours: Judged; readonly theirs: Judged | undefined }[] = []
  for (const end of expressEnds)
    rows.push({
      end,
      ours: await judgeOurs(end),
      theirs: folder === undefined ? undefined : await judgePeer(folder, end),
    })
  const peer = folder === undefined ? '' : basename(resolve(folder))
  const theirs = rows.flatMap((row) => row.theirs ?? [])
  const ours = rows.map((row) => row.ours)
  return {
    title: 'Express Mode: verdicts and causes',
    method:
      "the same ends on the simulator's virtual clock: ours in this process with its defaults; the other action as its committed " +
      'program, of which any line counts as the cause. A cause counts only with the right verdict',
    rows: rows.map((row) => ({
      end: row.end.name,
      expected: row.end.verdict,
      ours: mark(row.ours),
      ...(row.theirs && { [peer]: mark(row.theirs) }),
    })),
    summary: [countsOf('ours', ours), ...(theirs.length > 0 ? [countsOf(peer, theirs)] : [])].join('; '),
    requirements: [
      { what: 'our verdicts that are wrong', measured: ours.filter((one) => !one.isVerdictRight).length, atMost: 0 },
      {
        what: 'our causes that are wrong',
        measured: ours.filter((one) => one.isCauseRight === false).length,
        atMost: 0,
      },
    ],
  }
}
