import type { Finding, Severity } from '../../../diagnosis/finding.ts'
import { gapKinds } from './gap-kinds.ts'

/** A kind of preflight finding: severity and texts for the reference page. */
export interface FindingKind {
  readonly severity: Severity
  /** What was found, for the page that lists all kinds; no full stop. */
  readonly found: string
  /** When the same is not certain, and only warns. */
  readonly doubt?: string
  /**
   * Why `doctor` alone reports it: `deploy` does not spend the time or the permissions (`costly`), reports it itself (`own`), or
   * treats it as a chosen setting (`setting`).
   */
  readonly doctorOnly?: 'costly' | 'own' | 'setting'
}

const optional = 'no essential container uses it'

/**
 * Every finding of a preflight, by its stable name. `blocks` is reserved for certainty: by what AWS returns at this moment, the
 * deployment cannot succeed. A false blocker costs more than a missed one. The table in the README of doctor is generated from
 * this one.
 */
export const findingKinds = {
  placeholder: {
    severity: 'blocks',
    found:
      'a placeholder such as `set-by-slipway`, `<IMAGE>` or `{{role}}` where AWS expects a name, an ARN or a number',
    doubt: 'the value is free text, such as that of an environment variable, and the application may expand it',
  },
  'image-missing': {
    severity: 'blocks',
    found: 'an image that is not in the Amazon ECR of this account and region, at three looks',
    doubt: `the repository may be filled by a pull through cache rule; ${optional}`,
  },
  'image-platform': {
    severity: 'blocks',
    found: 'an image without a manifest for the platform of the task on AWS Fargate',
    doubt: `on EC2, where an instance may emulate another architecture; the live revision has the same label; ${optional}`,
  },
  'image-invalid': { severity: 'blocks', found: 'a text that is no image reference', doubt: optional },
  'image-unchecked': {
    severity: 'notes',
    found: 'an image in another registry, account or region, which is not looked up',
  },
  'role-malformed': { severity: 'blocks', found: 'a role that is neither an ARN nor a name of IAM' },
  'role-elsewhere': { severity: 'blocks', found: 'a role of another account or partition, which cannot be passed' },
  'role-missing': { severity: 'blocks', found: 'a role that IAM does not have, at three looks' },
  'role-trust': {
    severity: 'blocks',
    found: 'a role whose trust policy has no statement for `ecs-tasks.amazonaws.com`, at three looks',
  },
  'role-not-passed': {
    severity: 'blocks',
    found: 'a role that the deploy role is not authorized to pass, by the policy simulator of IAM',
    doubt: 'the decision depends on a condition with an unknown value',
    doctorOnly: 'costly',
  },
  'execution-role-missing': {
    severity: 'blocks',
    found: 'no `executionRoleArn` where secrets, registry credentials, or on Fargate Amazon ECR or `awslogs` need one',
  },
  'execution-role-denied': {
    severity: 'blocks',
    found: 'an action that a task needs to start and that the execution role is not authorized to perform',
    doubt: 'the policy of the repository or secret may allow it; a condition with an unknown value',
    doctorOnly: 'costly',
  },
  'secret-reference': { severity: 'blocks', found: '`valueFrom` is neither a secret nor a parameter', doubt: optional },
  'secret-missing': {
    severity: 'blocks',
    found: 'a secret that AWS Secrets Manager does not have, at three looks',
    doubt: `it belongs to another account; ${optional}`,
  },
  'secret-deleted': { severity: 'blocks', found: 'a secret that is scheduled for deletion', doubt: optional },
  'secret-not-json': { severity: 'blocks', found: 'a JSON key of a secret that holds no JSON object', doubt: optional },
  'secret-key-missing': { severity: 'blocks', found: 'a JSON key that the secret does not contain', doubt: optional },
  'secret-keys-unchecked': { severity: 'notes', found: 'JSON keys of secrets, with `check-secret-keys: false`' },
  'parameter-missing': {
    severity: 'blocks',
    found: 'a parameter that the SSM Parameter Store does not have, at three looks',
    doubt: `it belongs to another account; ${optional}`,
  },
  'log-group-missing': {
    severity: 'blocks',
    found: 'a log group that does not exist, at three looks',
    doubt: optional,
  },
  'log-group-created': { severity: 'notes', found: 'a log group that the first task creates', doctorOnly: 'setting' },
  'log-options': {
    severity: 'blocks',
    found: 'a required option of the log driver `awslogs` that is missing, on Fargate',
    doubt: 'on EC2, where the driver has defaults',
  },
  'target-container': {
    severity: 'blocks',
    found: 'a load balancer of the service, or an AppSpec, that names a container which the definition does not have',
  },
  'target-port': {
    severity: 'blocks',
    found: 'a load balancer of the service, or an AppSpec, that names a port which `portMappings` does not have',
  },
  'target-group-missing': { severity: 'blocks', found: 'a target group that does not exist, at three looks' },
  'target-group-unused': { severity: 'warns', found: 'a target group that no load balancer forwards to' },
  'target-type': { severity: 'blocks', found: 'a target group whose target type does not fit the network mode' },
  'listener-missing': {
    severity: 'blocks',
    found: 'a production listener or rule that does not exist, at three looks',
  },
  'listener-target': {
    severity: 'blocks',
    found:
      'a production rule that forwards to another target group than those of a service that ECS shifts traffic for',
  },
  'listener-weights': {
    severity: 'blocks',
    found: 'production traffic that is split before ECS begins to shift it',
    doubt: 'CodeDeploy shifts it',
  },
  'express-container': {
    severity: 'blocks',
    found:
      'a task definition that an Express service does not take: without FARGATE, or without a container `Main` with one named TCP port',
  },
  'fargate-size': {
    severity: 'blocks',
    found: 'a pair of `cpu` and `memory` that AWS Fargate does not offer',
    doubt: 'a larger size than those that are known',
  },
  'container-memory': { severity: 'blocks', found: 'a container with more `memory` than its task' },
  'container-duplicate': { severity: 'blocks', found: 'several containers of one name' },
  'variable-duplicate': { severity: 'warns', found: 'an environment variable that is defined more than once' },
  'secret-duplicate': { severity: 'blocks', found: 'a secret whose name a variable or another secret has' },
  'dependency-unknown': { severity: 'blocks', found: '`dependsOn` a container that the definition does not have' },
  'scaling-suspended': {
    severity: 'warns',
    found: 'auto scaling that a run of Slipway left suspended when it was killed',
    doctorOnly: 'own',
  },
  'alarm-missing': { severity: 'warns', found: 'an alarm of the deployment that does not exist' },
  'alarm-without-data': {
    severity: 'notes',
    found: 'an alarm in INSUFFICIENT_DATA, which stops nothing until its metric arrives',
  },
  'alarm-ignored': {
    severity: 'warns',
    found: 'an alarm in ALARM that Amazon ECS therefore ignores for the whole deployment',
  },
  'alarm-stops': {
    severity: 'blocks',
    found: 'an alarm in ALARM, at three looks, on which CodeDeploy stops this deployment',
  },
  'percent-deadlock': {
    severity: 'blocks',
    found: '`minimumHealthyPercent` and `maximumPercent` with which no task can stop and none can start',
    doubt: 'autoscaling may change the count, or a task is missing already',
  },
  'percent-downtime': {
    severity: 'notes',
    found: 'percentages with which all tasks may stop before a new one runs',
    doctorOnly: 'setting',
  },
  'deployments-full': { severity: 'warns', found: 'more deployments in progress than Amazon ECS takes' },
  'deployment-replaced': { severity: 'warns', found: 'a deployment in progress that is replaced', doctorOnly: 'own' },
  'deployment-active': { severity: 'blocks', found: 'a deployment of CodeDeploy in progress', doctorOnly: 'own' },
  'deployment-group-missing': { severity: 'blocks', found: 'no deployment group for the service', doctorOnly: 'own' },
  'deployment-group-other': { severity: 'blocks', found: 'a deployment group of another service', doctorOnly: 'own' },
  'desired-count-zero': { severity: 'notes', found: 'a desired count of 0', doctorOnly: 'own' },
  'first-deployment': {
    severity: 'notes',
    found: 'no deployment that Amazon ECS could roll back to',
    doctorOnly: 'own',
  },
  'no-automatic-rollback': { severity: 'notes', found: 'automatic rollback that is off', doctorOnly: 'setting' },
  'circuit-breaker-off': { severity: 'notes', found: 'a circuit breaker that is off', doctorOnly: 'setting' },
  ...gapKinds,
  'subnets-full': { severity: 'warns', found: 'subnets without a free address', doctorOnly: 'costly' },
  'permission-missing': { severity: 'notes', found: 'a check for which a permission is missing' },
  'not-checked': { severity: 'notes', found: 'a check to which AWS did not respond' },
} as const satisfies Readonly<Record<string, FindingKind>>

/** The stable name of a finding, for programs. */
export type FindingCode = keyof typeof findingKinds

/** A finding with the severity of its kind; one that is in doubt only warns. */
export function finding(
  code: FindingCode,
  said: Pick<Finding, 'what' | 'why' | 'fix' | 'path'>,
  isDoubtful = false,
): Finding {
  const { severity } = findingKinds[code]
  return { code, severity: isDoubtful && severity === 'blocks' ? 'warns' : severity, ...said }
}

/** True for the findings that `doctor` alone reports. */
export function isForDoctor({ code }: Finding): boolean {
  const kinds: Readonly<Record<string, FindingKind>> = findingKinds
  return kinds[code]?.doctorOnly !== undefined
}
