import { expect, test } from '@jest/globals'
import { loadConfig } from '../../src/config/load.ts'
import { originsIn } from '../../src/config/setting-origins.ts'
import { Failure } from '../../src/failure.ts'
import { failureWithOrigins } from '../../src/origins.ts'
import { setting, text } from '../../src/text.ts'
import { said } from '../refusal.ts'

const written = `version: 1
services:
  api: { task-definition: deploy/api.json, container: api }
  worker: {}
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services:
      api:
        cluster: shop
        service: api-staging
        task-definition: deploy/staging.json
        deployment:
          strategy: CANARY
      worker: { cluster: shop, service: worker }
`
const loaded = loadConfig(written, 'deploy/slipway.yml')
const api = originsIn(loaded, 'staging', 'api')
const worker = originsIn(loaded, 'staging', 'worker')

test.each([
  ['aws-region', api, 'environments.staging.region (deploy/slipway.yml:7)'],
  ['allowed-account-ids', api, 'environments.staging.account (deploy/slipway.yml:8)'],
  ['cluster', api, 'environments.staging.services.api.cluster (deploy/slipway.yml:11)'],
  ['service', worker, 'environments.staging.services.worker.service (deploy/slipway.yml:16)'],
  ['container-name', api, 'services.api.container (deploy/slipway.yml:3)'],
  ['strategy', api, 'environments.staging.services.api.deployment.strategy (deploy/slipway.yml:15)'],
  ['task-definition', api, 'environments.staging.services.api.task-definition (deploy/slipway.yml:13)'],
  // What is not there is told with the line of what it would go into.
  ['task-definition', worker, 'services.worker.task-definition (deploy/slipway.yml:4)'],
  ['role-to-assume', api, 'environments.staging.role (deploy/slipway.yml:6)'],
  ['canary-percent', worker, 'environments.staging.services.worker.deployment.canary-percent (deploy/slipway.yml:16)'],
  // No key of slipway.yml sets these.
  ['desired-count', api, undefined],
  ['image', api, undefined],
])('%s', (name, origins, expected) => {
  expect(origins(name)).toBe(expected)
})

test('a failure names its settings as they were set, and as inputs where nobody knows', () => {
  const failure = new Failure({
    code: 'inputs-invalid',
    what: text`${setting('cluster')} is wrong`,
    why: text`${setting('service')} is not there`,
    fix: text`Set ${setting('desired-count')}.`,
    mistakes: [{ file: 'service.json', line: 3, message: text`serviceName is not that of ${setting('service')}` }],
  })
  expect(said(failure)).toBe(
    'the input cluster is wrong: the input service is not there: service.json:3:1: serviceName is not that of the input service. Set the input desired-count.',
  )
  expect(said(failureWithOrigins(failure, api))).toBe(
    'environments.staging.services.api.cluster (deploy/slipway.yml:11) is wrong: environments.staging.services.api.service (deploy/slipway.yml:12) is not there: service.json:3:1: serviceName is not that of environments.staging.services.api.service (deploy/slipway.yml:12). Set the input desired-count.',
  )
})
