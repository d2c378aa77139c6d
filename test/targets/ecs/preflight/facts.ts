/** A deployment in which nothing is wrong, as facts; tests change one of them. */

import type { JsonObject, Service } from '../../../../src/ports.ts'
import type {
  ImageFact,
  LogGroupFact,
  PreflightFacts,
  RoleFact,
  SecretFact,
} from '../../../../src/targets/ecs/facts/preflight-facts.ts'
import { blankValues, placeholdersIn } from '../../../../src/targets/ecs/preflight/left-placeholders.ts'

export const region = 'eu-west-1'
export const accountId = '111122223333'
export const host = `${accountId}.dkr.ecr.${region}.amazonaws.com`
export const targetGroup = `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/api/0123456789abcdef`
export const roleArn = `arn:aws:iam::${accountId}:role/run`

export function definitionWith(container: JsonObject = {}, members: JsonObject = {}): JsonObject {
  return {
    family: 'api',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn: roleArn,
    containerDefinitions: [
      { name: 'api', image: `${host}/api:v2`, essential: true, portMappings: [{ containerPort: 8080 }], ...container },
    ],
    ...members,
  }
}

export const service: Service = {
  serviceArn: `arn:aws:ecs:${region}:${accountId}:service/shop/api`,
  serviceName: 'api',
  launchType: 'FARGATE',
  desiredCount: 2,
  runningCount: 2,
  loadBalancers: [{ targetGroupArn: targetGroup, containerName: 'api', containerPort: 8080 }],
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: 'api:1' }],
}

export const image: ImageFact = {
  reference: `${host}/api:v2`,
  containers: ['api'],
  isEssential: true,
  standing: { kind: 'there', platforms: ['linux/amd64'] },
}

export const secret: SecretFact = {
  reference: {
    kind: 'secret',
    id: `arn:aws:secretsmanager:${region}:${accountId}:secret:db-AbCdEf`,
    region,
    accountId,
  },
  user: 'secret PASSWORD of container api',
  isEssential: true,
  standing: 'there',
}

export const logGroup: LogGroupFact = {
  group: '/shop/api',
  region,
  container: 'api',
  isEssential: true,
  standing: 'there',
  isCreated: false,
}

const trust = {
  Statement: { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
}

export const role: RoleFact = {
  member: 'executionRoleArn',
  arn: roleArn,
  standing: { trust },
  passing: undefined,
  doing: [],
}

/** Facts of a deployment in which nothing is wrong but what is given. */
export function factsWith(change: Partial<PreflightFacts> = {}): PreflightFacts {
  const definition = change.definition ?? definitionWith()
  const placeholders = placeholdersIn(definition, undefined)
  return {
    region,
    accountId,
    leftSuspended: [],
    definition,
    isFargate: true,
    service,
    engine: 'ecs-rolling',
    placeholders,
    blank: blankValues(definition, placeholders),
    appSpecTargets: undefined,
    images: [image],
    secrets: [secret],
    logGroups: [logGroup],
    targetGroups: [{ arn: targetGroup, standing: { targetType: 'ip', isUsed: true } }],
    alarms: { names: [], states: [] },
    codeDeploy: undefined,
    isScaled: false,
    traffic: [],
    roles: [role],
    network: undefined,
    unread: [],
    ...change,
  }
}
