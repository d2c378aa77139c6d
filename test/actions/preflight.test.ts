/** What `deploy` checks before it registers or changes anything, by default. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { codeDeployScene, newImage, oldImage, region, rollingScene, run } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seedNativeService, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { changesOf, type Definition, defined, home, host, withRepository } from './doctor-scene.ts'
import { emptyScene, environment, here } from './scene.ts'

interface Asked {
  readonly given?: Record<string, string>
  /** Written to td.json and given as task-definition. */
  readonly definition?: Definition
  readonly files?: Record<string, string>
}

async function deploy(sim: Simulator, { given = {}, definition, files = {} }: Asked = {}) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const written = { ...files, ...(definition && { 'td.json': JSON.stringify(definition) }) }
  for (const [path, content] of Object.entries(written)) {
    await mkdir(dirname(join(runner.workspace, path)), { recursive: true })
    await writeFile(join(runner.workspace, path), content)
  }
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = { ...here, ...(definition && { 'task-definition': 'td.json' }), ...given }
  await action.main(givenInputs(deployInputs, inputs), runner)
  const { outputs, lines, failed } = runner
  return { outputs, failed, lines, log: lines.join('\n'), changed: changesOf(sim), warnings: warningsIn(lines), runner }
}

/** Annotations. */
const warningsIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith('warning ')).join('\n')

const ours = { image: `${host}/api:v2` }
const secret = (valueFrom: string) => ({ secrets: [{ name: 'PASSWORD', valueFrom }] })
const appSpec = (name: string) =>
  `version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: x\n        LoadBalancerInfo: { ContainerName: ${name}, ContainerPort: 8080 }\n`

type Setup = (sim: Simulator) => Asked
type Row = readonly [what: string, cause: RegExp, setup: Setup, scene?: () => Simulator]

const fired = () => {
  const sim = codeDeployScene({ alarms: ['api-5xx'] })
  home(sim).cloudwatch.setState('api-5xx', 'ALARM', '12 errors')
  return sim
}

/** Named in the order in which a user would meet them. */
const blockers: readonly Row[] = [
  [
    'an image that is missing',
    /^Image not found for container api: \S+\/api:v3 is not in Amazon ECR \(repository api, eu-west-1, account 111122223333\)/,
    (sim) => {
      withRepository(sim)
      return { given: { image: `${host}/api:v3` } }
    },
  ],
  [
    'an image without the platform of the task',
    /^Wrong CPU architecture in the image of container api: \S+ is built for linux\/arm64, and the task runs on linux\/amd64/,
    (sim) => {
      withRepository(sim, 'arm64')
      return { given: ours }
    },
  ],
  [
    'a secret that is missing',
    /^The secret PASSWORD of container api does not exist \(ResourceNotFoundException\)/,
    () => ({
      given: { image: newImage, secrets: `PASSWORD=arn:aws:secretsmanager:${region}:111122223333:secret:db-AbCdEf` },
    }),
  ],
  [
    'a secret without its JSON key',
    /^JSON key password not found for the secret PASSWORD of container api: \S+ has the keys user/,
    (sim) => ({
      definition: defined(sim, secret(`${home(sim).secretsmanager.put('db', '{"user":"ann"}')}:password::`)),
    }),
  ],
  [
    'a role that is missing',
    /^The role of taskRoleArn does not exist \(NoSuchEntity\)/,
    (sim) => ({ definition: defined(sim, {}, { taskRoleArn: 'gone' }) }),
  ],
  [
    'a role of another account',
    /^Cross-account pass role is not allowed for executionRoleArn/,
    (sim) => ({ definition: defined(sim, {}, { executionRoleArn: 'arn:aws:iam::999988887777:role/run' }) }),
  ],
  [
    'the placeholder of the example',
    /^Placeholder set-by-slipway was not replaced in image of container "api"/,
    (sim) => ({ definition: defined(sim, { image: 'set-by-slipway' }) }),
  ],
  [
    'a placeholder of a template in a role',
    /^Placeholder <EXECUTION_ROLE> was not replaced in executionRoleArn/,
    (sim) => ({ definition: defined(sim, {}, { executionRoleArn: '<EXECUTION_ROLE>' }) }),
  ],
  [
    'a placeholder of a template in a log group',
    /^Placeholder \$\{LOG_GROUP\} was not replaced in /,
    (sim) => {
      const options = {
        'awslogs-group': ['$', '{LOG_GROUP}'].join(''),
        'awslogs-region': region,
        'awslogs-stream-prefix': 'api',
      }
      return { definition: defined(sim, { logConfiguration: { logDriver: 'awslogs', options } }) }
    },
  ],
  [
    'a container that the load balancer names and the definition does not have',
    /^The container api does not exist in the task definition: the load balancer of the service/,
    (sim) => ({ definition: defined(sim, { name: 'web', image: newImage }) }),
  ],
  [
    'a port that the load balancer names and the container does not have',
    /^The container api does not have a container port 8080 defined/,
    (sim) => ({ definition: defined(sim, { portMappings: [{ containerPort: 3000 }], image: newImage }) }),
  ],
  [
    'percentages that leave no room',
    /^The service deployment configuration allows no task to stop and none to start/,
    () => ({ given: { image: newImage } }),
    () => rollingScene({ desiredCount: 1, minimumHealthyPercent: 50, maximumPercent: 150 }),
  ],
  [
    'percentages of the inputs that leave no room',
    /^The service deployment configuration allows no task to stop and none to start/,
    () => ({ given: { image: newImage, 'minimum-healthy-percent': '60', 'maximum-percent': '140' } }),
  ],
  [
    'an alarm in ALARM on which CodeDeploy stops',
    /^The alarm api-5xx is in ALARM already \(ALARM_ACTIVE\): CodeDeploy would stop the deployment/,
    () => ({ given: { image: newImage } }),
    fired,
  ],
  [
    'an AppSpec that names another container',
    /^The container web does not exist in the task definition: the AppSpec sends traffic to it/,
    () => ({ given: { image: newImage, 'codedeploy-appspec': appSpec('web') } }),
    codeDeployScene,
  ],
]

describe('what is certain to fail stops a deployment before anything is registered', () => {
  test.each(blockers)('%s', async (_, cause, setup, scene = rollingScene) => {
    const sim = scene()
    const asked = setup(sim)
    sim.recorder.clear()
    const { failed, outputs, changed, log } = await deploy(sim, asked)
    expect(outputs).toMatchObject({
      verdict: 'failed',
      'cause-code': 'preflight-failed',
      cause: expect.stringMatching(cause),
    })
    expect(failed).toBe(true)
    expect(changed).toEqual([])
    expect(log).toMatch(/failed, nothing changed/)
  })

  test.each(some(blockers, 4))(
    'and with preflight: off does not: %s',
    async (_, _cause, setup, scene = rollingScene) => {
      const sim = scene()
      const asked = setup(sim)
      sim.recorder.clear()
      const { outputs } = await deploy(sim, {
        ...asked,
        given: { ...asked.given, preflight: 'off', 'wait-for-minutes': '0' },
      })
      expect(outputs['cause-code']).not.toBe('preflight-failed')
      expect(sim.recorder.all.map(({ service }) => service)).not.toContain('iam')
    },
  )

  test('and is told with all that blocks beside it', async () => {
    const sim = rollingScene()
    const { outputs, lines } = await deploy(sim, {
      definition: defined(sim, { image: 'set-by-slipway', portMappings: [] }, { taskRoleArn: 'gone' }),
    })
    expect(outputs.cause).toMatch(/^Placeholder set-by-slipway was not replaced in image of container "api"/)
    const [error = ''] = lines.filter((line) => line.startsWith('error '))
    expect(error).toMatch(
      /Also found: \(2\) The role of taskRoleArn does not exist .* \(3\) The container api does not have/,
    )
  })
})

describe('what is in doubt only warns', () => {
  const sidecar = (image: string) => ({ name: 'sidecar', image, essential: false })
  const withSidecar = (sim: Simulator, image: string): Definition => {
    const definition = defined(sim, { image: newImage })
    return {
      ...definition,
      containerDefinitions: [...(definition.containerDefinitions as Definition[]), sidecar(image)],
    }
  }
  const rows: readonly Row[] = [
    [
      'an image of a container that is not essential',
      /Image not found for container sidecar/,
      (sim) => {
        withRepository(sim)
        return { definition: withSidecar(sim, `${host}/api:v9`) }
      },
    ],
    [
      'an image that a pull through cache may fetch, as far as that is allowed to be known',
      /Image not found for container api/,
      (sim) => {
        sim.faults.add({ operation: 'DescribePullThroughCacheRules', effect: { kind: 'access-denied' } })
        return { given: { image: `${host}/hub/nginx:1` } }
      },
    ],
    [
      'a label of a lone image that the image which runs has, too',
      /Wrong CPU architecture in the image of container api/,
      (sim) => {
        for (const tag of ['v1', 'v2'])
          seedImage(sim.world, region, 'api', tag, { architecture: 'arm64', content: tag })
        return { given: ours }
      },
      () => {
        const sim = createSimulator()
        home(sim).ecr.createRepository('api')
        // The simulated Amazon ECS believes labels, so that the service is made with another one.
        seedImage(sim.world, region, 'api', 'v1')
        seedRollingService(sim, { image: `${host}/api:v1` })
        return sim
      },
    ],
    [
      'what an application may expand',
      /Possible placeholder .* in environment variable DB of container "api"/,
      (sim) => ({ definition: defined(sim, { image: newImage, environment: [{ name: 'DB', value: '<DB_HOST>' }] }) }),
    ],
    [
      'an alarm in ALARM that Amazon ECS ignores',
      /The alarm api-5xx is in ALARM already: Amazon ECS ignores such an alarm/,
      (sim) => {
        home(sim).cloudwatch.setState('api-5xx', 'ALARM', '12 errors')
        return { given: { image: newImage } }
      },
      () => rollingScene({ alarms: ['api-5xx'] }),
    ],
  ]

  test.each(rows)('%s', async (_, warning, setup, scene = rollingScene) => {
    const sim = scene()
    const asked = setup(sim)
    const given = { ...asked.given, 'wait-for-service-stability': 'false' }
    const { failed, warnings, changed } = await deploy(sim, { ...asked, given })
    expect(warnings).toMatch(warning)
    expect(changed).toContain('UpdateService')
    expect(failed).toBe(false)
  })
})

describe('what is no finding', () => {
  test('an image that DescribeImages does not show in the first seconds after the push', async () => {
    const sim = rollingScene()
    withRepository(sim)
    const effect = { kind: 'error', code: 'ImageNotFoundException', message: 'not yet' } as const
    sim.faults.add({ operation: 'DescribeImages', times: 2, effect })
    expect((await deploy(sim, { given: ours })).outputs.verdict).toBe('succeeded')
  })

  test.each(['hub', 'ROOT'])('an image that the pull through cache rule %s fetches', async (prefix) => {
    const sim = rollingScene()
    home(sim).ecr.cacheRule(prefix)
    const given = { image: `${host}/hub/nginx:1`, 'wait-for-service-stability': 'false' }
    const { warnings, changed } = await deploy(sim, { given })
    expect(changed).toContain('UpdateService')
    expect(warnings).not.toMatch(/Image not found/)
  })

  test('an alarm in ALARM that does not guard this deployment', async () => {
    const { outputs } = await deploy(fired(), { given: { image: newImage, 'codedeploy-alarms': 'none' } })
    expect(outputs.verdict).toBe('succeeded')
  })

  test('a container that an earlier AppSpec has put in the place of that of the service', async () => {
    const sim = codeDeployScene()
    const web = (image: string) => ({ definition: defined(sim, { name: 'web', image }) })
    await deploy(sim, { ...web(newImage), given: { 'codedeploy-appspec': appSpec('web') } })
    expect((await deploy(sim, web(oldImage))).outputs.verdict).toBe('succeeded')
  })

  test('percentages that leave room for the count that is asked for', async () => {
    const sim = rollingScene({ desiredCount: 1, minimumHealthyPercent: 50, maximumPercent: 150 })
    const { outputs } = await deploy(sim, { given: { image: newImage, 'desired-count': '4' } })
    expect(outputs.verdict).toBe('succeeded')
  })
})

describe('what is not looked at', () => {
  const services = (sim: Simulator) => new Set(sim.recorder.all.map(({ service }) => service))

  test('a service that is unchanged', async () => {
    const sim = rollingScene()
    const { outputs, log } = await deploy(sim, { given: { image: oldImage } })
    expect(outputs.verdict).toBe('unchanged')
    expect([...services(sim)]).toEqual(['ecs'])
    expect(log).not.toMatch(/Preflight/)
  })

  test.each([
    ['rolling', () => rollingScene()],
    ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 })],
  ])('a deployment of the same content that is in flight: it is watched on (%s)', async (_, scene) => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
    await run(sim, { image: newImage, request: { wait: false } })
    sim.recorder.clear()
    const { outputs } = await deploy(sim, { given: { image: newImage } })
    expect(outputs.verdict).toBe('succeeded')
    expect(services(sim)).not.toContain('iam')
  })

  test('what the definition and the service do not have', async () => {
    const sim = rollingScene({
      loadBalanced: false,
      taskDefinition: { executionRoleArn: undefined },
      container: { logConfiguration: undefined },
    })
    const { outputs } = await deploy(sim, { given: { image: newImage } })
    expect(outputs.verdict).toBe('succeeded')
    // Auto scaling, which a run that was killed may have left suspended.
    const always = ['ecs', 'github', 'application-autoscaling']
    expect([...services(sim)].filter((service) => !always.includes(service))).toEqual([])
  })

  test('networks and the policy simulator of IAM, which doctor asks', async () => {
    const sim = rollingScene({ alarms: ['api-5xx'] })
    withRepository(sim)
    await deploy(sim, { given: ours })
    expect(sim.iam.actionsUsed().filter((action) => /^ec2:|Simulate/.test(action))).toEqual([])
    expect([...services(sim)]).toEqual(expect.arrayContaining(['ecr', 'iam', 'logs', 'elbv2', 'cloudwatch']))
  })

  test('a definition that is only registered; a task of it is', async () => {
    const sim = rollingScene()
    const definition = defined(sim, { image: 'set-by-slipway' })
    const alone = { service: '', cluster: '' }
    expect((await deploy(sim, { definition, given: alone })).changed).toEqual(['RegisterTaskDefinition'])
    sim.recorder.clear()
    const task = { ...alone, cluster: 'shop', 'run-task': 'true', 'run-task-subnets': 'subnet-0aaa1111' }
    await expect(deploy(sim, { definition, given: task })).rejects.toMatchObject({
      parts: { code: 'preflight-failed' },
    })
    expect(changesOf(sim)).toEqual([])
  })
})

describe('secrets', () => {
  const keyed = (sim: Simulator) => {
    const arn = home(sim).secretsmanager.put('db', '{"user":"the-value-itself"}')
    return defined(sim, { image: newImage, secrets: [{ name: 'USER', valueFrom: `${arn}:user::` }] })
  }

  test('are read only where a JSON key is named, and no value is in any line, output, summary or state', async () => {
    const sim = rollingScene()
    const { outputs, runner, log } = await deploy(sim, { definition: keyed(sim) })
    expect(outputs.verdict).toBe('succeeded')
    expect(sim.recorder.count('secretsmanager', 'GetSecretValue')).toBe(1)
    expect(JSON.stringify([log, outputs, runner.summary, runner.savedState])).not.toMatch(/the-value-itself/)
    const whole = rollingScene()
    await deploy(whole, {
      definition: defined(whole, { image: newImage, ...secret(home(whole).secretsmanager.put('db', 'x')) }),
    })
    expect(whole.recorder.count('secretsmanager', 'GetSecretValue')).toBe(0)
  })

  test('are not read with check-secret-keys: false, nor without the permission, and that is said', async () => {
    const sim = rollingScene()
    const given = { 'check-secret-keys': 'false' }
    const { log } = await deploy(sim, { definition: keyed(sim), given })
    expect(sim.recorder.count('secretsmanager', 'GetSecretValue')).toBe(0)
    expect(log).toMatch(/Preflight did not check .*the JSON keys of 1 secret \(check-secret-keys is false\)/)
    const denied = rollingScene()
    denied.faults.add({ operation: 'GetSecretValue', times: 9, effect: { kind: 'access-denied' } })
    const { outputs, log: other } = await deploy(denied, { definition: keyed(denied) })
    expect(outputs.verdict).toBe('succeeded')
    expect(other).toMatch(/the keys of the secrets exist \(not authorized to perform secretsmanager:GetSecretValue\)/)
  })
})

describe('a permission that is missing', () => {
  const required = ['ecs:*', 'iam:PassRole', 'codedeploy:*']

  test.each([
    ['rolling', () => rollingScene({ alarms: ['api-5xx'] })],
    ['CodeDeploy', () => codeDeployScene({ alarms: ['api-5xx'], terminationWaitMinutes: 0 })],
  ])('turns checks into one line of the log, and no annotation (%s)', async (_, scene) => {
    const sim = scene()
    withRepository(sim)
    home(sim).ssm.put('/shop/key', 'x')
    const arn = home(sim).secretsmanager.put('db', '{"user":"ann"}')
    const secrets = [
      { name: 'A', valueFrom: `${arn}:user::` },
      { name: 'B', valueFrom: '/shop/key' },
    ]
    sim.iam.allow(...required)
    const { outputs, lines, warnings } = await deploy(sim, {
      definition: defined(sim, { image: `${host}/api:v2`, secrets }),
    })
    expect(outputs.verdict).toBe('succeeded')
    const notes = lines.filter((line) => line.includes('Preflight did not check'))
    expect(notes).toHaveLength(1)
    const actions = [
      'ecr:DescribeImages',
      'iam:GetRole',
      'logs:DescribeLogGroups',
      'secretsmanager:DescribeSecret',
      'ssm:GetParameters',
      'cloudwatch:DescribeAlarms',
      'elasticloadbalancing:DescribeTargetGroups',
    ]
    for (const action of actions) expect(notes[0]).toContain(action)
    expect(warnings).not.toMatch(/Preflight|not authorized/)
  })

  test('nor does an AWS that does not answer hold up the deployment for long', async () => {
    const sim = rollingScene()
    sim.faults.add({ service: 'iam', times: 99, effect: { kind: 'hang' } })
    const { outputs, log } = await deploy(sim, { given: { image: newImage } })
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(
      /Preflight did not check .*whether the roles exist and trust Amazon ECS \(AWS did not respond to iam:GetRole/,
    )
    const registered = sim.recorder.calls('ecs', 'RegisterTaskDefinition')[0]?.at ?? Number.NaN
    const began = sim.recorder.all[0]?.at ?? Number.NaN
    expect((registered - began) / 1000).toBeLessThan(40)
  })
})

describe('dry runs', () => {
  test.each([
    ['only', true, 'failed'],
    ['on', false, ''],
  ])('preflight: %s ends red: %s', async (preflight, isRed, verdict) => {
    const sim = rollingScene()
    withRepository(sim, 'arm64')
    const { failed, outputs, changed, log } = await deploy(sim, { given: { ...ours, preflight, 'dry-run': 'true' } })
    expect([failed, outputs.verdict]).toEqual([isRed, verdict])
    expect(log).toMatch(/Wrong CPU architecture in the image of container api/)
    expect(changed).toEqual([])
  })

  test('take an image that nothing has built yet for no warning', async () => {
    const sim = rollingScene()
    withRepository(sim)
    const { warnings, log } = await deploy(sim, { given: { image: `${host}/api:next`, 'dry-run': 'true' } })
    expect(log).toMatch(/· Image not found for container api/)
    expect(warnings).not.toMatch(/Image not found/)
  })

  test('preflight: only deploys nothing where nothing blocks, and looks also at what runs already', async () => {
    const sim = rollingScene()
    const { failed, outputs, changed, log } = await deploy(sim, { given: { image: oldImage, preflight: 'only' } })
    expect([failed, outputs.verdict, changed]).toEqual([false, 'unchanged', []])
    expect(log).toMatch(/Preflight did not check the image registry\.example\.com\/api:v1/)
  })
})

test('a service that is going to be made is checked by its file', async () => {
  const sim = emptyScene()
  const content = {
    desiredCount: 1,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111'] } },
  }
  const { outputs, changed } = await deploy(sim, {
    definition: defined(sim, { image: 'set-by-slipway' }),
    given: { 'service-definition': 'service.json' },
    files: { 'service.json': JSON.stringify(content) },
  })
  expect(outputs).toMatchObject({ verdict: 'failed', 'cause-code': 'preflight-failed' })
  expect(changed).toEqual([])
})

test('an older commit is superseded, whatever else is wrong with it', async () => {
  const sim = rollingScene()
  const commits = [environment.GITHUB_SHA, 'b'.repeat(40)]
  sim.github.commits.add(...commits)
  expect((await run(sim, { image: newImage, commit: commits[1] ?? '' })).outcome).toBe('succeeded')
  const { outputs } = await deploy(sim, { given: { image: 'set-by-slipway', 'github-token': 'ghs_1' } })
  expect(outputs.verdict).toBe('superseded')
})

test('traffic that a strategy of ECS cannot begin with', async () => {
  const sim = createSimulator()
  const {
    productionRuleArn: arn,
    blueTargetGroupArn: blue,
    greenTargetGroupArn: green,
  } = seedNativeService(sim, { strategy: 'CANARY' })
  const TargetGroups = [blue, green].map((TargetGroupArn) => ({ TargetGroupArn, Weight: 50 }))
  home(sim).elbv2.handlers.ModifyRule?.(
    { RuleArn: arn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }] },
    {} as never,
  )
  sim.recorder.clear()
  const { outputs, changed } = await deploy(sim, { given: { image: newImage } })
  expect(outputs.cause).toMatch(/^Two target groups are serving traffic before the deployment/)
  expect(changed).toEqual([])
})

test('the checks cost at most a second of the wall time of a deployment, and run beside what is read anyway', async () => {
  const until = async (preflight: string) => {
    const sim = rollingScene({ alarms: ['api-5xx'] })
    withRepository(sim)
    home(sim).ssm.put('/shop/key', 'x')
    const arn = home(sim).secretsmanager.put('db', '{"user":"ann"}')
    const secrets = [
      { name: 'A', valueFrom: `${arn}:user::` },
      { name: 'B', valueFrom: '/shop/key' },
    ]
    sim.faults.add({ effect: { kind: 'slow', milliseconds: 150 } })
    const began = sim.clock.now()
    await deploy(sim, { definition: defined(sim, { image: `${host}/api:v2`, secrets }), given: { preflight } })
    return (sim.recorder.calls('ecs', 'RegisterTaskDefinition')[0]?.at ?? Number.NaN) - began
  }
  expect((await until('on')) - (await until('off'))).toBeLessThanOrEqual(1000)
})

test('a digest that was pushed is found by the digest', async () => {
  const sim = rollingScene()
  home(sim).ecr.createRepository('api')
  const digest = seedImage(sim.world, region, 'api', 'v2')
  const { outputs } = await deploy(sim, { given: { image: `${host}/api@${digest}` } })
  expect(outputs.verdict).toBe('succeeded')
})
