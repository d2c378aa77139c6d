import { type Text, text, untrusted } from '../text.ts'
import { same, unknownInputs } from './ecs-actions.ts'
import { slipwayUses } from './migration.ts'
import { beanstalkDeployInputs, elasticBeanstalkInputs, notNeeded, type PeerInputs } from './peer-inputs.ts'
import type { NewInput } from './rewrite-step.ts'
import { left, onlyUses, type Surroundings, type Translate, type Translation } from './translation.ts'
import type { Step } from './workflow.ts'

const reason = text`the inputs keep their names; the step waits for its own update until every instance has the version, and reports the cause of a failure`

/** Inputs that are kept with their bytes, some under another name. */
function kept(step: Step, table: PeerInputs): readonly NewInput[] {
  return [...step.with.keys()].flatMap((name) =>
    table[name] === notNeeded ? [] : [{ name: table[name] ?? name, keep: name }],
  )
}

/** A default of another action, where the step has not the input. */
function unlessGiven(step: Step, name: string, value: string): readonly NewInput[] {
  return (step.with.get(name)?.text ?? '') === '' ? [{ name, value }] : []
}

interface Made {
  readonly inputs: readonly NewInput[]
  readonly outputs: Readonly<Record<string, string>>
  readonly advice: readonly Text[]
  readonly assumesRole?: boolean
}

function translated({ inputs, ...others }: Made, { options }: Surroundings): Translation {
  const uses = slipwayUses(options, 'deploy-beanstalk')
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses, inputs }] },
    why: reason,
    callsAws: true,
    ...others,
  }
}

/** einaregilsson/beanstalk-deploy v22. */
export const translateBeanstalkDeploy: Translate = (step, around) => {
  const obstacle = unknownInputs(step, beanstalkDeployInputs)
  if (obstacle) return obstacle
  const { role } = around.options
  const secret = step.with.get('aws_access_key')
  const isAmbient = secret === undefined || /^\$\{\{\s*env\.AWS_ACCESS_KEY_ID\s*\}\}$/.test(secret.text)
  if (!isAmbient && role === undefined)
    return left(
      text`static keys stay: actions/deploy-beanstalk takes none. A role with the OIDC token of the job needs no secret: slipway permissions, and then slipway migrate --role`,
      secret?.start,
    )
  if ((step.with.get('environment_name')?.text ?? '') === '')
    return left(text`without environment_name it only makes a version, which actions/deploy-beanstalk does not`)
  const assumed = isAmbient || role === undefined ? [] : [{ name: 'role-to-assume', value: role }]
  const isWatched = step.with.get('wait_for_deployment')?.text.toLowerCase() !== 'false'
  const health: readonly NewInput[] = isWatched
    ? [...unlessGiven(step, 'wait_for_environment_recovery', '30'), { name: 'accepted-health', value: 'Green' }]
    : []
  return translated(
    {
      inputs: [...kept(step, beanstalkDeployInputs), ...health, ...assumed],
      outputs: {},
      advice: isWatched
        ? [
            text`it waited without a limit, and accepts Green alone, as before: wait-for-minutes is 30 here, and without accepted-health: Green a Yellow environment is accepted`,
          ]
        : [],
      assumesRole: assumed.length > 0,
    },
    around,
  )
}

const platform = ['solution-stack-name', 'platform-arn']
const creation = ['create-environment-if-not-exists', 'create-application-if-not-exists', 'cname-prefix']

/** aws-actions/aws-elasticbeanstalk-deploy v1. */
export const translateElasticBeanstalk: Translate = (step, around) => {
  const changed = platform.find((name) => (step.with.get(name)?.text ?? '') !== '')
  if (changed !== undefined)
    return left(
      text`its ${untrusted(changed)} changes the platform of the environment in every run, which a deployment here never does: remove it, and repeat the command`,
      step.with.get(changed)?.start,
    )
  const obstacle = unknownInputs(step, elasticBeanstalkInputs)
  if (obstacle) return obstacle
  const has = (name: string) => (step.with.get(name)?.text ?? '') !== ''
  const hasContent = ['deployment-package-path', 'source-directory', 'image-uri'].some(has)
  const creates = creation.filter((name) => has(name) && step.with.get(name)?.text !== 'false')
  return translated(
    {
      inputs: [
        ...kept(step, elasticBeanstalkInputs),
        ...(hasContent ? [] : [{ name: 'source-directory', value: '.' }]),
        ...unlessGiven(step, 'use-existing-application-version-if-available', 'true'),
        ...unlessGiven(step, 'deployment-timeout', '900'),
      ],
      outputs: same(['version-label']),
      advice:
        creates.length > 0
          ? [
              text`the application and the environment must exist: ${untrusted(creates.join(', '))} has no counterpart, create them with infrastructure as code`,
            ]
          : [],
    },
    around,
  )
}
