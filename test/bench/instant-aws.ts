/** A process of its own for the start-up bench: a simulated AWS so fast that every deployment is over by the first look. */
import { seedCodeDeploy } from '../simulator/codedeploy/fixtures.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seedBlueGreenService, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'

/** One real millisecond is more than a virtual minute. */
const speed = 100_000

const sim = createSimulator({ clock: { kind: 'accelerated', speed } })
seedRollingService(sim, { service: 'api' })
const service = seedBlueGreenService(sim, { service: 'web' })
seedCodeDeploy(sim, { service, terminationWaitMinutes: 0 })
// For preflight, which looks at images of Amazon ECR.
sim.world.region('eu-west-1').ecr.createRepository('api')
seedImage(sim.world, 'eu-west-1', 'api', 'bench')
// For the site bench: ours, and the one of aws s3 sync.
for (const name of ['bench-site', 'bench-site-sync']) sim.world.region('eu-west-1').s3.createBucket(name)
const { environment } = await sim.listen()

/** Answers `calls` with the operations that were called since the last one, and `cpu` with its own time so far, in milliseconds. */
process.on('message', (asked) => {
  if (asked === 'cpu') {
    const { user, system } = process.cpuUsage()
    return void process.send?.((user + system) / 1000)
  }
  process.send?.(sim.recorder.all.map(({ operation }) => operation))
  sim.recorder.clear()
})
process.on('disconnect', () => process.exit())
process.send?.(environment)
