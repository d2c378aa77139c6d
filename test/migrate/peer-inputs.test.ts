/** The inputs that are translated, the page that lists them, and the actions that have them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import {
  bakeInputs,
  beanstalkDeployInputs,
  buildInputs,
  credentialInputs,
  deployInputs,
  ecrLoginInputs,
  elasticBeanstalkInputs,
  expressInputs,
  metadataInputs,
  notNeeded,
  type PeerInputs,
  renderInputs,
  runTaskInputs,
  s3DeployInputs,
} from '../../src/migrate/peer-inputs.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/migrate.md'), 'utf8')

function section(title: string): string {
  const [, behind = ''] = page.split(new RegExp(`^#+ ${title}$`, 'm'))
  return behind.split(/^#{2,3} /m)[0] ?? ''
}

describe.each<[string, PeerInputs, string]>([
  ['configure-aws-credentials', credentialInputs, 'deploy'],
  ['amazon-ecr-login and docker/build-push-action', { ...buildInputs, ...ecrLoginInputs }, 'build-push'],
  ['docker/bake-action', bakeInputs, 'build-push'],
  ['docker/metadata-action', metadataInputs, 'build-push'],
  ['amazon-ecs-render-task-definition', renderInputs, 'register-task-definition'],
  ['amazon-ecs-deploy-task-definition', deployInputs, 'deploy'],
  ['amazon-ecs-deploy-express-service', expressInputs, 'deploy-express'],
  ['github-action-aws-ecs-run-task', runTaskInputs, 'run-task'],
  ['Static sites', s3DeployInputs, 'deploy-site'],
  [
    'aws-elasticbeanstalk-deploy and beanstalk-deploy',
    { ...beanstalkDeployInputs, ...elasticBeanstalkInputs },
    'deploy-beanstalk',
  ],
])('%s', (title, table, action) => {
  test('has in the page every input that is translated', () => {
    const listed = section(title)
    expect(
      Object.keys(table).filter((name) => !listed.includes(`\`${name}\``) && !listed.includes(`\`${name}:`)),
    ).toEqual([])
  })

  test('becomes only inputs that the action here has', () => {
    const { inputs } = parse(readFileSync(join(root, 'actions', action, 'action.yml'), 'utf8'))
    const names = Object.values(table).filter((name) => name !== notNeeded)
    expect(names.filter((name) => !(name in inputs))).toEqual([])
  })
})
