/** `slipway simulate`: plays a repository in the simulator, in this process. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '@jest/globals'
import { simulator } from '../simulator/repository-stage.ts'
import { cliScene } from './cli-scene.ts'

const example = (p: string) => readFileSync(join(import.meta.dirname, '../../examples/api', p), 'utf8')
test('look', async () => {
  const scene = cliScene({ 'slipway.yml': example('slipway.yml'), 'deploy/api.json': example('deploy/api.json') })
  for (const words of [
    ['--environment', 'staging'],
    ['--environment', 'production'],
    ['--environment', 'staging', '--image-behaviour', 'api=crash:3'],
    ['--environment', 'staging', '--codedeploy', 'api', '--image-behaviour', 'api=unhealthy', '--json'],
    ['--environment', 'staging', '--image-behaviour', 'apii=crsh'],
  ]) {
    const { code, out, err } = await scene.run(['simulate', ...words], { loadSimulator: async () => simulator })
    process.stdout.write(`$ slipway ${words.join(' ')} -> ${code}\n${out}--- stderr\n${err}\n=======\n`)
  }
})
