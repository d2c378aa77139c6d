/** What the world does to deployments, and what is true afterwards. Ids: rows of the project's failure matrix. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { onlyLong, some } from '../often.ts'
import { commandsIn } from '../report/runner-parser.ts'
import { type CancelledAt, cancelAt } from '../simulator/cancel-at.ts'
import type { Effect } from '../simulator/faults.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { hostile } from './canaries.ts'
import { inScene, newImage, oldImage, revision, type Scene, slackInputs } from './scene.ts'

const engines = ['rolling', 'codedeploy'] as const

/** A deployment that takes a quarter of an hour. */
const slowly = { deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent15Minutes' }

test.concurrent(
  'row F09: a call that is never answered is given up after 15 seconds and asked again',
  inScene({}, async ({ deploy, sim, serving }) => {
    sim.faults.add({ operation: 'DescribeServiceDeployments', times: 1, effect: { kind: 'hang' } })
    const { exitCode } = await deploy()
    expect([exitCode, serving()]).toEqual([0, newImage])
    const [asked, again] = sim.recorder.calls('ecs', 'DescribeServiceDeployments').map(({ at }) => at)
    expect(Number(again) - Number(asked)).toBeGreaterThanOrEqual(15_000)
    expect(Number(again) - Number(asked)).toBeLessThan(17_000)
  }),
)

/** Cancels the run when a call arrives, runs the post step as the runner does, and lets AWS come to rest. */
async function cancelled({ sim, deploy }: Scene, point: CancelledAt, inputs = {}) {
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3000 })
  const signal = cancelAt(sim, point)
  let cancelledAt = 0
  signal.addEventListener('abort', () => (cancelledAt = sim.clock.now()))
  const main = await deploy({ ...slackInputs, ...inputs }, { signal })
  const seconds = (sim.clock.now() - cancelledAt) / 1000
  const post = await deploy({ ...slackInputs, ...inputs }, { step: 'post', state: main.state })
  sim.clock.advance(120 * 60_000)
  return { main, post, seconds }
}

/** Every moment, in this process: test/actions/cancel-anywhere. */
const moments = [
  ['rolling', 'UpdateService', 0],
  ['rolling', 'DescribeServices', 0],
  ['rolling', 'RegisterTaskDefinition', 0],
  ['codedeploy', 'CreateDeployment', 0],
  ['rolling', 'ListServiceDeployments', 0],
  ['rolling', 'DescribeServiceDeployments', 1],
  ['codedeploy', 'GetDeployment', 1],
  ['codedeploy', 'GetDeploymentGroup', 0],
] as const

for (const [service, operation, skip] of some(moments, 8))
  test.concurrent(
    `row F01: a cancel at ${operation} (${service}) ends in time, and afterwards the old version serves`,
    inScene({ service, codeDeploy: slowly }, async (scene) => {
      const { main, post, seconds } = await cancelled(scene, { operation, skip })
      expect([main.exitCode, main.outputs.verdict]).toEqual([1, 'cancelled'])
      expect(seconds).toBeLessThanOrEqual(2)
      expect(post.exitCode).toBe(0)
      expect(scene.serving()).toBe(oldImage)
      expect(scene.slack()).toMatch(/cancelled/)
      expect(scene.slack()).not.toMatch(/\): (deploying|preparing|shifting traffic)/)
      const told = `${post.log}${post.summary}`
      expect(told).toMatch(/now rolls back to api:1|not been changed|was not changed|had not changed/)
      expect(told).toMatch(
        scene.done('UpdateService') + scene.done('CreateDeployment') > 0 ? /rolls back/ : /not (?:been )?changed/,
      )
    }),
  )

for (const service of engines)
  onlyLong(test.concurrent)(
    `row F01: with on-cancel: leave the deployment goes on, and the message says so (${service})`,
    inScene({ service, codeDeploy: slowly }, async (scene) => {
      const operation = service === 'rolling' ? 'DescribeServiceDeployments' : 'GetDeployment'
      const { post } = await cancelled(scene, { operation, skip: 1 }, { 'on-cancel': 'leave' })
      expect(post.log).toMatch(/is still in progress and continues without this run \(on-cancel: leave\)/)
      expect(scene.slack()).toMatch(/continues without this run/)
      expect(scene.serving()).toBe(newImage)
    }),
  )

onlyLong(test.concurrent)(
  'row F02: a cancel between register and update deploys nothing, and the post step says so',
  inScene({}, async (scene) => {
    const { post } = await cancelled(scene, { operation: 'RegisterTaskDefinition' })
    expect(scene.done('UpdateService')).toBe(0)
    expect(post.log).toMatch(/this run had not changed the service yet/)
    expect(post.outputs.verdict ?? 'cancelled').toBe('cancelled')
  }),
)

for (const service of some(engines, 2))
  test.concurrent(
    `row F03: after a runner was lost, the next attempt watches the deployment that is in flight (${service})`,
    inScene({ service, codeDeploy: slowly }, async ({ deploy, sim, serving, done }) => {
      sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 400 })
      const operation = service === 'rolling' ? 'DescribeServiceDeployments' : 'GetDeployment'
      let lost = 0
      sim.faults.add({
        operation,
        skip: 1,
        times: 1,
        effect: { kind: 'callback', run: () => void process.kill(lost, 'SIGKILL') },
      })
      await deploy({}, { onStart: (id) => (lost = id) })
      const again = await deploy({}, { environment: { GITHUB_RUN_ATTEMPT: '2' } })
      expect([again.exitCode, again.outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
      expect(again.outputs['previous-task-definition-arn']).toBe(revision(1))
      expect(done('RegisterTaskDefinition')).toBe(1)
      expect(done('UpdateService') + done('CreateDeployment')).toBe(1)
    }),
  )

for (const service of some(engines, 2))
  test.concurrent(
    `row F04: three runs of the same commit register once and deploy once (${service})`,
    inScene({ service }, async ({ deploy, sim, done }) => {
      expect((await deploy()).outputs.verdict).toBe('succeeded')
      for (const attempt of some(['2', '3'], 2)) {
        const before = sim.recorder.all.length
        const again = await deploy({}, { environment: { GITHUB_RUN_ATTEMPT: attempt } })
        expect([again.exitCode, again.outputs.verdict]).toEqual([0, 'unchanged'])
        expect(sim.recorder.all.length - before).toBeLessThanOrEqual(3)
      }
      expect(done('RegisterTaskDefinition')).toBe(1)
      expect(done('UpdateService') + done('CreateDeployment')).toBe(1)
    }),
  )

/** Every kind, in this process: test/aws/throttling and test/actions/weather. */
const spoiled: readonly (readonly [string, string, Effect, 'rolling' | 'codedeploy', seed: number])[] = [
  ['row F07', 'throttled', { kind: 'throttle' }, 'rolling', 7],
  ['row F08', 'reset', { kind: 'reset' }, 'codedeploy', 8],
  ['row F08', 'cut off in the body', { kind: 'truncate' }, 'rolling', 9],
  ['row F08', 'answered with 500', { kind: 'http', status: 500 }, 'codedeploy', 10],
  ['row F08', 'answered with 502 and HTML', { kind: 'http', status: 502 }, 'rolling', 11],
  ['row F08', 'answered with a page of HTML', { kind: 'html' }, 'codedeploy', 12],
  ['row F08', 'answered with nothing', { kind: 'empty' }, 'rolling', 13],
]

for (const [id, how, effect, service, seed] of some(spoiled, 7))
  test.concurrent(
    `${id} with 30 % of all calls ${how} the deployment is made once and seen to its end`,
    inScene({ service, seed }, async (scene) => {
      const { sim, deploy, serving, done } = scene
      for (const service of ['ecs', 'codedeploy']) sim.faults.add({ service, probability: 0.3, effect })
      const { exitCode, outputs } = await deploy()
      expect([exitCode, outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
      expect(done('RegisterTaskDefinition')).toBe(1)
      expect(done('UpdateService') + done('CreateDeployment')).toBe(1)
    }),
  )

onlyLong(test.concurrent)(
  'row F09: the step ends at its deadline although AWS never answers again',
  inScene({}, async ({ deploy, sim }) => {
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3000 })
    sim.faults.add({ operation: 'DescribeServiceDeployments', times: 1000, effect: { kind: 'hang' } })
    const { exitCode, outputs, seconds } = await deploy({ 'wait-for-minutes': '0' })
    expect([exitCode, outputs.verdict]).toEqual([1, 'timed-out'])
    expect(seconds).toBeLessThan(60)
  }),
)

onlyLong(test.concurrent)(
  'row F11: keys that expire while we watch end the step at once: still running, verdict unknown, how to go on',
  inScene({ service: 'codedeploy', codeDeploy: slowly }, async ({ deploy, sim }) => {
    sim.faults.add({ operation: 'GetDeployment', skip: 1, times: 1000, effect: { kind: 'expired-token' } })
    const { exitCode, errors, outputs, seconds } = await deploy(slackInputs)
    expect([exitCode, outputs.verdict]).toEqual([1, 'detached'])
    expect(errors.join()).toMatch(/expired[\s\S]*run this job again/i)
    expect(errors.join()).not.toMatch(/time.?out|timed out/i)
    expect(seconds).toBeLessThan(15)
  }),
)

/** Every operation, in this process: test/actions/weather. */
const lost = [
  ['rolling', 'UpdateService'],
  ['rolling', 'RegisterTaskDefinition'],
  ['codedeploy', 'CreateDeployment'],
  ['rolling', 'RunTask'],
] as const

for (const [service, operation] of some(lost, 4))
  test.concurrent(
    `row F12: when the reply of ${operation} is lost, nothing is done twice and the verdict is true`,
    inScene({ service }, async ({ deploy, sim, serving, done }) => {
      sim.faults.add({ operation, effect: { kind: 'apply-then-drop' } })
      const { exitCode, outputs } = await deploy({ 'run-task': operation === 'RunTask' ? 'true' : 'false' })
      expect([exitCode, outputs.verdict, serving()]).toEqual([0, 'succeeded', newImage])
      expect(done('RegisterTaskDefinition')).toBe(1)
      expect(done('UpdateService') + done('CreateDeployment')).toBe(1)
      const tokens = sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input.clientToken)
      expect(new Set(tokens).size).toBe(operation === 'RunTask' ? 1 : 0)
    }),
  )

const needed = [
  ['ecs:DescribeServices', 'DescribeServices'],
  ['ecs:RegisterTaskDefinition', 'RegisterTaskDefinition'],
  ['iam:PassRole', 'RegisterTaskDefinition'],
  ['ecs:UpdateService', 'UpdateService'],
] as const

for (const [action, operation] of some(needed.toReversed(), 4))
  test.concurrent(
    `row F13: without ${action} the refusal ends the step at once, with the statement that is missing`,
    inScene({}, async ({ deploy, sim, serving }) => {
      const others = ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:List*', 'ecs:DescribeServiceD*']
      const all = [...others, 'ecs:RegisterTaskDefinition', 'iam:PassRole', 'ecs:UpdateService']
      sim.iam.allow(...all.filter((allowed) => allowed !== action))
      const { exitCode, errors, seconds } = await deploy()
      expect([exitCode, serving()]).toEqual([1, oldImage])
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatch(new RegExp(`"Action": ?"${action}"`))
      expect(errors[0]).toContain('arn:aws:iam::111122223333:user/simulator')
      // By then a revision is registered.
      expect(errors[0]).toContain(action === 'ecs:UpdateService' ? 'failed, not deployed' : 'failed, nothing changed')
      // A registration is tried once more without the tags of its origin, which need a permission of their own.
      expect(sim.recorder.count('ecs', operation)).toBe(operation === 'RegisterTaskDefinition' ? 2 : 1)
      expect(seconds).toBeLessThan(4)
    }),
  )

onlyLong(test.concurrent)(
  'row F13: a service that is not there is said to be missing, with what to check',
  inScene({}, async ({ deploy }) => {
    const { exitCode, errors } = await deploy({ service: 'apo' })
    expect(exitCode).toBe(1)
    expect(errors.join()).toMatch(/has no service apo/)
  }),
)

onlyLong(test.concurrent)(
  'row F17: a registration whose update was denied is told, and used by the next run',
  inScene({}, async ({ deploy, sim, serving, ecs }) => {
    const denied = sim.faults.add({ operation: 'UpdateService', times: 1000, effect: { kind: 'access-denied' } })
    for (const _ of [1, 2]) {
      const { exitCode, outputs, log } = await deploy()
      expect([exitCode, outputs['task-definition-arn'], serving()]).toEqual([1, revision(2), oldImage])
      expect(log).toMatch(/ecs:UpdateService/)
    }
    denied.remove()
    expect((await deploy()).outputs.verdict).toBe('succeeded')
    const { taskDefinitionArns } = ecs<{ taskDefinitionArns: string[] }>('ListTaskDefinitions', { familyPrefix: 'api' })
    expect(taskDefinitionArns).toHaveLength(2)
  }),
)

test.concurrent(
  'row F26: a file that is no task definition is named with its line, and nothing is changed',
  inScene({}, async ({ run, write, sim }) => {
    const good = JSON.stringify(seededTaskDefinition(sim.world), undefined, 2)
    const files: readonly (readonly [name: string, content: string, message: RegExp])[] = [
      ['cut.json', good.slice(0, -20), /cut\.json:\d+/],
      ['comma.json', good.replace('"family": "api",', '"family": "api"'), /comma\.json:3/],
      ['twice.json', good.replace('"family": "api",', '"family": "api",\n  "family": "api",'), /twice\.json:3/],
      ['tabs.yaml', 'family: api\n\tcpu: 1\n', /tabs\.yaml:2/],
      ['two.yaml', 'family: api\n---\nfamily: b\n', /two\.yaml/],
      ['list.json', '[]', /list\.json/],
      ['empty.json', '', /empty\.json/],
      ['tag.yaml', 'family: !!js/function "function(){}"\n', /tag\.yaml:1/],
      [
        'typo.json',
        good.replace('containerDefinitions', 'containerDefinitons'),
        /no "containerDefinitions" \(but "containerDefinitons"\)/,
      ],
    ]
    for (const [name, content, message] of some(files, 8)) {
      write(name, content)
      const { exitCode, errors } = await run('register-task-definition', { 'task-definition': name })
      expect([name, exitCode, errors.length]).toEqual([name, 1, 1])
      expect(errors[0]).toMatch(message)
      expect(errors[0]).not.toMatch(/not a function|Cannot (read|use)/)
    }
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  }),
)

onlyLong(test.concurrent)(
  'row F26: a byte order mark, comments, CRLF and the answer of describe-task-definition are read as they are meant',
  inScene({}, async ({ run, write, sim }) => {
    const definition = seededTaskDefinition(sim.world)
    const good = JSON.stringify(definition, undefined, 2)
    const answer = {
      taskDefinition: { ...definition, revision: 1, status: 'ACTIVE', compatibilities: ['FARGATE'] },
      tags: [],
    }
    write('bom.json', `\ufeff// ours\n${good.replaceAll('\n', '\r\n')}`)
    write('answer.json', JSON.stringify(answer))
    for (const file of ['bom.json', 'answer.json']) {
      const { errors, outputs } = await run('register-task-definition', { 'task-definition': file, register: 'false' })
      expect([file, errors, outputs['task-definition'] !== '']).toEqual([file, [], true])
    }
  }),
)

test.concurrent(
  'a task definition in JSON is read without the YAML parser, and one in YAML with it',
  inScene({}, async ({ run, write, sim, workspace }) => {
    const definition = JSON.stringify(seededTaskDefinition(sim.world), undefined, 2)
    // Every JSON document is YAML, too.
    for (const name of ['td.json', 'td.yaml']) write(name, name === 'td.json' ? definition : `# ours\n${definition}`)
    write(
      'loaded.cjs',
      `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, Object.keys(require.cache).join('\\n')))`,
    )
    const loads = async (name: string) => {
      const list = join(workspace, `${name}.txt`)
      const { errors } = await run(
        'register-task-definition',
        { 'task-definition': name, register: 'false' },
        { environment: { NODE_OPTIONS: `--require ${join(workspace, 'loaded.cjs')}`, LOADED: list } },
      )
      expect(errors).toEqual([])
      return /[/]yaml\.cjs$/m.test(readFileSync(list, 'utf8'))
    }
    expect([await loads('td.json'), await loads('td.yaml')]).toEqual([false, true])
  }),
)

onlyLong(test.concurrent)(
  'row F27: all wrong inputs are told at once, with the nearest name, and nothing is asked of AWS',
  inScene({}, async ({ run, sim }) => {
    const { exitCode, errors } = await run('deploy', {
      clusterr: 'shop',
      'task-defintion': 'td.json',
      'wait-for-minute': '3',
      'desired-count': 'two',
      'on-cancel': 'explode',
    })
    expect([exitCode, errors.length]).toEqual([1, 1])
    for (const name of ['cluster', 'task-definition', 'wait-for-minutes'])
      expect(errors[0]).toContain(`did you mean ${name}?`)
    expect(errors[0]).toMatch(/desired-count must be a whole number[^\n]*two/)
    expect(errors[0]).toMatch(/on-cancel must be one of stop-and-roll-back, leave/)
    expect(sim.recorder.all).toEqual([])
  }),
)

onlyLong(test.concurrent)(
  'row F28: texts of others neither command the runner nor turn the reading direction',
  inScene({}, async (scene) => {
    const { deploy, sim, slack, ecs } = scene
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1, log: [hostile.log, hostile.commit] })
    const service = sim.world.region('eu-west-1').ecs.service('shop', 'api')
    service?.addEvent(`(service api) ${hostile.log}`)
    expect(ecs('DescribeServices', { cluster: 'shop', services: ['api'] })).toBeDefined()
    const hostileRef = { GITHUB_REF_NAME: 'fix/\u202egnp.##[error]PLANTED', GITHUB_ACTOR: '::error::PLANTED' }
    const { log, summary, exitCode } = await deploy(slackInputs, { environment: hostileRef })
    expect(exitCode).toBe(1)
    expect(log).toMatch(/PLANTED/)
    expect(commandsIn(log).filter(({ name }) => name === 'error')).toHaveLength(1)
    expect(summary).toMatch(/u202e/)
    const outsideOfFences = summary.replaceAll(/```[\s\S]*?```/g, '')
    expect(outsideOfFences).not.toMatch(/<img|<!channel>|##\[/)
    expect(slack()).not.toMatch(/"mrkdwn","text":"[^"]*<!channel>/)
  }),
)

test.concurrent(
  'row F28: names that AWS would refuse are refused before AWS is asked, or shown harmlessly',
  inScene({}, async ({ deploy }) => {
    for (const image of ['registry.example.com/api:v2\n::error::PLANTED', 'registry.example.com/api:\u202ev2']) {
      const { exitCode, errors } = await deploy({ image })
      expect([exitCode, errors.length]).toEqual([1, 1])
    }
  }),
)
