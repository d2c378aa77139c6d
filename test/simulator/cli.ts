/** `npm run simulator -- --port 4599 --speed 20`: the simulator by hand, for people and for bundles of any language. */
import { parseArgs } from 'node:util'
import { choosePaint } from '../demo/paint.ts'
import { watchSlack } from '../demo/slack-terminal.ts'
import { behaviours } from './behaviours.ts'
import { answerByHand, playByTag, setBehaviour } from './by-hand.ts'
import { seedBlueGreen } from './codedeploy/fixtures.ts'
import { seedNativeService, seedRollingService } from './fixtures.ts'
import { createSimulator } from './simulator.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4599' },
    speed: { type: 'string', default: '20' },
    image: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
})

const usage = `Usage: npm run simulator -- [--port 4599] [--speed 20] [--image IMAGE=BEHAVIOUR]

  --port   port on 127.0.0.1; 0 takes any free one
  --speed  how many times as fast as real time the simulated services run
  --image  how the containers of an image behave (reference, tag or digest), as often as you like;
           one of ${Object.keys(behaviours).join(', ')}`

function stop(problem: string): never {
  console.error(`${problem}\n\n${usage}`)
  process.exit(2)
}

function numberOf(name: 'port' | 'speed', isValid: (value: number) => boolean): number {
  const value = Number(values[name])
  if (isValid(value)) return value
  return stop(`--${name} ${values[name]} is invalid.`)
}

if (values.help) {
  console.log(usage)
  process.exit(0)
}
const port = numberOf('port', (value) => Number.isInteger(value) && value >= 0 && value < 65_536)
const speed = numberOf('speed', (value) => value > 0 && value <= 10_000)
const simulator = createSimulator({ clock: { kind: 'accelerated', speed } })
const role = simulator.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:*' }, maxSessionSeconds: 43_200 })
// For `slipway to-native web`.
simulator.iam.role({ name: 'ecsInfrastructureRole', trustedServices: ['ecs.amazonaws.com'] })
const { serviceArn } = seedRollingService(simulator, { cluster: 'shop', service: 'api' })
const blueGreen = seedBlueGreen(simulator, { cluster: 'shop', service: 'web' })
const canary = seedNativeService(simulator, {
  cluster: 'shop',
  service: 'edge',
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
  lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
})
simulator.world.region('eu-west-1').ecr.createRepository('api', true)
playByTag(simulator)
for (const line of values.image) {
  try {
    setBehaviour(simulator, line)
  } catch (error) {
    stop(`--image ${error instanceof Error ? error.message : String(error)}`)
  }
}
const { url, environment, close } = await simulator.listen(port, {
  aside: (request) => answerByHand(simulator, request),
})

console.log(`The simulator listens on ${url}, at ${speed} times the speed of real time. Ctrl-C stops it.

Paste this into another shell: AWS SDKs and the AWS CLI then use the simulator.

${Object.entries(environment)
  .map(([name, value]) => `export ${name}='${value}'`)
  .join('\n')}

For example:      aws ecs describe-services --cluster shop --services api web
Rolling service:  ${serviceArn}
Blue and green:   ${blueGreen.serviceArn} (by CodeDeploy: ${blueGreen.application}, ${blueGreen.group})
Canary:           ${canary.serviceArn} (by ECS; pauses before its traffic is shifted)
Repository:       api, with immutable tags
A job's role:     ${role.arn}

Images:           every image is healthy, except these tags: ${Object.keys(behaviours)
  .filter((name) => name !== 'healthy')
  .join(', ')}
                  such as registry.example.com/api:crash. For other images, while this runs:
                  curl -d 'registry.example.com/api:v3=out-of-memory' ${url}/simulator/images
Slack:            the channel C0123456789 with any token xoxb-…; messages are printed here, and displayed at
                  ${url}/simulator/slack
`)

const endWatch = watchSlack(() => simulator.slack.messages(), choosePaint(process.stdout, process.env), console.log)
const end = () => {
  endWatch()
  const calls = simulator.recorder.count()
  void close().then(() => console.log(`Stopped after ${calls} ${calls === 1 ? 'call' : 'calls'}.`))
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
