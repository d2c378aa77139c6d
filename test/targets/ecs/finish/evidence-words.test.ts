import { describe, expect, test } from '@jest/globals'
import type { Evidence } from '../../../../src/targets/ecs/facts/deployment-evidence.ts'
import { evidenceInWords } from '../../../../src/targets/ecs/finish/evidence-words.ts'
import { renderText, text, untrusted } from '../../../../src/text.ts'
import { evidence, start } from '../../../report/stories.ts'
import { nothing } from './evidence.ts'

const byCodeDeploy = { isByCodeDeploy: true }

/** Titles with their lines, as a person sees them. */
function shown(given: Partial<Evidence>): Record<string, readonly string[]> {
  const plain = (line: Parameters<typeof renderText>[0]) => renderText(line, (theirs) => theirs)
  const { sections } = evidenceInWords({ ...nothing, ...given })
  return Object.fromEntries(sections.map(({ title, lines }) => [plain(title), lines.map(plain)]))
}

describe('what the evidence shows', () => {
  test('of alarms: name, state, since when, and why', () => {
    const alarms = [
      { name: 'api-5xx', state: 'ALARM', since: start + 61_000, reason: 'Threshold Crossed: 3 datapoints' },
      { name: 'api-latency', state: 'OK' },
    ]
    expect(shown({ alarms })).toEqual({
      'CloudWatch alarms (current state)': [
        'api-5xx: ALARM since 2026-11-20 09:01:01 UTC: Threshold Crossed: 3 datapoints',
        'api-latency: OK',
      ],
    })
  })

  test('of the network: what cannot be reached, why, and what to do', () => {
    const gap = {
      code: 'endpoint-missing' as const,
      severity: 'blocks' as const,
      endpoint: 'ecr.api',
      what: text`The tasks cannot reach Amazon ECR`,
      why: text`${untrusted('vpc-1')} has no endpoint com.amazonaws.eu-west-1.ecr.api`,
      fix: text`Add it.`,
    }
    const network = { region: 'eu-west-1', vpcId: 'vpc-1', enclosed: text`subnet-1 has no route`, isWhole: true }
    const title = 'Network of the tasks (vpc-1, eu-west-1)'
    expect(shown({ network: { ...network, gaps: [gap] } })).toEqual({
      [title]: [
        'subnet-1 has no route.',
        'The tasks cannot reach Amazon ECR: vpc-1 has no endpoint com.amazonaws.eu-west-1.ecr.api. Add it.',
      ],
    })
    const sound = { ...network, enclosed: undefined, gaps: [] }
    expect(shown({ network: sound })[title]).toEqual(['No fault found in routes, VPC endpoints and security groups.'])
    expect(shown({ network: { ...sound, isWhole: false } })[title]?.[0]).toContain(
      'not all of the network could be read',
    )
  })

  test('of platforms: what the task runs on, and what each image is built for', () => {
    const images = [{ reference: 'api:v3', containers: ['api', 'worker'], platforms: ['linux/arm64'] }]
    expect(shown({ platforms: { task: 'linux/amd64', images } })).toEqual({
      'Platforms of task and images': [
        'Platform of the task: linux/amd64',
        'image api:v3 (container api, worker): built for linux/arm64',
      ],
    })
    const [first] = shown({ platforms: { task: undefined, images } })['Platforms of task and images'] ?? []
    expect(first).toBe('Platform of the task: that of its container instance')
  })

  test('of the end: the words of whoever deployed, once', () => {
    const said = untrusted('Activated alarms: <api-5xx>')
    const codeDeploy = { errorCode: 'ALARM_ACTIVE', message: said, failures: [] }
    expect(shown({ statusReason: said })).toEqual({ 'ECS status reason': [said.untrusted] })
    expect(shown({ ...byCodeDeploy, statusReason: said })).toEqual({ 'CodeDeploy error': [said.untrusted] })
    expect(shown({ ...byCodeDeploy, statusReason: said, codeDeploy })).toEqual({
      'CodeDeploy error': ['ALARM_ACTIVE: Activated alarms: <api-5xx>'],
    })
    expect(shown({ ...byCodeDeploy, statusReason: untrusted('stopped'), codeDeploy })).toEqual({
      'CodeDeploy error': ['ALARM_ACTIVE: Activated alarms: <api-5xx>', 'stopped'],
    })
  })

  test('of a container with the words of its task: these words once', () => {
    const [group] = evidence.stoppedTasks
    const reason = untrusted('CannotPullContainerError: not found')
    const containers = group?.containers.map((container) => ({ ...container, exitCode: undefined, reason })) ?? []
    const stoppedTasks = group ? [{ ...group, stoppedReason: reason, containers }] : []
    const lines = shown({ stoppedTasks })['Stopped tasks'] ?? []
    expect(lines.join('\n').match(/CannotPullContainerError/g)).toHaveLength(1)
    expect(lines[1]).toMatch(/^ {4}container api: memory 256 MiB, image /)
  })
})
