/** The second run of an unchanged commit, as GitHub's runner starts it: the bundles, a real engine, and the simulator over HTTP. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { runAction } from '../end-to-end/run-action.ts'
import { gitRepository } from '../git/repository.ts'
import { type OwnEngine, startEngine } from './own-engine.ts'

const root = join(import.meta.dirname, '../..')
const source = gitRepository({})
cpSync(join(root, 'examples'), join(source.folder, 'examples'), { recursive: true })
const sha = source.commit()
const started = await startEngine()
const engine = started as OwnEngine
const running: ChildProcess[] = []
afterAll(async () => {
  for (const child of running) child.kill('SIGTERM')
  await started?.stop()
})

async function simulator() {
  const cli = join(root, 'test/simulator/cli.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, '--port', '0', '--speed', '100'])
  running.push(child)
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += chunk
    if (printed.includes('/simulator/slack')) break
  }
  return Object.fromEntries(
    [...printed.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

const withDocker = started === undefined ? describe.skip : describe

withDocker('the second run of an unchanged commit', () => {
  test('builds nothing, has the same digest, and its deployment ends as unchanged', async () => {
    const environment = {
      ...(await simulator()),
      ...engine.environment,
      GITHUB_WORKSPACE: source.folder,
      GITHUB_SHA: sha,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REPOSITORY: 'acme/shop',
    }
    const build = (further: object = {}) =>
      runAction('build-push', {
        environment: { ...environment, ...further },
        inputs: {
          repository: 'second',
          'create-repository': 'true',
          context: 'examples/api',
          'build-args': `BASE=${engine.base}`,
          network: 'none',
        },
      })
    const deploy = (image: string) =>
      runAction('deploy', {
        environment,
        inputs: { cluster: 'shop', service: 'api', image, guard: 'off', 'wait-max-delay-seconds': '1' },
      })
    const first = await build()
    expect(first).toMatchObject({ exitCode: 0, outputs: { reused: 'false' } })
    expect(await deploy(first.outputs.image ?? '')).toMatchObject({ outputs: { verdict: 'succeeded' } })
    const again = await build({ PATH: '/nonexistent' })
    expect(again).toMatchObject({ exitCode: 0, outputs: { reused: 'true', digest: first.outputs.digest } })
    expect(again.log).toMatch(/^Calls: ecr:DescribeRepositories 1, ecr:GetAuthorizationToken 1, registry \d+$/m)
    expect(await deploy(again.outputs.image ?? '')).toMatchObject({ outputs: { verdict: 'unchanged' } })
  })
})
