import { expect, test } from '@jest/globals'
import { runnerFiles } from '../../src/runner/runner-files.ts'
import { renderText, type Text } from '../../src/text.ts'

function written() {
  const lines: string[] = []
  let isRed = false
  const say = (level: string) => (message: Text) =>
    void lines.push(`${level} ${renderText(message, (theirs) => theirs)}`)
  const write = runnerFiles({ error: say('error'), warning: say('warning') }, () => {
    isRed = true
  })
  return { lines, write, isRed: () => isRed }
}
const full = () => {
  throw new Error('ENOSPC: no space left on device, write')
}

test('row F29: outputs that cannot be written are told once, and end the step red', () => {
  const { lines, write, isRed } = written()
  write('outputs', full)
  write('outputs', full)
  expect(lines).toEqual([
    'error The outputs could not be written to GITHUB_OUTPUT, so this step fails: later steps would run without them: ENOSPC: no space left on device, write.',
  ])
  expect(isRed()).toBe(true)
})

test('row F29: a summary or a state that cannot be written is told, and changes no verdict', () => {
  const { lines, write, isRed } = written()
  write('summary', full)
  write('state', full)
  write('summary', () => undefined)
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['warning', 'warning'])
  expect(isRed()).toBe(false)
})
