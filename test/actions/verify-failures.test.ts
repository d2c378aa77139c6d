/** Failures of checks: the right cause comes first, with the words that people search for, and the service is rolled back. */
import { expect, test } from '@jest/globals'
import type { ProbeAnswer, ProbeFault } from '../../src/ports.ts'
import { oldImage, rollingScene, servingImage } from '../deployment/scene.ts'
import { some } from '../often.ts'
import type { Behaviour } from '../simulator/contract.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { configOf, deployWith, probeOf, response, url } from './verify-scene.ts'

const none = (fault: ProbeFault, code: string, why = code): ProbeAnswer => ({
  kind: 'no-response',
  fault,
  code,
  why,
  milliseconds: 3,
})
const get = `^Verify failed: GET ${url} `

/** Their texts: test/targets/steps/http-check.test.ts. */
const answers: readonly (readonly [answer: ProbeAnswer, expected: string, cause: string])[] = [
  [response(503, 'no healthy upstream'), '', 'answered 503, not 200; body begins `no healthy upstream`'],
  [response(504), '', 'answered 504, not 200; the body is empty'],
  [response(404, 'Not Found'), '', 'answered 404, not 200; body begins `Not Found`'],
  [response(302, '', { location: '/login' }), '', 'answered 302 \\(to /login\\), not 200'],
  [response(200, '{"db":"down"}'), 'json: { db: up }', 'answered 200, and in its JSON db is "down", not "up"'],
  [response(200, 'v1'), 'body: v2', 'answered 200, and the body does not contain `v2`; body begins `v1`'],
  [none('dns', 'ENOTFOUND'), '', 'got no response: the host name does not resolve \\(DNS\\): ENOTFOUND'],
  [none('connect', 'ECONNREFUSED'), '', 'got no response: no connection \\(the port is closed.*: ECONNREFUSED'],
  [none('tls', 'CERT_HAS_EXPIRED'), '', 'got no response: TLS handshake failed: CERT_HAS_EXPIRED'],
  [none('tls', 'ERR_TLS_CERT_ALTNAME_INVALID'), '', 'TLS handshake failed: ERR_TLS_CERT_ALTNAME_INVALID'],
  [none('timeout', 'ETIMEDOUT'), '', 'got no response: timed out \\(a security group that drops packets'],
  [none('closed', 'ECONNRESET'), '', 'the connection was closed before the response was complete: ECONNRESET'],
]

test.each(some(answers, 5))('%j %s', async (answer, expected, cause) => {
  const sim = rollingScene()
  const verify = `- { url: "${url}", within: 0${expected && `, ${expected}`} }`
  const { outputs } = await deployWith(sim, { given: { verify }, probe: probeOf(answer) })
  expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
    'rolled-back',
    oldImage,
    'verify-failed',
  ])
  expect(outputs.cause).toMatch(new RegExp(`${get}.*${cause}`))
})

const denied = (sim: Simulator, operation: string) => sim.faults.add({ operation, effect: { kind: 'access-denied' } })
const behaves = (behaviour: Behaviour) => (sim: Simulator) => sim.world.scenarios.set('curl:8', behaviour)

const tasks: readonly (readonly [name: string, arrange: (sim: Simulator) => void, cause: RegExp])[] = [
  ['its exit code', behaves({ kind: 'crash', exitCode: 22 }), /Essential container in task exited.*exit code 22/],
  ['out of memory', behaves({ kind: 'out-of-memory' }), /OutOfMemoryError/],
  [
    'an image that is missing',
    behaves({ kind: 'fails-to-start', stoppedReason: 'CannotPullContainerError: pull access denied for smoke' }),
    /CannotPullContainerError/,
  ],
  ['no capacity', behaves({ kind: 'no-capacity', reason: 'RESOURCE:MEMORY' }), /RESOURCE:MEMORY/],
  ['no permission to start it', (sim) => denied(sim, 'RunTask'), /ecs:RunTask/],
  [
    'no permission to register it',
    (sim) => sim.faults.add({ operation: 'RegisterTaskDefinition', skip: 1, effect: { kind: 'access-denied' } }),
    /ecs:RegisterTaskDefinition/,
  ],
]

test.each(some(tasks, 3))('a check by a task that fails by %s', async (_, arrange, cause) => {
  const sim = rollingScene()
  arrange(sim)
  const placement = 'verify:\n  - { task: smoke, image: "curl:8", command: [smoke] }'
  const { outputs } = await deployWith(sim, { files: { 'slipway.yml': configOf('', placement) } })
  expect([outputs.verdict, servingImage(sim)]).toEqual(['rolled-back', oldImage])
  expect(outputs.cause).toMatch(cause)
})
