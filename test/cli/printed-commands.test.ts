/** Commands that `slipway init` prints: they run where the person stands, with the same Slipway and credentials, word by word. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { slipwayText } from '../../src/cli/init/slipway-text.ts'
import { workflowText } from '../../src/cli/init/workflow-text.ts'
import { loadConfig } from '../../src/config/load.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { loadWorkflow } from '../workflows/runner/files.ts'
import { cliScene } from './cli-scene.ts'
import { type InitScene, initScene, region } from './init-scene.ts'

const single = { Dockerfile: 'FROM node:24\nEXPOSE 8080\n' }
const elsewhere = { account: '444455556666', cluster: 'web' }

interface Printed {
  readonly title: string
  readonly commands: readonly string[]
}

async function steps(scene: InitScene, words: readonly string[], directory = scene.directory) {
  const { code, out, err } = await scene.init([...words, '--json'], { directory })
  expect([code, err]).toEqual([0, err])
  const { steps: printed }: { readonly steps: readonly Printed[] } = JSON.parse(out)
  return printed.flatMap(({ commands }) => commands)
}

/** The words that a shell makes of a command. */
function wordsOf(command: string): readonly string[] {
  const script = `set -f; show() { for word; do printf '%s\\n' "$word"; done; }; show ${command}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n')
}

const notRead = ['--account', elsewhere.account, '--cluster', elsewhere.cluster]

describe('with -C', () => {
  test.each([
    ['my app', "'my app'"],
    ['./services/api/', 'services/api'],
    ['-x', './-x'],
  ])('%s, every command names the folder', async (folder, shown) => {
    const scene = initScene(
      Object.fromEntries(Object.entries(single).map(([name, text]) => [join(folder, name), text])),
    )
    const commands = await steps(scene, [`--directory=${folder}`, ...notRead])
    const [permissions, deployment] = ['permissions', 'cloudformation deploy'].map((words) =>
      commands.find((line) => line.includes(words)),
    )
    expect(permissions).toContain(`npx github:your-org/slipway permissions -C ${shown} --format`)
    const template = wordsOf(deployment ?? '').find((word) => word.endsWith('/slipway-444455556666.yml'))
    expect(template).toBe(join(folder.replace('-x', './-x'), 'infrastructure/slipway-444455556666.yml'))
    const git = commands.filter((line) => line.startsWith('git '))
    expect(git.map((line) => line.slice(0, `git -C ${shown} `.length))).toEqual(Array(3).fill(`git -C ${shown} `))
    expect(git[0]).toContain('add slipway.yml')
  })

  test('. or none, no command does', async () => {
    for (const words of [[], ['-C', '.'], ['-C', './']])
      expect((await steps(initScene(single), [...words, ...notRead])).filter((line) => / -C /.test(line))).toEqual([])
  })

  test('gh stores the token of Slack for the repository of the folder', async () => {
    expect((await cliScene().run(['slack', '-C', 'my app'])).err).toContain(
      "(xoxb-…): cd 'my app' && gh secret set SLACK_TOKEN\n",
    )
    expect((await cliScene().run(['slack'])).err).toContain('(xoxb-…): gh secret set SLACK_TOKEN\n')
  })
})

describe('with --slipway', () => {
  const fork = ['--slipway', 'acme/deploys@v2']

  test('nothing names another repository', async () => {
    const workflow = 'steps:\n  - uses: aws-actions/amazon-ecs-deploy-task-definition@v2\n'
    const scene = initScene({ ...single, '.github/workflows/ship.yml': workflow })
    const commands = await steps(scene, [...fork, ...notRead])
    expect(`${commands.join('\n')}${scene.files().map(scene.read).join('\n')}`).not.toMatch(/your-org|slipway\/v1/)
    expect(commands[0]).toBe(
      "npx 'github:acme/deploys#v2' migrate --write --slipway acme/deploys@v2 .github/workflows/ship.yml",
    )
    expect(scene.read('slipway.yml')).toContain(
      '$schema=https://raw.githubusercontent.com/acme/deploys/v2/schema/slipway.schema.json\n',
    )
  })

  test('a second run finds the workflow of the first', async () => {
    const scene = initScene(single)
    await steps(scene, [...fork, ...notRead])
    const before = scene.files()
    expect(before).toContain('.github/workflows/deploy.yml')
    await steps(scene, fork)
    expect(scene.files()).toEqual(before)
  })
})

describe('words', () => {
  test('of names are quoted where a shell would read more', async () => {
    const workflow = 'steps:\n  - uses: aws-actions/amazon-ecs-deploy-task-definition@v2\n    aws-access-key-id: x\n'
    const scene = initScene({ ...single, '.github/workflows/my ship.yml': workflow })
    const role = "arn:aws:iam::444455556666:role/it's mine"
    const commands = await steps(scene, [...notRead, '--role', role])
    expect(wordsOf(commands[0] ?? '')).toEqual([
      ...['npx', 'github:your-org/slipway', 'migrate', '--write', '--role', role, '.github/workflows/my ship.yml'],
    ])
  })

  test('of a service of AWS CodeDeploy are options of their own', async () => {
    const scene = initScene(
      {
        ...single,
        'slipway.yml': `version: 1
image: { repository: api }
services: { api: {} }
environments: { live: { region: ${region}, account: "111122223333", services: { api: { cluster: shop, service: api } } } }
`,
      },
      (sim) => void seedBlueGreen(sim, { cluster: 'shop' }),
    )
    const commands = await steps(scene, [])
    const permissions = wordsOf(commands.find((line) => line.includes(' permissions ')) ?? '')
    expect(permissions.slice(permissions.indexOf('--codedeploy'))).toEqual(['--codedeploy', 'api'])
  })
})

test('with --profile, the commands of the account that was read use that profile', async () => {
  const scene = initScene(single, (sim) => void seedRollingService(sim))
  scene.write('config', `[profile work]\nregion = ${region}\n`)
  const kept = { ...process.env }
  const { accessKeyId, secretAccessKey } = scene.sim.iam.root
  scene.write('keys', `[work]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`)
  const files = {
    AWS_CONFIG_FILE: join(scene.directory, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(scene.directory, 'keys'),
  }
  Object.assign(process.env, files)
  try {
    const environment = { PATH: process.env.PATH, ...files }
    const { out } = await scene.init(['--json', '--profile', 'work', '--service', 'api'], { environment })
    const { steps: printed }: { readonly steps: readonly Printed[] } = JSON.parse(out)
    const withAws = printed.filter(({ commands }) => commands.some((line) => /^aws |permissions/.test(line)))
    expect(withAws.length).toBeGreaterThan(0)
    for (const { commands } of withAws) expect(commands[0]).toBe('export AWS_PROFILE=work')
  } finally {
    process.env = kept
  }
})

describe('YAML', () => {
  const names = [
    'true',
    'null',
    '123',
    'on',
    'No',
    'y',
    '0x1F',
    '.5',
    '~',
    '1e3',
    'release/1.x',
    'fix+a',
    '!old',
    'a: b',
  ]

  test.each(names)('the branch %s is a text, which as a pattern matches that branch alone', (branch) => {
    const [given] = parse(workflowText({ branch, slipway: 'your-org/slipway@v1', environments: ['live'], images: [] }))
      .on.push.branches
    expect(given).toBe(branch.replace(/[+!]/g, '\\$&'))
  })

  test.each(['true', 'null', '123', 'on'])('the name %s stays one, and the workflow is valid', (name) => {
    const image = { repository: 'team/api', context: '.', file: undefined, target: undefined, platform: undefined }
    const images = [name, 'web'].map((one) => ({ ...image, name: one, buildArgs: {} }))
    const source = { branch: 'main', slipway: 'your-org/slipway@v1', images }
    const several = workflowText({ ...source, environments: [name, 'live'] })
    const one = workflowText({ ...source, environments: [name], images: images.slice(0, 1) })
    const folder = cliScene({ 'several.yml': several, 'one.yml': one }).directory
    for (const file of ['several.yml', 'one.yml'])
      expect(() => loadWorkflow({ name: 'acme/shop', folder }, file)).not.toThrow()
    expect(parse(one).jobs.deploy.with.environments).toBe(name)
    expect(parse(several).jobs[`web-${name}`]).toMatchObject({ environment: name })
    const placement = { name, cluster: name, service: name }
    const place = { name, region, account: '111122223333', role: 'deploy', placements: [placement] }
    const services = [{ name, taskDefinition: undefined, container: name }]
    const draft = { images: images.slice(0, 1), services, environments: [place] }
    const { config } = loadConfig(slipwayText(draft, 'your-org/slipway@v1'), 'slipway.yml')
    expect([Object.keys(config.services), Object.keys(config.environments)]).toEqual([[name], [name]])
  })
})
