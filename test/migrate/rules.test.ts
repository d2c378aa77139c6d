/** What decides that a step is removed, stays, or gets an input: one rule a case. */
import { describe, expect, test } from '@jest/globals'
import { renderText } from '../../src/text.ts'
import { migrated } from './golden.ts'

const credentials = `      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::111122223333:role/deploy
          aws-region: eu-west-1`
const login = `      - id: login
        uses: aws-actions/amazon-ecr-login@v2`
const build = `      - id: build
        uses: docker/build-push-action@v6
        with:
          context: .
          push: true
          tags: \${{ steps.login.outputs.registry }}/api:v1`
const deploy = `      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: a.json
          service: api
          cluster: c
          wait-for-service-stability: true`

function workflow(steps: readonly string[], { root = 'permissions: { id-token: write }', job = '' } = {}): string {
  return `on: push\n${root}\njobs:\n  a:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps.join('\n')}\n`
}

const why = (source: string) =>
  migrated(source).left.map((one) => `${one.what}: ${renderText(one.why, (words) => words)}`)

describe('a step stays', () => {
  test.each<[string, string, RegExp]>([
    [
      'a login whose output another job uses',
      workflow([credentials, login, build], {
        job: '    outputs: { registry: "${{ steps.login.outputs.registry }}" }\n',
      }),
      /amazon-ecr-login.*an output of it is used/,
    ],
    [
      'credentials whose region is used',
      workflow([
        credentials,
        deploy,
        '      - uses: actions/cache@v4\n        with: { path: a, key: "${{ env.AWS_REGION }}" }',
      ]),
      /configure-aws-credentials.*env\.AWS_REGION, which it sets, is used/,
    ],
    [
      'credentials that a script reads',
      workflow([credentials, deploy, '      - run: echo $AWS_SESSION_TOKEN']),
      /configure-aws-credentials.*a later step may need it/,
    ],
    [
      'a build whose other output is used',
      workflow([login, build, '      - run: echo ${{ steps.build.outputs.metadata }}']),
      /its output metadata is used/,
    ],
    [
      'a build whose registry is the output of another step',
      workflow([login, build.replace('steps.login.', 'steps.other.')]),
      /build-push-action.*are not certainly one repository in Amazon ECR/,
    ],
    [
      'a build whose registry is another output',
      workflow([login, build.replace('outputs.registry', 'outputs.docker_username')]),
      /build-push-action.*are not certainly one repository in Amazon ECR/,
    ],
    [
      'credentials with a condition',
      workflow([`${credentials}\n        if: github.ref_name == 'main'`, deploy]),
      /configure-aws-credentials.*its key if decides/,
    ],
    [
      'a login that may fail',
      workflow([`${login}\n        continue-on-error: true`, build]),
      /amazon-ecr-login.*its key continue-on-error decides/,
    ],
    [
      'a login to Amazon ECR Public',
      workflow([`${login}\n        with: { registry-type: public }`, deploy]),
      /it logs in to Amazon ECR Public/,
    ],
    [
      'a deployment without a service',
      workflow([deploy.replace('          service: api\n', '')]),
      /neither service nor run-task/,
    ],
    [
      'a step in one line',
      workflow([
        '      - { uses: aws-actions/amazon-ecs-deploy-task-definition@v2, with: { task-definition: a.json } }',
      ]),
      /written in one line/,
    ],
    [
      'an action that is not read',
      workflow(['      - uses: acme/slack-it@v1']),
      /acme\/slack-it@v1: this action is not read/,
    ],
  ])('%s', (_, source, reason) => {
    expect(why(source)).toContainEqual(expect.stringMatching(reason))
  })

  test('a build with the tags of two images', () => {
    const meta = `      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: |
            \${{ steps.login.outputs.registry }}/a
            ghcr.io/acme/a`
    const source = workflow([login, meta, build.replace(/tags: .*/, 'tags: ${{ steps.meta.outputs.tags }}')])
    expect(why(source)).toContainEqual(expect.stringMatching(/the images of docker\/metadata-action/))
    expect(migrated(source).text).toBe(source)
  })
})

describe('a step that is translated', () => {
  const result = (steps: readonly string[], around = {}) => migrated(workflow(steps, around)).text

  test('has the cluster that was the default there', () => {
    expect(result([deploy.replace('          cluster: c\n', '')])).toContain('          cluster: default\n')
    expect(result([deploy])).not.toContain('default')
  })

  test('loses the comment that names the version of a commit, and no other', () => {
    const pinned = deploy.replace('@v2', `@${'a'.repeat(40)} # v2.3.1`)
    expect(result([pinned])).toContain('uses: your-org/slipway/actions/deploy@v1\n')
    expect(result([deploy.replace('@v2', '@v2 # ours')])).toContain('uses: your-org/slipway/actions/deploy@v1 # ours\n')
  })

  test('is whole at the end of a file without a line feed', () => {
    const source = workflow([
      credentials,
      '      - run: aws ecs update-service --service api --force-new-deployment',
    ]).trimEnd()
    expect(migrated(source).text).toMatch(
      /uses: your-org\/slipway\/actions\/deploy@v1\n {8}with:\n(?: {10}.*\n)+ {10}aws-region: eu-west-1$/,
    )
  })

  test('has no second region where its registry has one', () => {
    const host = build.replace('${{ steps.login.outputs.registry }}', '111122223333.dkr.ecr.us-east-1.amazonaws.com')
    const text = result([credentials, host])
    expect(text.match(/aws-region: .*/g)).toEqual(['aws-region: us-east-1'])
    expect(text).toContain("allowed-account-ids: '111122223333'")
  })
})

describe('id-token: write', () => {
  const granted = (root: string, job = '') =>
    migrated(workflow([credentials, deploy], { root, job })).text.match(/.*id-token.*/g)

  test.each<[string, string, string, readonly string[] | null]>([
    ['is there', 'permissions: { id-token: write }', '', ['permissions: { id-token: write }']],
    ['is there with all', 'permissions: write-all', '', null],
    ['is added to the workflow', 'permissions:\n  contents: read', '', ['  id-token: write']],
    ['is added to the job', 'permissions: {}', '    permissions:\n      contents: read\n', ['      id-token: write']],
    ['is added with the permissions', 'env: {}', '', ['      id-token: write']],
    ['cannot be added in one line', 'permissions: {}', '', null],
  ])('%s', (name, root, job, lines) => {
    expect(granted(root, job)).toEqual(lines)
    const { advice } = migrated(workflow([credentials, deploy], { root, job }))
    expect(advice.map(({ what }) => what)).toEqual(name === 'cannot be added in one line' ? ['permissions'] : [])
  })

  test('is added once for several jobs', () => {
    const job = `    runs-on: ubuntu-latest\n    steps:\n${credentials}\n${deploy}\n`
    const { text } = migrated(`on: push\npermissions:\n  contents: read\njobs:\n  a:\n${job}  b:\n${job}`)
    expect(text.match(/id-token/g)).toHaveLength(1)
  })
})
