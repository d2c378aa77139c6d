/** A step that ends before an answer of AWS is there: nothing is left that somebody would have had to handle. */
import { describe, expect, test } from '@jest/globals'
import { rollingScene } from '../deployment/scene.ts'
import { defined, doctor } from './doctor-scene.ts'

const elsewhere = (name: string) => `arn:aws:iam::444455556666:role/${name}`

describe.each([
  [
    'every role is of another account',
    'role-elsewhere',
    { executionRoleArn: elsewhere('run'), taskRoleArn: elsewhere('app') },
  ],
  ['one role is of another account', 'role-elsewhere', { taskRoleArn: elsewhere('app') }],
  ['there is no role', 'execution-role-missing', { executionRoleArn: undefined, taskRoleArn: undefined }],
])('doctor where %s', (_, code, roles) => {
  // Jest fails a test that leaves a rejection without a handler; without Jest, Node ends the process.
  test.each([0, 5, 40])('reports that, and ends, although STS takes %i seconds', async (seconds) => {
    const sim = rollingScene()
    sim.faults.add({ service: 'sts', effect: { kind: 'slow', milliseconds: seconds * 1000 } })
    const { runner, findings } = await doctor(sim, { definition: defined(sim, {}, roles) })
    expect(runner.failed).toBe(true)
    expect(findings.map((finding) => finding.code)).toContain(code)
  })
})
