import { parseArn } from '../../arn.ts'
import { ecrPlaceOf } from '../../image/ecr.ts'
import { parseReference } from '../../image/reference.ts'
import { partitionOf } from '../../partitions.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

const members = ['executionRoleArn', 'taskRoleArn'] as const

/** ECS takes the name of a role for its ARN (API_RegisterTaskDefinition, taskRoleArn). */
const roleName = /^[\w+=,.@-]{1,64}$/

/** The roles: well-formed, of this account, and there where Fargate cannot do without. */
export function judgeRoles(facts: PreflightFacts): readonly Finding[] {
  return [...members.flatMap((member) => judgeRole(member, facts)), ...judgeNeed(facts)]
}

function judgeRole(member: (typeof members)[number], facts: PreflightFacts): readonly Finding[] {
  const role = textIn(facts.definition, member)
  if (role === undefined || role === '' || roleName.test(role)) return []
  const arn = parseArn(role)
  if (arn?.service !== 'iam' || !/^role\/.+/.test(arn.resource) || !/^\d{12}$/.test(arn.accountId)) {
    return [
      {
        code: 'role-malformed',
        severity: 'blocks',
        what: text`The ${member} is not the ARN of a role`,
        why: text`it is ${untrusted(role)}`,
        fix: text`Write it as arn:${partitionOf(facts.region).id}:iam::<account>:role/<name>.`,
      },
    ]
  }
  const partition = partitionOf(facts.region).id
  const isPartition = arn.partition === partition
  const isAccount = facts.accountId === undefined || arn.accountId === facts.accountId
  if (isPartition && isAccount) return []
  const why = isPartition
    ? text`${untrusted(role)} is of another account than the service (${untrusted(facts.accountId ?? '')}), and a role can only be passed within its account`
    : text`${untrusted(role)} is of the partition ${untrusted(arn.partition)}, and ${facts.region} belongs to ${partition}`
  return [
    {
      code: 'role-elsewhere',
      severity: 'blocks',
      what: text`The ${member} cannot be used here`,
      why,
      fix: text`Name the role of the account and partition that the service is in; a role of another account is assumed by the code in the container.`,
    },
  ]
}

/** Sentences of ECS: "Fargate requires task definition to have execution role ARN to support …". */
function judgeNeed({ definition, isFargate }: PreflightFacts): readonly Finding[] {
  if (textIn(definition, 'executionRoleArn')) return []
  const containers = containersOf(definition)
  const has = (need: (container: (typeof containers)[number]) => boolean) => containers.some(need)
  const isEcr = (image: string | undefined) => ecrPlaceOf(parseReference(image ?? '')?.registry) !== undefined
  const needs = [
    ...(has((container) => objectsIn(container, 'secrets').length > 0) ? ['secrets'] : []),
    ...(isFargate && has((container) => isEcr(textIn(container, 'image'))) ? ['images of Amazon ECR'] : []),
    ...(isFargate && has((container) => textIn(objectIn(container, 'logConfiguration'), 'logDriver') === 'awslogs')
      ? ['logs in CloudWatch']
      : []),
  ]
  if (needs.length === 0) return []
  return [
    {
      code: 'execution-role-missing',
      severity: 'blocks',
      what: text`The task definition has no executionRoleArn`,
      why: text`Amazon ECS needs that role for ${needs.join(' and ')}`,
      fix: text`Set executionRoleArn to a role with the managed policy AmazonECSTaskExecutionRolePolicy.`,
    },
  ]
}
