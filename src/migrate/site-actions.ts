import { text } from '../text.ts'
import { siteAdvice, siteReason } from './compose-site.ts'
import { unknownInputs } from './ecs-actions.ts'
import { slipwayUses } from './migration.ts'
import { s3DeployInputs } from './peer-inputs.ts'
import type { NewInput } from './rewrite-step.ts'
import { noEffects } from './shell/effects.ts'
import { readScript } from './shell/read-script.ts'
import { applyS3 } from './shell/site-commands.ts'
import { variablesOf, wordValue } from './shell/variables.ts'
import { left, onlyUses, type Partial, type Surroundings, type Translate, type Translation } from './translation.ts'
import type { Step } from './workflow.ts'

const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']

/** A variable of the step, or of its job. */
function variable(name: string, step: Step, { job }: Surroundings): string | undefined {
  return step.env.get(name)?.text ?? (job.env.has(name) ? `\${{ env.${name} }}` : undefined)
}

/** What every step of these actions has in common: the variables that only it needs, and whether a role replaces its keys. */
function ofStep(step: Step, { options }: Surroundings, names: readonly string[]): Omit<Partial, 'parts'> {
  const replacesKeys = options.role !== undefined && keys.some((name) => step.env.has(name))
  const unused = [...names, ...(replacesKeys ? keys : [])]
  return {
    kind: 'part',
    unusedEnv: unused.filter((name) => step.env.has(name)),
    unusedKeys: [],
    comments: [],
    replacesKeys,
  }
}

/** jakejarvis/s3-sync-action: `aws s3 sync` with `args`, between two variables. */
export const translateS3Sync: Translate = (step, around) => {
  const of = (name: string) => variable(name, step, around)
  const bucket = of('AWS_S3_BUCKET')
  const unknown = [...step.with.keys()].find((name) => name !== 'args')
  if (bucket === undefined || unknown !== undefined)
    return left(text`it has no AWS_S3_BUCKET in env, or another input than args`)
  if (of('AWS_S3_ENDPOINT') !== undefined) return left(text`its AWS_S3_ENDPOINT has no counterpart in Slipway`)
  const args = readScript(step.with.get('args')?.text ?? '')
  if ('unread' in args || args.commands.length > 1)
    return left(text`its args are not read`, step.with.get('args')?.start)
  const variables = variablesOf(step, around.job)
  const words = (args.commands[0]?.words ?? []).map((word) => wordValue(word, variables))
  if (words.includes(undefined)) return left(text`its args are known only at run time`, step.with.get('args')?.start)
  const effects = noEffects()
  const place = `s3://${bucket}/${(of('DEST_DIR') ?? '').replace(/^\//, '')}`
  const why = applyS3(['sync', of('SOURCE_DIR') ?? '.', place, ...(words as readonly string[])], effects)
  if (why !== undefined) return left(why, step.with.get('args')?.start)
  const own = ['AWS_S3_BUCKET', 'SOURCE_DIR', 'DEST_DIR', 'AWS_REGION']
  return { ...ofStep(step, around, own), parts: effects.parts, region: of('AWS_REGION') ?? 'us-east-1' }
}

/** chetan/invalidate-cloudfront-action: everything is in its variables. */
export const translateInvalidation: Translate = (step, around) => {
  const [distribution, paths] = ['DISTRIBUTION', 'PATHS'].map((name) => variable(name, step, around))
  if (variable('PATHS_FROM', step, around) !== undefined)
    return left(text`its paths are in a file (PATHS_FROM): actions/deploy-site knows what it has replaced`)
  if (distribution === undefined || paths === undefined) return left(text`it has no DISTRIBUTION or no PATHS in env`)
  return {
    ...ofStep(step, around, ['DISTRIBUTION', 'PATHS', 'AWS_REGION', 'DEBUG']),
    parts: [{ kind: 'invalidation', distribution, paths: paths.trim().split(/\s+/) }],
  }
}

const uncompressed = text`files are stored as they are, where that action compressed them: CloudFront compresses by itself`

/** Reggionick/s3-deploy, where its objects are private. */
export const translateS3Deploy: Translate = (step, { options }): Translation => {
  const obstacle = unknownInputs(step, s3DeployInputs)
  if (obstacle) return obstacle
  const given = (name: string) => step.with.get(name)?.text.trim() ?? ''
  const isTrue = (name: string) => given(name).toLowerCase() === 'true'
  if (!isTrue('private'))
    return left(
      text`its objects are public by their ACL: let the policy of the bucket allow the reads (of CloudFront by OAC), set private: true, and repeat the command`,
    )
  if (given('dist-id') === '')
    return left(text`it has no dist-id: without CloudFront, actions/deploy-site with folder and bucket does it`)
  const removed = given('delete-removed')
  if (!/^(?:true|false|)$/i.test(removed))
    return left(text`its delete-removed is a pattern`, step.with.get('delete-removed')?.start)
  const cached = isTrue('no-cache')
    ? 'no-cache, no-store, must-revalidate'
    : given('cache') && `max-age=${given('cache')}`
  const [deletes, isAll] = [isTrue('delete-removed'), given('invalidation') === '/*']
  const added: readonly NewInput[] = [
    ...(cached === '' ? [] : [{ name: 'cache-control', value: cached }]),
    ...(deletes ? [] : [{ name: 'delete-removed', value: 'false' }]),
    ...(isAll ? [{ name: 'invalidation', value: 'all' }] : []),
    { name: 'wait-for-invalidation', value: 'false' },
  ]
  const kept = [
    ['folder', 'folder'],
    ['bucket', 'bucket'],
    ['bucket-region', 'aws-region'],
    ['dist-id', 'distribution-id'],
  ] as const
  return {
    kind: 'translated',
    rewrite: {
      ...onlyUses,
      steps: [
        {
          uses: slipwayUses(options, 'deploy-site'),
          inputs: [...kept.flatMap(([keep, name]) => (step.with.has(keep) ? [{ name, keep }] : [])), ...added],
        },
      ],
    },
    why: siteReason,
    outputs: {},
    callsAws: true,
    advice: [...siteAdvice({ deletes, isAll, isAwaited: false, isCached: cached !== '' }), uncompressed],
  }
}
