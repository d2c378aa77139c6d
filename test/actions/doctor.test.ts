import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { doctorInputs } from '../../src/actions/doctor/doctor-inputs.ts'
import { codeDeployScene, newImage, region, rollingScene, run } from '../deployment/scene.ts'
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
    `Image not found for container api: ${host}/api:v3 is not in Amazon ECR (repository api, eu-west-1, account 111122223333), so tasks would stop with CannotPullContainerError. Check that the push succeeded, and the repository, the tag or digest, the region and the account. A lifecycle policy may have deleted the image.`,
    (sim) => {
      withRepository(sim)
      return { given: { image: `${host}/api:v3` } }
    },
  ],
  [
    'image-platform',
    'blocks',
    `Wrong CPU architecture in the image of container api: ${host}/api:v2 is built for linux/arm64, and the task runs on linux/amd64, so containers would fail with exec format error or CannotPullContainerError. Build it with platforms: linux/amd64, or set runtimePlatform.cpuArchitecture of the task definition to ARM64.`,
    (sim) => {
      withRepository(sim, 'arm64')
      return { given: { image: `${host}/api:v2` } }
    },
  ],
  [
    'image-platform',
    'blocks',
    `Wrong CPU architecture in the image of container api: ${host}/api:v2 is built for linux/amd64, linux/s390x, and the task runs on linux/arm64, so containers would fail with exec format error or CannotPullContainerError. Build it with platforms: linux/arm64, or set runtimePlatform.cpuArchitecture of the task definition to X86_64.`,
    (sim) => {
      withRepository(sim, 'amd64', 's390x')
      const runtimePlatform = { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' }
      return { definition: defined(sim, { image: `${host}/api:v2` }, { runtimePlatform }) }
    },
  ],
  [
    'image-invalid',
    'blocks',
    'Invalid image reference in container api: Api:V2:x is not of the form registry/repository:tag or registry/repository@sha256:…, with the repository in lower case. Correct the image of the container.',
    () => ({ given: { image: 'Api:V2:x' } }),
  ],
  [
    'image-unchecked',
    'notes',
    'Not checked: the image registry.example.com/api:v2 of container api: it is not in the Amazon ECR of this account and region. Copy images that production needs into your own ECR, where they stay and can be checked.',
    () => ({ given: { image: newImage } }),
  ],
  [
    'role-malformed',
    'blocks',
    'Role is not valid in taskRoleArn: arn:aws:iam::111122223333:user/ann is neither the ARN nor the name of an IAM role. Write it as arn:aws:iam::111122223333:role/<name>, or as the name alone.',
    (sim) => ({ definition: defined(sim, {}, { taskRoleArn: 'arn:aws:iam::111122223333:user/ann' }) }),
  ],
  [
    'role-elsewhere',
    'blocks',
    'Cross-account pass role is not allowed for taskRoleArn: arn:aws:iam::999988887777:role/run belongs to account 999988887777, and the deployment to account 111122223333. Name a role of account 111122223333. A role name without an ARN fits every account. A task that needs a role of another account assumes it from the code in the container.',
    (sim) => ({ definition: defined(sim, {}, { taskRoleArn: roleArn('999988887777') }) }),
  ],
  [
    'role-elsewhere',
    'blocks',
    'Role of another partition in executionRoleArn: arn:aws-cn:iam::111122223333:role/run belongs to the partition aws-cn, and eu-west-1 to aws. Name a role of this partition. A role name without an ARN fits every partition and account.',
    (sim) => ({ definition: defined(sim, {}, { executionRoleArn: roleArn('111122223333', 'aws-cn') }) }),
  ],
  [
    'execution-role-missing',
    'blocks',
    'The task definition has no executionRoleArn: Amazon ECS requires the task execution role to support log driver awslogs. Set executionRoleArn to a role with the managed policy AmazonECSTaskExecutionRolePolicy.',
    (sim) => {
      const { executionRoleArn: _, ...rest } = defined(sim)
      return { definition: rest }
    },
  ],
  [
    'secret-missing',
    'blocks',
    `The secret PASSWORD of container api does not exist (ResourceNotFoundException): AWS Secrets Manager has no ${secretArn('db-AbCdEf')} (eu-west-1, account 111122223333), so tasks would stop with ResourceInitializationError. Create it, or correct valueFrom: region, account and the random suffix of a secret's ARN count.`,
    () => ({ given: { 'keep-image': 'true', secrets: `PASSWORD=${secretArn('db-AbCdEf')}` } }),
  ],
  [
    'secret-keys-unchecked',
    'notes',
    'Not checked: the JSON keys of 1 secret: check-secret-keys is false. Set check-secret-keys to true, and allow secretsmanager:GetSecretValue; no value is shown or kept.',
    (sim) => {
      const arn = home(sim).secretsmanager.put('db', '{"user":"ann"}')
      return { definition: defined(sim, secret(`${arn}:password::`)), given: { 'check-secret-keys': 'false' } }
    },
  ],
  [
    'secret-key-missing',
    'blocks',
    'JSON key password not found for the secret PASSWORD of container api: <arn> has the keys user, host. Add the key to the secret, or correct it in valueFrom.',
    (sim) => {
      const arn = home(sim).secretsmanager.put('db', '{"user":"ann","host":"db.example.com"}')
      return { definition: defined(sim, secret(`${arn}:password::`)) }
    },
  ],
  [
    'secret-not-json',
    'blocks',
    'JSON key password not found for the secret PASSWORD of container api: the value of arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-Uv390z is no JSON object. Store the secret as a JSON object with that key, or remove the key from valueFrom.',
    (sim) => {
      const arn = home(sim).secretsmanager.put('db', 'hunter2')
      return { definition: defined(sim, secret(`${arn}:password::`)) }
    },
  ],
  [
    'secret-reference',
    'blocks',
    'Invalid valueFrom of the secret PASSWORD of container api: it is neither the ARN of a secret or parameter, with region and account, nor the name of a parameter. Give the ARN of a secret or parameter, or the name of a parameter of this region. Never write a secret value there.',
    (sim) => ({ definition: defined(sim, secret('hunter2!=secret')) }),
  ],
  [
    'parameter-missing',
    'blocks',
    "The secret PASSWORD of container api does not exist (invalid SSM parameters): the SSM Parameter Store has no /shop/password (eu-west-1, account 111122223333), so tasks would stop with ResourceInitializationError. Create it, or correct valueFrom: region, account and the random suffix of a secret's ARN count.",
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
    'The specified log group does not exist for container api: CloudWatch Logs has no /shop/new (eu-west-1, account 111122223333), so tasks would stop with ResourceInitializationError. Create it: aws logs create-log-group --log-group-name /shop/new. Or set the option awslogs-create-group to "true" and allow logs:CreateLogGroup to the execution role.',
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
    'The specified log group does not exist for container api: CloudWatch Logs has no /shop/new (eu-west-1, account 111122223333), and the first task creates it, as awslogs-create-group is true. Allow logs:CreateLogGroup to the execution role; AmazonECSTaskExecutionRolePolicy does not have it.',
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
    'Log driver awslogs requires options awslogs-region, awslogs-stream-prefix: container api does not set them. Add them to logConfiguration.options of the container.',
    (sim) => ({ definition: defined(sim, logs({ 'awslogs-group': '/shop/api' })) }),
  ],
  [
    'target-container',
    'blocks',
    'The container api does not exist in the task definition: the load balancer of the service sends traffic to it, and the task definition has web. Name a container of the task definition api, or change the load balancer of the service.',
    (sim) => ({ definition: defined(sim, { name: 'web' }) }),
  ],
  [
    'target-port',
    'blocks',
    'The container api does not have a container port 8080 defined: the load balancer of the service sends traffic to it, and portMappings has 3000. Add containerPort 8080 to portMappings, or change the load balancer of the service.',
    (sim) => ({ definition: defined(sim, { portMappings: [{ containerPort: 3000 }] }) }),
  ],
  [
    'target-type',
    'blocks',
    'The target group api has target type ip, which is incompatible with the bridge network mode: tasks with that network mode are targets of the type instance. Create a target group of the type instance; the type of an existing one cannot be changed.',
    (sim) => ({ definition: defined(sim, {}, { networkMode: 'bridge' }) }),
  ],
  [
    'fargate-size',
    'blocks',
    'No Fargate configuration exists for cpu 256 and memory 4096: with cpu 256, memory is 512, 1024, 2048 MiB. Set memory to "2048", or choose another pair of the ECS developer guide, "Task CPU and memory".',
    (sim) => ({ definition: defined(sim, {}, { memory: '4096' }) }),
  ],
  [
    'fargate-size',
    'blocks',
    'No Fargate configuration exists for cpu 300 and memory 512: cpu is one of 256, 512, 1024, 2048, 4096, 8192, 16384. Choose a pair of the ECS developer guide, "Task CPU and memory".',
    (sim) => ({ definition: defined(sim, {}, { cpu: '300' }) }),
  ],
  [
    'container-memory',
    'blocks',
    'The memory setting for container api is greater than for the task: the container has 1024 MiB, and the task has 512. Raise the memory of the task, or lower that of the container.',
    (sim) => ({ definition: defined(sim, { memory: 1024 }) }),
  ],
  [
    'container-duplicate',
    'blocks',
    'Several containers are named api: the containers of a task definition must have unique names. Give each container its own name.',
    (sim) => {
      const definition = defined(sim)
      const [container] = definition.containerDefinitions as readonly Definition[]
      return { definition: { ...definition, containerDefinitions: [container, container] } }
    },
  ],
  [
    'variable-duplicate',
    'warns',
    'Duplicate environment variable MODE in container api: which of its values the container gets is undefined. Keep one of them.',
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
    'The secret name PASSWORD must be unique in container api: an environment variable has the same name. Keep one of them.',
    (sim) => {
      home(sim).ssm.put('/shop/password', 'x')
      const environment = [{ name: 'PASSWORD', value: 'b' }]
      return { definition: defined(sim, { ...secret('/shop/password'), environment }) }
    },
  ],
  [
    'dependency-unknown',
    'blocks',
    'Container api depends on proxy, which does not exist: the task definition has api. Correct dependsOn, or add the container.',
    (sim) => ({ definition: defined(sim, { dependsOn: [{ containerName: 'proxy', condition: 'START' }] }) }),
  ],
  [
    'alarm-ignored',
    'warns',
    'The alarm api-5xx is in ALARM already: Amazon ECS ignores such an alarm for the whole deployment, so that it causes no rollback; its reason: 12 errors. Wait until it is OK again, or watch this deployment yourself.',
    (sim) => {
      home(sim).cloudwatch.setState('api-5xx', 'ALARM', '12 errors.')
      return {}
    },
    () => rollingScene({ alarms: ['api-5xx'] }),
  ],
  [
    'alarm-without-data',
    'notes',
    'The alarm api-5xx has no data (INSUFFICIENT_DATA): it guards the deployment only once its metric arrives; its reason: Unchecked. Check namespace, metric and dimensions of the alarm if it stays so under traffic.',
    (sim) => {
      home(sim).cloudwatch.setState('api-5xx', 'INSUFFICIENT_DATA', 'Unchecked')
      return {}
    },
    () => rollingScene({ alarms: ['api-5xx'] }),
  ],
  [
    'percent-deadlock',
    'blocks',
    'The service deployment configuration allows no task to stop and none to start: with a desired count of 1, minimumHealthyPercent 50 keeps 1 running and maximumPercent 150 allows 1. Set maximumPercent of the service to 200 or more, or lower minimumHealthyPercent (inputs maximum-percent and minimum-healthy-percent).',
    () => ({}),
    () => rollingScene({ desiredCount: 1, minimumHealthyPercent: 50, maximumPercent: 150 }),
  ],
  [
    'percent-downtime',
    'notes',
    'All tasks may stop before a new one runs: with a desired count of 2, minimumHealthyPercent 0 keeps 0 running and maximumPercent 100 allows 2. Raise maximumPercent of the service above 100, or minimumHealthyPercent above 0, unless downtime is intended.',
    () => ({}),
    () => rollingScene({ minimumHealthyPercent: 0, maximumPercent: 100 }),
  ],
  [
    'deployment-replaced',
    'warns',
    'A deployment of api:2 is in progress: a new deployment replaces it. Wait until it has ended if its result matters.',
    async (sim) => {
      sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
      await run(sim, { image: newImage, request: { wait: false } })
      return {}
    },
  ],
  [
    'circuit-breaker-off',
    'notes',
    'Amazon ECS does not stop a failed deployment: the deployment circuit breaker of the service is off, so ECS keeps starting tasks that fail. Set circuit-breaker: roll-back.',
    () => ({}),
    () => rollingScene({ circuitBreaker: 'off' }),
  ],
  [
    'no-automatic-rollback',
    'notes',
    'Amazon ECS stops a failed deployment and does not roll it back: the deployment circuit breaker of the service has rollback off. Set circuit-breaker: roll-back.',
    () => ({}),
    () => rollingScene({ circuitBreaker: 'stop' }),
  ],
  [
    'first-deployment',
    'notes',
    'There is no deployment that Amazon ECS could roll back to: no deployment of this service was ever complete. Watch this one: if it fails, nothing is rolled back.',
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
    'The alarm api-5xx is in ALARM already (ALARM_ACTIVE): CodeDeploy would stop the deployment for it after about 100 seconds; its reason: 12 errors. Wait until it is OK again, or deploy once without the alarm: codedeploy-alarms: none.',
    (sim) => {
      home(sim).cloudwatch.setState('api-5xx', 'ALARM', '12 errors.')
      return {}
    },
    () => codeDeployScene({ alarms: ['api-5xx'] }),
  ],
  [
    'no-automatic-rollback',
    'notes',
    'CodeDeploy does not roll back a failed deployment: the deployment group DgpECS-shop-api has automatic rollback off. Turn it on for DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM.',
    () => ({}),
    () => codeDeployScene({ autoRollback: [] }),
  ],
  [
    'deployment-group-missing',
    'blocks',
    'CodeDeploy has no deployment group blue in an application AppECS-shop-api, and no other group of that name deploys shop/api: the deployment controller CODE_DEPLOY requires a deployment group. Correct the input codedeploy-application and the input codedeploy-deployment-group.',
    () => ({ given: { 'codedeploy-deployment-group': 'blue' } }),
    codeDeployScene,
  ],
  [
    'deployment-group-missing',
    'blocks',
    'CodeDeploy has no deployment group blue in an application green: the deployment controller CODE_DEPLOY requires a deployment group. Correct the input codedeploy-application and the input codedeploy-deployment-group.',
    () => ({ given: { 'codedeploy-application': 'green', 'codedeploy-deployment-group': 'blue' } }),
    codeDeployScene,
  ],
  [
    'no-automatic-rollback',
    'notes',
    'CodeDeploy does not roll back a failed deployment: the deployment group live has automatic rollback off. Turn it on for DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM.',
    () => ({}),
    () => codeDeployScene({ application: 'shop', group: 'live', autoRollback: [] }),
  ],
  [
    'deployment-active',
    'blocks',
    'The deployment group DgpECS-shop-api already has an active deployment, <id>: CodeDeploy runs one deployment of a group at a time. Wait until it has ended, or stop it: aws deploy stop-deployment --auto-rollback-enabled --deployment-id <id>.',
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
    expect(runner.summary).toMatch(/✅ api .*shop.* can be deployed: preflight passed, no issues found/)
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
    const { runner, log } = await doctor(sim, { definition })
    const told = [log, runner.summary, JSON.stringify(runner.outputs)].join('\n')
    expect(told).not.toMatch(/the-value-itself|another-value|a-token-by-mistake/)
    expect(told).toMatch(/has the keys user/)
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
    ['DescribeAlarms', 'whether an alarm is in ALARM', 'cloudwatch:DescribeAlarms'],
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
    })
    expect(findings).toEqual([
      {
        code: 'permission-missing',
        severity: 'notes',
        what: `Not checked: ${shows}`,
        why: `not authorized to perform ${action}`,
        fix: `Allow ${action} to have it checked.`,
      },
    ])
    expect(runner.failed).toBe(false)
  })
})

test('action.yml declares exactly the inputs that the action reads', () => {
  const declared = parse(readFileSync(join(import.meta.dirname, '../../actions/doctor/action.yml'), 'utf8'))
  expect(Object.keys(declared.inputs).sort()).toEqual(Object.keys(doctorInputs).sort())
})
