import { resourceName } from '../../../arn.ts'
import type { AnswerCommands, Commands } from '../../../deployment/commands.ts'
import { shellWord } from '../../../shell-word.ts'
import { text } from '../../../text.ts'

/** A service by names or ARNs. */
export interface Where {
  readonly cluster: string
  readonly service: string
  readonly region: string
}

/** Commands of the AWS CLI for a deployment by ECS, or the first one of a service that CodeDeploy deploys from then on. */
export function ecsCommands({ cluster, service, region }: Where): Commands {
  const [name, place] = [shellWord(resourceName(service)), shellWord(resourceName(cluster))]
  const at = text`--region ${shellWord(region)}`
  return {
    look: [text`aws ecs describe-services --cluster ${place} --services ${name} ${at}`],
    rollBackTo: {
      start: text`aws ecs update-service --cluster ${place} --service ${name} --task-definition `,
      end: text` ${at}`,
    },
  }
}

/** The same for an Express service, which has an API of its own. */
export function expressCommands(where: Where): Commands {
  const { cluster, service, region } = where
  const at = text`--region ${shellWord(region)}`
  const found = text`--cluster ${shellWord(resourceName(cluster))} --services ${shellWord(resourceName(service))}`
  const arn = text`"$(aws ecs describe-services ${found} --query 'services[0].serviceArn' --output text ${at})"`
  return {
    ...ecsCommands(where),
    rollBackTo: {
      start: text`aws ecs update-express-gateway-service --service-arn ${arn} --task-definition-arn `,
      end: text` ${at}`,
    },
  }
}

/** The same for a deployment of CodeDeploy; while it is in progress, stopping it rolls it back. */
export function codeDeployCommands(id: string, region: string): Commands {
  const at = text`--region ${shellWord(region)}`
  return {
    look: [text`aws deploy get-deployment --deployment-id ${shellWord(id)} ${at}`],
    stop: stopCommands(id, region),
  }
}

/** Answers a PAUSE hook; ECS has an answer for each hook. */
export function hookCommands(hookId: string, { cluster, service, region }: Where): AnswerCommands {
  const at = text`--region ${shellWord(region)}`
  const where = text`--cluster ${shellWord(resourceName(cluster))} --service ${shellWord(resourceName(service))}`
  const query = `--status IN_PROGRESS --query 'serviceDeployments[0].serviceDeploymentArn' --output text`
  const hook = text`--hook-id ${shellWord(hookId)}`
  return {
    prepare: [text`deployment="$(aws ecs list-service-deployments ${where} ${query} ${at})"`],
    goOn: [
      text`aws ecs continue-service-deployment --service-deployment-arn "$deployment" ${hook} --action CONTINUE ${at}`,
    ],
    rollBack: [text`# roll back: the same with --action ROLLBACK`],
  }
}

/** Answers the ready wait of a deployment of CodeDeploy. */
export function readyWaitCommands(id: string, region: string): AnswerCommands {
  const at = text`--region ${shellWord(region)}`
  return {
    prepare: [],
    goOn: [
      text`aws deploy continue-deployment --deployment-id ${shellWord(id)} --deployment-wait-type READY_WAIT ${at}`,
    ],
    rollBack: stopCommands(id, region),
  }
}

function stopCommands(id: string, region: string) {
  return [
    text`# stop it and roll back`,
    text`aws deploy stop-deployment --deployment-id ${shellWord(id)} --auto-rollback-enabled --region ${shellWord(region)}`,
  ]
}
