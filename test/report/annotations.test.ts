import { describe, expect, test } from '@jest/globals'
import { annotations } from '../../src/report/annotations.ts'
import { forAnnotation } from '../../src/report/escape.ts'
import { outputs } from '../../src/report/outputs.ts'
import { renderText, untrusted } from '../../src/text.ts'
import { cause, lastState, stories, subject } from './stories.ts'

const of = (name: string) => ({ subject, state: lastState(stories[name] ?? []) })
const shown = (report: Parameters<typeof annotations>[0]) =>
  annotations(report).map(({ level, message }) => `${level} ${renderText(message, forAnnotation)}`)

describe('annotations', () => {
  test('a failure is one error that starts with the cause and what to do, and says what the credentials could not read', () => {
    expect(shown(of('rolled-back'))).toEqual([
      [
        'error Deploy failed: 3 of 3 new tasks stopped: container api ran out of memory (exit code 137).',
        'Give the container more memory in the task definition, or let it use less.',
        'api (production) failed to deploy and was rolled back to api:117, after 3m 12s.',
      ].join('\n'),
      'warning The credentials lack cloudwatch:DescribeAlarms, which would have shown which alarms went off.',
    ])
  })

  test('a success says where the service is', () => {
    expect(shown(of('succeeded'))).toEqual([
      'warning The answer of DescribeServices was late.',
      'notice api (production) is deployed, in 6m 15s: https://api.example.com',
    ])
  })

  test('an end without a known cause says what is true now', () => {
    expect(shown(of('timed-out'))).toEqual([
      'error Deploy failed: api (production) was not stable before the deadline, after 2m 0s.\nThe deployment may still be running.',
    ])
  })

  test('row F24: no message is longer than the runner shows, and the start of the cause stays', () => {
    const state = { ...of('failed').state, cause: { ...cause, why: [untrusted(`because ${'x'.repeat(90_000)}`)] } }
    const [error] = shown({ subject, state })
    expect(error?.length).toBeLessThanOrEqual(3600)
    expect(error).toContain('Deploy failed: 3 of 3 new tasks stopped: because xxx')
  })

  test('a page that says more is named behind what to do', () => {
    const state = { ...of('failed').state, cause: { ...cause, docs: 'https://docs.aws.amazon.com/memory' } }
    expect(shown({ subject, state })[0]?.split('\n')[1]).toBe(
      'Give the container more memory in the task definition, or let it use less. See https://docs.aws.amazon.com/memory',
    )
  })

  test('says probably where the cause is not certain', () => {
    const state = { ...of('failed').state, cause: { ...cause, confidence: 'likely' as const } }
    expect(shown({ subject, state })[0]).toContain('stopped: probably container api ran out of memory')
  })
})

describe('outputs', () => {
  test('of a deployment that was rolled back', () => {
    const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`
    expect(outputs(of('rolled-back'))).toEqual({
      verdict: 'rolled-back',
      cause: '3 of 3 new tasks stopped: container api ran out of memory (exit code 137).',
      'cause-code': 'out-of-memory',
      'task-definition-arn': revision(118),
      'previous-task-definition-arn': revision(117),
      'deployment-id': 'd-ABCDEF123',
      'codedeploy-deployment-id': 'd-ABCDEF123',
      'console-url':
        'https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-ABCDEF123?region=eu-west-1',
      url: 'https://api.example.com',
    })
  })

  test('of a deployment that never started are there, but empty', () => {
    expect(outputs(of('queued'))).toMatchObject({ verdict: '', 'task-definition-arn': '', 'deployment-id': '' })
  })
})
