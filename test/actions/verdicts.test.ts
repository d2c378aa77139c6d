/** Every end of a deployment by every engine: what the step says, and whether it is green. */
import { expect, test } from '@jest/globals'
import { some } from '../often.ts'
import { ends, play } from './verdict-table.ts'

test.each(some(Object.entries(ends), 3))('%s', async (name, end) => {
  const { runner } = await play(end)
  const { verdict, cause } = runner.outputs
  expect({ verdict, green: !runner.failed }).toEqual({ verdict: end.verdict, green: end.green ?? false })
  expect(runner.lines.join('\n')).toMatch(end.says)
  const isGood = /^(succeeded|unchanged|paused)$/.test(end.verdict)
  expect(cause === '').toBe(isGood)
  expect(runner.lines.filter((line) => line.startsWith('error ')).length).toBe(end.green ? 0 : 1)
  // What goes on is told as such on the page of the run, and by no error.
  const notices = runner.lines.filter((line) =>
    /^notice api \(shop\): (in progress, no longer watched|paused at)/.test(line),
  )
  expect(notices.length).toBe(end.green && /^(detached|paused)$/.test(end.verdict) ? 1 : 0)
  // What was not registered has no ARN.
  expect(runner.outputs['task-definition-arn']).toMatch(/older/.test(name) ? /^$/ : /task-definition\/api:\d+$/)
  if (end.verdict !== 'cancelled') expect(runner.summary).not.toBe('')
})
