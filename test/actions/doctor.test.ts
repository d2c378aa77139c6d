import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { createDeploy } from '../../src/actions/deploy.ts'
import { deployInputs } from '../../src/actions/deploy-inputs.ts'
import { doctorInputs } from '../../src/actions/doctor-inputs.ts'
import { codeDeployScene, newImage, region, rollingScene, run } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import {
  type Asked,
  changesOf,
  type Definition,
  defined,
  doctor,
  type Found,
  home,
  host,
  sentenceOf,
  withRepository,
} from './doctor-scene.ts'
import { environment, here } from './scene.ts'

const secret = (valueFrom: string, name = 'PASSWORD') => ({ secrets: [{ name, valueFrom }] })
const secretArn = (name: string) => `arn:aws:secretsmanager:${region}:111122223333:secret:${name}`
const logs = (options: Definition) => ({ logConfiguration: { logDriver: 'awslogs', options } })
const roleArn = (account: string, partition = 'aws') => `arn:${partition}:iam::${account}:role/run`

type Setup = (sim: Simulator) => Asked | Promise<Asked>
type Row = readonly [code: string, severity: string, sentence: string, setup: Setup, scene?: () => Simulator]

const rolling: readonly Row[] = [
  [
    'image-missing',
    'blocks',
    `The image of container api does not exist: the repository api has no ${host}/api:v3. Check that the push succeeded, the repository, the region and the account; a lifecycle policy may have deleted it.`,
    (sim) => {
      withRepository(sim)
      return { given: { image: `${host}/api:v3` } }
    },
  ],
  [
    'image-platform',
    'blocks',
    `The image of container api does not run on linux/amd64: ${host}/api:v2 is made for linux/arm64, and the task runs on linux/amd64. Build it with platforms: linux/amd64, or set runtimePlatform.cpuArchitecture of the task definition to ARM64.`,
    (sim) => {
      withRepository(sim, 'arm64')
      return { given: { image: `${host}/api:v2` } }
    },
  ],
  [
    'image-platform',
    'blocks',
    `The image of container api does not run on linux/arm64: ${host}/api:v2 is made for linux/amd64, linux/s390x, and the task runs on linux/arm64. Build it with platforms: linux/arm64, or set runtimePlatform.cpuArchitecture of the task definition to X86_64.`,
    (sim) => {
      withRepository(sim, 'amd64', 's390x')
      const runtimePlatform = { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' }
      return { definition: defined(sim, { image: `${host}/api:v2` }, { runtimePlatform }) }
    },
  ],
  [
    'image-invalid',
    'blocks',
    'The image of container api is not the name of an image: it is Api:V2:x. Write it as registry/repository@sha256:… or registry/repository:tag, in lower case.',
    () => ({ given: { image: 'Api:V2:x' } }),
  ],
  [
    'image-unchecked',
    'notes',
    'The image of container api was not looked for: registry.example.com/api:v2 is not in the Amazon ECR of this account and region. Copy images that production needs into your own ECR, where they stay and can be looked at.',
    () => ({ given: { image: newImage } }),
  ],
  [
    'role-malformed',
    'blocks',
    'The taskRoleArn is not the ARN of a role: it is arn:aws:iam::111122223333:user/ann. Write it as arn:aws:iam::<account>:role/<name>.',
    (sim) => ({ definition: defined(sim, {}, { taskRoleArn: 'arn:aws:iam::111122223333:user/ann' }) }),
  ],
  [
    'role-elsewhere',
    'blocks',
    'The taskRoleArn cannot be used here: arn:aws:iam::999988887777:role/run is of another account than the service (111122223333), and a role can only be passed within its account. Name the role of the account and partition that the service is in; a role of another account is assumed by the code in the container.',
    (sim) => ({ definition: defined(sim, {}, { taskRoleArn: roleArn('999988887777') }) }),
  ],
  [
    'role-elsewhere',
    'blocks',
    'The executionRoleArn cannot be used here: arn:aws-cn:iam::111122223333:role/run is of the partition aws-cn, and eu-west-1 belongs to aws. Name the role of the account and partition that the service is in; a role of another account is assumed by the code in the container.',
    (sim) => ({ definition: defined(sim, {}, { executionRoleArn: roleArn('111122223333', 'aws-cn') }) }),
  ],
  [
    'execution-role-missing',
    'blocks',
    'The task definition has no executionRoleArn: Amazon ECS needs that role for logs in CloudWatch. Set executionRoleArn to a role with the managed policy AmazonECSTaskExecutionRolePolicy.',
    (sim) => {
      const { executionRoleArn: _, ...rest } = defined(sim)
      return { definition: rest }
    },
  ],
  [
    'secret-missing',
    'blocks',
    `The secret PASSWORD of container api cannot be read: AWS Secrets Manager has no ${secretArn('db-AbCdEf')}. Create it, or correct valueFrom: the region, the account and the random ending of the ARN count.`,
    () => ({ given: { 'keep-image': 'true', secrets: `PASSWORD=${secretArn('db-AbCdEf')}` } }),
  ],
  [
    'secret-keys-unchecked',
    'notes',
    'The keys of 1 secret were not checked: that would read their values. Set check-secret-keys to true where the role may do secretsmanager:GetSecretValue; no value is shown or kept.',
    (sim) => {
      const arn = home(sim).secretsmanager.put('db', '{"user":"ann"}')
      return { definition: defined(sim, secret(`${arn}:password::`)) }
    },
  ],
  [
    'secret-key-missing',
    'blocks',
    'The secret PASSWORD of container api cannot be read: <arn> has no key password; it has user, host. Add the key to the secret, or correct it in valueFrom.',
    (sim) => {
      const arn = home(sim).secretsmanager.put('db', '{"user":"ann","host":"db.example.com"}')
      return { definition: defined(sim, secret(`${arn}:password::`)), given: { 'check-secret-keys': 'true' } }
    },
  ],
  [
    'secret-not-json',
    'blocks',
    'The secret PASSWORD of container api cannot be read: valueFrom names the key password, and <arn> does not hold a JSON object. Store the secret as a JSON object with that key, or take the key out of valueFrom.',
    (sim) => {
      const arn = home(sim).secretsmanager.put('db', 'hunter2')
      return { definition: defined(sim, secret(`${arn}:password::`)), given: { 'check-secret-keys': 'true' } }
    },
  ],
  [
    'secret-reference',
    'blocks',
    'The secret PASSWORD of container api refers to nothing that Amazon ECS knows: its valueFrom is neither a secret of AWS Secrets Manager nor a parameter of the SSM Parameter Store. Give the ARN of a secret or parameter, or the name of a parameter of this region. A value itself does not belong there.',
    (sim) => ({ definition: defined(sim, secret('hunter2!=secret')) }),
  ],
  [
    'parameter-missing',
    'blocks',
    'The secret PASSWORD of container api cannot be read: the SSM Parameter Store has no /shop/password. Create it, or correct valueFrom: the region, the account and the random ending of the ARN count.',
    (sim) => {
      home(sim).ssm.put('/shop/user', 'ann')
      const secrets = ['/shop/user', '/shop/password'].map((path) => ({
        name: path.slice(6).toUpperCase(),
        valueFrom: path,
      }))
      return { definition: defined(sim, { secrets }) }
    },
  ],
  [
    'log-group-missing',
    'blocks',
    'The log group /shop/new of container api does not exist: a task does not start without it. Create it: aws logs create-log-group --log-group-name /shop/new. Or set the option awslogs-create-group to "true" and allow the execution role logs:CreateLogGroup.',
    (sim) => ({
      definition: defined(
        sim,
        logs({ 'awslogs-group': '/shop/new', 'awslogs-region': region, 'awslogs-stream-prefix': 'api' }),
      ),
    }),
  ],
  [
    'log-group-created',
    'notes',
    'The log group /shop/new of container api does not exist: awslogs-create-group is true, so the first task makes it. The execution role needs logs:CreateLogGroup for that; AmazonECSTaskExecutionRolePolicy does not have it.',
    (sim) => ({
      definition: defined(
        sim,
        logs({
          'awslogs-group': '/shop/new',
          'awslogs-region': region,
          'awslogs-stream-prefix': 'api',
          'awslogs-create-group': 'true',
        }),
      ),
    }),
  ],
  [
    'log-options',
    'blocks',
    'The log driver of container api lacks awslogs-region, awslogs-stream-prefix: the driver awslogs needs these options on AWS Fargate. Add them to logConfiguration.options.',
    (sim) => ({ definition: defined(sim, logs({ 'awslogs-group': '/shop/api' })) }),
  ],
  [
    'target-container',
    'blocks',
    'The load balancer of the service sends traffic to a container that is not there: the service names api, and the task definition has web. Name a container of the task definition api, or change the load balancer of the service.',
    (sim) => ({ definition: defined(sim, { name: 'web' }) }),
  ],
  [
    'target-port',
    'blocks',
    'The load balancer of the service sends traffic to a port that container api does not have: the service names port 8080, and portMappings has 3000. Add containerPort 8080 to portMappings, or change the load balancer of the service.',
    (sim) => ({ definition: defined(sim, { portMappings: [{ containerPort: 3000 }] }) }),
  ],
  [
    'target-type',
    'blocks',
    'The target group <name> takes targets of another kind: its target type is ip, and tasks with the network mode bridge are targets of the type instance. Make a target group of the type instance; the type of one that exists cannot be changed.',
    (sim) => ({ definition: defined(sim, {}, { networkMode: 'bridge' }) }),
  ],
  [
    'fargate-size',
    'blocks',
    'AWS Fargate offers no task with cpu 256 and memory 4096: with cpu 256 the memory may be 512, 1024, 2048 MiB. Set memory to "2048", or choose another pair of the ECS developer guide, "Task CPU and memory".',
    (sim) => ({ definition: defined(sim, {}, { memory: '4096' }) }),
  ],
  [
    'fargate-size',
    'blocks',
    'AWS Fargate offers no task with cpu 300 and memory 512: cpu may be 256, 512, 1024, 2048, 4096, 8192, 16384. Choose a pair of the ECS developer guide, "Task CPU and memory".',
    (sim) => ({ definition: defined(sim, {}, { cpu: '300' }) }),
  ],
  [
    'container-memory',
    'blocks',
    'Container api has more memory than its task: its memory is 1024 MiB, and the task has 512. Raise the memory of the task, or lower that of the container.',
    (sim) => ({ definition: defined(sim, { memory: 1024 }) }),
  ],
  [
    'container-duplicate',
    'blocks',
    'Several containers are named api: Amazon ECS tells the containers of a task apart by their names. Give each container a name of its own.',
    (sim) => {
      const definition = defined(sim)
      const [container] = definition.containerDefinitions as readonly Definition[]
      return { definition: { ...definition, containerDefinitions: [container, container] } }
    },
  ],
  [
    'variable-duplicate',
    'warns',
    'Container api gets the environment variable MODE more than once: which of its values counts is not defined. Keep one of them.',
    (sim) => ({
      definition: defined(sim, {
        environment: [
          { name: 'MODE', value: 'a' },
          { name: 'MODE', value: 'b' },
        ],
      }),
    }),
  ],
  [
    'secret-duplicate',
    'blocks',
    'Container api gets PASSWORD as environment variable and as secret: Amazon ECS refuses a secret whose name is taken. Keep one of them.',
    (sim) => {
      home(sim).ssm.put('/shop/password', 'x')
      const environment = [{ name: 'PASSWORD', value: 'b' }]
      return { definition: defined(sim, { ...secret('/shop/password'), environment }) }
    },
  ],
  [
    'dependency-unknown',
    'blocks',
    'Container api depends on a container that is not there: dependsOn names proxy, and the task definition has api. Correct dependsOn, or add the container.',
    (sim) => ({ definition: defined(sim, { dependsOn: [{ containerName: 'proxy', condition: 'START' }] }) }),
  ],
  [
    'alarm-ignored',
    'warns',
    'The alarm api-5xx is in ALARM already: Amazon ECS ignores such an alarm for the whole deployment, so it will not roll back for it; it says: 12 errors. Wait until it is OK again, or watch this deployment yourself.',
    (sim) => {
      home(sim).cloudwatch.setState('api-5xx', 'ALARM', '12 errors')
      return {}
    },
    () => rollingScene({ alarms: ['api-5xx'] }),
  ],
  [
    'alarm-without-data',
    'notes',
    'The alarm api-5xx has no data (INSUFFICIENT_DATA): it guards the deployment only once its metric arrives; it says: Unchecked. Check namespace, metric and dimensions of the alarm if it stays so under traffic.',
    (sim) => {
      home(sim).cloudwatch.setState('api-5xx', 'INSUFFICIENT_DATA', 'Unchecked')
      return {}
    },
    () => rollingScene({ alarms: ['api-5xx'] }),
  ],
  [
    'percent-deadlock',
    'blocks',
    'The deployment has no room to move: no task may stop and none may start: with a desired count of 1, minimumHealthyPercent 50 keeps 1 running and maximumPercent 150 allows 1. Set maximumPercent of the service to 200 or more, or lower minimumHealthyPercent.',
    () => ({}),
    () => rollingScene({ desiredCount: 1, minimumHealthyPercent: 50, maximumPercent: 150 }),
  ],
  [
    'percent-downtime',
    'warns',
    'All tasks may stop before a new one runs: with a desired count of 2, minimumHealthyPercent 0 keeps 0 running and maximumPercent 100 allows 2. Raise maximumPercent of the service above 100, or minimumHealthyPercent above 0, unless a gap is wanted.',
    () => ({}),
    () => rollingScene({ minimumHealthyPercent: 0, maximumPercent: 100 }),
  ],
  [
    'deployment-replaced',
    'warns',
    'A deployment of api:2 is in progress: a new deployment replaces it. Wait until it has ended, if it is to be seen through.',
    async (sim) => {
      sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
      await run(sim, { image: newImage, request: { wait: false } })
      return {}
    },
  ],
  [
    'circuit-breaker-off',
    'notes',
    'A failed deployment is not stopped by Amazon ECS: the deployment circuit breaker of the service is off, so ECS goes on starting tasks that fail. Set deploymentConfiguration.deploymentCircuitBreaker of the service to enable and rollback.',
    () => ({}),
    () => rollingScene({ circuitBreaker: 'off' }),
  ],
  [
    'no-automatic-rollback',
    'notes',
    'A failed deployment is stopped, and not rolled back: the deployment circuit breaker of the service has rollback off. Set deploymentConfiguration.deploymentCircuitBreaker.rollback of the service to true.',
    () => ({}),
    () => rollingScene({ circuitBreaker: 'stop' }),
  ],
  [
    'first-deployment',
    'notes',
    'There is nothing that Amazon ECS could roll back to: no deployment of this service was ever complete. Watch this one yourself: if it fails, it stays as it is.',
    () => ({}),
    () => rollingScene({ waitUntilSteady: false }),
  ],
  [
    'desired-count-zero',
    'notes',
    'The desired count of the service is 0: no task will start, so the deployment proves nothing about the new version. Set desired-count if the service is to run.',
    () => ({}),
    () => rollingScene({ desiredCount: 0 }),
  ],
]

const viaCodeDeploy: readonly Row[] = [
  [
    'alarm-stops',
    'blocks',
    'The alarm api-5xx is in ALARM already: CodeDeploy will stop the deployment for it after about 100 seconds; it says: 12 errors. Wait until it is OK again, or take it out of the deployment group for this deployment.',
    (sim) => {
      home(sim).cloudwatch.setState('api-5xx', 'ALARM', '12 errors')
      return {}
    },
    () => codeDeployScene({ alarms: ['api-5xx'] }),
  ],
  [
    'no-automatic-rollback',
    'notes',
    'A failed deployment is not rolled back by CodeDeploy: the deployment group DgpECS-shop-api has automatic rollback off. Turn it on for DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM.',
    () => ({}),
    () => codeDeployScene({ autoRollback: [] }),
  ],
  [
    'deployment-group-missing',
    'blocks',
    'CodeDeploy has no deployment group blue in an application AppECS-shop-api, and no other group of that name deploys shop/api: services with the deployment controller CODE_DEPLOY are deployed through such a group. Name the right ones in the input codedeploy-application and the input codedeploy-deployment-group.',
    () => ({ given: { 'codedeploy-deployment-group': 'blue' } }),
    codeDeployScene,
  ],
  [
    'deployment-group-missing',
    'blocks',
    'CodeDeploy has no deployment group blue in an application green: services with the deployment controller CODE_DEPLOY are deployed through such a group. Name the right ones in the input codedeploy-application and the input codedeploy-deployment-group.',
    () => ({ given: { 'codedeploy-application': 'green', 'codedeploy-deployment-group': 'blue' } }),
    codeDeployScene,
  ],
  [
    'no-automatic-rollback',
    'notes',
    'A failed deployment is not rolled back by CodeDeploy: the deployment group live has automatic rollback off. Turn it on for DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM.',
    () => ({}),
    () => codeDeployScene({ application: 'shop', group: 'live', autoRollback: [] }),
  ],
  [
    'deployment-active',
    'blocks',
    'The deployment group DgpECS-shop-api is busy with deployment <id>: CodeDeploy runs one deployment of a group at a time. Wait until it has ended, or end it: aws deploy stop-deployment --auto-rollback-enabled --deployment-id <id>.',
    async (sim) => {
      sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
      await run(sim, { image: newImage, request: { wait: false } })
      return { given: { image: 'registry.example.com/api:v3' } }
    },
    codeDeployScene,
  ],
]

/** Without what the simulator makes up. */
const stable = (sentence: string) =>
  sentence
    .replaceAll(/\bd-[A-Z0-9]{9}\b/g, '<id>')
    .replaceAll(/arn:aws:secretsmanager:[^ ]*:db-\w{6}(?= has| does)/g, '<arn>')
    .replaceAll(/target group \w+ (?=takes)/g, 'target group <name> ')

const stableSentence = (finding: Found) => stable(sentenceOf(finding))

describe('a finding before the deployment', () => {
  test.each([...rolling, ...viaCodeDeploy])(
    '%s (%s): %s',
    async (code, severity, sentence, setup, scene = rollingScene) => {
      const sim = scene()
      const asked = await setup(sim)
      sim.recorder.clear()
      const { runner, findings, log, outputs } = await doctor(sim, asked)
      expect(findings.filter((finding) => finding.code === code).map(stableSentence)).toEqual([sentence])
      expect(findings.find((finding) => finding.code === code)?.severity).toBe(severity)
      expect(stable(log)).toContain(sentence)
      expect(runner.failed).toBe(findings.some((finding) => finding.severity === 'blocks'))
      expect(outputs.cause === '').toBe(!runner.failed)
      expect(changesOf(sim)).toEqual([])
    },
  )

  test('a deployment that can go well has none, and the summary says so', async () => {
    const sim = rollingScene()
    withRepository(sim, 'amd64', 'arm64')
    const { runner, findings } = await doctor(sim, { given: { image: `${host}/api:v2` } })
    expect(findings).toEqual([])
    expect(runner.failed).toBe(false)
    expect(runner.summary).toMatch(/✅ api .*shop.* can be deployed: nothing was found that stands in the way/)
  })

  test('values of secrets are in no line, output or summary', async () => {
    const sim = rollingScene()
    const arn = home(sim).secretsmanager.put('db', '{"user":"the-value-itself"}')
    home(sim).ssm.put('/shop/password', 'another-value')
    const definition = defined(sim, {
      secrets: [
        { name: 'USER', valueFrom: `${arn}:user::` },
        { name: 'KEY', valueFrom: `${arn}:key::` },
        { name: 'PASSWORD', valueFrom: '/shop/password' },
        { name: 'TOKEN', valueFrom: 'a-token-by-mistake' },
      ],
    })
    const { runner, log } = await doctor(sim, { definition, given: { 'check-secret-keys': 'true' } })
    const told = [log, runner.summary, JSON.stringify(runner.outputs)].join('\n')
    expect(told).not.toMatch(/the-value-itself|another-value|a-token-by-mistake/)
    expect(told).toMatch(/has no key key; it has user/)
  })

  test('a deployment of the same content that is active is none', async () => {
    const sim = codeDeployScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
    await run(sim, { image: newImage, request: { wait: false } })
    const { findings } = await doctor(sim, { given: { image: newImage } })
    expect(findings.map(({ code }) => code)).toEqual(['image-unchecked'])
  })

  test('a definition alone is looked at where there is no service', async () => {
    const sim = rollingScene()
    const { findings, log } = await doctor(sim, {
      definition: defined(sim, {}, { memory: '4096' }),
      given: { service: '', cluster: '' },
    })
    expect(findings.map(({ code }) => code)).toEqual(['fargate-size', 'image-unchecked'])
    expect(log).toMatch(/❌ The task definition cannot be deployed: 1 finding blocks it/)
  })

  test.each([
    ['blocks', { memory: '4096' }, true],
    ['never', { memory: '4096' }, false],
    ['warns', {}, false],
  ])('fail-on %s with %j: red is %s', async (failOn, members, red) => {
    const sim = rollingScene()
    const { runner } = await doctor(sim, { definition: defined(sim, {}, members), given: { 'fail-on': failOn } })
    expect(runner.failed).toBe(red)
  })
})

describe('a permission that is missing', () => {
  test.each([
    ['DescribeImages', 'whether the images exist', 'ecr:DescribeImages'],
    [
      'GetAuthorizationToken',
      'whether the images fit the platform of the task',
      'ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer',
    ],
    ['DescribeSecret', 'whether the secrets exist', 'secretsmanager:DescribeSecret'],
    ['GetSecretValue', 'whether the keys of the secrets exist', 'secretsmanager:GetSecretValue'],
    ['GetParameters', 'whether the parameters exist', 'ssm:GetParameters'],
    ['DescribeLogGroups', 'whether the log groups exist', 'logs:DescribeLogGroups'],
    [
      'DescribeTargetGroups',
      'whether load balancers use the target groups',
      'elasticloadbalancing:DescribeTargetGroups',
    ],
    ['DescribeAlarms', 'whether an alarm is firing', 'cloudwatch:DescribeAlarms'],
    ['GetDeploymentGroup', 'the deployment group and its alarms', 'codedeploy:GetDeploymentGroup'],
    [
      'ListDeployments',
      'whether another deployment is active',
      'codedeploy:ListDeployments and codedeploy:GetDeployment',
    ],
  ])('%s: is a note that names it, and the rest is checked', async (operation, shows, action) => {
    const isCodeDeploy = action.startsWith('codedeploy')
    const sim = isCodeDeploy ? codeDeployScene({ alarms: ['api-5xx'] }) : rollingScene({ alarms: ['api-5xx'] })
    home(sim).cloudwatch.setState('api-5xx', 'OK')
    withRepository(sim)
    const arn = home(sim).secretsmanager.put('db', '{"user":"ann"}')
    home(sim).ssm.put('/shop/password', 'x')
    sim.faults.add({ operation, effect: { kind: 'access-denied' } })
    const secrets = [
      { name: 'USER', valueFrom: `${arn}:user::` },
      { name: 'PASSWORD', valueFrom: '/shop/password' },
    ]
    const { runner, findings } = await doctor(sim, {
      definition: defined(sim, { image: `${host}/api:v2`, secrets }),
      given: { 'check-secret-keys': 'true' },
    })
    expect(findings).toEqual([
      {
        code: 'permission-missing',
        severity: 'notes',
        what: `Not checked: ${shows}`,
        why: `the credentials do not allow ${action}`,
        fix: `Allow ${action} to have it checked.`,
      },
    ])
    expect(runner.failed).toBe(false)
  })
})

describe('the input preflight of deploy', () => {
  async function deploy(sim: Simulator, given: Record<string, string>) {
    const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
    const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
    await action.main(givenInputs(deployInputs, { ...here, ...given }), runner)
    return { runner, changed: changesOf(sim), log: runner.lines.join('\n') }
  }

  test.each(['on', 'only'])(
    '%s: ends red before anything is changed, with what blocks as the cause',
    async (preflight) => {
      const sim = rollingScene()
      withRepository(sim, 'arm64')
      const { runner, changed } = await deploy(sim, { image: `${host}/api:v2`, preflight })
      expect(runner.failed).toBe(true)
      expect(runner.outputs).toMatchObject({
        verdict: 'failed',
        cause: `The image of container api does not run on linux/amd64: ${host}/api:v2 is made for linux/arm64, and the task runs on linux/amd64.`,
      })
      expect(changed).toEqual([])
    },
  )

  test.each([
    ['on', 'succeeded', true],
    ['only', '', false],
  ])('%s: where nothing blocks, the verdict is "%s"', async (preflight, verdict, isDeployed) => {
    const sim = rollingScene()
    const { runner, changed, log } = await deploy(sim, { image: newImage, preflight })
    expect([runner.failed, runner.outputs.verdict, changed.length > 0]).toEqual([false, verdict, isDeployed])
    expect(log).toMatch(/· The image of container api was not looked for/)
  })

  test('on: what runs already is not looked at', async () => {
    const sim = rollingScene()
    const { runner, log } = await deploy(sim, { image: 'registry.example.com/api:v1', preflight: 'on' })
    expect(runner.outputs.verdict).toBe('unchanged')
    expect(log).not.toMatch(/looked for/)
  })
})

test('action.yml declares exactly the inputs that the action reads', () => {
  const declared = parse(readFileSync(join(import.meta.dirname, '../../actions/doctor/action.yml'), 'utf8'))
  expect(Object.keys(declared.inputs).sort()).toEqual(Object.keys(doctorInputs).sort())
})
