/** `slipway plan` and `slipway doctor`: the actions from a laptop, against the simulator. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { changesOf } from '../actions/doctor-scene.ts'
import { oneLine, printedOn } from '../printed.ts'
import { ask } from '../simulator/seeding.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { laptopScene, live, next } from './laptop-scene.ts'

const printed = printedOn('docs/commands.md')
/** Every line of a report, but for addresses, fits a terminal. */
const tooLong = (out: string) => out.split('\n').filter((line) => line.length > 80 && !line.includes('https://'))

describe('slipway plan', () => {
  test('prints what would change, changes nothing, and assumes no role: docs/commands.md shows it', async () => {
    const { slipway, sim } = laptopScene()
    const { code, out, err } = await slipway('plan', 'api', '--environment', 'staging', '--image', next)
    expect([code, err]).toEqual([0, ''])
    expect(printed).toContain(oneLine(out))
    expect(out).not.toMatch(/[<>]|###|\*\*|&#/)
    expect(changesOf(sim)).toEqual([])
    expect(sim.recorder.count('sts', 'AssumeRoleWithWebIdentity')).toBe(0)
  })

  test('--check ends with 3 where something would change, and with 0 where nothing would', async () => {
    const { slipway } = laptopScene()
    const check = async (image: string) =>
      (await slipway('plan', 'api', '--environment', 'staging', '--image', image, '--check')).code
    expect([await check(next), await check(live)]).toEqual([3, 0])
  })

  test.each(['staging', 'production'])(
    'of %s: the services of the environment as its workflow deploys them; --json has outputs and changes',
    async (environment) => {
      const { slipway } = laptopScene()
      const all = await slipway('plan', '--environment', environment, '--image', next)
      expect(all.out).toMatch(/api[\s\S]*web/)
      expect(tooLong(all.out)).toEqual([])
      const { code, out } = await slipway('plan', '--environment', environment, '--image', next, '--json', '--check')
      const { services } = JSON.parse(out)
      expect(code).toBe(3)
      expect(services.map((one: { service: string }) => one.service)).toEqual(
        environment === 'staging' ? ['api', 'web'] : [''],
      )
      for (const { changes } of services) {
        expect(changes).toContain(`+ containerDefinitions[api].image: "${next}"`)
        expect(changes).toContain(`- containerDefinitions[api].image: "${live}"`)
      }
      expect(services[0].outputs).toMatchObject({ verdict: '', cause: '' })
    },
  )

  test('without slipway.yml, by options', async () => {
    const { slipway, directory } = laptopScene()
    const { code, out } = await slipway(
      ...['plan', 'api', '--cluster', 'shop', '--region', 'eu-west-1', '--image', next, '--container-name', 'api'],
      ...['--task-definition', 'deploy/api.json', '--environment-variables', 'A=1', '--environment-variables', 'B=2'],
    )
    expect([code, directory]).toEqual([0, directory])
    expect(out).toMatch(/environment\.A|environment\[A\]/)
    expect(out).toMatch(/environment\.B|environment\[B\]/)
  })

  test('what cannot be planned ends with 1, and the summary is printed', async () => {
    const { slipway } = laptopScene()
    const { code, out } = await slipway('plan', 'api', '--cluster', 'shopp', '--region', 'eu-west-1', '--image', next)
    expect(code).toBe(1)
    expect(out).toContain('ClusterNotFoundException')
  })

  test.each([
    [['plan'], '--environment must be one of staging, production'],
    [['plan', 'api', 'web'], 'one service can be named, not api and web'],
    [['plan', '--environment', 'stagin'], 'did you mean staging?'],
    [
      ['plan', 'apii', '--environment', 'staging', '--image', next],
      'has no service apii: it has api, web. Set SERVICE',
    ],
    [['plan', 'api', '--environment', 'staging'], 'To deploy the file as it is, give --keep-image.'],
    [['plan', '--environment', 'staging', '--region', 'xx', '--image', next], '--region must be an AWS region'],
    [['plan', '--environment', 'staging', '--config', 'other.yml'], '--config other.yml does not exist'],
    [
      ['plan', 'api', '--environment', 'staging', '--image', next, '--task-definition', 'deploy/apii.json'],
      'of the option --task-definition cannot be read: ENOENT: no such file',
    ],
    [['plan', 'api', '--cluster', 'shop', '--image', next], 'Set the option --region, or AWS_REGION'],
  ])('%j is refused in the words of the command line', async (words, why) => {
    const { slipway, sim } = laptopScene()
    const { code, out, err } = await slipway(...words)
    expect([code > 0, changesOf(sim)]).toEqual([true, []])
    expect(oneLine(out.replaceAll('│ ', '') + err)).toContain(why)
    expect(out + err).not.toMatch(/"with:"|\binputs?\b|workspace|masked/)
  })
})

test.each(['plan', 'doctor'])('%s without a network says so, and gives up after two minutes', async (name) => {
  const { slipway, sim } = laptopScene()
  sim.faults.add({ service: 'ecs', times: 999, effect: { kind: 'reset' } })
  const before = sim.clock.now()
  const { code, out, err } = await slipway(name, 'api', '--environment', 'staging', '--image', next)
  expect([code, out + err]).toEqual([1, expect.stringMatching(/ecs:Describe/)])
  expect(err).toMatch(/^slipway: .*(again|retr)/m)
  expect(sim.clock.now() - before).toBeLessThanOrEqual(120_000)
})

describe('slipway doctor', () => {
  const missing = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v9'

  test('prints the findings and ends with 1: docs/commands.md shows it', async () => {
    const { slipway, sim } = laptopScene()
    const { code, out, err } = await slipway('doctor', 'api', '--environment', 'staging', '--image', missing)
    expect([code, err]).toEqual([1, ''])
    expect(printed).toContain(oneLine(out))
    expect(tooLong(out)).toEqual([])
    expect(changesOf(sim)).toEqual([])
    expect(
      (await slipway('doctor', 'api', '--environment', 'staging', '--image', missing, '--fail-on', 'never')).code,
    ).toBe(0)
  })

  test('a finding about a file has its line on stderr', async () => {
    const { slipway, write, read } = laptopScene()
    write('deploy/api.json', read('deploy/api.json').replace('iam::111122223333:role', 'iam::<ACCOUNT>:role'))
    const { code, err } = await slipway('doctor', 'api', '--environment', 'staging', '--image', next)
    expect([code, err]).toEqual([1, expect.stringMatching(/^deploy\/api\.json:\d+:\d+: error: .*<ACCOUNT>/)])
  })

  test('checks every service of an environment, also of waves; --json has their findings', async () => {
    const { slipway } = laptopScene()
    const { code, out } = await slipway('doctor', '--environment', 'production', '--image', next, '--json')
    expect(code).toBe(0)
    const { services } = JSON.parse(out)
    expect(services).toMatchObject([
      { environment: 'production', service: 'api', outputs: { cause: '', findings: expect.any(Array) } },
      { environment: 'production', service: 'web', outputs: { cause: '', findings: expect.any(Array) } },
    ])
  })

  test('explains a past deployment; the commands are for the repository that they are typed in', async () => {
    const { slipway, sim } = laptopScene()
    ask(sim.world, 'eu-west-1', 'UpdateService', { cluster: 'shop', service: 'api', taskDefinition: 'web:1' })
    sim.clock.advance(600_000)
    const { code, out } = await slipway('doctor', 'api', '--environment', 'staging', '--deployment-id', 'newest')
    expect([code, out]).toEqual([0, expect.stringMatching(/^✅ api \(staging\): deployed in/)])
    expect(out).toMatch(/gh workflow run rollback\.yml -f environment=staging$/m)
    expect(out).not.toContain('--repo')
  })

  test('checks a definition without a service', async () => {
    const { slipway } = laptopScene()
    const { code, out } = await slipway(
      'doctor',
      '-C',
      'deploy',
      '--task-definition',
      'api.json',
      '--region',
      'eu-west-1',
      '--image',
      next,
      '--container-name',
      'api',
    )
    expect([code, out]).toEqual([0, expect.stringMatching(/The task definition can be deployed/)])
  })
})

describe('credentials of a profile', () => {
  const kept = { ...process.env }
  afterEach(() => {
    process.env = { ...kept }
  })

  /** The SDK reads the environment of the process. */
  function configured(config: string, credentials = '', environment: Record<string, string> = {}) {
    const folder = temporaryFolder()
    mkdirSync(folder, { recursive: true })
    const files = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
    const scene = laptopScene({ ...files, ...environment })
    writeFileSync(files.AWS_CONFIG_FILE, config)
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = scene.keys
    const keys = `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`
    writeFileSync(files.AWS_SHARED_CREDENTIALS_FILE, credentials.replaceAll('KEYS', keys))
    Object.assign(process.env, { ...files, ...environment, AWS_EC2_METADATA_DISABLED: 'true' })
    return scene
  }

  const words = ['plan', 'api', '--cluster', 'shop', '--image', next, '--container-name', 'api'] as const
  const withFile = [...words, '--task-definition', 'deploy/api.json'] as const

  test('--profile has keys in the credentials file and a region in the config file', async () => {
    const { slipway, sim } = configured('[profile work]\nregion = eu-west-1\n', '[work]\nKEYS')
    expect(await slipway(...withFile, '--profile', 'work')).toMatchObject({ code: 0, err: '' })
    expect(new Set(sim.recorder.all.flatMap(({ service, region }) => (service === 'ecs' ? [region] : [])))).toEqual(
      new Set(['eu-west-1']),
    )
  })

  test('AWS_PROFILE, and a profile that assumes a role', async () => {
    const role = 'arn:aws:iam::111122223333:role/reader'
    const config = `[profile reader]\nregion = eu-west-1\nrole_arn = ${role}\nsource_profile = base\n`
    const { slipway, sim } = configured(config, '[base]\nKEYS', { AWS_PROFILE: 'reader' })
    sim.iam.role({ name: 'reader', trustedPrincipals: ['arn:aws:iam::111122223333:*'] })
    const ran = await slipway(...withFile)
    expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringContaining('dry run') })
    expect(sim.recorder.count('sts', 'AssumeRole')).toBeGreaterThan(0)
  })

  test('--profile precedes the keys of the environment', async () => {
    const other = { AWS_ACCESS_KEY_ID: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'x' }
    const { slipway, sim } = configured('[profile work]\nregion = eu-west-1\n', '[work]\nKEYS', other)
    expect((await slipway(...withFile, '--profile', 'work')).code).toBe(0)
    expect(sim.recorder.all.map(({ accessKeyId }) => accessKeyId)).not.toContain('AKIAOTHER')
  })

  test.each([
    [
      '[profile work]\nregion = eu-west-1\n[sso-session corp]\nsso_region = eu-west-1\n',
      'wrok',
      'have work; did you mean work?',
    ],
    ['', 'work', 'have no profile'],
    ['[profile work]\nregion = eu-west-1\n', 'work', 'log in first: aws sso login --profile work'],
  ])('without credentials the message says how to get them: %j', async (config, profile, why) => {
    const { slipway } = configured(config)
    const { code, out, err } = await slipway(...withFile, '--profile', profile)
    expect([code, oneLine(out + err).replaceAll('│ ', '')]).toEqual([1, expect.stringContaining(why)])
    expect(out + err).not.toContain('id-token')
  })

  /** What the AWS CLI leaves of a login that is over (`aws sso login`, `aws login`). */
  const sso = 'sso_account_id = 111122223333\nsso_role_name = Admin\nregion = eu-west-1\n'
  const session = 'sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n'
  test.each([
    [
      `[profile work]\nsso_session = corp\n${sso}[sso-session corp]\n${session}`,
      'SSO session',
      'aws sso login --profile work',
    ],
    [`[profile work]\n${sso}${session}`, 'SSO session', 'aws sso login --profile work'],
    [
      `[profile work]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\n[profile base]\n${sso}${session}`,
      'SSO session',
      'aws sso login --profile base',
    ],
    [
      '[profile work]\nregion = eu-west-1\nlogin_session = arn:aws:iam::111122223333:user/ann\n',
      'login session',
      'aws login --profile work',
    ],
  ])('a login that has ended is named, with the command that begins another: %j', async (config, kind, command) => {
    const home = temporaryFolder()
    mkdirSync(home, { recursive: true })
    const { slipway } = configured(config, '', { HOME: home })
    const { code, out, err } = await slipway(...withFile, '--profile', 'work')
    const said = oneLine(out + err).replaceAll('│ ', '')
    expect([code, said]).toEqual([1, expect.stringContaining(`The profile work has no valid ${kind}`)])
    expect(said).toContain(`Log in again: ${command}`)
    expect(said).not.toContain('No AWS credentials found')
  })

  test('keys that have expired are renewed by the person: no role of a job is named', async () => {
    const { slipway, sim } = configured('[profile work]\nregion = eu-west-1\n', '[work]\nKEYS')
    sim.faults.add({ effect: { kind: 'expired-token' }, times: 100 })
    const { out, err } = await slipway(...withFile, '--profile', 'work')
    expect(oneLine(out + err)).toMatch(/Log in again \(aws sso login or aws login, with --profile work\)/)
    expect(out + err).not.toMatch(/role-to-assume/)
  })

  test('a profile of another account than that of slipway.yml reads nothing', async () => {
    const { slipway, write, sim } = laptopScene()
    write(
      'slipway.yml',
      'version: 1\nservices: { api: {} }\nenvironments: { staging: { region: eu-west-1, account: "444455556666", services: { api: { cluster: shop, service: api } } } }\n',
    )
    const { code, out, err } = await slipway('plan', '--image', next)
    expect(code).toBe(1)
    expect(out + err).toContain('Use a profile of that account (--profile)')
    expect(sim.recorder.count('ecs')).toBe(0)
  })
})
