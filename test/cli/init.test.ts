/** `slipway init`: what it writes, from which facts; what it asks, and what it refuses. */
import { describe, expect, test } from '@jest/globals'
import type { EcsPlacement } from '../../src/config/service-schema.ts'
import { step } from '../actions/step-scene.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { ask } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { initScene, nobody, region, seedCluster } from './init-scene.ts'

const compose = `services:
  api:
    build: ./services/api
    ports: ["80:3000"]
    environment:
      LOG_LEVEL: \${LOG_LEVEL:-info}
      DATABASE_URL: postgres://app:hunter2@db/shop
      API_HOST: \${API_HOST}
    env_file: .env
    volumes: ["./data:/data"]
  worker:
    build: { context: services/worker, dockerfile: Dockerfile.prod, target: run, args: { LEVEL: 3 } }
    platform: linux/arm64
    command: node worker.js
  db: { image: "postgres:17" }
`
const monorepo = {
  'compose.yaml': compose,
  '.env': 'STRIPE_SECRET_KEY=sk_live_1234567890\n',
  'services/api/Dockerfile': 'FROM node:24\nHEALTHCHECK CMD curl -f http://localhost:3000\n',
  'services/worker/Dockerfile.prod': 'FROM node:24 AS run\n',
}
const single = { Dockerfile: 'FROM node:24\nEXPOSE 8080\n', 'package.json': '{ "name": "@acme/api" }' }
const withService = (sim: Simulator) => void seedRollingService(sim)
const missing = (out: string) => out.slice(out.indexOf('\n1. '))

describe('a repository with a Compose file', () => {
  test('becomes images, services and task definitions, without the value of a secret', async () => {
    const scene = initScene(monorepo)
    const { code, out, err } = await scene.init()
    expect(code).toBe(0)
    expect(`${out}${err}`).not.toMatch(/hunter2|sk_live/)
    expect(scene.config()).toMatchObject({
      images: {
        api: { repository: 'api', context: 'services/api' },
        worker: {
          ...{ context: 'services/worker', file: 'services/worker/Dockerfile.prod', target: 'run' },
          ...{ platforms: ['linux/arm64'], 'build-args': { LEVEL: '3' } },
        },
      },
      environments: { production: { account: '111122223333', services: { api: { cluster: 'shop', service: 'api' } } } },
    })
    expect(scene.definition('deploy/api.json').containerDefinitions).toMatchObject([
      {
        portMappings: [{ containerPort: 3000 }],
        environment: [{ name: 'LOG_LEVEL', value: 'info' }],
        secrets: ['DATABASE_URL', 'API_HOST', 'STRIPE_SECRET_KEY'].map((name) => ({
          ...{ name, valueFrom: `<ARN of the secret ${name}>` },
        })),
        healthCheck: { command: ['CMD-SHELL', 'curl -f http://localhost:3000'] },
      },
    ])
    expect(scene.definition('deploy/worker.json')).toMatchObject({
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      containerDefinitions: [{ name: 'worker', command: ['node', 'worker.js'] }],
    })
    for (const note of [
      'api: volumes of the Compose file is not translated.',
      'db (postgres:17) of the Compose file is not deployed: its image is not built here.',
      'deploy/api.json: DATABASE_URL, API_HOST, STRIPE_SECRET_KEY may be secret, so no value is copied.',
      'deploy/api.service.json: without a load balancer.',
    ])
      expect(err).toContain(`note: ${note}`)
  })

  test('is not deployed before its placeholders are filled in', async () => {
    const scene = initScene(monorepo)
    await scene.init()
    const files = Object.fromEntries(scene.files().map((path) => [path, scene.read(path)]))
    files['slipway.yml'] = scene.read('slipway.yml').replace(/ +role: .*\n/, '')
    const given = { environment: 'production', service: 'api', image: 'registry.example.com/api:v1' }
    const { log, outputs } = await step(scene.sim, 'deploy', given, { files })
    expect(outputs['cause-code']).toBe('preflight-failed')
    for (const name of ['DATABASE_URL', 'API_HOST', 'STRIPE_SECRET_KEY'])
      expect(log).toContain(`Placeholder <ARN of the secret ${name}> was not replaced in secret ${name} of container`)
    expect(scene.sim.recorder.count('ecs', 'CreateService')).toBe(0)
  })
})

describe('a service that exists', () => {
  test('is deployed with its own task definition, whose roles become names', async () => {
    const scene = initScene(single, withService)
    const { out } = await scene.init()
    expect(scene.config().environments.production?.services.api).toEqual({ cluster: 'shop', service: 'api' })
    const live = seededTaskDefinition(scene.sim.world)
    expect(scene.definition('deploy/api.json')).toMatchObject({
      family: 'api',
      executionRoleArn: 'shop-execution',
      containerDefinitions: [{ ...live.containerDefinitions?.[0], image: 'set-by-slipway' }],
    })
    expect(scene.files()).not.toContain('deploy/api.service.json')
    expect(missing(out)).not.toMatch(/create-role|create-log-group/)
  })

  test('with secrets in plain text stays the source of its definition: no file gets them', async () => {
    const environment = [{ name: 'DB_PASSWORD', value: 'hunter2' }]
    const scene = initScene(single, (sim) => void seedRollingService(sim, { container: { environment } }))
    const { out, err } = await scene.init()
    expect(err).toContain('the live task definition has DB_PASSWORD in plain text, so it is not written to a file')
    expect(scene.config().services.api).toEqual({ container: 'api' })
    expect(`${out}${err}`).not.toContain('hunter2')
  })

  test('of AWS CodeDeploy is named to permissions', async () => {
    const scene = initScene(single, (sim) => void seedBlueGreen(sim, { cluster: 'shop' }))
    const { out } = await scene.init()
    const placement = scene.config().environments.production?.services.api as EcsPlacement | undefined
    const isNamed = placement?.['codedeploy-application'] !== undefined
    expect(
      out.includes(
        'permissions --format cloudformation --output infrastructure --existing-provider --repository OWNER/NAME --codedeploy api',
      ),
    ).toBe(!isNamed)
    expect(scene.files()).not.toContain('deploy/api.service.json')
  })

  test('of another name is a question, and the answer decides', async () => {
    const seed = (sim: Simulator) => void seedRollingService(sim, { service: 'web' })
    const refused = await initScene(single, seed).init()
    expect([refused.code, refused.err]).toEqual([
      2,
      'slipway init: An option is invalid: --service is required; candidates: web.\n',
    ])
    const scene = initScene(single, seed)
    const { questions } = await scene.init([], { answers: ['web'] })
    expect(questions).toEqual([
      'ECS service that runs the image api in shop; another name is a new service (web)? [api] ',
    ])
    expect(scene.config().environments.production?.services.api).toEqual({ cluster: 'shop', service: 'web' })
  })
})

describe('what is missing', () => {
  test('without a terminal is one error with all of it and the candidates', async () => {
    const seed = (sim: Simulator) => {
      for (const clusterName of ['shop', 'tools']) ask(sim.world, region, 'CreateCluster', { clusterName })
    }
    const scene = initScene(single, seed)
    const words = ['--repository', 'Not/A/Name', '--account', '42', '--slipway', 'x']
    expect((await scene.init(words)).err).toContain('--slipway must be owner/repository@ref')
    const { code, err } = await scene.init(words.slice(0, 2))
    expect(code).toBe(2)
    expect(err).toBe(`slipway init: Options are invalid:
- --cluster is required; candidates: shop, tools
- --repository must be the name of an ECR repository without its registry, such as team/api, not Not/A/Name
`)
    expect(scene.files()).toEqual(['Dockerfile', 'package.json'])
  })

  test('on a terminal is asked, again after a wrong answer', async () => {
    const seed = (sim: Simulator) => {
      seedCluster(sim)
      ask(sim.world, region, 'CreateCluster', { clusterName: 'tools' })
    }
    const scene = initScene(single, seed)
    const { code, questions, err } = await scene.init([], { answers: ['shopp', 'shop'] })
    expect([code, questions]).toEqual([0, Array(2).fill('ECS cluster of production (shop, tools)? ')])
    expect(err).toContain('It must be one of shop, tools\n')
  })

  test('without credentials is asked for by options, and then nothing else is needed', async () => {
    const scene = initScene(single)
    const refused = await scene.init([], nobody)
    expect(refused.err).toMatch(/--region is required; .*\n- --account is required; .*\n- --cluster is required; /)
    const words = ['--region', 'us-east-1', '--account', '444455556666', '--cluster', 'web', '--environment', 'live']
    const { code, err, out } = await scene.init(words, nobody)
    expect(code).toBe(0)
    expect(err).toContain('The AWS account was not read: ')
    expect(missing(out)).toContain('Create what account 444455556666 does not have: it was not read')
    expect(scene.config().environments.live).toMatchObject({
      region: 'us-east-1',
      services: { api: { service: 'api' } },
    })
  })

  test('because a login has ended is said once, and on a terminal before the questions', async () => {
    const scene = initScene(single)
    const kept = { ...process.env }
    const settings = 'sso_account_id = 111122223333\nsso_role_name = Admin\nregion = eu-west-1\n'
    const session = 'sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n'
    scene.write('.aws/config', `[profile corp]\n${settings}${session}`)
    const environment = {
      ...nobody.environment,
      AWS_CONFIG_FILE: `${scene.directory}/.aws/config`,
      AWS_PROFILE: 'corp',
    }
    Object.assign(process.env, environment, { HOME: scene.directory })
    try {
      const { err } = await scene.init([], { environment })
      expect(err.split('The profile corp has no valid SSO session')).toHaveLength(2)
      expect(err).toMatch(/--account is required; the AWS account was not read\n.*\n- The AWS account was not read: /)
      expect(err).toContain('Log in again: aws sso login --profile corp')
      const asked: string[] = []
      const ask = async (question: string) => {
        asked.push(question)
        return question.includes('account') ? '444455556666' : 'web'
      }
      const err2: string[] = []
      await scene.init([], {
        environment,
        ask,
        err: (line) => err2.push(asked.length === 0 ? `before: ${line}` : line),
      })
      expect(err2[0]).toMatch(/^before: note: The AWS account was not read: The profile corp has no valid SSO session/)
    } finally {
      process.env = kept
    }
  })

  test('the region is that of the profile, and its name is checked', async () => {
    const scene = initScene(single)
    scene.write('.aws/config', '[default]\nregion = eu-central-1\n[profile work]\nregion = us-west-2\n')
    const environment = { ...nobody.environment, AWS_CONFIG_FILE: `${scene.directory}/.aws/config` }
    const words = ['--account', '444455556666', '--cluster', 'web', '--check']
    expect((await scene.init(words, { environment })).out).toContain('region: eu-central-1')
    expect((await scene.init([...words, '--profile', 'work'], { environment })).out).toContain('region: us-west-2')
    expect((await scene.init([...words, '--profile', 'wrok'], { environment })).err).toContain('did you mean work?')
  })

  test.each([
    [['--cluster', 'shp'], '--cluster must be one of shop (account 111122223333, eu-west-1), not shp'],
    [['--cluster', 'staging=shop'], '--cluster staging=…: there is no staging; the names are production'],
    [['--environment', 'a.b'], '--environment a.b: it must consist of letters, digits, hyphens and underscores'],
    [['--target-group', 'api'], '--target-group must be the ARN of a target group, not api'],
    [
      ['--environment', 'a', '--environment', 'b', '--service', 'api'],
      '--service: a and b would deploy the same service, api in the cluster shop',
    ],
  ])('%j is refused', async (words, mistake) => {
    const { code, err } = await initScene(single).init(words)
    expect([code, err]).toEqual([2, expect.stringContaining(mistake)])
  })

  test('is a Dockerfile: nothing is invented', async () => {
    const { code, err } = await initScene({ 'main.js': '' }).init()
    expect([code, err]).toEqual([1, expect.stringContaining('No Dockerfile was found')])
  })

  test('is a permission: what cannot be read is noted, and its commands are printed', async () => {
    const scene = initScene(single)
    scene.sim.iam.allow('ecs:*', 'sts:*', 'ec2:*')
    const { code, err, out } = await scene.init()
    expect(code).toBe(0)
    expect(err).toMatch(/note: .*iam:GetRole/)
    expect(err).toMatch(/note: .*ecr:DescribeRepositories/)
    expect(missing(out)).toContain('aws ecr create-repository')
  })
})

describe('what is there', () => {
  test('is not written again, and --check tells before', async () => {
    const scene = initScene(single)
    expect(await scene.init(['--check'])).toMatchObject({ code: 3, out: expect.stringContaining('+++ b/slipway.yml') })
    expect(scene.files()).toEqual(['Dockerfile', 'package.json'])
    await scene.init()
    const before = scene.files().map((path) => scene.read(path))
    expect(await scene.init(['--check'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing is missing\.\n/),
    })
    expect((await scene.init(['--cluster', 'other'])).err).toContain('slipway.yml exists and is not changed.')
    expect(scene.files().map((path) => scene.read(path))).toEqual(before)
  })

  test('of a task definition is used, in any form', async () => {
    const definition = { ...seededTaskDefinition(initScene(single).sim.world), family: 'shop' }
    const file = JSON.stringify({ taskDefinition: definition, tags: [] })
    const scene = initScene({ ...single, '.aws/task.json': file })
    await scene.init()
    expect(scene.config().services.api).toEqual({ 'task-definition': '.aws/task.json', container: 'api' })
  })

  test.each([
    ['of something else is kept', 'on: push\njobs: {}\n', '.github/workflows/ship.yml'],
    ['by Slipway is enough', 'jobs:\n  a:\n    uses: acme/slipway/.github/workflows/deploy.yml@v1\n', undefined],
    ['by others is left to migrate', 'steps:\n  - uses: aws-actions/amazon-ecs-deploy-task-definition@v2\n', undefined],
  ])('of a workflow %s', async (_, content, expected) => {
    const scene = initScene({ ...single, '.github/workflows/deploy.yml': content })
    const { out } = await scene.init()
    expect(scene.read('.github/workflows/deploy.yml')).toBe(content)
    expect(scene.files().filter((path) => path !== '.github/workflows/deploy.yml' && path.endsWith('.yml'))).toEqual(
      [expected ?? [], 'slipway.yml'].flat(),
    )
    expect(out.includes('slipway migrate --write .github/workflows/deploy.yml')).toBe(content.includes('aws-actions'))
  })

  test('of a folder that init does not search is not overwritten', async () => {
    const scene = initScene(single)
    await scene.init()
    const moved = scene.read('slipway.yml').replace('deploy/api.json', 'build/api.json')
    scene.write('slipway.yml', moved)
    scene.write('build/api.json', '{}')
    expect((await scene.init()).code).toBe(0)
    expect(scene.read('build/api.json')).toBe('{}')
  })
})

describe('a new service', () => {
  test.each([
    [
      'public subnets of the default VPC with public addresses',
      false,
      ['subnet-0d111111', 'subnet-0d222222'],
      'ENABLED',
    ],
    ['private ones, where there are any, without', true, ['subnet-0d444444'], 'DISABLED'],
  ])('is placed in %s', async (_, hasPrivate, subnets, assignPublicIp) => {
    const scene = initScene(single, (sim) => {
      seedCluster(sim)
      const { ec2 } = sim.world.region(region)
      if (hasPrivate) ec2.subnet({ id: 'subnet-0d444444', route: 'nat-gateway', isDefault: true })
    })
    await scene.init()
    expect(JSON.parse(scene.read('deploy/api.service.json')).networkConfiguration).toEqual({
      awsvpcConfiguration: { subnets, securityGroups: ['sg-0d333333'], assignPublicIp },
    })
  })

  test('is placed in the private subnets that are given, behind the target group', async () => {
    const scene = initScene(single)
    const group = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0123456789abcdef'
    await scene.init(['--subnet', 'subnet-0aaa1111', '--security-group', 'sg-0ccc3333', '--target-group', group])
    expect(JSON.parse(scene.read('deploy/api.service.json'))).toMatchObject({
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ['subnet-0aaa1111'],
          securityGroups: ['sg-0ccc3333'],
          assignPublicIp: 'DISABLED',
        },
      },
      loadBalancers: [{ targetGroupArn: group, containerName: 'api', containerPort: 8080 }],
    })
  })

  test('in an account without a default VPC with a way out needs subnets', async () => {
    const seed = (sim: Simulator) => {
      ask(sim.world, region, 'CreateCluster', { clusterName: 'shop' })
      sim.world.region(region).ec2.subnet({ id: 'subnet-0e111111', route: 'none', vpcId: 'vpc-0e000000' })
    }
    const { code, err } = await initScene(single, seed).init()
    expect([code, err]).toEqual([2, expect.stringContaining('--subnet is required; candidates: subnet-0aaa1111 (vpc-')])
  })

  test('of two environments in one cluster has a name and a role for each', async () => {
    const scene = initScene(single)
    const { out } = await scene.init(['--environment', 'staging, production'])
    const { staging, production } = scene.config().environments
    expect([staging, production].map((one) => (one?.services.api as EcsPlacement | undefined)?.service)).toEqual([
      'api-staging',
      'api-production',
    ])
    expect([staging?.role, production?.role]).toEqual(['slipway-staging', 'slipway-production'])
    expect(scene.files()).toContain('deploy/api.production.service.json')
    expect(out).toContain('+    with: { environments: staging production }')
  })
})

test('the printed commands quote what a shell would read otherwise', async () => {
  const workflow = 'steps:\n  - uses: aws-actions/amazon-ecs-deploy-task-definition@v2\n'
  const scene = initScene({ ...single, '.github/workflows/to production.yml': workflow })
  const { out } = await scene.init()
  expect(out).toContain("migrate --write '.github/workflows/to production.yml'\n")
  expect(out).toContain(
    "git add slipway.yml deploy/api.json deploy/api.service.json '.github/workflows/to production.yml'",
  )
})

test('with --json the result is one document', async () => {
  const scene = initScene(single)
  const { out } = await scene.init(['--json'])
  const { files, steps } = JSON.parse(out)
  expect(files).toMatchObject([
    { path: 'slipway.yml', state: 'created', diff: expect.stringContaining('+version: 1') },
    { path: 'deploy/api.json' },
    { path: 'deploy/api.service.json' },
    { path: '.github/workflows/deploy.yml' },
  ])
  expect(steps[0]).toMatchObject({
    commands: [
      expect.stringContaining('aws ecr create-repository'),
      expect.anything(),
      expect.anything(),
      expect.anything(),
    ],
  })
})
