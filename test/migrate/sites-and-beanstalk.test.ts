/** Sites and Elastic Beanstalk: the inputs that steps and commands become, and the reasons why they stay. */
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { deployBeanstalkInputs } from '../../src/actions/inputs/deploy-beanstalk-inputs.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { cliPattern } from '../../src/migrate/cli-pattern.ts'
import { migrateWorkflow } from '../../src/migrate/index.ts'
import { globPattern } from '../../src/targets/site/index.ts'
import { renderText } from '../../src/text.ts'
import { slipway } from './golden.ts'

const role = 'arn:aws:iam::111122223333:role/site'

/** A job with these steps: what becomes of it. */
function becomes(steps: readonly Readonly<Record<string, unknown>>[], options: { readonly role?: string } = {}) {
  const own = steps.map((step) => {
    const [first = '', ...others] = Object.entries(step).flatMap(([name, value]) => keyLines(name, value))
    return [`      - ${first}`, ...others.map((line) => `        ${line}`)].join('\n')
  })
  const source = `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${own.join('\n')}\n`
  const migration = migrateWorkflow(source, { slipway, ...options })
  const made: readonly { uses?: string; run?: string; with?: Record<string, unknown>; env?: object }[] = parse(
    migration?.text ?? '',
  ).jobs.a.steps
  return {
    text: migration?.text ?? '',
    made,
    /** Inputs of Slipway's steps, as they are read by the actions. */
    inputs: made.flatMap(({ uses, with: inputs = {} }) => (uses?.includes('/slipway/') ? [checked(uses, inputs)] : [])),
    left: (migration?.left ?? []).map(({ why }) => renderText(why, (words) => words)),
    advice: (migration?.advice ?? []).map(({ why }) => renderText(why, (words) => words)).join('\n'),
  }
}

function keyLines(name: string, value: unknown): readonly string[] {
  if (typeof value === 'string' && value.includes('\n'))
    return [`${name}: |`, ...value.split('\n').map((line) => `  ${line}`)]
  if (typeof value !== 'object' || value === null) return [`${name}: ${value}`]
  return [`${name}:`, ...Object.entries(value).map(([key, inner]) => `  ${key}: ${JSON.stringify(inner)}`)]
}

/** Each value passes the action's own reader. */
function checked(uses: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const table = uses.includes('/deploy-site@') ? deploySiteInputs : deployBeanstalkInputs
  for (const [name, value] of Object.entries(inputs)) {
    const reader = (table as Readonly<Record<string, (given: string, warn: () => void) => unknown>>)[name]
    if (!String(value).includes('${{')) expect(() => reader?.(String(value).trimEnd(), () => {})).not.toThrow()
    expect(reader).toBeDefined()
  }
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value).trimEnd()]))
}

const invalidate = 'aws cloudfront create-invalidation --distribution-id E1A2B3C4D5E6F7 --paths "/*"'
const site = { folder: 'dist', bucket: 'site', 'distribution-id': 'E1A2B3C4D5E6F7', invalidation: 'all' }
const unawaited = { 'wait-for-invalidation': 'false' }

describe('aws s3 sync and an invalidation', () => {
  test.each<[string, Record<string, string>]>([
    ['aws s3 sync dist s3://site', { 'delete-removed': 'false' }],
    ['aws s3 sync dist/ s3://site/ --delete --no-progress --size-only', {}],
    ['aws s3 sync --delete ./dist s3://site/a/b/', { prefix: 'a/b' }],
    ['aws s3 cp dist s3://site --recursive', { 'delete-removed': 'false' }],
    ['aws s3 sync dist s3://site --delete --exclude "*.map" --exclude ".git/*"', { exclude: '*.map\n.git/**' }],
    ['aws s3 sync dist s3://site --delete --cache-control max-age=60', { 'cache-control': 'max-age=60' }],
    ['aws s3 sync dist s3://site --delete --sse', { encryption: 'AES256' }],
    [
      'aws s3 sync dist s3://site --delete --sse aws:kms --sse-kms-key-id alias/site --region us-east-1',
      { encryption: 'aws:kms', 'kms-key-id': 'alias/site', 'aws-region': 'us-east-1' },
    ],
    [
      `aws s3 sync dist s3://site --delete --exclude index.html --cache-control max-age=60
aws s3 cp dist/index.html s3://site/ --cache-control no-cache`,
      { 'cache-control': '/index.html: no-cache\n**: max-age=60' },
    ],
    [
      `aws s3 sync dist s3://site --delete
aws s3 sync dist s3://site --exclude "*" --include "*.html" --cache-control max-age=60
aws s3 cp dist/index.html s3://site/index.html --cache-control no-cache`,
      { 'cache-control': '/index.html: no-cache\n*.html: max-age=60' },
    ],
    [
      `aws s3 sync dist s3://site --delete
aws s3 cp dist/a/feed s3://site/a/feed --content-type application/rss+xml`,
      { 'content-type': 'a/feed: application/rss+xml' },
    ],
    [
      `aws s3 sync dist s3://site --exclude "*" --include "*.js" --cache-control max-age=60
aws s3 sync dist s3://site --delete --exclude "*.js" --cache-control no-cache`,
      { 'cache-control': '*.js: max-age=60\n**: no-cache' },
    ],
  ])('%s', (script, expected) => {
    const { inputs, left } = becomes([{ run: `${script}\n${invalidate}` }])
    expect(left).toEqual([])
    expect(inputs).toEqual([{ ...site, ...unawaited, ...expected }])
    expect(
      becomes(
        script
          .split('\n')
          .map((run) => ({ run }))
          .concat({ run: invalidate }),
      ).inputs,
    ).toEqual(inputs)
  })

  test.each<[string, RegExp]>([
    [`aws s3 sync dist s3://site --acl public-read\n${invalidate}`, /^--acl has no counterpart/],
    [
      `aws s3 sync dist s3://site --storage-class STANDARD_IA\n${invalidate}`,
      /the option --storage-class of aws s3 sync/,
    ],
    [`aws s3 sync s3://old s3://site\n${invalidate}`, /from a folder to a bucket/],
    [`aws s3 sync dist s3://site --include "*.js"\n${invalidate}`, /--include is translated behind --exclude/],
    [`aws s3 sync dist s3://site --exclude "a*b"\n${invalidate}`, /the pattern a\*b has no equal/],
    [`aws s3 sync dist s3://site --content-type text/html\n${invalidate}`, /--content-type is for all files/],
    [
      `aws s3 sync dist s3://site\naws s3 cp other.html s3://site/index.html\n${invalidate}`,
      /the file other\.html is not one/,
    ],
    [`aws s3 sync dist s3://site\naws s3 cp dist/a.html s3://site/b.html\n${invalidate}`, /or gets another name/],
    [`aws s3 sync dist s3://site\naws s3 sync dist s3://site\n${invalidate}`, /each file of the folder once/],
    [
      `aws s3 sync dist s3://site --exclude "*" --include "*.js"\naws s3 sync dist s3://site\n${invalidate}`,
      /the last one is for all files/,
    ],
    [
      `aws s3 sync dist s3://site --cache-control a\naws s3 cp dist/b s3://site/b\n${invalidate}`,
      /one of its commands has no --cache-control/,
    ],
    [
      `aws s3 sync dist s3://site --region a\naws s3 cp dist/b s3://site/b --region b\n${invalidate}`,
      /several regions/,
    ],
    [`cd web\naws s3 sync dist s3://site\n${invalidate}`, /cd has no counterpart/],
    [`export AWS_PROFILE=x\naws s3 sync dist s3://site\n${invalidate}`, /it sets AWS_PROFILE/],
    [`aws s3 sync dist s3://site\nnpm run check\n${invalidate}`, /npm has no counterpart.*in a step of its own/],
    [`npm run build && aws s3 sync dist s3://site\n${invalidate}`, /npm has no counterpart/],
    [
      `${invalidate}\naws cloudfront wait invalidation-completed --distribution-id E --id I1`,
      /the create-invalidation whose ID/,
    ],
    ['aws cloudfront create-invalidation --distribution-id E1 --invalidation-batch file://a', /--paths/],
    [`aws s3 sync dist s3://site\n${invalidate}\naws ecs update-service --cluster c --service s`, /a step for each/],
    [`aws s3 sync dist s3://site\n${invalidate}\necho "a=b" >> "$GITHUB_OUTPUT"`, /its output a is no output/],
  ])('%s stays', (run, why) => {
    const { inputs, left, made } = becomes([{ run }])
    expect([inputs, left, made[0]?.run?.trimEnd()]).toEqual([[], [expect.stringMatching(why)], run])
  })

  test.each<[string, string, readonly string[]]>([
    ['a build', 'npm ci\nnpm run build -- --mode "$MODE"', []],
    ['variables and comments', '# Build it\nMODE=live\nnpm run build || npm run build', ['# Then send it']],
    ['a pipe', 'npm run build | tee build.log', []],
  ])('behind %s, which stays, are a step of their own', (_, build, comments) => {
    const deployment = ['aws s3 sync dist s3://site', invalidate].join('\n')
    const run = [build, ...comments, deployment].join('\n')
    const { made, inputs, left, text } = becomes([{ name: 'Site', run }, { run: 'echo done' }])
    expect([left, inputs]).toEqual([[], [{ ...site, ...unawaited, 'delete-removed': 'false' }]])
    expect(made.map(({ run: kept = '' }) => kept.trimEnd())).toEqual([build, '', 'echo done'])
    for (const comment of comments)
      expect(text).toContain(`\n      ${comment}\n      - uses: your-org/slipway/actions/deploy-site@v1\n`)
  })

  test('behind a build in one of several steps become one, and the build stays', () => {
    const { made, left } = becomes([{ run: 'npm run build\naws s3 sync dist s3://site' }, { run: invalidate }])
    expect([left, made.map(({ run, uses }) => run?.trim() ?? uses)]).toEqual([
      [],
      ['npm run build', 'your-org/slipway/actions/deploy-site@v1'],
    ])
  })

  test('credentials stay where the commands that stay may need them', () => {
    const given = { 'role-to-assume': role, 'aws-region': 'eu-west-1' }
    const credentials = { uses: 'aws-actions/configure-aws-credentials@v4', with: given }
    const of = (build: string) =>
      becomes([credentials, { run: `${build}\naws s3 sync dist s3://site\n${invalidate}` }]).made.length
    expect([of('npm run build'), of('mkdir dist')]).toEqual([3, 2])
    const { left } = becomes([{ run: `npm run build\naws s3 sync dist s3://site\n${invalidate}`, env: keys }])
    expect(left).toEqual([expect.stringMatching(/its AWS_ACCESS_KEY_ID in env/)])
  })

  test('several sites of a job are several steps', () => {
    const { inputs } = becomes([
      { run: 'aws s3 sync a s3://aaa' },
      { run: invalidate },
      { run: 'aws s3 sync b s3://bbb' },
      { run: invalidate },
    ])
    expect(inputs.map(({ folder }) => folder)).toEqual(['a', 'b'])
  })

  test.each<[string, readonly Record<string, unknown>[], RegExp]>([
    [
      'conditions',
      [{ run: 'aws s3 sync dist s3://site' }, { if: 'success()', run: invalidate }],
      /different conditions/,
    ],
    [
      'a time limit',
      [{ run: 'aws s3 sync dist s3://site' }, { run: invalidate, 'timeout-minutes': 5 }],
      /its key timeout-minutes/,
    ],
    [
      'a used id',
      [
        { run: 'aws s3 sync dist s3://site' },
        { id: 'purge', run: invalidate },
        { run: 'echo ${{ steps.purge.outcome }}' },
      ],
      /the step purge, which would be removed, is used/,
    ],
    [
      'a step between',
      [{ run: 'aws s3 sync dist s3://site' }, { run: 'sleep 5' }, { run: invalidate }],
      /it may be no site/,
    ],
  ])('steps with %s stay', (_, steps, why) => {
    const { inputs, left } = becomes(steps)
    expect([inputs, left[0]]).toEqual([[], expect.stringMatching(why)])
  })

  test('files that are copied to a bucket are no part of anything alone', () => {
    for (const run of ['aws s3 cp report.html s3://reports', 'for f in *; do aws s3 cp $f s3://x; done'])
      expect(becomes([{ run }])).toMatchObject({ inputs: [], made: [{ run }] })
    expect(becomes([{ run: 'aws s3 cp report.html s3://reports' }]).left).toEqual([
      'it has no counterpart in Slipway, or is not read: docs/migrate.md',
    ])
  })
})

describe('patterns of the AWS CLI', () => {
  /** As the AWS CLI matches them: fnmatch, whose star is any text. */
  const fnmatch = (pattern: string) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
  const paths = [
    'index.html',
    'a/index.html',
    'a/b/index.html',
    'xindex.html',
    'a.js',
    'a/b.js',
    'b/a/c.js',
    '.git/x',
    '.gitignore',
    '.github/b/x',
    'ab/c/b.js',
    'a/.git/x',
  ]

  test.each([
    '*',
    '*.js',
    'index.html',
    '*index.html',
    'a/*',
    'a/*.js',
    '.git/*',
    'a/index.html',
    'b/a/*',
    '.git*/*',
    '*/*',
    '*/index.html',
    'a*/b.js',
    'b/*/c.js',
    '.g*/b/x',
  ])('%s', (pattern) => {
    const translated = globPattern(cliPattern(pattern) ?? '')
    expect(paths.filter((path) => translated.test(path))).toEqual(paths.filter((path) => fnmatch(pattern).test(path)))
  })

  test.each(['a*b', '*a*', 'a*/b*', '*.j?', '[a]', 'a,b', '', './a', '${{ env.A }}'])('%s has no equal', (pattern) => {
    expect(cliPattern(pattern)).toBeUndefined()
  })
})

const keys = { AWS_ACCESS_KEY_ID: '${{ secrets.A }}', AWS_SECRET_ACCESS_KEY: '${{ secrets.B }}' }
const s3Sync = { uses: 'jakejarvis/s3-sync-action@v1', env: { AWS_S3_BUCKET: 'site', SOURCE_DIR: 'dist', ...keys } }
const purge = {
  uses: 'chetan/invalidate-cloudfront-action@v2',
  env: { DISTRIBUTION: 'E1A2B3C4D5E6F7', PATHS: '/a /b', AWS_REGION: 'eu-west-1', ...keys },
}

describe('actions for sites', () => {
  test('s3-sync-action: its variables become inputs, its keys stay, or a role replaces them', () => {
    const expected = { ...site, ...unawaited, 'delete-removed': 'false', 'aws-region': 'us-east-1' }
    const { invalidation: _, ...inputs } = expected
    const kept = becomes([s3Sync, purge])
    expect([kept.inputs, kept.made[0]?.env]).toEqual([[inputs], keys])
    const replaced = becomes([s3Sync, purge], { role })
    expect([replaced.inputs, replaced.made[0]?.env]).toEqual([[{ ...inputs, 'role-to-assume': role }], undefined])
    expect(replaced.text).toContain('id-token: write')
    expect(kept.text).not.toContain('id-token')
  })

  test.each<[string, readonly object[], RegExp]>([
    [
      'another endpoint',
      [{ ...s3Sync, env: { ...s3Sync.env, AWS_S3_ENDPOINT: 'https://x' } }, purge],
      /AWS_S3_ENDPOINT/,
    ],
    ['no bucket', [{ ...s3Sync, env: keys }, purge], /no AWS_S3_BUCKET/],
    ['public objects', [{ ...s3Sync, with: { args: '--acl public-read' } }, purge], /--acl has no counterpart/],
    ['an argument of run time', [{ ...s3Sync, with: { args: '--exclude $(date)' } }, purge], /only at run time/],
    ['paths in a file', [s3Sync, { ...purge, env: { ...purge.env, PATHS_FROM: 'a' } }], /PATHS_FROM/],
  ])('stay with %s', (_, steps, why) => {
    const { inputs, left } = becomes(steps as never)
    expect(inputs).toEqual([])
    expect(left).toContainEqual(expect.stringMatching(why))
  })

  const s3Deploy = {
    folder: 'dist',
    bucket: 'site',
    'bucket-region': 'eu-west-1',
    'dist-id': 'E1A2B3C4D5E6F7',
    private: true,
  }
  test.each<[Record<string, unknown>, Record<string, string>]>([
    [{}, { 'delete-removed': 'false' }],
    [
      { 'delete-removed': true, cache: 60, invalidation: '/*' },
      { 'cache-control': 'max-age=60', invalidation: 'all' },
    ],
    [
      { 'delete-removed': false, 'no-cache': true },
      { 'delete-removed': 'false', 'cache-control': 'no-cache, no-store, must-revalidate' },
    ],
  ])('s3-deploy with %j', (more, expected) => {
    const { inputs } = becomes([{ uses: 'reggionick/s3-deploy@v4', with: { ...s3Deploy, ...more } }])
    const { invalidation: _, ...place } = site
    expect(inputs).toEqual([{ ...place, ...unawaited, 'aws-region': 'eu-west-1', ...expected }])
  })

  test.each<[Record<string, unknown>, RegExp]>([
    [{ private: false }, /public by their ACL/],
    [{ 'dist-id': '' }, /no dist-id/],
    [{ 'delete-removed': '*.js' }, /is a pattern/],
    [{ 'files-to-include': '*' }, /files-to-include has no counterpart/],
  ])('s3-deploy with %j stays', (more, why) => {
    const { inputs, left } = becomes([{ uses: 'reggionick/s3-deploy@v4', with: { ...s3Deploy, ...more } }])
    expect([inputs, left]).toEqual([[], [expect.stringMatching(why)]])
  })
})

const upload = 'aws s3 cp app.zip s3://bundles/v1.zip'
const version = 'aws elasticbeanstalk create-application-version --application-name shop --version-label v1'
const bundle = '--source-bundle S3Bucket=bundles,S3Key=v1.zip'
const update = 'aws elasticbeanstalk update-environment --environment-name shop-live --version-label v1'
const place = { 'application-name': 'shop', 'environment-name': 'shop-live' }

describe('Elastic Beanstalk by commands', () => {
  test.each<[string, Record<string, string>]>([
    [
      `${upload}\n${version} ${bundle}\n${update}`,
      {
        'version-label': 'v1',
        'deployment-package-path': 'app.zip',
        's3-bucket-name': 'bundles',
        'wait-for-deployment': 'false',
      },
    ],
    [
      `aws s3 cp out/v1.zip s3://bundles/\n${version} ${bundle} --description "The first" --region eu-west-1\n${update} --region eu-west-1\naws elasticbeanstalk wait environment-updated --environment-names shop-live`,
      {
        'version-label': 'v1',
        'version-description': 'The first',
        'deployment-package-path': 'out/v1.zip',
        's3-bucket-name': 'bundles',
        'aws-region': 'eu-west-1',
      },
    ],
    [`${update} --application-name shop`, { 'version-label': 'v1', 'wait-for-deployment': 'false' }],
    [
      'eb init shop -p docker -r eu-west-1\neb deploy shop-live',
      { 'source-directory': '.', 'aws-region': 'eu-west-1' },
    ],
    [
      'pip install awsebcli\neb init shop --region us-east-1\neb use shop-live\neb deploy -l v1 -m "The first" --nohang --region eu-west-1',
      {
        'source-directory': '.',
        'version-label': 'v1',
        'version-description': 'The first',
        'wait-for-deployment': 'false',
        'aws-region': 'eu-west-1',
      },
    ],
  ])('%s', (run, expected) => {
    const { inputs, left } = becomes([{ run }])
    expect([left, inputs]).toEqual([[], [{ ...place, ...expected }]])
  })

  test.each<[string, RegExp]>([
    [`${version} ${bundle}\n${update}`, /its source bundle, v1\.zip, is not uploaded/],
    [`aws s3 cp app.zip s3://others/v1.zip\n${version} ${bundle}\n${update}`, /is not uploaded/],
    [`${upload}\naws s3 cp b.txt s3://bundles/b.txt\n${version} ${bundle}\n${update}`, /more than the source bundle/],
    [`${upload}\n${version} ${bundle}`, /no aws elasticbeanstalk update-environment/],
    [`${upload}\n${version} ${bundle}\n${update.replace('v1', 'v2')}`, /is not the one that it deploys/],
    [update, /does not name the application/],
    [`${update} --application-name shop\n${update} --application-name shop`, /deploys several times/],
    [`${update} --application-name shop --option-settings file://a.json`, /the input option-settings/],
    [`${update} --application-name shop --solution-stack-name x`, /the option --solution-stack-name/],
    [
      `${update} --application-name shop\naws elasticbeanstalk wait environment-updated --environment-names b`,
      /does not update/,
    ],
    [version, /with --application-name, --version-label and --source-bundle/],
    ['aws elasticbeanstalk create-environment --environment-name a', /infrastructure as code/],
    ['eb deploy shop-live', /\.elasticbeanstalk\/config\.yml/],
    ['eb init shop\neb deploy shop-live --profile x', /the option --profile of eb deploy/],
    ['eb init shop\neb create shop-live\neb deploy shop-live', /eb create has no counterpart/],
    [`aws s3 sync dist s3://site\n${invalidate}\n${update}`, /write a step for each/],
  ])('%s stays', (run, why) => {
    const { inputs, left, made } = becomes([{ run }])
    expect([inputs, left, made[0]?.run?.trimEnd()]).toEqual([[], [expect.stringMatching(why)], run])
  })
})

test('deployments to several environments are several steps', () => {
  const to = (environment: string) => ({ run: `${update.replace('shop-live', environment)} --application-name shop` })
  const { inputs, left } = becomes([to('shop-blue'), to('shop-green')])
  expect([left, inputs.map((one) => one['environment-name'])]).toEqual([[], ['shop-blue', 'shop-green']])
})

describe('actions for Elastic Beanstalk', () => {
  const own = { application_name: 'shop', environment_name: 'shop-live', version_label: 'v1', region: 'eu-west-1' }
  const einar = (more: object) => [{ uses: 'einaregilsson/beanstalk-deploy@v22', with: { ...own, ...more } }]
  const { region: _, ...names } = own
  const ambient = { aws_access_key: '${{ env.AWS_ACCESS_KEY_ID }}', aws_secret_key: '${{ env.AWS_SECRET_ACCESS_KEY }}' }
  const secret = { aws_access_key: '${{ secrets.A }}', aws_secret_key: '${{ secrets.B }}' }
  const health = { 'accepted-health': 'Green', wait_for_environment_recovery: '30' }

  test.each<[string, object, Record<string, string>, string | undefined]>([
    ['keys of the environment', ambient, health, undefined],
    ['a role for its keys', secret, { ...health, 'role-to-assume': role }, role],
    [
      'its own time',
      { ...ambient, wait_for_environment_recovery: '90' },
      { ...health, wait_for_environment_recovery: '90' },
      undefined,
    ],
    ['no wait', { ...ambient, wait_for_deployment: 'false' }, { wait_for_deployment: 'false' }, undefined],
  ])('beanstalk-deploy with %s', (_, more, expected, assumed) => {
    const { inputs, left, text } = becomes(einar(more), assumed === undefined ? {} : { role: assumed })
    expect([left, inputs]).toEqual([[], [{ ...names, 'aws-region': 'eu-west-1', ...expected }]])
    expect(text.includes('id-token: write')).toBe(assumed !== undefined)
  })

  test.each<[string, object, RegExp]>([
    ['static keys', secret, /static keys stay.*migrate --role/],
    ['no environment', { ...ambient, environment_name: '' }, /only makes a version/],
  ])('beanstalk-deploy with %s stays', (_, more, why) => {
    const { inputs, left } = becomes(einar(more))
    expect([inputs, left]).toEqual([[], [expect.stringMatching(why)]])
  })

  const aws = (more: object) => [{ uses: 'aws-actions/aws-elasticbeanstalk-deploy@v1', with: { ...place, ...more } }]
  const defaults = { 'use-existing-application-version-if-available': 'true', 'deployment-timeout': '900' }

  test.each<[object, Record<string, string>, RegExp]>([
    [{}, { ...defaults, 'source-directory': '.' }, /^$/],
    [
      { 'deployment-package-path': 'a.zip', 'deployment-timeout': 600, 'create-application-if-not-exists': false },
      { ...defaults, 'deployment-package-path': 'a.zip', 'deployment-timeout': '600' },
      /^$/,
    ],
    [
      { 'image-uri': 'x/y:v1', 'cname-prefix': 'shop' },
      { ...defaults, 'image-uri': 'x/y:v1' },
      /must exist: cname-prefix/,
    ],
  ])('aws-elasticbeanstalk-deploy with %j', (more, expected, advice) => {
    const { inputs, left, advice: given } = becomes(aws(more))
    expect([left, inputs]).toEqual([[], [{ ...place, ...expected }]])
    expect(given).toMatch(advice)
  })

  test.each<[object, RegExp]>([
    [{ 'platform-arn': 'arn:x' }, /its platform-arn changes the platform/],
    [{ 'build-configuration': 'x' }, /build-configuration has no counterpart/],
  ])('aws-elasticbeanstalk-deploy with %j stays', (more, why) => {
    const { inputs, left } = becomes(aws(more))
    expect([inputs, left]).toEqual([[], [expect.stringMatching(why)]])
  })

  test('a used output that Slipway has not keeps the step', () => {
    const step = { id: 'deploy', ...aws({})[0] }
    const { left } = becomes([step, { run: 'echo ${{ steps.deploy.outputs.environment-url }}' }])
    expect(left).toContainEqual(expect.stringMatching(/its output environment-url is used/))
  })
})
