/** `approval-environment` of the reusable workflow: a pause, somebody's decision, and what becomes of the deployment. */
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { deploymentJobs, job, logOf } from './runner/record.ts'
import { accounts, inScene, oldImage } from './scene.ts'

const approval = { environments: 'production', 'approval-environment': 'traffic' }
const asked: readonly string[] = ['traffic']
const decide = (isApproved: boolean) => async (environment: string) => !asked.includes(environment) || isApproved

test.concurrent(
  'CodeDeploy: waits, is approved, and goes on to its end, in one Slack message',
  inScene(
    async (scene) => {
      scene.callWith(approval)
      const run = await scene.run({ review: decide(true) })
      expect(deploymentJobs(run)).toEqual([
        'ship / plan: success',
        'ship / build / build in staging: success',
        'ship / deploy in production: success',
        'ship / approve in traffic: success',
        'ship / continue in production: success',
        'ship / roll-back: skipped',
      ])
      expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
      expect(scene.serving('production')).toContain(scene.digest)
      expect(logOf(job(run, 'ship / deploy'))).toContain('Paused at READY_WAIT')
      expect(scene.slack()).toMatchObject([{ text: expect.stringContaining('api (production): deployed in') }])
      expect(scene.githubStates('production').at(-1)).toBe('success')
      const makers = run.jobs.filter(({ environment }) => environment?.makesDeployment).map(({ path }) => path)
      expect(makers).toEqual(['ship / deploy'])
    },
    { readyWait: 120 },
  ),
)

onlyLong(test.concurrent)(
  'CodeDeploy: is rejected, and goes back: the run is red, and nothing is left waiting',
  inScene(
    async (scene) => {
      scene.callWith(approval)
      const run = await scene.run({ review: decide(false) })
      expect(deploymentJobs(run)).toEqual([
        'ship / plan: success',
        'ship / build / build in staging: success',
        'ship / deploy in production: success',
        'ship / approve: failure',
        'ship / continue: skipped',
        'ship / roll-back in production: success',
      ])
      expect(run.result).toBe('failure')
      expect(run.outputs.ship).toMatchObject({
        verdict: 'rolled-back',
        cause: 'The deployment was paused, and the approval job was not approved.',
        'cause-code': 'not-approved',
      })
      expect(scene.serving('production')).toBe(oldImage)
      expect(scene.slack()).toMatchObject([{ text: expect.stringContaining(': rolled back to') }])
    },
    { readyWait: 120 },
  ),
)

onlyLong(test.concurrent)(
  'ECS: is cancelled while somebody should decide, and goes back',
  inScene(
    async (scene) => {
      scene.callWith({ ...approval, environments: 'staging' })
      const cancel = new AbortController()
      const review = async (environment: string) => {
        if (!asked.includes(environment)) return true
        cancel.abort()
        return new Promise<boolean>(() => undefined)
      }
      const run = await scene.run({ review, signal: cancel.signal })
      expect(deploymentJobs(run).slice(2)).toEqual([
        'ship / deploy in staging: success',
        'ship / approve: cancelled',
        'ship / continue: skipped',
        'ship / roll-back in staging: success',
      ])
      expect(run.result).toBe('cancelled')
      expect(scene.serving('staging')).toBe(oldImage)
    },
    { pause: 600 },
  ),
)

onlyLong(test.concurrent)(
  'ECS: is approved, and goes on',
  inScene(
    async (scene) => {
      scene.callWith({ ...approval, environments: 'staging' })
      const run = await scene.run({ review: decide(true) })
      expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
      expect(scene.serving('staging')).toContain(scene.digest)
    },
    { pause: 600 },
  ),
)

onlyLong(test.concurrent)(
  'nobody is asked where nothing waits',
  inScene(async (scene) => {
    scene.callWith({ ...approval, environments: 'staging' })
    const run = await scene.run({ review: decide(false) })
    expect(deploymentJobs(run).slice(2)).toEqual([
      'ship / deploy in staging: success',
      'ship / approve: skipped',
      'ship / continue: skipped',
      'ship / roll-back: skipped',
    ])
    expect([run.result, run.outputs.ship?.verdict]).toEqual(['success', 'succeeded'])
    expect(scene.serving('staging')).toBe(`${accounts.staging}.dkr.ecr.eu-west-1.amazonaws.com/api@${scene.digest}`)
  }),
)

test.concurrent(
  'is refused for two environments before anything is built or changed',
  inScene(async (scene) => {
    scene.callWith({ 'approval-environment': 'traffic' })
    const run = await scene.run()
    expect(logOf(job(run, 'ship / plan'))).toMatch(
      /approval-environment requires exactly one service in one environment, not staging\/api, production\/api/,
    )
    expect(deploymentJobs(run).filter((line) => line.endsWith('success'))).toEqual([])
    expect(scene.serving('staging')).toBe(oldImage)
  }),
)
