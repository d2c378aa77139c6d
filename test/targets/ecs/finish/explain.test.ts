import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { causeOf as causeFor, findEntry } from '../../../../src/diagnosis/entry.ts'
import type { Evidence } from '../../../../src/targets/ecs/facts/deployment-evidence.ts'
import { renderText, untrusted } from '../../../../src/text.ts'
import { entries } from '../../../diagnosis/entries.ts'
import { runs } from '../../../generated.ts'
import { type Container, causeOf, event, log, sentences, stopped } from './evidence.ts'

const exited = 'Essential container in task exited'
const ended = (...containers: readonly Container[]) =>
  stopped(exited, { stopCode: 'EssentialContainerExited', containers })
const group = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/1'
const elb = `Task failed ELB health checks in (target-group ${group})`
const unhealthy = (reason: string, description: string): Evidence['targetHealth'] => [
  {
    target: '10.0.1.5:8080',
    targetGroupArn: group,
    isNew: true,
    state: 'unhealthy',
    reason,
    description: untrusted(description),
  },
]

describe("peers' F10: containers that ended", () => {
  test('the exit code and the last words of the container that counts, not of a helper', () => {
    const containers = [
      { name: 'log-router', exitCode: 143, essential: true },
      { name: 'api', exitCode: 1 },
      { name: 'metrics', exitCode: 2, essential: false },
    ]
    const logs = [
      log('log-router', 'FATAL signal received'),
      log('api', 'starting', 'Error: no such table: users', 'bye'),
    ]
    const cause = causeOf({ stoppedTasks: [ended(...containers)], logs })
    expect(sentences(cause)).toBe(
      '3 of 3 new tasks stopped: Essential container in task exited ("api", exit code 1): `Error: no such table: users` (last log line). Fix the error in the last log lines of the container.',
    )
  })

  test('a helper that is ended with the task is never the cause', () => {
    const cause = causeOf({
      stoppedTasks: [ended({ name: 'log-router', exitCode: 143 }, { name: 'api', exitCode: 0 })],
    })
    expect(cause.code).toBe('container-ended')
    expect(sentences(cause)).toContain(
      'Essential container in task exited ("api", exit code 0): the process ended without an error',
    )
  })

  test('no exit code is never printed as null', () => {
    const cause = causeOf({ stoppedTasks: [ended({ name: 'api' })] })
    expect(sentences(cause)).not.toMatch(/null|undefined/)
    expect(cause.code).toBe('unexplained')
  })

  test.each([
    [126, '("api", exit code 126): the command cannot be executed'],
    [127, '("api", exit code 127): command not found'],
    [129, '("api", exit code 129, SIGHUP): no log lines are available'],
    [134, '("api", exit code 134, SIGABRT): the program aborted'],
    [139, '("api", exit code 139, SIGSEGV): segmentation fault'],
    [143, '("api", exit code 143, SIGTERM): the container was stopped'],
    [255, '("api", exit code 255): no log lines are available'],
    [1, '("api", exit code 1): no log lines are available'],
  ])('exit code %d: %s', (exitCode, says) => {
    expect(sentences(causeOf({ stoppedTasks: [ended({ exitCode })] }))).toContain(says)
  })

  test.each([
    ['exec-format', 'exec /app/server: exec format error'],
    ['heap-out-of-memory', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
    ['port-in-use', 'Error: listen EADDRINUSE: address already in use :::8080'],
    ['module-missing', "Error: Cannot find module '/app/dist/server.js'"],
    ['login-refused', 'FATAL: password authentication failed for user "app"'],
    ['dependency-unreachable', 'Error: connect ECONNREFUSED 10.0.3.7:5432'],
    ['permission-denied', "Error: EACCES: permission denied, open '/data/lock'"],
  ])('%s: %s', (code, line) => {
    const cause = causeOf({ stoppedTasks: [ended({ exitCode: 1 })], logs: [log('api', line)] })
    expect([cause.code, sentences(cause)]).toEqual([code, expect.stringContaining(`\`${line}\``)])
    expect(sentences(cause)).toContain('Essential container in task exited ("api", exit code 1): ')
  })

  test('a credential in the last words is not repeated', () => {
    const logs = [log('api', 'Error: cannot connect to postgres://app:hunter2secret@db:5432/shop')]
    expect(sentences(causeOf({ stoppedTasks: [ended({ exitCode: 1 })], logs }))).not.toContain('hunter2secret')
  })
})

describe('exit code 137', () => {
  test('is out of memory only where ECS says so', () => {
    const reason = 'OutOfMemoryError: Container killed due to memory usage'
    const cause = causeOf({ stoppedTasks: [ended({ exitCode: 137, reason, memory: 512 })] })
    expect(cause.code).toBe('out-of-memory')
    expect(sentences(cause)).toContain(
      'OutOfMemoryError: container "api" ran out of memory (limit 512 MiB, exit code 137, SIGKILL)',
    )
  })

  test('is a kill otherwise', () => {
    const cause = causeOf({ stoppedTasks: [ended({ exitCode: 137 })] })
    expect(cause.code).toBe('container-killed')
    expect(sentences(cause)).toContain(
      '("api", exit code 137, SIGKILL): the container did not stop within stopTimeout, or the task or its host ran out of memory',
    )
  })

  test('tells nothing where ECS stopped an unhealthy task', () => {
    const tasks = stopped(elb, { stopCode: 'ServiceSchedulerInitiated', containers: [{ exitCode: 137 }] })
    const targetHealth = unhealthy('Target.ResponseCodeMismatch', 'Health checks failed with these codes: [503]')
    const cause = causeOf({ stoppedTasks: [tasks], targetHealth })
    expect(cause.code).toBe('health-check-code')
    expect(sentences(cause)).toMatch(
      /^3 of 3 new tasks stopped: failed ELB health checks \(target group api\): target returned HTTP 503/,
    )
  })
})

describe('what weighs more', () => {
  const pull = stopped(
    'CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref x/y:1: x/y:1: not found',
    { count: 1 },
  )
  const crash = ended({ exitCode: 1 })
  const tired = stopped(elb, { stopCode: 'ServiceSchedulerInitiated', count: 4, containers: [{ exitCode: 143 }] })
  const noRoom = event('(service api) was unable to place a task. Reason: Capacity is unavailable at this time.')
  const breaker = untrusted('Service deployment rolled back because the circuit breaker threshold was exceeded.')
  const codes = (evidence: Partial<Evidence>) =>
    causeOf({ serviceEvents: [noRoom], statusReason: breaker, ...evidence }).code

  test('tasks that cannot start, then crashes, then health, then capacity, then verdicts', () => {
    expect(codes({ stoppedTasks: [tired, crash, pull] })).toBe('image-not-found')
    expect(codes({ stoppedTasks: [tired, crash] })).toBe('container-crashed')
    expect(codes({ stoppedTasks: [tired] })).toBe('health-check-failed')
    expect(codes({})).toBe('capacity-unavailable')
    expect(codes({ serviceEvents: [] })).toBe('circuit-breaker')
  })

  test('a hook that failed ended the deployment, whatever a task did beside; an alarm may have been set off by a crash', () => {
    const hook = untrusted(
      'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target arn:x returned FAILED status.',
    )
    expect(codes({ stoppedTasks: [crash], statusReason: hook })).toBe('hook-failed')
    const message = untrusted(
      'One or more alarms have been activated and the affected deployments have been stopped. Activated alarms: <errors>',
    )
    expect(codes({ stoppedTasks: [crash], codeDeploy: { message, failures: [] } })).toBe('container-crashed')
    expect(codes({ codeDeploy: { message, failures: [] } })).toBe('alarm-active')
  })

  test('counts tasks of one reason', () => {
    expect(sentences(causeOf({ stoppedTasks: [tired, pull] }))).toMatch(/^1 of 5 new tasks could not start: /)
    expect(sentences(causeOf({ stoppedTasks: [pull] }))).toMatch(/^The new task could not start: /)
  })

  test('without a known reason it says what AWS says, and what it may not read', () => {
    const missingPermissions = [{ action: 'logs:GetLogEvents', shows: 'the log' }]
    const cause = causeOf({ statusReason: untrusted('Something new happened.'), missingPermissions })
    expect(cause.isGeneral).toBe(true)
    expect(sentences(cause)).toBe(
      'The deployment failed: Something new happened. Allow logs:GetLogEvents to the deploying role to get the reason.',
    )
  })
})

/** Names of the groups that take part in every match: in no alternative and nothing optional. */
function sureGroups(source: string): readonly string[] {
  const plain = source.replace(/\\./g, '__').replace(/\[[^\]]*\]/g, (set) => '_'.repeat(set.length))
  const open: { name: string | undefined; names: string[]; isChoice: boolean }[] = [
    { name: undefined, names: [], isChoice: false },
  ]
  for (let at = 0; at < plain.length; at++) {
    const level = open.at(-1)
    if (plain[at] === '(') {
      open.push({ name: /^\(\?<(\w+)>/.exec(plain.slice(at))?.[1], names: [], isChoice: false })
    } else if (plain[at] === '|' && level) level.isChoice = true
    else if (plain[at] === ')' && level) {
      open.pop()
      const inner = level.isChoice ? [] : level.names
      if (plain[at + 1] !== '?') open.at(-1)?.names.push(...inner, ...(level.name ? [level.name] : []))
    }
  }
  const [top] = open
  return top && !top.isChoice ? top.names : []
}

describe('any text', () => {
  test('is cut before it is searched, so that no entry is found far behind', () => {
    const far = (size: number) => findEntry(entries, `${'x '.repeat(size / 2)}exec format error`)
    expect(far(1000)?.entry.code).toBe('exec-format')
    expect(far(100_000)).toBeUndefined()
  })

  test('has a cause with three sentences and no gaps', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(...entries.map(({ pattern }) => pattern.source)),
      fc.constant(elb),
    )
    const code = fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined })
    fc.assert(
      fc.property(piece, piece, piece, code, (reason, message, line, exitCode) => {
        const cause = causeOf({
          stoppedTasks: [stopped(reason, { containers: [{ exitCode, reason: message }] })],
          serviceEvents: [event(message)],
          statusReason: untrusted(line),
          logs: [log('api', line)],
        })
        expect(Object.keys(cause)).toEqual(expect.arrayContaining(['code', 'what', 'why', 'fix', 'confidence']))
        for (const part of [cause.what, cause.why, cause.fix]) expect(part.length).toBeGreaterThan(0)
        const own = [cause.what, cause.why, cause.fix].flat().filter((part) => typeof part === 'string')
        expect(own.join('')).not.toMatch(/undefined|null|\{\w+\}/)
      }),
      runs(200),
    )
  })

  test('no entry has a gap where a name is not known', () => {
    for (const entry of entries) {
      const sure = [...sureGroups(entry.pattern.source), 'container', 'exitCode', 'words']
      const facts = Object.fromEntries(sure.map((name) => [name, 'X']))
      const { error = [], why, fix } = causeFor({ entry, facts }, [])
      const said = [error, why, fix].map((part) => renderText(part, (theirs) => theirs)).join('. ')
      expect([entry.code, said]).toEqual([
        entry.code,
        expect.not.stringMatching(/\?|\{\w|undefined|null|\(\)|“”| {2}| [,.;)]/),
      ])
    }
  })

  test('every entry says why and what to do, without a full stop in the middle of the sentence', () => {
    for (const { code, why, fix } of entries) {
      expect([code, why]).toEqual([code, expect.not.stringMatching(/\.$/)])
      expect([code, fix]).toEqual([code, expect.stringMatching(/\.$/)])
    }
  })
})
