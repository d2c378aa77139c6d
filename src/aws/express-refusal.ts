import { Failure } from '../failure.ts'
import { setting, type Text, text } from '../text.ts'
import type { AwsError } from './error-class.ts'
import { answerOf } from './error-words.ts'
import { isDenial } from './refusal.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateExpressGatewayService.html'

interface Refusal {
  readonly pattern: RegExp
  readonly fix: Text
}

/** What the operations of Express Mode refuse, by the words of their API reference, and what to do. */
const refusals: readonly Refusal[] = [
  {
    pattern: /unable to assume|trust relationship/i,
    fix: text`Let ecs.amazonaws.com assume the role of ${setting('infrastructure-role-arn')} (sts:AssumeRole in its trust policy), and attach AmazonECSInfrastructureRoleforExpressGatewayServices.`,
  },
  {
    pattern: /container named .?Main|TCP port mapping|port name/i,
    fix: text`Give the task definition a container ${'Main'} with one TCP port mapping that has containerPort and name.`,
  },
  {
    pattern: /FARGATE compatib/i,
    fix: text`Set requiresCompatibilities to FARGATE, networkMode to awsvpc, and a cpu and memory that Fargate offers.`,
  },
  {
    pattern: /together with taskDefinitionArn|cannot (also )?specify/i,
    fix: text`Set cpu, memory, roles and the container in the task definition.`,
  },
  {
    pattern: /health ?check ?path/i,
    fix: text`Begin ${setting('health-check-path')} with a slash.`,
  },
  {
    pattern: /Fargate configuration|cpu|memory/i,
    fix: text`Choose a pair of cpu and memory that Fargate offers (ECS developer guide, "Task CPU and memory").`,
  },
  {
    pattern: /Draining/,
    fix: text`Wait until the service is INACTIVE, and run this job again.`,
  },
]

/** Throws the failure for what Express Mode refuses; undefined for denials and what is not about the request. */
export function explainExpressRefusal(refusal: AwsError, action: string): undefined {
  if (
    isDenial(refusal) ||
    !/^(ClientException|InvalidParameterException|UnsupportedFeatureException)$/.test(refusal.name)
  )
    return undefined
  const known = refusals.find(({ pattern }) => pattern.test(refusal.message))
  throw new Failure({
    code: 'aws-rejected',
    what: text`AWS refused ${action}, so nothing was deployed`,
    why: answerOf(refusal),
    fix: known?.fix ?? text`Correct what AWS's message names, and run the job again.`,
    docs,
    cause: refusal,
  })
}
