import { text, untrusted } from '../text.ts'
import { translateBake } from './bake-action.ts'
import { translateBeanstalkDeploy, translateElasticBeanstalk } from './beanstalk-actions.ts'
import { isMergeable, translateBuild } from './build-action.ts'
import { translateDeploy, translateRender, unknownInputs } from './ecs-actions.ts'
import { isEcrRegistry } from './image-reference.ts'
import { credentialInputs, ecrLoginInputs, keyInputs } from './peer-inputs.ts'
import { translateExpress, translateRunTask } from './same-inputs.ts'
import { translateScript } from './shell/translate-script.ts'
import { translateInvalidation, translateS3Deploy, translateS3Sync } from './site-actions.ts'
import { translate8398a7, translateRtCamp, translateSlackApi } from './slack-actions.ts'
import { left, type Surroundings, type Translate, type Translation } from './translation.ts'
import type { Step } from './workflow.ts'

/** The actions that are read, by their names. */
const actions: Readonly<Record<string, Translate>> = {
  'aws-actions/configure-aws-credentials': translateCredentials,
  'aws-actions/amazon-ecr-login': translateEcrLogin,
  'aws-actions/amazon-ecs-render-task-definition': translateRender,
  'aws-actions/amazon-ecs-deploy-task-definition': translateDeploy,
  'aws-actions/amazon-ecs-deploy-express-service': translateExpress,
  'geekcell/github-action-aws-ecs-run-task': translateRunTask,
  'jakejarvis/s3-sync-action': translateS3Sync,
  'reggionick/s3-deploy': translateS3Deploy,
  'chetan/invalidate-cloudfront-action': translateInvalidation,
  'einaregilsson/beanstalk-deploy': translateBeanstalkDeploy,
  'aws-actions/aws-elasticbeanstalk-deploy': translateElasticBeanstalk,
  'docker/login-action': translateLogin,
  'docker/metadata-action': translateMetadata,
  'docker/build-push-action': translateBuild,
  'docker/bake-action': translateBake,
  'slackapi/slack-github-action': translateSlackApi,
  '8398a7/action-slack': translate8398a7,
  'rtcamp/action-slack-notify': translateRtCamp,
}

const written: Readonly<Record<string, string>> = {
  alias: 'it is an alias of another step: write it out, and repeat the command',
  flow: 'it is written in one line ({ … }): write it in lines, and repeat the command',
  anchor:
    'it has an anchor or an alias, so a change would also be one of other places: write it out, and repeat the command',
  other: 'it is no map',
}

/** Translates one step, or reports why it stays. */
export const translateStep: Translate = (step, surroundings) => {
  // GitHub refuses a step with both.
  if (step.run !== undefined && step.action !== undefined) return { kind: 'other' }
  const translate = step.run === undefined ? actions[step.action?.toLowerCase() ?? ''] : translateScript
  const translation = translate?.(step, surroundings) ?? { kind: 'other' as const }
  const isFixed = step.fixed !== undefined && translation.kind !== 'other' && translation.kind !== 'left'
  return isFixed ? left(text`${written[step.fixed ?? ''] ?? ''}`) : translation
}

function translateCredentials(step: Step, { options }: Surroundings): Translation {
  const secret = step.with.get('aws-access-key-id')
  const isReplaced = options.role !== undefined && !step.with.has('role-to-assume')
  if (secret !== undefined && !isReplaced)
    return left(
      text`static keys stay: Slipway uses them from the environment. A role with role-to-assume and the OIDC token of the job needs no secret: slipway permissions, and then slipway migrate --role`,
      secret.start,
    )
  const obstacle = unknownInputs(step, secret === undefined ? credentialInputs : keyInputs)
  if (obstacle) return obstacle
  const mask = step.with.get('mask-aws-account-id')
  if (mask !== undefined && mask.text !== 'false')
    return left(text`it masks the ID of the account in the log, which Slipway does not`, mask.start)
  if (secret === undefined && !step.with.has('role-to-assume')) return left(text`it assumes no role`)
  const lines = [...step.with.values()].find(({ text: value }) => value.includes('\n'))
  if (lines !== undefined) return left(text`an input has several lines`, lines.start)
  return conditional(step) ?? { kind: 'needless', role: 'credentials' }
}

function translateEcrLogin(step: Step): Translation {
  const kind = step.with.get('registry-type')
  if (kind !== undefined && kind.text !== 'private') return left(text`it logs in to Amazon ECR Public`, kind.start)
  return unknownInputs(step, ecrLoginInputs) ?? conditional(step) ?? { kind: 'needless', role: 'login' }
}

function translateLogin(step: Step, { names }: Parameters<Translate>[1]): Translation {
  const registry = step.with.get('registry')?.text ?? 'docker.io'
  if (!isEcrRegistry(registry, names)) return { kind: 'other' }
  const user = step.with.get('username')
  if (user !== undefined) return left(text`it logs in to Amazon ECR with credentials of its own`, user.start)
  return conditional(step) ?? { kind: 'needless', role: 'login' }
}

function translateMetadata(step: Step): Translation {
  if (step.id === undefined || !isMergeable(step))
    return left(text`it has a condition, no id, or an input without a counterpart`)
  return conditional(step) ?? { kind: 'needless', role: 'metadata' }
}

function conditional(step: Step): Translation | undefined {
  const key = ['if', 'continue-on-error'].find((name) => step.keys.has(name))
  return key === undefined
    ? undefined
    : left(text`its key ${untrusted(key)} decides whether later steps have what it gives`, step.keys.get(key)?.start)
}
