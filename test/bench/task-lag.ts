import { runStep, startedTasks, taskScene } from '../actions/task-scene.ts'
import { region } from '../deployment/scene.ts'
import { quantile, rounded, type Table } from './table.ts'

const runs = 60
const lines = Array.from({ length: 40 }, (_, index) => `applied migration ${index}`)

/** Where tasks run: how long AWS needs from the end of the containers to STOPPED. Seconds. */
const places = [
  { name: 'Fargate', deprovisioning: undefined },
  { name: 'EC2, bridge', deprovisioning: 1 },
] as const

/** A task of 2 seconds: from the moment at which AWS reports STOPPED to the end of the step, with its log whole. */
export async function measureTaskLag(): Promise<Table> {
  const rows = []
  const requirements = []
  for (const { name, deprovisioning } of places) {
    const lags: number[] = []
    const calls: number[] = []
    let whole = 0
    for (let run = 1; run <= runs; run++) {
      const sim = taskScene(
        { kind: 'crash', exitCode: 0, afterSeconds: 2, logEverySeconds: 0.05, log: lines },
        {},
        { seed: run },
      )
      const { ecs, logs } = sim.world.region(region)
      ecs.quirks.deprovisioningSeconds = deprovisioning
      logs.ingestionSeconds = () => 1 + ((run * 0.37) % 3)
      sim.clock.advance((run * 137) % 1000)
      const { log } = await runStep(sim)
      const [task] = startedTasks(sim)
      lags.push((sim.clock.now() - (task?.stoppedAt?.getTime() ?? Number.NaN)) / 1000)
      calls.push(sim.recorder.all.length)
      if (lines.every((line) => log.split(line).length >= 2)) whole++
    }
    const median = quantile(lags, 0.5)
    rows.push({
      where: name,
      'median s': rounded(median),
      'p95 s': rounded(quantile(lags, 0.95)),
      'whole logs': `${whole} of ${runs}`,
      'calls a task': rounded(quantile(calls, 0.5)),
    })
    requirements.push({ what: `${name}: tasks without their whole log`, measured: runs - whole, atMost: 0 })
    if (deprovisioning === undefined)
      requirements.push({
        what: `${name}: median seconds from STOPPED to the end of the step`,
        measured: median,
        atMost: 3,
      })
  }
  const method = `in this process on the simulator's virtual clock, ${runs} seeded tasks a place, 40 lines each; a line is readable 1 to 4 s after it was written. On EC2, STOPPED follows the end of the containers at once, and nothing but 5 s since that end shows that a log is whole`
  return {
    method,
    title: 'One-off tasks of 2 seconds: from STOPPED to the end of the step',
    rows,
    requirements,
  }
}
