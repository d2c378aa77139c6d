import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { annotations } from '../../src/report/annotations.ts'
import { forAnnotation } from '../../src/report/escape.ts'
import { failureAnnotations } from '../../src/report/failure-text.ts'
import { outputs } from '../../src/report/outputs.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { cause, lastState, stories, subject } from './stories.ts'

const of = (name: string) => ({ subject, state: lastState(stories[name] ?? []) })
const shown = (report: Parameters<typeof annotations>[0]) =>
  annotations(report).map(({ level, title, message }) => `${level} ${title} | ${renderText(message, forAnnotation)}`)

describe('annotations', () => {
  test('a failure is one error: the verdict in its title, the cause and what to do in its message, and what could not be read', () => {
    expect(shown(of('rolled-back'))).toEqual([
      [
        'error api (production): failed, rolled back to api:117, after 3m 12s | 3 of 3 new tasks stopped: OutOfMemoryError: container "api" ran out of memory (limit 256 MiB, exit code 137, SIGKILL).',
        'Raise memory in the task definition, or reduce the memory use of the program.',
      ].join('\n'),
      'warning Slipway | Missing permission: cloudwatch:DescribeAlarms, for time and reason of the alarm in the report of the failure.',
    ])
  })

  test.each(Object.keys(stories))('no message says its title again: %s', (name) => {
    for (const { title, message } of annotations(of(name)))
      expect(renderText(message, forAnnotation)).not.toContain(title.slice(0, 20))
  })

  test('a success says where the service is', () => {
    expect(shown(of('succeeded'))).toEqual([
      'warning Slipway | The answer of DescribeServices was late.',
      'notice api (production): deployed in 6m 15s | https://api.example.com',
    ])
  })

  test('a title holds no command and no line break, whatever the service is called', () => {
    const report = { ...of('failed'), subject: { ...subject, service: 'api\n::error::x##[group]' } }
    expect(annotations(report)[0]?.title).toMatch(/^api ::error::x## \[group\] \(production\): failed/)
  })

  test('an end without a known cause says what is true now', () => {
    expect(shown(of('timed-out'))).toEqual([
      'error api (production): timed out, may still be in progress, after 2m 0s | The cause is unknown.',
    ])
  })

  test('row F24: no message is longer than the runner shows, and the start of the cause stays', () => {
    const state = { ...of('failed').state, cause: { ...cause, why: [untrusted(`because ${'x'.repeat(90_000)}`)] } }
    const [error] = shown({ subject, state })
    expect(error?.length).toBeLessThanOrEqual(3600)
    expect(error).toContain('3 of 3 new tasks stopped: OutOfMemoryError: because xxx')
  })

  test('a page that says more is named behind what to do', () => {
    const state = { ...of('failed').state, cause: { ...cause, docs: 'https://docs.aws.amazon.com/memory' } }
    expect(shown({ subject, state })[0]?.split('\n')[1]).toBe(
      'Raise memory in the task definition, or reduce the memory use of the program. See https://docs.aws.amazon.com/memory',
    )
  })

  test('marks the reason as likely where it is not certain, and not the name that AWS gives', () => {
    const state = { ...of('failed').state, cause: { ...cause, confidence: 'likely' as const } }
    expect(shown({ subject, state })[0]).toContain(
      'stopped: OutOfMemoryError: likely container "api" ran out of memory',
    )
  })
})

describe('outputs', () => {
  test('of a deployment that was rolled back', () => {
    const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`
    expect(outputs(of('rolled-back'))).toEqual({
      verdict: 'rolled-back',
      cause:
        '3 of 3 new tasks stopped: OutOfMemoryError: container "api" ran out of memory (limit 256 MiB, exit code 137, SIGKILL).',
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

test('each mistake is a sentence with one end', () => {
  const mistake = (message: string) => ({ file: 'a.json', line: 1, message: text`${message}` })
  const mistakes = [mistake('one'), mistake('no key b; did you mean c?'), mistake('has no name')]
  const failure = new Failure({ code: 'inputs-invalid', what: text`Bad`, mistakes })
  const [, ...others] = failureAnnotations(failure).map(({ message }) => renderText(message, forAnnotation))
  expect(others).toEqual(['a.json:1:1: no key b; did you mean c?', 'a.json:1:1: has no name.'])
})
