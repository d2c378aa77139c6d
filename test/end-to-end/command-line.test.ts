/** The bin of package.json, as npm links it: the committed bundle in a process of its own. */
import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { temporaryFolder } from '../temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const { version, bin, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function slipway(words: readonly string[], environment: Record<string, string> = {}) {
  const link = join(temporaryFolder(), 'slipway')
  symlinkSync(join(root, bin.slipway), link)
  const { status, stdout, stderr } = spawnSync(process.execPath, [link, ...words], {
    cwd: join(root, 'examples/api'),
    env: { PATH: '/usr/bin:/bin', ...environment },
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr }
}

test('the bundle needs no package that npm would install', () => {
  expect(dependencies).toBeUndefined()
})

test('it runs from a link in any folder, with exit codes, and stdout has only the result', () => {
  expect(slipway(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  expect(slipway(['permisions'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('did you mean permissions?'),
  })
  const { code, out, err } = slipway([
    'permissions',
    '--repository',
    'acme/shop',
    '--account',
    '444455556666',
    '--format',
    'cloudformation',
  ])
  expect(code).toBe(0)
  expect(parse(out).Resources.Role1SlipwayDeploy.Properties.RoleName).toBe('slipway-deploy')
  expect(err).toContain('note: The ids of acme/shop are unknown')
})

test('npm run slipway works on the folder that it was started in', () => {
  const elsewhere = temporaryFolder()
  const { code, err } = slipway(['permissions'], { npm_lifecycle_event: 'slipway', INIT_CWD: elsewhere })
  expect(code).toBe(2)
  expect(err).toContain('slipway.yml does not exist: there is nothing at')
  expect(err).toContain(elsewhere)
})

test('simulate plays the example, without credentials, by the bundle of the simulator', () => {
  const words = ['simulate', '--environment', 'staging', '--image-behaviour', 'api=out-of-memory', '--json']
  const unreachable = { HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' }
  const { code, out, err } = slipway(words, unreachable)
  expect([code, err]).toEqual([0, ''])
  const [{ outputs, summary }] = JSON.parse(out).deployments
  expect(outputs).toMatchObject({ verdict: 'rolled-back', 'cause-code': 'out-of-memory' })
  expect(readFileSync(summary, 'utf8')).toContain('OutOfMemoryError')
})
