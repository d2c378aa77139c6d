/** Repositories that are not as `slipway` expects: what is no regular file, and folders that GitHub does not read. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { cliScene } from './cli-scene.ts'

const placed = ['--region', 'eu-west-1', '--account', '111122223333', '--cluster', 'shop', '--subnet', 'subnet-1']
/** No credentials, and no request for those of a machine. */
const alone = { environment: { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' } }

function pipe(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  execFileSync('mkfifo', [join(folder, path)])
}

describe('a named pipe is not waited for', () => {
  test.each([
    ['init', ['init'], 'slipway.yml'],
    ['permissions', ['permissions'], 'slipway.yml'],
    ['plan', ['plan', 'api'], 'slipway.yml'],
  ])('%s: slipway.yml', async (_, words, path) => {
    const scene = cliScene({ Dockerfile: 'FROM a' })
    pipe(scene.directory, path)
    const { code, err } = await scene.run(words, alone)
    expect(code).toBe(1)
    expect(err).toContain('slipway.yml cannot be read: it is not a regular file')
  })

  test('init: an env_file that a Compose file names', async () => {
    const scene = cliScene({ Dockerfile: 'FROM a', 'compose.yaml': 'services: { a: { build: ., env_file: .env } }' })
    pipe(scene.directory, '.env')
    expect((await scene.run(['init', '--check', ...placed], alone)).code).toBe(3)
  })

  test('migrate: a workflow; a folder is none either, and both are listed', async () => {
    const scene = cliScene()
    pipe(scene.directory, '.github/workflows/a.yml')
    mkdirSync(join(scene.directory, '.github/workflows/b.yml'))
    const { code, err } = await scene.run(['migrate'])
    expect(code).toBe(1)
    expect(err.match(/[ab]\.yml: it is not a regular file/g)).toEqual([
      'a.yml: it is not a regular file',
      'b.yml: it is not a regular file',
    ])
  })

  test('permissions --output: a file that is to be overwritten', async () => {
    const scene = cliScene({
      'slipway.yml': `version: 1
services: { api: {} }
environments: { production: { region: eu-west-1, account: "111122223333", services: { api: { cluster: shop, service: api } } } }
`,
    })
    pipe(scene.directory, 'out/slipway-111122223333.json')
    const { code, err } = await scene.run(['permissions', '--output', 'out', '--repository', 'acme/shop', '--force'])
    expect([code, err]).toEqual([1, expect.stringContaining('it is not a regular file')])
  })
})

test('migrate: a file that is named twice is one file', async () => {
  const workflow = 'on: push\njobs: { a: { runs-on: x, steps: [{ uses: aws-actions/amazon-ecr-login@v2 }] } }\n'
  const scene = cliScene({ 'a.yml': workflow })
  const { out } = await scene.run(['migrate', '--json', 'a.yml', './a.yml'])
  expect(JSON.parse(out).files).toHaveLength(1)
})

test('init: only in the root of a git repository, whose workflows GitHub runs', async () => {
  const scene = cliScene({ 'api/Dockerfile': 'FROM a' })
  execFileSync('git', ['init', '-q', scene.directory])
  const { code, err } = await scene.run(['init', '-C', 'api', ...placed], alone)
  expect([code, err]).toEqual([2, expect.stringContaining('--directory must be the root of the git repository, ')])
})

test('init: folders of one name are two images, named by their paths', async () => {
  const scene = cliScene({ 'shop/api/Dockerfile': 'FROM a', 'blog/api/Dockerfile': 'FROM a' })
  const { code, out } = await scene.run(['init', '--check', ...placed], alone)
  expect([code, out]).toEqual([3, expect.stringMatching(/ {2}blog-api:[\s\S]* {2}shop-api:/)])
})

test('--json: wrong arguments are a document too', async () => {
  const { code, out } = await cliScene().run(['init', '--json', '--regon', 'x'])
  expect([code, JSON.parse(out).failure.code]).toEqual([2, 'inputs-invalid'])
})

test('init: a folder with a name of 250 characters', async () => {
  const scene = cliScene({ [`${'a'.repeat(250)}/Dockerfile`]: 'FROM a' })
  const { code, err } = await scene.run(
    ['init', ...placed, '--environment', 'staging', '--environment', 'production'],
    alone,
  )
  expect([code, err.includes('Internal error')]).toEqual([0, false])
  expect(scene.read(`deploy/${'a'.repeat(100)}.json`)).toContain(`"family": "${'a'.repeat(100)}"`)
})

test('a file whose name is as long as the file system accepts is written', async () => {
  const path = `${'a'.repeat(251)}.yml`
  const scene = cliScene({
    [path]:
      'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: aws ecs update-service --cluster c --service s --force-new-deployment\n',
  })
  const { code } = await scene.run(['migrate', '--write', '--force', path])
  expect([code, scene.read(path)]).toEqual([0, expect.stringContaining('actions/deploy@')])
})
