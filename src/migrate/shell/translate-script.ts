import { isScalar } from 'yaml'
import { type Text, text, untrusted } from '../../text.ts'
import { lineEnd } from '../edits.ts'
import type { KeptScript, NewStep } from '../rewrite-step.ts'
import { left, type Translate, type Translation } from '../translation.ts'
import type { Step } from '../workflow.ts'
import { buildStep, inFolder } from './build-step.ts'
import { deployStep } from './deploy-step.ts'
import { type Deployment, hasOnlyParts } from './effects.ts'
import { interpret } from './interpret.ts'
import { lostEffect } from './lost-effect.ts'
import type { Made, Read } from './made.ts'
import { shortSha, variablesOf } from './variables.ts'

/** Words of scripts that Slipway replaces: only such a script is read. */
const concerned =
  /\bdocker (?:buildx |image )?(?:build|push|tag|login)\b|\baws (?:ecs|ecr|deploy|elasticbeanstalk)\b|\baws s3 sync\b|\baws cloudfront create-invalidation\b|\beb deploy\b/
/** A file that is copied to a bucket may be a part of a deployment, or anything else. */
const perhaps = /^\s*aws s3 cp\b/m

/** A script of docker and AWS CLI commands. */
export const translateScript: Translate = (step, surroundings) => {
  const script = step.run ?? ''
  const isConcerned = concerned.test(script)
  if (!isConcerned && !perhaps.test(script)) return { kind: 'other' }
  const shell = step.keys.get('shell')?.text ?? surroundings.job.shell
  if (!isConcerned && !/^(?:bash|sh)\b/.test(shell)) return { kind: 'other' }
  if (!/^(?:bash|sh)\b/.test(shell))
    return left(text`its shell, ${untrusted(shell)}, is not read`, step.keys.get('shell')?.start)
  const variables = variablesOf(step, surroundings.job)
  const read = interpret(script, variables, surroundings.names)
  if ('why' in read && !isConcerned) return { kind: 'other' }
  if ('why' in read) return left(read.why, offsetInScript(surroundings.source, step, script, read.offset))
  return translateEffects(step, { ...read, variables, surroundings })
}

/** The offset in the file of a command of a literal block; of the key, where the lines of the script are not those of the file. */
function offsetInScript(source: string, step: Step, script: string, offset: number): number | undefined {
  const value = step.keys.get('run')
  if (value === undefined || !isScalar(value.node) || value.node.type !== 'BLOCK_LITERAL') return value?.start
  let at = lineEnd(source, value.start)
  for (let line = script.slice(0, offset).split('\n').length; line > 1; line--) at = lineEnd(source, at)
  return at + (/^[ \t]*/.exec(source.slice(at))?.[0].length ?? 0)
}

function translateEffects(step: Step, read: Read): Translation {
  const { builds, deployments, waits, logsIn, repositories, parts } = read.effects
  if (parts.length > 0) return partial(step, read)
  if (builds.length + deployments.length === 0) {
    if (waits.length > 0) return { kind: 'needless', role: 'wait', waits }
    return logsIn && repositories.size === 0 && read.effects.outputs.length === 0
      ? { kind: 'needless', role: 'login' }
      : left(text`alone, without a build or a deployment in the same script, it is not translated`)
  }
  const effect = lostEffect(step, read)
  if (effect !== undefined) return left(effect)
  const made = builds.map((build) => buildStep(step, build, read))
  const obstacle = made.find((one) => 'kind' in one)
  if (obstacle) return obstacle
  const built = made as readonly Made[]
  const deploys = deployments.map((deployment) => deployStep(deployment, built, step, read))
  const problem = deploys.find((one) => 'kind' in one)
  if (problem) return problem
  const steps = [...built, ...(deploys as readonly NewStep[])]
  const outputs = outputsOf(read, built, deployments.length)
  return 'named' in outputs ? finished(step, steps, outputs.named, read) : outputs
}

/** The parts of a script, with paths of the workspace. */
function partial(step: Step, read: Read): Translation {
  const { effects, comments, variables, surroundings } = read
  const [output] = effects.outputs
  if (output !== undefined) return left(text`its output ${untrusted(output[0])} is no output of Slipway`)
  if (!hasOnlyParts(effects)) return left(text`it also builds an image or deploys to Amazon ECS: write a step for each`)
  const kept = keptScript(step, read)
  if (kept !== undefined && 'kind' in kept) return kept
  const folder = step.keys.get('working-directory')?.text ?? surroundings.job.folder
  const parts = effects.parts.map((part) => {
    if (part.kind === 'copy') return { ...part, file: inFolder(folder, part.file) }
    return 'folder' in part ? { ...part, folder: inFolder(folder, part.folder) } : part
  })
  if (JSON.stringify(parts).includes(shortSha)) return left(text`a value is known only at run time`)
  return {
    kind: 'part',
    parts,
    unusedEnv: kept ? [] : [...variables.used],
    unusedKeys: kept ? [] : ['working-directory', 'shell'].filter((name) => step.keys.has(name)),
    comments,
    kept,
  }
}

/** The commands before those that are replaced: a script of their own, in the same step. */
function keptScript(step: Step, { cut, surroundings }: Read): KeptScript | Translation | undefined {
  if (cut === undefined) return undefined
  const run = step.keys.get('run')
  const credentials = [...step.env.keys()].find((name) => name.startsWith('AWS_'))
  if (run === undefined || !isScalar(run.node) || run.node.type !== 'BLOCK_LITERAL')
    return left(text`its script is not a literal block (run: |)`)
  if (credentials !== undefined)
    return left(
      text`its ${untrusted(credentials)} in env would be that of the commands which stay: write a step for each`,
    )
  const script = step.run ?? ''
  const until = offsetInScript(surroundings.source, step, script, cut) ?? run.end
  return { script: script.slice(0, cut), until }
}

function finished(
  step: Step,
  steps: readonly NewStep[],
  outputs: Readonly<Record<string, string>>,
  read: Read,
): Translation {
  const { builds, deployments, waits } = read.effects
  const alone = new Set(['name', 'run', 'env', 'working-directory', 'shell', 'if', 'id'])
  const other = [...step.keys.keys()].find((name) => !alone.has(name))
  if (steps.length > 1 && other !== undefined)
    return left(text`its key ${untrusted(other)} would belong to several steps`)
  return {
    kind: 'translated',
    rewrite: {
      steps,
      unusedEnv: [...read.variables.used],
      unusedKeys: ['working-directory', 'shell'].filter((name) => step.keys.has(name)),
      comments: read.comments,
    },
    why: scriptReason(builds.length, deployments.length),
    outputs,
    callsAws: true,
    advice: [...deploymentAdvice(deployments.length, waits.length > 0), ...deployments.flatMap(definitionAdvice)],
    started: waits.length === 0 ? deployments : [],
  }
}

function definitionAdvice({ isRead, image, definition = '' }: Deployment): readonly Text[] {
  return isRead && image !== undefined
    ? [
        text`the image becomes a part of the live revision of the service, not of the latest revision of ${untrusted(definition)}`,
      ]
    : []
}

function deploymentAdvice(deployments: number, waits: boolean): readonly Text[] {
  return [
    ...(deployments > 0 && !waits
      ? [
          text`the deployment is not watched, as before: without wait-for-service-stability: false the step waits for its end`,
        ]
      : []),
    ...(deployments > 1 && waits
      ? [
          text`each deployment starts when the one before has succeeded, where the script started all: services of actions/deploy does that`,
        ]
      : []),
  ]
}

function scriptReason(builds: number, deployments: number): Text {
  const build = text`the build logs in by itself and pushes by digest first; its output image is the reference by digest`
  const deploy = text`the deployment is watched until AWS reports its end, and a failure has its cause`
  if (builds === 0) return deploy
  return deployments === 0 ? build : text`${build}; ${deploy}`
}

function outputsOf(
  { effects }: Read,
  built: readonly Made[],
  deployments: number,
): { readonly named: Readonly<Record<string, string>> } | Translation {
  const named: Record<string, string> = {}
  for (const [name, value] of effects.outputs) {
    const [made] = built
    const isImage = made?.references.includes(value)
    const known = isImage
      ? 'image'
      : value === made?.image.tag
        ? 'tag'
        : value === made?.image.repository
          ? 'repository'
          : undefined
    if (built.length !== 1 || known === undefined)
      return left(
        text`its output ${untrusted(name)} is no output of actions/${deployments > 0 && built.length === 0 ? 'deploy' : 'build-push'}`,
      )
    named[name] = known
  }
  return { named }
}
