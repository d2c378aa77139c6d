/** The inputs of `deploy` that only CodeDeploy heeds. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { codeDeployOverrides } from '../../src/actions/inputs/codedeploy-inputs.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { codeDeployScene, newImage } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { keys } from './scene.ts'

async function deploy(given: Record<string, string>, files: Record<string, string> = {}) {
  const sim = codeDeployScene({ terminationWaitMinutes: 0, alarms: ['api-5xx'] })
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment: keys })
  for (const [name, content] of Object.entries(files)) await writeFile(join(runner.workspace, name), content)
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = givenInputs(deployInputs, { service: 'api', cluster: 'shop', image: newImage, ...given })
  await action.main(inputs, runner).catch((error: unknown) => runner.lines.push(String(error)))
  const [call] = sim.recorder.calls('codedeploy', 'CreateDeployment')
  const sent = (call?.input ?? {}) as { revision?: { appSpecContent?: { content?: string } } }
  const content = sent.revision?.appSpecContent?.content
  return { runner, log: runner.lines.join('\n'), sent, appSpec: content && JSON.parse(content) }
}

const properties = { LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 }, PlatformVersion: '1.4.0' }
const json = JSON.stringify({
  version: 0.0,
  Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: properties } }],
})
const yaml = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties: { LoadBalancerInfo: { ContainerName: api, ContainerPort: 8080 }, PlatformVersion: 1.4.0 }`

describe('codedeploy-appspec', () => {
  test.each([
    ['inline, in JSON', json, {}],
    ['inline, in YAML', yaml, {}],
    ['in a file', 'deploy.yml', { 'deploy.yml': yaml }],
  ])('is taken %s', async (_, given, files) => {
    const { runner, appSpec } = await deploy({ 'codedeploy-appspec': given }, files)
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(appSpec.Resources[0].TargetService.Properties).toEqual({
      ...properties,
      TaskDefinition: expect.stringMatching(/api:2$/),
    })
  })

  test('that is not there, or not right, says so before anything is changed', async () => {
    expect((await deploy({ 'codedeploy-appspec': 'missing.yml' })).log).toMatch(/file-unreadable/)
    const wrong = await deploy({ 'codedeploy-appspec': `${yaml}\nHooks:\n  - AfterInstal: f` })
    expect(wrong.log).toMatch(/unknown lifecycle event hook "AfterInstal" .*did you mean AfterInstall\?/)
    expect(wrong.sent).toEqual({})
  })
})

describe('alarms and rollback of one deployment', () => {
  test('are sent when they are given, shown before, and else left to the group', async () => {
    const asked = await deploy({ 'codedeploy-alarms': 'none', 'codedeploy-auto-rollback': 'failure, stop' })
    expect(asked.sent).toMatchObject({
      overrideAlarmConfiguration: { enabled: false },
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST'] },
    })
    expect(asked.log).toMatch(
      /group {4}DgpECS-shop-api of AppECS-shop-api: .*auto-rollback on: deployment failure, stop request · alarms: none/,
    )
    const left = await deploy({})
    expect(Object.keys(left.sent)).not.toContain('overrideAlarmConfiguration')
    expect(left.log).toMatch(/auto-rollback on: deployment failure, alarm threshold, stop request · alarms: api-5xx/)
    expect(left.runner.summary).toMatch(/Deployment group/)
  })

  test.each([
    ['codedeploy-alarms', Array.from({ length: 11 }, (_, index) => `alarm-${index}`).join(), /at most 10/],
    ['codedeploy-alarms', 'x'.repeat(256), /more than 255 characters/],
    ['codedeploy-auto-rollback', 'failures', /failure, alarm, stop/],
    ['codedeploy-auto-rollback', 'none, failure', /must be none, or some of/],
  ] as const)('%s: %s is refused', (name, given, says) => {
    expect(() => codeDeployOverrides[name](given)).toThrow(says)
  })
})
