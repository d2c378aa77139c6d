/** `scale-process.ts <services>`: deploys all of them with one step of the shipped action and prints what it took, as JSON. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAction } from '../end-to-end/run-action.ts'
import { ecsTokenBuckets } from '../simulator/faults.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { shareTime } from '../simulator/time-server.ts'

export interface Scale {
  readonly services: number
  readonly succeeded: number
  /** Services with more than one new revision. */
  readonly registeredTwice: number
  /** Simulated. */
  readonly seconds: number
  readonly floorSeconds: number
  readonly calls: number
  readonly throttled: number
  /** Of the step's process: its largest resident set, and its user and system time. */
  readonly megabytes: number
  readonly cpuSeconds: number
  readonly slackMessages: number
  /** Of the job summary. */
  readonly summaryKilobytes: number
  /** What the runner would hand over to the post step. */
  readonly stateKilobytes: number
}

/** RegisterTaskDefinition: requests that AWS lets through at once, and then in a second. */
const [burst, perSecond] = [20, 1]
const region = 'eu-west-1'
/** What the step may keep, so that its memory is what it needs and not what the machine would give. */
const heap = '--max-old-space-size=150 --max-semi-space-size=4'
const usage = `process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const used = { megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }
  require('node:fs').writeFileSync(process.env.USAGE_FILE, JSON.stringify(used))
})`

/** slipway.yml, and a definition for each service that it does not run yet. */
function files(names: readonly string[], world: Parameters<typeof seededTaskDefinition>[0]): Record<string, string> {
  const definition = (service: string) =>
    JSON.stringify(seededTaskDefinition(world, { service, image: 'registry.example.com/api:v2' }))
  const config = {
    version: 1,
    services: Object.fromEntries(names.map((name) => [name, { 'task-definition': `${name}.json` }])),
    environments: {
      production: {
        region,
        account: world.accountId,
        services: Object.fromEntries(names.map((name) => [name, { cluster: 'shop', service: name }])),
        waves: [names],
        slack: 'C0123456789',
      },
    },
  }
  const definitions = names.map((name) => [`${name}.json`, definition(name)] as const)
  return { 'slipway.yml': JSON.stringify(config), ...Object.fromEntries(definitions) }
}

async function deployAll(count: number, isThrottled: boolean) {
  const names = Array.from({ length: count }, (_, index) => `api-${index}`)
  const sim = createSimulator({ seed: 11 })
  for (const service of names) seedRollingService(sim, { service, waitUntilSteady: false })
  sim.clock.advance(180_000)
  sim.recorder.clear()
  if (isThrottled) for (const bucket of ecsTokenBuckets) sim.faults.add(bucket)
  const { environment, close } = await sim.listen(0, { time: 'shared' })
  const time = await shareTime(sim.clock)
  const workspace = mkdtempSync(join(tmpdir(), 'slipway-scale-'))
  const [hook, used] = [join(workspace, 'usage.cjs'), join(workspace, 'usage.json')]
  writeFileSync(hook, usage)
  for (const [name, content] of Object.entries(files(names, sim.world))) writeFileSync(join(workspace, name), content)
  try {
    const result = await runAction('deploy', {
      workspace,
      time: sim.clock,
      inputs: { environment: 'production', 'slack-token': 'xoxb-not-a-real-token' },
      environment: {
        ...environment,
        ...time.environment,
        NODE_OPTIONS: `${time.environment.NODE_OPTIONS} ${heap} --require=${hook}`,
        USAGE_FILE: used,
      },
    })
    const step: Pick<Scale, 'megabytes' | 'cpuSeconds'> = JSON.parse(readFileSync(used, 'utf8'))
    return { sim, result, step }
  } finally {
    await close()
    time.close()
    rmSync(workspace, { recursive: true, force: true })
  }
}

const services = Number(process.argv[2])
if (!services) throw new Error('Usage: scale-process.ts <services>')
const alone = await deployAll(1, false)
const { sim, result, step } = await deployAll(services, true)
const registrations = sim.recorder
  .calls('ecs', 'RegisterTaskDefinition')
  .filter(({ outcome }) => outcome === undefined)
  .map(({ input }) => String(input.family))
const verdicts = Object.values<{ readonly verdict: string }>(JSON.parse(result.outputs.services || '{}'))
const scale: Scale = {
  services,
  succeeded: verdicts.filter(({ verdict }) => verdict === 'succeeded').length,
  registeredTwice: registrations.length - new Set(registrations).size,
  seconds: result.seconds,
  floorSeconds: alone.result.seconds + Math.max(0, services - burst) / perSecond,
  calls: sim.recorder.count(),
  throttled: sim.recorder.all.filter(({ outcome }) => outcome === 'token-bucket').length,
  ...step,
  slackMessages: sim.slack.messages().length,
  summaryKilobytes: result.summary.length / 1000,
  stateKilobytes: JSON.stringify(result.state).length / 1000,
}
if (scale.succeeded < services) console.error(result.log.slice(-4000))
console.log(JSON.stringify(scale))
